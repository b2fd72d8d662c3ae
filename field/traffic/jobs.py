"""Days that are over are counted once, when what phones had kept without a network has come in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import RouteRow, VisitRow
from field.services import FieldServices
from field.task.tables import Task
from field.traffic.learning import Bins, Way, added, tally
from field.traffic.tables import DrivenDay
from kernel.database import Database, UnitOfWork
from kernel.jobs import SETTLED_S, Job, Turn

DAYS: Final = 56
"""Days of which one learns: eight of each weekday. Older counts are deleted."""
LATE_DAYS: Final = 2
"""So many days a phone may be without a network and its ways still count."""
PAGE: Final = 2000

Hours = dict[int, Bins]


async def uncounted(session: AsyncSession, today: date) -> list[date]:
    """The days that are to be counted, the newest first."""
    last = today - timedelta(days=LATE_DAYS)
    first = today - timedelta(days=DAYS)
    counted = set(await session.scalars(select(DrivenDay.day).where(DrivenDay.day >= first)))
    worked = select(RouteRow.day).where(RouteRow.day.between(first, last)).distinct()
    return sorted(set(await session.scalars(worked)) - counted, reverse=True)


async def count_days(database: Database, services: FieldServices, turn: Turn | None = None) -> int:
    """Count what is to be counted, and forget what is too old; how many days were counted."""
    today = services.day_of(database.clock.now())
    async with database.reading() as session:
        days = await uncounted(session, today)
    done = 0
    for day in days:
        if turn is not None and not await turn.keep():
            return done
        hours: Hours = {}
        async with database.reading() as session:
            async for ways in _ways(session, services, day):
                hours = added((hours, tally(ways, services.travel.still_s)))
        await database.run(_keep, services, day, hours)
        done += 1
    await database.run(_forget, today)
    return done


async def _ways(session: AsyncSession, services: FieldServices, day: date) -> AsyncIterator[list[Way]]:
    """The ways of a day's routes, in pages."""
    ways = (
        select(Task.id, Task.departed_at, Task.arrived_at, func.coalesce(VisitRow.base_s, VisitRow.travel_s))
        .join(VisitRow, VisitRow.task_id == Task.id)
        .join(RouteRow, RouteRow.id == VisitRow.route_id)
        .where(RouteRow.day == day, Task.arrived_at > Task.departed_at)
        .order_by(Task.id)
        .limit(PAGE)
    )
    rows: Sequence[Any] = (await session.execute(ways)).all()
    while rows:
        yield [_way(services, *row[1:]) for row in rows]
        rows = (await session.execute(ways.where(Task.id > rows[-1][0]))).all() if len(rows) == PAGE else []


def _way(services: FieldServices, left: datetime, there: datetime, base_s: int) -> Way:
    took = there - left
    return Way((left + took / 2).astimezone(services.timezone).hour, base_s, int(took.total_seconds()))


async def _keep(
    uow: UnitOfWork, services: FieldServices, day: date, hours: dict[int, dict[int, int]]
) -> None:
    """Two who count the same day at once keep the same."""
    await uow.hold("driven_day")
    if await uow.session.get(DrivenDay, day) is None:
        kept = {str(hour): {str(at): count for at, count in bins.items()} for hour, bins in hours.items()}
        still_s = services.travel.still_s
        uow.session.add(DrivenDay(day=day, hours=kept, still_s=still_s, counted_at=uow.now))


async def _forget(uow: UnitOfWork, today: date) -> None:
    await uow.session.execute(delete(DrivenDay).where(DrivenDay.day < today - timedelta(days=DAYS)))


async def count_driven(turn: Turn) -> None:
    """A turn of the job."""
    await count_days(turn.house.database, turn.house.use(FieldServices), turn)


JOBS = (Job("traffic.count_driven", count_driven, 900.0, 3 * SETTLED_S),)
