"""What time brings to announcements: ends that nobody has confirmed."""

from __future__ import annotations

from field.announcements.commands import look_at_ends
from kernel.jobs import SETTLED_S, Job, Turn


async def look(turn: Turn) -> None:
    """Each whose end has gone by."""
    await look_at_ends(turn.house.database)


JOBS = (Job("announcements.ends", look, 10.0, SETTLED_S),)
