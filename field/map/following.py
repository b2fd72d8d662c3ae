"""Open tasks follow the ground: where zones have changed, a task belongs to the zone that has its place now.

It is done right after zones were taken, and looked at again by a job while the newest grid has not been
seen, so that a worker that dies in between, or zones that came by the command line, leave nothing behind. A
task whose place is in no zone any more keeps the one that it had; whose route it is on does not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update

from field.grid.store import Grid, GridCache
from field.task.tables import NOT_COUNTED, Task
from field.task.task import FINAL
from kernel.actors import SYSTEM
from kernel.database import Database, UnitOfWork
from kernel.files.apart import work_aside

AT_A_TIME: Final = 100

Change = tuple[UUID, UUID, UUID]
"""A task, the zone that it had, and the one that has its place now."""


async def follow_zones(database: Database, cache: GridCache) -> int:
    """Put the open tasks into the zones that have their places; how many have another one now."""
    places = select(Task.id, Task.lon, Task.lat, Task.zone_id).where(
        Task.state.not_in(FINAL), Task.zone_id.is_not(None), Task.lon.is_not(None)
    )
    async with database.reading() as session:
        grid = await cache.current(session)
        rows = (await session.execute(places)).all()
    changes = await work_aside(_changes, grid, rows)
    for at in range(0, len(changes), AT_A_TIME):
        await database.run(_follow, changes[at : at + AT_A_TIME])
    return len(changes)


def _changes(grid: Grid, rows: Sequence[Any]) -> list[Change]:
    found = ((row, grid.zone_id_of(row.lon, row.lat)) for row in rows)
    return [(row.id, row.zone_id, now) for row, now in found if now is not None and now != row.zone_id]


async def _follow(uow: UnitOfWork, changes: Sequence[Change]) -> None:
    for id, before, now in changes:
        # Only where it is still so: somebody may have finished it, or given it another address, meanwhile.
        still = update(Task).where(Task.id == id, Task.zone_id == before, Task.state.not_in(FINAL))
        await uow.session.execute(still.values(zone_id=now, counted=NOT_COUNTED))
        uow.changed("task", id, "tasks")
    await uow.audit(SYSTEM, "tasks_follow_zones", "grid", tasks=len(changes))
