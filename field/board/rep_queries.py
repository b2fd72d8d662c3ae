"""Reading representatives, their days, and how well the zones are looked after."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.queries import visit_times
from field.dispatch.engine.route import STARTED, Schedule
from field.dispatch.hours import Hours as WorkHours
from field.dispatch.hours import RestWindow, rest_place, stored_hours
from field.dispatch.planning import Day, load_day, usual_hours
from field.dispatch.tables import RepPosition, RouteRow, VisitRow
from field.grid.coverage import Carer, OpenTask, ZoneCoverage, coverage
from field.grid.store import Grid
from field.grid.tables import Rep, Zone
from field.grid.territory.answering import covered_zones
from field.services import FieldServices
from field.task.clocks import lateness
from field.task.tables import Task
from field.task.task import FINAL, IN_ROUTE, TaskState

Hours = tuple[datetime, datetime]

_REP = (
    *(Rep.id, Rep.staff_id, Rep.code, Rep.name, Rep.name_en, Rep.phone, Rep.station, Rep.skills, Rep.parts),
    Rep.contractor,
    *(Rep.shift_start, Rep.shift_end, Rep.home_lon, Rep.home_lat, Rep.active),
)
_VISIT = (VisitRow.task_id, VisitRow.travel_s, VisitRow.eta, VisitRow.starts_at, VisitRow.ends_at)


async def hours_on(
    session: AsyncSession, services: FieldServices, reps: Iterable[Any], day: date
) -> dict[UUID, Hours]:
    """When each representative works on a day. ``reps``: whatever has ``id`` and the usual hours."""
    return _hours(services, reps, day, await stored_hours(session, day))


def _hours(
    services: FieldServices, reps: Iterable[Any], day: date, stored: Mapping[UUID, WorkHours]
) -> dict[UUID, Hours]:
    special = {rep_id: (worked.start, worked.end) for rep_id, worked in stored.items()}
    return {rep.id: special.get(rep.id) or usual_hours(services, rep, day) for rep in reps}


async def coverage_now(
    session: AsyncSession,
    services: FieldServices,
    now: datetime,
    stations: Collection[str] | None = None,
) -> tuple[Grid, dict[str, ZoneCoverage]]:
    """How well each zone is looked after at this moment, by code; of these stations alone, if named."""
    grid = await services.grid.current(session)
    zones = [zone for zone in grid.index.zones if stations is None or zone.station in stations]
    people = select(Rep.id, Rep.code, Rep.station, Rep.skills, Rep.shift_start, Rep.shift_end)
    listed = (
        select(
            *(Zone.code, Task.skill, Task.level, Task.state, Task.response_due_at),
            *(Task.window_end, Task.arrived_at, VisitRow.eta),
        )
        .join(Zone, Zone.id == Task.zone_id)
        .outerjoin(VisitRow, VisitRow.task_id == Task.id)
        .where(Task.state.not_in(FINAL), Task.companion.is_(False))
    )
    if stations is not None:
        owners = {zone.rep for zone in zones if zone.rep}
        people = people.where(Rep.station.in_(stations) | Rep.code.in_(owners))
        listed = listed.where(Zone.station.in_(stations))
    reps = (await session.execute(people.where(Rep.active))).all()
    hours = await hours_on(session, services, reps, services.day_of(now))
    covered = await covered_zones(session, services.day_of(now))
    carers = [
        Carer(
            rep.code,
            rep.station,
            hours[rep.id][0] <= now < hours[rep.id][1],
            rep.skills,
            covered.get(rep.id, ()),
        )
        for rep in reps
    ]
    tasks = []
    for zone, skill, level, state, response_due_at, window_end, arrived_at, eta in await session.execute(
        listed
    ):
        clocks = lateness(
            state,
            now,
            response_due_at=response_due_at,
            window_end=window_end,
            eta=eta,
            arrived_at=arrived_at,
        )
        tasks.append(
            OpenTask(
                zone=zone,
                skill=skill,
                level=level,
                placed=state is not TaskState.UNPLACED,
                late_s=clocks.late_s,
                response_overdue=clocks.response_overdue,
            )
        )
    return grid, coverage(zones, carers, tasks)


@dataclasses.dataclass(frozen=True)
class RepNow:
    """A representative as the dispatcher sees one. ``next_visit``: the first stop not reached yet; ``rest``:
    when today's break is taken, as things stand.

    ``rep`` and ``next_visit`` are rows of the columns that are shown: there are thousands of them.
    """

    rep: Any
    hours: Hours
    zones: tuple[str, ...]
    position: RepPosition | None
    open_tasks: int
    done_today: int
    next_visit: Any
    next_state: TaskState | None
    rest: Hours | None = None

    def on_shift(self, now: datetime) -> bool:
        return self.rep.active and self.hours[0] <= now < self.hours[1]


def next_eta(seen: RepNow, now: datetime) -> datetime | None:
    """When the representative reaches the next stop, as things stand."""
    if seen.next_visit is None or seen.next_state is None:
        return None
    return visit_times(seen.next_state, seen.next_visit, now)[0]


async def reps_now(
    session: AsyncSession,
    services: FieldServices,
    now: datetime,
    wanted: ColumnElement[bool] | None = None,
) -> list[RepNow]:
    """All active representatives by code, or those that are wanted."""
    query = select(*_REP).where(Rep.active if wanted is None else wanted).order_by(Rep.code)
    reps = (await session.execute(query)).all()
    today = services.day_of(now)
    stored = await stored_hours(session, today)
    hours = _hours(services, reps, today, stored)
    ids = [rep.id for rep in reps]
    zones: dict[UUID, list[str]] = {}
    owned = select(Zone.owner_id, Zone.code).where(Zone.active, Zone.owner_id.in_(ids)).order_by(Zone.code)
    for owner_id, code in (await session.execute(owned)).all():
        if owner_id is not None:
            zones.setdefault(owner_id, []).append(code)
    seen = await session.scalars(select(RepPosition).where(RepPosition.rep_id.in_(ids)))
    positions = {position.rep_id: position for position in seen}
    counts = await session.execute(
        select(Task.rep_id, func.count())
        .where(Task.rep_id.in_(ids), Task.state.in_(IN_ROUTE))
        .group_by(Task.rep_id)
    )
    open_tasks = {rep_id: count for rep_id, count in counts.all()}
    done: dict[UUID, int] = {}
    upcoming: dict[UUID, Any] = {}
    days: dict[UUID, list[Any]] = {}
    stops = await session.execute(
        select(RouteRow.rep_id, RouteRow.rest_at, Task.state, Task.finished_at, *_VISIT)
        .join(RouteRow, RouteRow.id == VisitRow.route_id)
        .join(Task, Task.id == VisitRow.task_id)
        .where(RouteRow.day == today, RouteRow.rep_id.in_(ids))
        .order_by(VisitRow.position)
    )
    for stop in stops.all():
        days.setdefault(stop.rep_id, []).append(stop)
        if stop.state is TaskState.DONE:
            done[stop.rep_id] = done.get(stop.rep_id, 0) + 1
        else:
            upcoming.setdefault(stop.rep_id, stop)
    return [
        RepNow(
            rep=rep,
            hours=hours[rep.id],
            zones=tuple(zones.get(rep.id, ())),
            position=positions.get(rep.id),
            open_tasks=open_tasks.get(rep.id, 0),
            done_today=done.get(rep.id, 0),
            next_visit=upcoming.get(rep.id),
            next_state=upcoming[rep.id].state if rep.id in upcoming else None,
            rest=_rest(worked.rest, days.get(rep.id, []), now)
            if (worked := stored.get(rep.id)) and worked.rest
            else None,
        )
        for rep in reps
    ]


def _rest(pause: RestWindow, stops: Sequence[Any], now: datetime) -> Hours:
    """When the break is taken: at its earliest, or once the stop before it is over."""
    begun = sum(stop.state in STARTED for stop in stops)
    decided = stops[0].rest_at if stops else None
    before = rest_place(decided, [stop.starts_at for stop in stops], begun, pause)
    starts = datetime.fromtimestamp(pause.earliest, UTC)
    if before:
        last = stops[before - 1]
        starts = max(starts, last.finished_at or visit_times(last.state, last, now)[2])
    return starts, starts + timedelta(seconds=pause.seconds)


@dataclasses.dataclass(frozen=True)
class RouteNow:
    """A representative's day with its times as of now. ``paths``: the line driven to each stop, if asked."""

    rep: Rep
    hours: Hours
    day: Day
    schedule: Schedule
    version: int
    paths: tuple[list[tuple[float, float]], ...]


async def route_now(
    session: AsyncSession,
    services: FieldServices,
    rep: Rep,
    now: datetime,
    day: date | None = None,
    *,
    paths: bool = False,
) -> RouteNow:
    """The day asked for; by default today, or once that is over, the next day that has visits."""
    if day is None:
        day = await _working_day(session, services, rep, now)
    loaded = await load_day(session, services, now, day, [rep])
    hours = (await hours_on(session, services, [rep], day))[rep.id]
    times = loaded.schedule(rep.id)
    row = loaded.rows.get(rep.id)
    lines: tuple[list[tuple[float, float]], ...] = ()
    if paths:
        places = {number: place for place, number in loaded.points.items()}
        begins = loaded.routes[rep.id].rep.start_point
        doors = [stop.visit.point for stop in times.stops if not stop.visit.is_rest]
        stops = [places[point] for point in (begins, *doors)]
        lines = await asyncio.to_thread(_lines, services, stops)
    return RouteNow(rep, hours, loaded, times, row.version if row else 0, lines)


def _lines(
    services: FieldServices, stops: Sequence[tuple[float, float]]
) -> tuple[list[tuple[float, float]], ...]:
    return tuple(services.path(a, b) for a, b in pairwise(stops))


async def _working_day(session: AsyncSession, services: FieldServices, rep: Rep, now: datetime) -> date:
    today = services.day_of(now)
    yesterday = today - timedelta(days=1)
    night = (await stored_hours(session, yesterday, [rep.id])).get(rep.id)
    if night is not None and now < night.lasts_until and await _has_open(session, rep.id, yesterday):
        return yesterday
    _, ends = (await hours_on(session, services, [rep], today))[rep.id]
    if now < ends:
        return today
    left = (
        select(func.min(RouteRow.day))
        .join(VisitRow, VisitRow.route_id == RouteRow.id)
        .join(Task, Task.id == VisitRow.task_id)
        .where(RouteRow.rep_id == rep.id, Task.state.in_(IN_ROUTE))
        .where(RouteRow.day >= today, RouteRow.day <= today + timedelta(days=7))
    )
    return (await session.scalars(left)).first() or today


async def _has_open(session: AsyncSession, rep_id: UUID, day: date) -> bool:
    """Whether something of that day is still to be done."""
    visits = (
        select(Task.id)
        .join(VisitRow, VisitRow.task_id == Task.id)
        .join(RouteRow, RouteRow.id == VisitRow.route_id)
        .where(RouteRow.rep_id == rep_id, RouteRow.day == day, Task.state.in_(IN_ROUTE))
        .limit(1)
    )
    return (await session.scalars(visits)).first() is not None
