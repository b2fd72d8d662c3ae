"""What time brings to appointments: holds that nobody took."""

from __future__ import annotations

from field.appointments.commands import lapsed_holds, let_lapse
from kernel.jobs import SETTLED_S, Job, Turn, one_by_one


async def sweep_holds(turn: Turn) -> None:
    """Give back what was held for ten minutes and not taken."""
    database = turn.house.database
    await one_by_one(database, let_lapse, await lapsed_holds(database))


JOBS = (Job("appointments.holds", sweep_holds, 15.0, SETTLED_S),)
