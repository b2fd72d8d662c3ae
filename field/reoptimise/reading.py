"""The rest of a station's day as the engine sees it, and as the checker does: each read from the rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.chains.reading import waited_for
from field.dispatch.engine.gaps import NO_TERMS, Terms
from field.dispatch.engine.route import Span, Visit
from field.dispatch.placement import NOBODY_ABLE, days_to_try, wanted, weights_for
from field.dispatch.planning import Day, days_of, load_day
from field.dispatch.terms import contracted, terms_of
from field.grid.tables import Rep, Zone
from field.reoptimise.engine.replan import Prices, Rest, Wish
from field.reoptimise.supposed.what_if import NOTHING, Supposed, as_supposed, tasks_of
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from kernel.database import UnitOfWork
from kernel.errors import Refused

MOST_STOPS = 3000
"""Stops of one station and day that are planned again together."""

BY_DISPATCHER = "dispatcher"


class StationTooLarge(Refused):
    """This station has more stops on that day than are planned again together."""

    code = "station_too_large"


@dataclasses.dataclass(frozen=True)
class Asked:
    """What of the day is to be planned, and what has to stay."""

    station: str
    day: date
    gone: frozenset[UUID]
    locks: Mapping[UUID, str]
    supposed: Supposed = NOTHING


@dataclasses.dataclass(frozen=True)
class Reading:
    """The day as it was read: rows, routes, and the versions of the routes; 0 where there is none."""

    day: Day
    rest: Rest
    versions: Mapping[UUID, int]


async def read_rest(
    session: AsyncSession, services: FieldServices, now: datetime, asked: Asked, prices: Prices
) -> Reading:
    """Read the station's day, outside of any transaction that writes.

    Raises:
        StationTooLarge: more stops than `MOST_STOPS`.
    """
    reps = await people_of(session, asked.station)
    grid = await services.grid.current(session)
    loose = [*await _loose(session, services, now, asked), *tasks_of(asked.supposed, grid, now)]
    day = await load_day(session, services, now, asked.day, reps, loose)
    if len(day.tasks) > MOST_STOPS:
        raise StationTooLarge(stops=len(day.tasks), most=MOST_STOPS)
    as_supposed(day, asked.supposed)
    await _keep_in_step(session, day)
    briefs = grid.briefs
    people = contracted((rep.id, rep.contract) for rep in reps)
    rest = Rest(
        routes=tuple(day.routes.values()),
        travel=day.travel,
        now=day.seconds,
        wishes={
            task.id: wish_of(
                task,
                briefs[task.zone_id].owner_id if task.zone_id in briefs else None,
                asked,
                now,
                lock_of(day, task.id),
                terms_of(task, people, briefs),
            )
            for task in day.tasks.values()
        },
        loose=tuple(in_longest_window(wanted(day.visit_of(task), task, now), day) for task in loose),
        gone=asked.gone,
        prices=prices,
    )
    return Reading(day, rest, {rep.id: _version(day, rep.id) for rep in reps})


async def _keep_in_step(session: AsyncSession, day: Day) -> None:
    """A task behind which another is planned already gets no later by itself, wherever that other stands."""
    held = await waited_for(session, list(day.tasks.values()))
    if not held:
        return
    for rep_id, route in list(day.routes.items()):
        visits = tuple(
            dataclasses.replace(stop.visit, latest=min(stop.visit.latest, stop.start_at))
            if stop.visit.task_id in held
            else stop.visit
            for stop in day.schedule(rep_id).stops
        )
        day.routes[rep_id] = dataclasses.replace(route, visits=visits)
    day.__dict__.pop("fleet", None)


def _version(day: Day, rep_id: UUID) -> int:
    row = day.rows.get(rep_id)
    return row.version if row is not None else 0


async def people_of(session: AsyncSession, station: str) -> Sequence[Rep]:
    """The representatives at work for a station, by code."""
    found = select(Rep).where(Rep.station == station, Rep.active).order_by(Rep.code)
    return (await session.scalars(found)).all()


async def _loose(
    session: AsyncSession, services: FieldServices, now: datetime, asked: Asked
) -> Sequence[Task]:
    """What lies in the inbox because nobody was able, in the station's zones, and could be done that day."""
    waiting = (
        select(Task)
        .join(Zone, Zone.id == Task.zone_id)
        .where(
            Task.state == TaskState.UNPLACED,
            Task.unplaced_reason == NOBODY_ABLE,
            Zone.station == asked.station,
            Task.lon.is_not(None),
            # Two people at once are looked for by the insertion alone.
            Task.needs_two.is_(False),
        )
        .order_by(Task.priority.desc(), Task.id)
        .limit(MOST_STOPS)
    )
    found = (await session.scalars(waiting)).all()
    return [task for task in found if asked.day in days_to_try(services, task, now)]


def lock_of(day: Day, task_id: UUID) -> str | None:
    """What a dispatcher said has to stay."""
    visit = day.visits.get(task_id)
    return visit.lock if visit is not None else None


def in_longest_window(visit: Visit, day: Day) -> Visit:
    """The visit with one window: the one that leaves most time to somebody of that day. The search moves
    stops within one window each.
    """
    if not visit.windows:
        return visit
    opens = min(route.rep.shift_start for route in day.routes.values())
    closes = max(route.rep.shift_end for route in day.routes.values())

    def left(span: Span) -> int:
        return min(span[1], closes) - max(span[0], opens, day.seconds)

    earliest, latest = max(visit.windows, key=left)
    return dataclasses.replace(visit, earliest=earliest, latest=latest, windows=())


def wish_of(
    task: Task,
    owner: UUID | None,
    asked: Asked,
    now: datetime,
    standing: str | None = None,
    terms: Terms = NO_TERMS,
) -> Wish:
    """What is known of a task beside its visit. ``standing``: the lock of its stop, for every plan."""
    lock = asked.locks.get(task.id) or standing
    return Wish(
        owner=owner,
        declined=frozenset(UUID(rep_id) for rep_id in task.refused_by) | terms.barred.keys(),
        surcharge=terms.surcharge,
        weights=weights_for(task, now),
        # What a dispatcher decided is not undone by a search.
        keeps_rep=lock == "rep" or task.placement.get("by") == BY_DISPATCHER,
        keeps_place=lock == "place",
    )


async def hold_and_load(
    uow: UnitOfWork,
    services: FieldServices,
    day: date,
    reps: Collection[UUID],
    extra: Sequence[Task],
) -> Day:
    """The routes of these representatives, which nobody else changes before this transaction ends."""
    for rep_id in sorted(reps, key=str):
        await uow.hold(days_of(rep_id))
    found = select(Rep).where(Rep.id.in_(list(reps))).order_by(Rep.code)
    people = (await uow.session.scalars(found)).all()
    return await load_day(uow.session, services, uow.now, day, people, extra)
