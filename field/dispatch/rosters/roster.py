"""Everybody's day as the search needs it: read once, kept, and brought up to date by what has changed.

A placing asks every representative, so that "nobody able" is true. What it needs of them are a few columns
of numbers (:mod:`field.dispatch.engine.columns`), never whole rows. They are kept per working day in each
process. Every change of a representative or of a route raises its row's version, and rows are never deleted:
as long as the number of rows and the sum of their versions are what they were, what is kept is exact.
Otherwise the routes that changed are read again, or, where people came or went, the whole day.

What is kept is immutable, and comes from what was committed only: a transaction that has written routes
itself reads them for itself alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt

from field.dispatch.engine.columns import (
    REST,
    STATE,
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
from field.dispatch.engine.gaps import Fleet, Ways, gaps_of
from field.dispatch.engine.route import UNREACHABLE, RepDay
from field.dispatch.hours import Hours
from field.grid.store import ZoneBrief
from field.road.pace import EVEN, Pace
from field.road.travel import Travel
from kernel.sql.spatial import EARTH_RADIUS_M

SPARE = 3
"""Room for as many more stops than the longest route has, before all columns are made anew."""

Columns = TypeVar("Columns", Crew, Stops)
Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]
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
    contract: Mapping[str, Any] = dataclasses.field(default_factory=dict)


UsualHours = Callable[[Person, date], Span]
"""When somebody works on a day unless a shift says otherwise."""


@dataclasses.dataclass(frozen=True)
class Planned:
    """A route as it is stored: its version, and of each visit the task, place, numbers, travel on empty
    roads and parts."""

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
    """By which one sees whether anything changed: numbers of rows and sums of versions, the newest import.
    What is rare is here as it is.
    """

    reps: tuple[int, int]
    routes: tuple[int, int]
    grid: UUID | None
    shifts: int
    """How often the day's shifts have changed."""
    covers: tuple[tuple[UUID, UUID], ...] = ()
    """Zones that day whose owner is away, and who answers for them."""
    night_until: datetime | None = None
    """Until when somebody of the day before is at work or on call, where that is on this day."""
    pace: tuple[int, int] = (0, 0)
    """Which travel profile counts, and which days around are holidays (see `paces`)."""

    def same_people(self, other: Marks) -> bool:
        return (self.reps, self.grid, self.shifts, self.pace) == (
            *(other.reps, other.grid, other.shifts),
            other.pace,
        )


@dataclasses.dataclass(frozen=True)
class Roster:
    """A working day: ``people`` by code; ``hours``, ``days``, ``plans`` and the columns have a row for each.

    ``places``: longitude and latitude of every point of the fleet, (R × (V + 2), 2): where the days begin,
    then where they end that end elsewhere, then room for V stops a row; ``used``: which are somewhere.
    """

    day: date
    marks: Marks
    people: tuple[Person, ...]
    rows: dict[UUID, int]
    hours: list[Hours]
    days: list[RepDay]
    plans: list[Planned]
    crew: Crew
    stops: Stops
    places: Floats
    used: Flags
    tasks: list[tuple[UUID, ...]]
    newest: datetime | None
    """When a route was changed last, as far as is kept."""
    stations: Names
    offices: Names
    contracted: tuple[tuple[UUID, Mapping[str, Any]], ...]
    """Those who work for contractors, and what they may get."""

    @classmethod
    def of(
        cls,
        day: date,
        marks: Marks,
        people: Sequence[Person],
        hours: Sequence[Hours],
        plans: list[Planned],
        pace: Pace = EVEN,
    ) -> Roster:
        """All columns from the start."""
        wide = max((len(plan.tasks) for plan in plans), default=0) + SPARE
        count = len(people)
        begins = [begin_of(*each) for each in zip(people, hours, strict=True)]
        ends = [end_of(*each) for each in zip(people, hours, strict=True)]
        away = [end is not None and end != begin for begin, end in zip(begins, ends, strict=True)]
        points = [-1 if end is None else count + row if away[row] else row for row, end in enumerate(ends)]
        days = [
            _day(row, points[row], person, worked, plan.locked, pace)
            for row, (person, worked, plan) in enumerate(zip(people, hours, plans, strict=True))
        ]
        crew = crew_of(
            [(each.shift_start, each.shift_end, each.locked) for each in days],
            [person.skills for person in people],
            [person.parts for person in people],
            numbered(name for person in people for name in person.skills),
            numbered(name for person in people for name in person.parts),
            pace,
        )
        places = np.zeros((count * (wide + 2), 2), np.float64)
        places[:count] = np.array(begins, np.float64).reshape(-1, 2)
        used = np.arange(len(places)) < count
        for row, end in enumerate(ends):
            if away[row] and end is not None:
                places[points[row]], used[points[row]] = end, True
        rows = {person.id: row for row, person in enumerate(people)}
        stops = empty_stops(range(count), points, wide)
        made = cls(
            day=day,
            marks=marks,
            people=tuple(people),
            rows=rows,
            hours=list(hours),
            days=days,
            plans=plans,
            crew=crew,
            stops=stops,
            places=places,
            used=used,
            tasks=[plan.tasks for plan in plans],
            newest=max((plan.changed_at for plan in plans if plan.changed_at), default=None),
            stations=np.array([person.station for person in people], np.str_),
            offices=np.array([person.office or "" for person in people], np.str_),
            contracted=tuple((person.id, person.contract) for person in people if person.contract),
        )
        for row, plan in enumerate(plans):
            if plan.tasks:
                made._write(row, plan)
        return made

    def renewed(self, marks: Marks, plans: Mapping[UUID, Planned]) -> Roster:
        """The day with other routes of some."""
        wide = self.stops.point.shape[1]
        every, days, tasks = list(self.plans), list(self.days), list(self.tasks)
        for rep_id, plan in plans.items():
            row = self.rows[rep_id]
            every[row], tasks[row] = plan, plan.tasks
            days[row] = dataclasses.replace(days[row], locked=plan.locked)
        if any(len(plan.tasks) > wide for plan in plans.values()):
            return Roster.of(self.day, marks, self.people, self.hours, every, self.crew.pace)
        changed = (plan.changed_at for plan in plans.values())
        made = dataclasses.replace(
            self,
            marks=marks,
            days=days,
            plans=every,
            crew=_copied(self.crew),
            stops=_copied(self.stops),
            places=self.places.copy(),
            used=self.used.copy(),
            tasks=tasks,
            newest=max((at for at in (self.newest, *changed) if at), default=None),
        )
        for rep_id, plan in plans.items():
            made._write(self.rows[rep_id], plan)
        return made

    def after(self, rep_id: UUID, plan: Planned) -> Roster:
        """The day when somebody's route has been stored, and nothing else since this one was read."""
        before = self.plans[self.rows[rep_id]].version
        routes, versions = self.marks.routes
        counted = (routes + (before == 0), versions + plan.version - before)
        return self.renewed(dataclasses.replace(self.marks, routes=counted), {rep_id: plan})

    def without(self, task_id: UUID, rep_id: UUID | None, travel: Travel) -> Roster:
        """The day as it would be without this task, if that representative has it."""
        row = self.rows.get(rep_id) if rep_id is not None else None
        if row is None or task_id not in self.plans[row].tasks:
            return self
        plan, person, worked = self.plans[row], self.people[row], self.hours[row]
        at = plan.tasks.index(task_id)

        def left(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return (*values[:at], *values[at + 1 :])

        numbers, places = left(plan.numbers), list(left(plan.places))
        resting = [each[STATE] == REST for each in numbers]
        before = places[at - 1] if at else begin_of(person, worked)
        onto = at  # the next stop that is somewhere
        while onto < len(places) and resting[onto]:
            places[onto] = before
            onto += 1
        ways = [*left(plan.ways[:-1]), plan.ways[-1]]
        after = places[onto] if onto < len(places) else end_of(person, worked)
        stays = after is None or all(resting)
        ways[onto] = 0 if stays or after is None else int(travel.legs([before], [after])[0])
        shorter = dataclasses.replace(
            plan,
            tasks=left(plan.tasks),
            places=tuple(places),
            numbers=numbers,
            ways=tuple(ways),
            parts=left(plan.parts),
        )
        return self.renewed(self.marks, {person.id: shorter})

    @property
    def covered_by(self) -> dict[UUID, UUID]:
        """Who answers for a zone whose owner is away that day, by zone."""
        return dict(self.marks.covers)

    def is_off(self, rep_id: UUID) -> bool:
        """Whether the representative does not work on this day, or not at all any more."""
        row = self.rows.get(rep_id)
        return row is None or self.days[row].shift_start >= self.days[row].shift_end

    def _write(self, row: int, plan: Planned) -> None:
        """Fill one row of columns that nobody has seen yet."""
        wide, size = self.stops.point.shape[1], len(plan.tasks)
        point = 2 * len(self.people) + row * wide
        if size:
            fill_row(self.stops, row, plan.numbers, range(point, point + size), plan.ways)
            self.places[point : point + size] = plan.places
        self.stops.count[row] = size
        self.used[point : point + wide] = np.arange(wide) < size
        self.crew.locked[row] = plan.locked
        left = left_of(self.people[row].parts, plan.parts)
        for name, column in self.crew.parts.items():
            self.crew.stock[row, column] = left.get(name, 0)

    def fleet(self, now: datetime, *, urgent: bool = False) -> Fleet:
        """Everybody, ready for searching; for what is `urgent`, whoever is on call as well."""
        crew, days = self.crew, self.days
        if urgent and any(worked.on_call for worked in self.hours):
            crew, days = self._on_call(now)
        gaps = gaps_of(crew, self.stops, int(now.timestamp()))
        return Fleet(days, self.tasks, gaps, crew.skills, crew.parts, self.rows)

    def _on_call(self, now: datetime) -> tuple[Crew, list[RepDay]]:
        starts, ends, days = self.crew.shift_start.copy(), self.crew.shift_end.copy(), list(self.days)
        for row, worked in enumerate(self.hours):
            if worked.on_call is not None:
                start, end = (int(moment.timestamp()) for moment in worked.for_urgent(now).span)
                starts[row], ends[row] = start, end
                days[row] = dataclasses.replace(days[row], shift_start=start, shift_end=end)
        return dataclasses.replace(self.crew, shift_start=starts, shift_end=ends), days

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
        elsewhere = self.offices != zone.office
        away = self.stations != zone.station
        others = np.ones(len(self.people), np.bool_)
        if zone.owner_id in self.rows:
            others[self.rows[zone.owner_id]] = False
        return np.asarray(np.lexsort((far, elsewhere, away, others)), np.int64)


def begin_of(person: Person, worked: Hours) -> tuple[float, float]:
    """Where somebody's day begins."""
    return worked.begins or person.home


def end_of(person: Person, worked: Hours) -> tuple[float, float] | None:
    """Where it ends; None: at the last stop."""
    return None if worked.open_end else worked.ends or person.home


def _day(row: int, end_point: int, person: Person, worked: Hours, locked: bool, pace: Pace) -> RepDay:
    start, end = (int(moment.timestamp()) for moment in worked.span)
    last = None if end_point < 0 else end_point
    return RepDay(person.id, start, end, row, last, person.skills, person.parts, locked, pace)


def _copied(columns: Columns) -> Columns:
    copies: dict[str, Any] = {
        name: value.copy() for name, value in vars(columns).items() if isinstance(value, np.ndarray)
    }
    return dataclasses.replace(columns, **copies)
