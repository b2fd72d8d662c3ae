"""What time brings to check-ins: reminders, and alerts that climb."""

from __future__ import annotations

from field.safety.commands import AT_A_TIME, forget_timers, look_at_timers
from kernel.jobs import SETTLED_S, Job, Turn


async def look(turn: Turn) -> None:
    """Each timer whose time has come. After a start phones have a moment to say what they could not."""
    await look_at_timers(turn.house.database)


async def forget(turn: Turn) -> None:
    """Let go of what was kept long enough, a little at a time."""
    while await turn.house.database.run(forget_timers) == AT_A_TIME and await turn.keep():
        pass


JOBS = (Job("safety.timers", look, 2.0, SETTLED_S), Job("safety.forget", forget, 300.0, 300.0))
