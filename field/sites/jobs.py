"""What time brings to notes and codes: they go."""

from __future__ import annotations

from field.sites.commands import AT_A_TIME, forget_notes
from kernel.jobs import Job, Turn


async def forget(turn: Turn) -> None:
    """Let go of what was kept long enough, a little at a time."""
    while await turn.house.database.run(forget_notes) == AT_A_TIME and await turn.keep():
        pass


JOBS = (Job("sites.forget", forget, 300.0, 300.0),)
