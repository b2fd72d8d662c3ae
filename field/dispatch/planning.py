"""A day as the planner sees it, out of rows and back into them.

:func:`load_day` reads the representatives who could matter, their routes, and the travel times between
all places involved, and packs them for :mod:`field.dispatch.engine.proposals`. :meth:`Day.store` writes one
changed route back: positions and times of its visits, and a new version of the route, so that two who change
the same route at once collide.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from field.dispatch.engine.columns import numbers_of
from field.dispatch.engine.proposals import Fleet, pack
from field.dispatch.engine.route import (
    STARTED,
    RepDay,
    Route,
    Schedule,
    Stop,
    Travel,
    Visit,
    in_order,
    points_of,
    schedule,
)
from field.dispatch.hours import Hours, rest_of, rest_place, stored_hours
from field.dispatch.rosters.paces import pace_at
from field.dispatch.rosters.reading import WROTE_ROUTES, at_hand
from field.dispatch.rosters.roster import Person, Planned
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.tables import Rep
from field.road.pace import Pace
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, TaskState
from field.task.timeline import hint, tell_chain
from field.task.window import begun_at, window_of
from kernel.database import UnitOfWork, is_writing

AFRESH = {"populate_existing": True}
"""Rows as they are now: what the session read before it had to wait for somebody is old."""

# Read with every placing, and built once: what stands in a route is of the same moment as its version.
_ROUTES = (
    select(RouteRow, VisitRow, Task)
    .outerjoin(VisitRow, VisitRow.route_id == RouteRow.id)
    .outerjoin(Task, Task.id == VisitRow.task_id)
    .where(
        RouteRow.day == bindparam("day", type_=Date),
        RouteRow.rep_id.in_(bindparam("reps", expanding=True)),
    )
    .order_by(VisitRow.position)
)

_PLANNED = ("route_id", "position", "travel_s", "base_s", "held", "eta", "starts_at", "ends_at")

Point = tuple[float, float]

BEGUN = (TaskState.ON_SITE, TaskState.DONE)
FEW_POINTS = 100
"""Between so many places the travel times are put together at once, between more in a thread."""


@dataclasses.dataclass
class Day:
    """Routes of one working day as of ``now``; ``routes`` are in the order in which the reps came."""

    day: date
    now: datetime
    reps: dict[UUID, Rep]
    tasks: dict[UUID, Task]
    routes: dict[UUID, Route]
    rows: dict[UUID, RouteRow]
    visits: dict[UUID, VisitRow]
    travel: Travel
    points: dict[Point, int]
    services: FieldServices

    @cached_property
    def fleet(self) -> Fleet:
        return pack(tuple(self.routes.values()), self.travel, self.seconds)

    @property
    def seconds(self) -> int:
        return int(self.now.timestamp())

    def schedule(self, rep_id: UUID) -> Schedule:
        """The representative's day with its times, as of now."""
        return schedule(self.routes[rep_id], self.travel, self.seconds)

    def visit_of(self, task: Task) -> Visit:
        """The task as a stop. It must have a point."""
        assert task.lon is not None and task.lat is not None
        return visit_of(task, self.points[task.lon, task.lat])

    async def store(self, uow: UnitOfWork, rep_id: UUID, route: Route) -> Schedule:
        """Write ``route`` as the representative's day. The schedule written is returned."""
        visits = tuple(self._in_step(visit) for visit in route.visits)
        self.routes[rep_id] = route = dataclasses.replace(route, visits=in_order(visits))
        self.__dict__.pop("fleet", None)
        uow.session.info[WROTE_ROUTES] = True
        new = rep_id not in self.rows
        row = await self._route_row(uow, rep_id)
        kept = {visit.task_id for visit in route.visits if not visit.is_rest}
        for task_id, visit in list(self.visits.items()):
            if visit.route_id == row.id and task_id not in kept:
                await uow.session.delete(self.visits.pop(task_id))
                tell_chain(uow, self.tasks[task_id])
        await uow.session.flush()
        times = self.schedule(rep_id)
        stops = [stop for stop in times.stops if not stop.visit.is_rest]
        for position, stop in enumerate(stops):
            self._put(uow, row, position, stop)
        row.rest_at = next((at for at, visit in enumerate(route.visits) if visit.is_rest), None)
        if not new:
            row.changed_at = uow.now
            # Two changes at the same instant are two changes: the version must grow with each.
            flag_modified(row, "changed_at")
        await uow.session.flush()
        uow.changed("route", rep_id, f"rep:{rep_id}", "reps")
        for stop in stops:
            await self._keep_together(uow, self.tasks[stop.visit.task_id], moment(stop.start_at))
        return times

    def _in_step(self, visit: Visit) -> Visit:
        """A stop for two has the moment that both keep now, which may have moved since it was read."""
        task = self.tasks.get(visit.task_id)
        if task is None or task.meets_at is None:
            return visit
        now = visit_of(task, visit.point)
        return dataclasses.replace(visit, earliest=now.earliest, latest=now.latest, started_at=now.started_at)

    async def _keep_together(self, uow: UnitOfWork, task: Task, starts_at: datetime) -> None:
        """Whoever cannot begin at the moment agreed has the other wait: both begin when the later one can."""
        if task.partner_id is None or task.meets_at is None or starts_at == task.meets_at:
            return
        partner = await uow.session.get(Task, task.partner_id)
        if partner is None or task.state in BEGUN or partner.state in FINAL:
            return
        task.meets_at = partner.meets_at = starts_at
        await uow.session.flush()
        visit = await uow.session.get(VisitRow, partner.id)
        if visit is None:
            return
        row = await uow.session.get_one(RouteRow, visit.route_id)
        other: Day = self
        if row.rep_id not in self.routes or row.day != self.day:
            await uow.hold(days_of(row.rep_id))
            rep = await uow.session.get_one(Rep, row.rep_id)
            other = await load_day(uow.session, self.services, self.now, row.day, [rep])
        hint(uow, partner)
        await other.store(uow, row.rep_id, other.routes[row.rep_id])

    def planned(self, rep_id: UUID) -> Planned:
        """The representative's day as it was stored here, as
        :func:`~field.dispatch.rosters.reading.roster_at` would read it.
        """
        row, route, stops = self.rows[rep_id], self.routes[rep_id], self.schedule(rep_id).stops
        places = {point: place for place, point in self.points.items()}
        points, end = points_of(route), route.rep.end_point
        return Planned(
            version=row.version,
            locked=row.locked,
            changed_at=row.changed_at,
            tasks=tuple(stop.visit.task_id for stop in stops),
            places=tuple(places[point] for point in points),
            numbers=tuple(numbers_of(stop.visit) for stop in stops),
            ways=(
                *(stop.base_s for stop in stops),
                int(self.travel[points[-1], end]) if stops and end is not None else 0,
            ),
            parts=tuple(dict(stop.visit.parts) for stop in stops),
        )

    async def _route_row(self, uow: UnitOfWork, rep_id: UUID) -> RouteRow:
        if rep_id not in self.rows:
            row = RouteRow(id=uow.new_id(), rep_id=rep_id, day=self.day, locked=False, changed_at=uow.now)
            uow.session.add(row)
            await uow.session.flush()
            self.rows[rep_id] = row
        return self.rows[rep_id]

    def _put(self, uow: UnitOfWork, row: RouteRow, position: int, stop: Stop) -> None:
        task_id = stop.visit.task_id
        visit = self.visits.get(task_id)
        if visit is None:
            visit = self.visits[task_id] = VisitRow(task_id=task_id)
            uow.session.add(visit)
        visit.route_id, visit.position, visit.travel_s = row.id, position, stop.travel_s
        visit.base_s = stop.base_s
        visit.held = stop.visit.held
        visit.eta, visit.starts_at = moment(stop.arrive_at), moment(stop.start_at)
        visit.ends_at = moment(stop.finish_at)
        if uow.session.is_modified(visit):  # all its columns: then one statement does for all such visits
            tell_chain(uow, self.tasks[task_id])
            for column in _PLANNED:
                flag_modified(visit, column)


def visit_of(task: Task, point: int) -> Visit:
    """A task as a stop at the point of that number."""
    earliest, latest = window_of(task)
    return Visit(
        task_id=task.id,
        point=point,
        service_s=task.duration_s,
        earliest=int(earliest.timestamp()),
        latest=int(latest.timestamp()),
        skill=task.skill or None,
        level=task.level,
        # What finished work used is out of the van already (field.forms.filling).
        parts={} if task.state is TaskState.DONE else task.parts,
        state=task.state,
        departed_at=_seconds(task.departed_at),
        started_at=_seconds(begun_at(task)),
        finished_at=_seconds(task.finished_at),
    )


def moment(seconds: int) -> datetime:
    """Unix time as a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def days_of(rep_id: UUID) -> str:
    """What whoever will write a representative's routes holds (:meth:`~kernel.database.UnitOfWork.hold`)."""
    return f"route:{rep_id}"


async def load_day(
    session: AsyncSession,
    services: FieldServices,
    now: datetime,
    day: date,
    reps: Sequence[Rep],
    extra: Iterable[Task] = (),
    hours: Mapping[UUID, Hours] | None = None,
    pace: Pace | None = None,
) -> Day:
    """The routes of ``reps`` on ``day``, and travel times to the points of ``extra`` tasks as well.

    ``hours``: of all of them, and the day's ``pace``, where they are known already.
    """
    ids = [rep.id for rep in reps]
    found = await session.execute(_ROUTES, {"day": day, "reps": ids}, execution_options=AFRESH)
    rows: dict[UUID, RouteRow] = {}
    listed: list[tuple[VisitRow, Task]] = []
    for route, visit, task in found:
        rows[route.rep_id] = route
        if visit is not None:
            listed.append((visit, task))
    of_rep = {row.id: rep_id for rep_id, row in rows.items()}
    other_hours = await stored_hours(session, day, ids) if hours is None else hours
    of_reps = {rep.id: other_hours.get(rep.id) or Hours(*usual_hours(services, rep, day)) for rep in reps}
    tasks = {task.id: task for _, task in listed} | {task.id: task for task in extra}
    if pace is None:
        pace = await pace_at(session, services.paces, services.travel, day)
    points = _points(reps, of_reps, tasks.values())
    await at_hand(session, services.travel, list(points))
    if len(points) > FEW_POINTS and not is_writing(session):
        travel = await asyncio.to_thread(services.travel.seconds, list(points))
    else:
        travel = services.travel.seconds(list(points))
    loaded = Day(
        day=day,
        now=now,
        reps={rep.id: rep for rep in reps},
        tasks=tasks,
        routes={},
        rows=rows,
        visits={visit.task_id: visit for visit, _ in listed},
        travel=travel,
        points=points,
        services=services,
    )
    stops: dict[UUID, list[Visit]] = {rep_id: [] for rep_id in ids}
    begins: dict[UUID, list[datetime]] = {rep_id: [] for rep_id in ids}
    for visit, task in listed:
        planned = dataclasses.replace(loaded.visit_of(task), held=visit.held)
        stops[of_rep[visit.route_id]].append(planned)
        begins[of_rep[visit.route_id]].append(visit.starts_at)
    for rep in reps:
        worked, row = of_reps[rep.id], rows.get(rep.id)
        if worked.rest is not None:
            begun = sum(visit.state in STARTED for visit in stops[rep.id])
            at = rest_place(row.rest_at if row else None, begins[rep.id], begun, worked.rest)
            stops[rep.id].insert(at, rest_of(rep.id, day, worked.rest))
        loaded.routes[rep.id] = Route(_rep_day(rep, worked, points, row, pace), in_order(stops[rep.id]))
    return loaded


def _rep_day(
    rep: Rep, worked: Hours, points: Mapping[Point, int], row: RouteRow | None, pace: Pace
) -> RepDay:
    home = rep.home_lon, rep.home_lat
    return RepDay(
        rep_id=rep.id,
        shift_start=int(worked.start.timestamp()),
        shift_end=int(worked.end.timestamp()),
        start_point=points[worked.begins or home],
        end_point=None if worked.open_end else points[worked.ends or home],
        skills=rep.skills,
        parts=rep.parts,
        locked=row is not None and row.locked,
        pace=pace,
    )


def usual_hours(
    services: FieldServices, rep: Rep | Person | Row[Any], day: date
) -> tuple[datetime, datetime]:
    """When the representative works on ``day`` unless a shift says otherwise."""
    return services.moment(day, rep.shift_start), services.moment(day, rep.shift_end)


def _points(reps: Iterable[Rep], hours: Mapping[UUID, Hours], tasks: Iterable[Task]) -> dict[Point, int]:
    """Every place involved, numbered as in the travel matrix."""
    points: dict[Point, int] = {}
    for rep in reps:
        home, worked = (rep.home_lon, rep.home_lat), hours[rep.id]
        for place in (worked.begins or home, None if worked.open_end else worked.ends or home):
            if place is not None:
                points.setdefault(place, len(points))
    for task in tasks:
        if task.lon is not None and task.lat is not None:
            points.setdefault((task.lon, task.lat), len(points))
    return points
