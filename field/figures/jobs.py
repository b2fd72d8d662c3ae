"""What time brings to figures: tasks that have changed are counted, and the days they count on summed."""

from __future__ import annotations

from field.figures.commands import count_tasks, count_week, note_ground, note_shifts, stale_weeks
from field.services import FieldServices
from kernel.database import Database
from kernel.jobs import SETTLED_S, Job, Turn


async def bring_up(database: Database, services: FieldServices) -> int:
    """Bring everything up to date at once; how many weeks were summed."""
    while await database.run(count_tasks, services):
        pass
    today = services.day_of(database.clock.now())
    await database.run(note_shifts, today)
    await database.run(note_ground)
    weeks = await stale_weeks(database, today)
    for week in weeks:
        await database.run(count_week, services, week)
    return len(weeks)


async def keep_up(turn: Turn) -> None:
    """The same, in turns: whatever is left comes next time."""
    database, services = turn.house.database, turn.house.use(FieldServices)
    while await database.run(count_tasks, services):
        if not await turn.keep():
            return
    today = services.day_of(database.clock.now())
    await database.run(note_shifts, today)
    await database.run(note_ground)
    for week in await stale_weeks(database, today):
        if not await turn.keep():
            return
        await database.run(count_week, services, week)


JOBS = (Job("figures.keep_up", keep_up, 60.0, SETTLED_S),)
