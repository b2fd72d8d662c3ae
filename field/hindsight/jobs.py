"""Every night the days that are over are looked back at, one station after the other.

What is read is read outside of any transaction that writes, and the search runs in a process of its own: the
only writing is of a dozen rows a station.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Final

import structlog
from sqlalchemy import select

from field.hindsight.apart import look_back_apart
from field.hindsight.commands import begin, decisions_of, keep, refuse
from field.hindsight.reading import Driven, read_driven, told_of
from field.hindsight.regret import Hindsight
from field.hindsight.tables import ASKED, HindsightDay
from field.reoptimise.apart import SearchLost, Wanted
from field.reoptimise.engine.replan import Rest
from field.reoptimise.reading import StationTooLarge
from field.services import FieldServices
from kernel.database import Database
from kernel.jobs import SETTLED_S, Job, Turn

log = structlog.get_logger(__name__)

DAYS: Final = 7
"""So many days back what was told late is counted by itself."""
SETTLED: Final = timedelta(hours=1)
"""So long after midnight phones have told, and figures are counted."""
KEEP_S: Final = 5.0
LEAST_S: Final = 2.0
MOST_S: Final = 20.0
STOPS_A_SECOND: Final = 25

Search = Callable[[Rest, float, int, Wanted], Awaitable[Hindsight | None]]
"""What looks back: see `look_back_apart`."""


def budget_for(stops: int) -> float:
    """Seconds of search for a day of so many stops."""
    return min(MOST_S, max(LEAST_S, stops / STOPS_A_SECOND))


async def count_waiting(
    database: Database, services: FieldServices, turn: Turn | None = None, search: Search = look_back_apart
) -> int:
    """Count every day of late that is not counted, or is told otherwise by now; how many."""
    return await _count(database, services, await _due(database, services), turn, search)


async def count_asked(
    database: Database, services: FieldServices, turn: Turn | None = None, search: Search = look_back_apart
) -> int:
    """Count the days that somebody asked for; how many."""
    async with database.reading() as session:
        asked = select(HindsightDay.day, HindsightDay.station).where(HindsightDay.told == ASKED)
        days = [(day, station) for day, station in await session.execute(asked)]
    return await _count(database, services, days, turn, search)


async def _due(database: Database, services: FieldServices) -> list[tuple[date, str]]:
    """The newest day first."""
    last = services.day_of(database.clock.now() - SETTLED) - timedelta(days=1)
    first = last - timedelta(days=DAYS - 1)
    async with database.reading() as session:
        told = await told_of(session, first, last)
        rows = await session.scalars(select(HindsightDay).where(HindsightDay.day.between(first, last)))
        kept = {(row.day, row.station): row.told for row in rows}
    due = [each for each in {*told, *kept} if kept.get(each, ASKED) != told.get(each, 0)]
    return sorted(due, key=lambda each: (-each[0].toordinal(), each[1]))


async def _count(
    database: Database,
    services: FieldServices,
    days: list[tuple[date, str]],
    turn: Turn | None,
    search: Search,
) -> int:
    done = 0
    for day, station in days:
        if turn is not None and not await turn.keep():
            break
        done += await _look_back(database, services, day, station, turn, search)
    return done


async def _look_back(
    database: Database, services: FieldServices, day: date, station: str, turn: Turn | None, search: Search
) -> bool:
    """One station's day, from its rows to what is kept of it."""
    renewed = time.monotonic()

    async def still_wanted() -> bool:
        nonlocal renewed
        if turn is None or time.monotonic() - renewed < KEEP_S:
            return True
        renewed = time.monotonic()
        return await turn.keep()

    async with database.reading() as session:
        told = (await told_of(session, day, day)).get((day, station), 0)
    if not await database.run(begin, day, station, told):
        return False
    try:
        async with database.reading() as session:
            driven = await read_driven(session, services, day, station)
        found = await _priced(driven, search, still_wanted)
    except StationTooLarge as refusal:
        await database.run(refuse, day, station, told, refusal.code)
        return False
    except SearchLost:
        log.exception("hindsight_lost", day=day.isoformat(), station=station)
        return False
    if found is None:
        return False
    async with database.reading() as session:
        decisions = await decisions_of(session, driven, found)
    await database.run(keep, day, station, told, len(driven.rest.routes), found, decisions)
    return True


async def _priced(driven: Driven, search: Search, still_wanted: Wanted) -> Hindsight | None:
    if not driven.stops:
        return Hindsight.of_nothing()
    return await search(driven.rest, budget_for(driven.stops), 1, still_wanted)


async def look_back_nightly(turn: Turn) -> None:
    """A turn of the job."""
    await count_waiting(turn.house.database, turn.house.use(FieldServices), turn)


async def look_back_again(turn: Turn) -> None:
    """A turn of the job."""
    await count_asked(turn.house.database, turn.house.use(FieldServices), turn)


JOBS = (
    Job("hindsight.nightly", look_back_nightly, 300.0, 3 * SETTLED_S),
    Job("hindsight.asked", look_back_again, 3.0, SETTLED_S),
)
