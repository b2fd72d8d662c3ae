"""Everybody's day as the search needs it: read once, kept, and brought up to date by what has changed.

A placing asks every representative, so that "nobody able" is true. What it needs of them are a few columns
of numbers (:mod:`field.dispatch.columns`), never whole rows. They are kept per working day in each process.
Every change of a representative or of a route raises its row's version, and rows are never deleted: as long
as the number of rows and the sum of their versions are what they were, what is kept is exact. Otherwise the
routes that changed are read again, or, where people came or went, the whole day.

What is kept is immutable, and comes from what was committed only: a transaction that has written routes
itself reads them for itself alone.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import Subquery, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.columns import (
    PLANNED,
    STATE_CODES,
    UNKNOWN,
    Crew,
    Flags,
    Ints,
    Numbers,
    Stops,
    crew_of,
    empty_stops,
    fill_row,
    left_of,
    numbered,
)
from field.dispatch.gaps import Fleet, Ways, gaps_of
from field.dispatch.route import UNREACHABLE, RepDay
from field.dispatch.tables import RouteRow, Shift, VisitRow
from field.grid.tables import GridImport, Rep, Zone
from field.road.travel import Travel
from field.task.tables import Task
from kernel.database import NotReady, is_writing
from kernel.sql.spatial import EARTH_RADIUS_M

DAYS_KEPT = 10
FEW = 100
"""Routes that are read again within a transaction; more are read before it."""
WROTE_ROUTES = "wrote_routes"
"""Mark of a session that has changed routes: what it reads is not committed yet."""

SPARE = 3
"""Room for as many more stops than the longest route has, before all columns are made anew."""

Columns = TypeVar("Columns", Crew, Stops)
Floats = npt.NDArray[np.float64]
Span = tuple[datetime, datetime]


@dataclasses.dataclass(frozen=True)
class Person:
    """What is known of a representative whatever the day. ``office``: the station's, if it has one."""

    id: UUID
    code: str
    name: str
    station: str
    office: str | None
    skills: dict[str, int]
    parts: dict[str, int]
    shift_start: int
    shift_end: int
    home: tuple[float, float]


UsualHours = Callable[[Person, date], Span]
"""When somebody works on a day unless a shift says otherwise."""


@dataclasses.dataclass(frozen=True)
class Planned:
    """A route as it is stored: its version, and of each visit the task, place, numbers, travel and parts."""

    version: int = 0
    locked: bool = False
    changed_at: datetime | None = None
    tasks: tuple[UUID, ...] = ()
    places: tuple[tuple[float, float], ...] = ()
    numbers: tuple[Numbers, ...] = ()
    ways: tuple[int, ...] = ()
    parts: tuple[dict[str, int], ...] = ()


@dataclasses.dataclass(frozen=True)
class Marks:
    """By which one sees whether anything changed: numbers of rows and sums of versions, the newest import."""

    reps: tuple[int, int]
    routes: tuple[int, int]
    grid: UUID | None
    shifts: tuple[tuple[UUID, datetime, datetime], ...]

    def same_people(self, other: Marks) -> bool:
        return (self.reps, self.grid, self.shifts) == (other.reps, other.grid, other.shifts)


@dataclasses.dataclass(frozen=True)
class Roster:
    """A working day: ``people`` by code; ``days``, ``plans`` and the columns have a row for each of them.

    ``places``: longitude and latitude of every point of the fleet, (R × (V + 1), 2): the homes, then room for
    V stops a row; ``used``: which of them are somewhere.
    """

    day: date
    marks: Marks
    people: tuple[Person, ...]
    rows: dict[UUID, int]
    days: list[RepDay]
    plans: list[Planned]
    crew: Crew
    stops: Stops
    places: Floats
    used: Flags

    @classmethod
    def of(
        cls, day: date, marks: Marks, people: Sequence[Person], days: list[RepDay], plans: list[Planned]
    ) -> Roster:
        """All columns from the start."""
        wide = max((len(plan.tasks) for plan in plans), default=0) + SPARE
        count, homes = len(people), range(len(people))
        crew = crew_of(
            [(each.shift_start, each.shift_end, each.locked) for each in days],
            [person.skills for person in people],
            [person.parts for person in people],
            numbered(name for person in people for name in person.skills),
            numbered(name for person in people for name in person.parts),
        )
        places = np.zeros((count * (wide + 1), 2), np.float64)
        places[:count] = np.array([person.home for person in people], np.float64).reshape(-1, 2)
        used = np.arange(len(places)) < count
        rows = {person.id: row for row, person in enumerate(people)}
        stops = empty_stops(homes, homes, wide)
        made = cls(day, marks, tuple(people), rows, days, plans, crew, stops, places, used)
        for row, plan in enumerate(plans):
            if plan.tasks:
                made._write(row, plan)
        return made

    def renewed(self, marks: Marks, plans: Mapping[UUID, Planned]) -> Roster:
        """The day with other routes of some."""
        wide = self.stops.point.shape[1]
        every = list(self.plans)
        days = list(self.days)
        for rep_id, plan in plans.items():
            row = self.rows[rep_id]
            every[row], days[row] = plan, dataclasses.replace(days[row], locked=plan.locked)
        if any(len(plan.tasks) > wide for plan in plans.values()):
            return Roster.of(self.day, marks, self.people, days, every)
        made = dataclasses.replace(
            self,
            marks=marks,
            days=days,
            plans=every,
            crew=_copied(self.crew),
            stops=_copied(self.stops),
            places=self.places.copy(),
            used=self.used.copy(),
        )
        for rep_id, plan in plans.items():
            made._write(self.rows[rep_id], plan)
        return made

    def without(self, task_id: UUID, rep_id: UUID | None, travel: Travel) -> Roster:
        """The day as it would be without this task, if that representative has it."""
        row = self.rows.get(rep_id) if rep_id is not None else None
        if row is None or task_id not in self.plans[row].tasks:
            return self
        plan = self.plans[row]
        at = plan.tasks.index(task_id)
        line = [self.people[row].home, *plan.places, self.people[row].home]
        [way] = travel.legs([line[at]], [line[at + 2]]) if len(plan.tasks) > 1 else [0]

        def left(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return (*values[:at], *values[at + 1 :])

        shorter = dataclasses.replace(
            plan,
            tasks=left(plan.tasks),
            places=left(plan.places),
            numbers=left(plan.numbers),
            ways=(*plan.ways[:at], way, *plan.ways[at + 2 :]),
            parts=left(plan.parts),
        )
        return self.renewed(self.marks, {self.people[row].id: shorter})

    def _write(self, row: int, plan: Planned) -> None:
        """Fill one row of columns that nobody has seen yet."""
        wide, size = self.stops.point.shape[1], len(plan.tasks)
        point = len(self.people) + row * wide
        if size:
            fill_row(self.stops, row, plan.numbers, range(point, point + size), plan.ways)
            self.places[point : point + size] = plan.places
        self.stops.count[row] = size
        self.used[point : point + wide] = np.arange(wide) < size
        self.crew.locked[row] = plan.locked
        left = left_of(self.people[row].parts, plan.parts)
        for name, column in self.crew.parts.items():
            self.crew.stock[row, column] = left.get(name, 0)

    def fleet(self, now: int) -> Fleet:
        """Everybody, ready for searching."""
        gaps = gaps_of(self.crew, self.stops, now)
        return Fleet(self.days, self.tasks, gaps, self.crew.skills, self.crew.parts, self.rows)

    @cached_property
    def tasks(self) -> list[tuple[UUID, ...]]:
        return [plan.tasks for plan in self.plans]

    @cached_property
    def newest(self) -> datetime | None:
        """When a route was changed last."""
        return max((plan.changed_at for plan in self.plans if plan.changed_at), default=None)

    def ways(self, travel: Travel, place: tuple[float, float]) -> Ways:
        """Travel between a place and every point of the fleet."""
        found = np.full((2, len(self.places)), UNREACHABLE, np.int32)
        found[:, self.used] = travel.around(place, self.places[self.used])
        return Ways(*found)

    def by_nearness(self, place: tuple[float, float], zone: ZoneBrief | None) -> Ints:
        """The rows by how near each is to a task, in the grid and on the ground: its zone's owner, the zone's
        station, its office, then by distance from home.
        """
        lon, lat = np.radians(self.places[: len(self.people)]).T
        here_lon, here_lat = np.radians(place)
        half = np.sin((lat - here_lat) / 2) ** 2
        half += np.cos(lat) * np.cos(here_lat) * np.sin((lon - here_lon) / 2) ** 2
        far = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
        if zone is None:
            return np.asarray(np.argsort(far, kind="stable"), np.int64)
        elsewhere = self._offices != zone.office
        away = self._stations != zone.station
        others = np.ones(len(self.people), np.bool_)
        if zone.owner_id in self.rows:
            others[self.rows[zone.owner_id]] = False
        return np.asarray(np.lexsort((far, elsewhere, away, others)), np.int64)

    @cached_property
    def _stations(self) -> npt.NDArray[np.str_]:
        return np.array([person.station for person in self.people], np.str_)

    @cached_property
    def _offices(self) -> npt.NDArray[np.str_]:
        return np.array([person.office or "" for person in self.people], np.str_)


def _copied(columns: Columns) -> Columns:
    copies: dict[str, Any] = {
        name: value.copy() for name, value in vars(columns).items() if isinstance(value, np.ndarray)
    }
    return dataclasses.replace(columns, **copies)


@dataclasses.dataclass(frozen=True)
class ZoneBrief:
    """What placing needs of a zone."""

    station: str
    office: str
    owner_id: UUID | None


async def zone_brief(session: AsyncSession, zone_id: UUID | None) -> ZoneBrief | None:
    """The zone without its shape."""
    if zone_id is None:
        return None
    columns = select(Zone.station, Zone.office, Zone.owner_id).where(Zone.id == zone_id)
    found = (await session.execute(columns)).first()
    return ZoneBrief(*found) if found else None


async def roster_at(
    rosters: dict[date, Roster], session: AsyncSession, day: date, hours: UsualHours, travel: Travel
) -> Roster:
    """The day as ``session`` sees it. ``rosters``: the newest of each day that this process keeps.

    Raises:
        NotReady: within a transaction that writes, when so much has to be read that others would wait.
    """
    marks = await _marks(session, day)
    kept = rosters.get(day)
    if kept is not None and kept.marks == marks:
        return kept
    changed: set[UUID] | None = None
    if kept is not None and kept.marks.same_people(marks):
        changed = await _changed(session, kept, marks)
    if is_writing(session) and (changed is None or len(changed) > FEW):
        raise NotReady(lambda ahead: roster_at(rosters, ahead, day, hours, travel))
    if kept is None or changed is None:
        roster = await _whole(session, day, marks, hours, travel)
    else:
        people = {rep_id: kept.people[kept.rows[rep_id]] for rep_id in changed}
        roster = kept.renewed(marks, await _plans(session, day, changed, people, travel))
    if not session.info.get(WROTE_ROUTES):
        rosters.pop(day, None)
        rosters[day] = roster
        while len(rosters) > DAYS_KEPT:
            rosters.pop(next(iter(rosters)))
    return roster


async def _marks(session: AsyncSession, day: date) -> Marks:
    def counted(table: Any, name: str, *only: Any) -> Subquery:
        """Rows and the sum of their versions, in one walk through the table."""
        total = func.coalesce(func.sum(table.version), 0).label("versions")
        return select(func.count().label("rows"), total).select_from(table).where(*only).subquery(name)

    people, days = counted(Rep, "people"), counted(RouteRow, "days", RouteRow.day == day)
    columns = select(
        people.c.rows,
        people.c.versions,
        days.c.rows,
        days.c.versions,
        select(func.count()).select_from(Shift).where(Shift.day == day).scalar_subquery(),
        select(GridImport.id).order_by(GridImport.id.desc()).limit(1).scalar_subquery(),
    ).select_from(people.join(days, true()))
    found = (await session.execute(columns)).one()
    reps, rep_versions, routes, route_versions, shifts, grid = found
    special: tuple[tuple[UUID, datetime, datetime], ...] = ()
    if shifts:
        hours = select(Shift.rep_id, Shift.start_at, Shift.end_at).where(Shift.day == day)
        listed = await session.execute(hours.order_by(Shift.rep_id))
        special = tuple((rep_id, start, end) for rep_id, start, end in listed)
    return Marks((reps, int(rep_versions)), (routes, int(route_versions)), grid, special)


async def _changed(session: AsyncSession, kept: Roster, marks: Marks) -> set[UUID]:
    """The representatives whose routes are others than those kept."""
    columns = select(RouteRow.rep_id, RouteRow.version).where(RouteRow.day == kept.day)
    if kept.newest is not None:
        recent = columns.where(RouteRow.changed_at >= kept.newest - timedelta(seconds=1))
        changed, grown, new = _differing(kept, (await session.execute(recent)).all())
        if (kept.marks.routes[0] + new, kept.marks.routes[1] + grown) == marks.routes:
            return changed
    # The clock stepped, or somebody who began earlier committed later: compare them all.
    return _differing(kept, (await session.execute(columns)).all())[0]


def _differing(kept: Roster, listed: Sequence[Any]) -> tuple[set[UUID], int, int]:
    """Whose versions differ, by how much in all, and how many routes are new."""
    changed, grown, new = set(), 0, 0
    for rep_id, version in listed:
        row = kept.rows.get(rep_id)
        before = kept.plans[row].version if row is not None else version
        if version != before:
            changed.add(rep_id)
            grown += version - before
            new += before == 0
    return changed, grown, new


async def _whole(session: AsyncSession, day: date, marks: Marks, hours: UsualHours, travel: Travel) -> Roster:
    units = await session.execute(select(Zone.station, Zone.office).where(Zone.active).distinct())
    offices = {station: office for station, office in units.all()}
    columns = select(
        Rep.id,
        Rep.code,
        Rep.name,
        Rep.station,
        Rep.skills,
        Rep.parts,
        Rep.shift_start,
        Rep.shift_end,
        Rep.home_lon,
        Rep.home_lat,
    )
    people = tuple(
        Person(id, code, name, station, offices.get(station), skills, parts, start, end, (lon, lat))
        for id, code, name, station, skills, parts, start, end, lon, lat in await session.execute(
            columns.where(Rep.active).order_by(Rep.code)
        )
    )
    special: dict[UUID, Span] = {rep_id: (start, end) for rep_id, start, end in marks.shifts}
    plans = await _plans(session, day, None, {person.id: person for person in people}, travel)
    ordered = [plans.get(person.id, Planned()) for person in people]
    days = [
        _day(row, person, special.get(person.id) or hours(person, day), plan.locked)
        for row, (person, plan) in enumerate(zip(people, ordered, strict=True))
    ]
    return Roster.of(day, marks, people, days, ordered)


def _day(row: int, person: Person, hours: Span, locked: bool) -> RepDay:
    start, end = (int(moment.timestamp()) for moment in hours)
    return RepDay(person.id, start, end, row, row, person.skills, person.parts, locked)


async def _plans(
    session: AsyncSession,
    day: date,
    only: set[UUID] | None,
    people: dict[UUID, Person],
    travel: Travel,
) -> dict[UUID, Planned]:
    """The stored routes of the day, all or ``only`` some, of those who are among ``people``."""
    routes = select(RouteRow.rep_id, RouteRow.version, RouteRow.locked, RouteRow.changed_at)
    routes = routes.where(RouteRow.day == day)
    visits = (
        select(
            RouteRow.rep_id,
            VisitRow.task_id,
            VisitRow.travel_s,
            VisitRow.held,
            Task.lon,
            Task.lat,
            Task.duration_s,
            Task.window_start,
            Task.window_end,
            Task.state,
            Task.departed_at,
            Task.arrived_at,
            Task.finished_at,
            Task.parts,
        )
        .join(VisitRow, VisitRow.route_id == RouteRow.id)
        .join(Task, Task.id == VisitRow.task_id)
        .where(RouteRow.day == day)
        .order_by(VisitRow.position)
    )
    if only is not None:
        routes, visits = routes.where(RouteRow.rep_id.in_(only)), visits.where(RouteRow.rep_id.in_(only))
    stops: dict[UUID, list[Any]] = defaultdict(list)
    heads = (await session.execute(routes)).all()
    for visit in await session.execute(visits):
        stops[visit[0]].append(visit)
    ends = [rep_id for rep_id in stops if rep_id in people]
    last = [(stops[rep_id][-1].lon, stops[rep_id][-1].lat) for rep_id in ends]
    homes = [people[rep_id].home for rep_id in ends]
    await at_hand(session, travel, [*last, *homes] if only is not None else [])
    home_ways = dict(zip(ends, await asyncio.to_thread(travel.legs, last, homes), strict=True))
    return {
        rep_id: _planned(version, locked, changed_at, stops[rep_id], home_ways.get(rep_id, 0))
        for rep_id, version, locked, changed_at in heads
        if rep_id in people
    }


async def at_hand(
    session: AsyncSession, travel: Travel, points: Sequence[tuple[float, float]], *, around: bool = False
) -> None:
    """Have the streets between these points searched, with nobody waiting for it.

    Raises:
        NotReady: in a transaction that writes; the search then is made before the next.
    """
    if not points or travel.at_hand(points, around=around):
        return

    async def search(_session: AsyncSession) -> None:
        await asyncio.to_thread(travel.learn, points, around=around)

    if is_writing(session):
        raise NotReady(search)
    await search(session)


def _planned(version: int, locked: bool, changed_at: datetime, stops: list[Any], home_way: int) -> Planned:
    return Planned(
        version=version,
        locked=locked,
        changed_at=changed_at,
        tasks=tuple(stop.task_id for stop in stops),
        places=tuple((stop.lon, stop.lat) for stop in stops),
        numbers=tuple(_numbers(stop) for stop in stops),
        ways=(*(stop.travel_s for stop in stops), home_way),
        parts=tuple(stop.parts for stop in stops),
    )


def _numbers(stop: Any) -> Numbers:
    return (
        stop.duration_s,
        int(stop.window_start.timestamp()),
        int(stop.window_end.timestamp()),
        STATE_CODES.get(stop.state, PLANNED),
        _seconds(stop.departed_at),
        _seconds(stop.arrived_at),
        _seconds(stop.finished_at),
        stop.held,
    )


def _seconds(at: datetime | None) -> int:
    return UNKNOWN if at is None else int(at.timestamp())
