"""A station's day as it was driven, read from rows: who was where in which order, for how long, with what to
keep.

A day's stops are the tasks that were done on it by the station's people, in the order in which they arrived.
What was not done that day is in neither plan; a way that ended at a closed door neither. People have the
hours that they had: until they could not go on, and, of a time on call, as far as they worked in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.chains.reading import waited_for
from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.proposals import WEIGHTS
from field.dispatch.engine.route import Route, Visit, schedule
from field.dispatch.hours import Hours, stored_hours
from field.dispatch.planning import Day, Point, load_day, usual_hours
from field.dispatch.terms import contracted, terms_of
from field.figures.tables import FigureTask
from field.grid.tables import Rep
from field.grid.territory.tables import Absence
from field.hindsight.regret import FREE
from field.reoptimise.engine.replan import Rest, Wish
from field.reoptimise.reading import MOST_STOPS, StationTooLarge
from field.services import FieldServices
from field.task.tables import Task
from field.task.window import window_of

OVERRULED: Final = "overruled"


@dataclasses.dataclass(frozen=True)
class Driven:
    """The day to be priced, and what is told of it: places of tasks, homes of people, when people arrived
    and tasks came in, which stand against a rule and which are erased, and who could not go on since when
    (Unix seconds).
    """

    rest: Rest
    places: Mapping[UUID, Point]
    homes: Mapping[UUID, Point]
    arrived: Mapping[UUID, datetime]
    made: Mapping[UUID, int]
    overruled: frozenset[UUID]
    erased: frozenset[UUID]
    absent: Mapping[UUID, int]

    @property
    def stops(self) -> int:
        return len(self.places)


async def told_of(session: AsyncSession, first: date, last: date) -> dict[tuple[date, str], int]:
    """By day and station: how many lines the timelines have of what was done on it."""
    found = (
        select(FigureTask.done_on, Rep.station, func.sum(Task.steps))
        .join_from(FigureTask, Task, Task.id == FigureTask.task_id)
        .join(Rep, Rep.id == FigureTask.rep_id)
        .where(FigureTask.done_on.between(first, last))
        .group_by(FigureTask.done_on, Rep.station)
    )
    return {(day, station): int(lines) for day, station, lines in await session.execute(found) if day}


async def read_driven(session: AsyncSession, services: FieldServices, day: date, station: str) -> Driven:
    """Read a day that is over, outside of any transaction that writes.

    Raises:
        StationTooLarge: more stops than are planned together.
    """
    tasks = await _done(session, day, station)
    if len(tasks) > MOST_STOPS:
        raise StationTooLarge(stops=len(tasks), most=MOST_STOPS)
    there = {task.rep_id for task in tasks}
    people = select(Rep).where(Rep.station == station, Rep.active | Rep.id.in_(there)).order_by(Rep.code)
    away = {each.rep_id: each for each in await session.scalars(select(Absence).where(Absence.day == day))}
    hours = await stored_hours(session, day)
    of_rep: dict[UUID, list[Task]] = {}
    for task in tasks:
        assert task.rep_id is not None
        of_rep.setdefault(task.rep_id, []).append(task)
    reps, worked = [], {}
    for rep in await session.scalars(people):
        usual = Hours(*usual_hours(services, rep, day))
        span = _worked(usual, hours.get(rep.id, usual), away.get(rep.id), of_rep.get(rep.id, ()))
        if span.start < span.end:
            reps.append(rep)
            worked[rep.id] = span
    loaded = await load_day(session, services, services.moment(day, 0), day, reps, tasks, worked)
    rest = await _rest(session, services, loaded, of_rep)
    points = {point: place for place, point in loaded.points.items()}
    return Driven(
        rest=rest,
        places={task.id: _place(task) for task in tasks},
        homes={rep_id: points[route.rep.start_point] for rep_id, route in loaded.routes.items()},
        arrived={task.id: task.arrived_at for task in tasks if task.arrived_at},
        made={task.id: int(task.created_at.timestamp()) for task in tasks},
        overruled=frozenset(task.id for task in tasks if was_overruled(task)),
        erased=frozenset(task.id for task in tasks if task.erased_at is not None),
        absent={rep_id: int(absence.at.timestamp()) for rep_id, absence in away.items()},
    )


async def _done(session: AsyncSession, day: date, station: str) -> Sequence[Task]:
    found = (
        select(Task)
        .join(FigureTask, FigureTask.task_id == Task.id)
        .join(Rep, Rep.id == Task.rep_id)
        .where(FigureTask.done_on == day, Rep.station == station)
        .where(Task.lon.is_not(None), Task.arrived_at <= Task.finished_at)
        .order_by(Task.arrived_at, Task.id)
        .limit(MOST_STOPS + 1)
    )
    return (await session.scalars(found)).all()


def _worked(usual: Hours, hours: Hours, absence: Absence | None, tasks: Sequence[Task]) -> Hours:
    """The hours that somebody had, and of those beyond them what they really worked."""
    start, end = hours.start, hours.end
    if absence is not None:  # the day was made a day off when it was noted
        start, end = absence.had_start or usual.start, absence.at
    if tasks:
        first = min(task.departed_at or task.arrived_at for task in tasks)  # type: ignore[type-var]
        last = max(task.finished_at for task in tasks)  # type: ignore[type-var]
        assert first is not None and last is not None
        if start >= end:
            start, end = first, last
        start = min(start, first)
        if hours.on_call is not None and hours.on_call[0] <= last:
            end = max(end, min(last, hours.on_call[1]))
    return dataclasses.replace(hours, start=start, end=end)


async def _rest(
    session: AsyncSession, services: FieldServices, day: Day, of_rep: Mapping[UUID, Sequence[Task]]
) -> Rest:
    """The day with nothing begun: what happened is its order, and how long the work took."""
    briefs = (await services.grid.current(session)).briefs
    people = contracted((rep.id, rep.contract) for rep in day.reps.values())
    tasks = [task for each in of_rep.values() for task in each]
    held = await waited_for(session, tasks)
    routes = [_route(day, rep_id, of_rep.get(rep_id, ())) for rep_id in day.routes]
    now = min((route.rep.shift_start for route in routes), default=day.seconds)
    wishes = {}
    for task in tasks:
        terms, brief = terms_of(task, people, briefs), briefs.get(task.zone_id) if task.zone_id else None
        least = min(0, *terms.surcharge.values()) if terms.surcharge else 0
        wishes[task.id] = Wish(
            owner=brief.owner_id if brief else None,
            declined=frozenset(terms.barred),  # a no is a decision, too: only what nobody could change stays
            weights=WEIGHTS.get(task.severity, Weights()),
            # A person who is wished for costs nothing, and every other one the detour that the wish is worth.
            surcharge={rep_id: terms.surcharge.get(rep_id, 0) - least for rep_id in day.reps},
        )
    kept = [_in_step(route, held, day, now) for route in routes]
    return Rest(routes=tuple(kept), travel=day.travel, now=now, wishes=wishes, prices=FREE)


def _route(day: Day, rep_id: UUID, tasks: Sequence[Task]) -> Route:
    planned = day.routes[rep_id]
    visits = [_visit(task, day) for task in tasks]
    pause = next((visit for visit in planned.visits if visit.is_rest), None)
    if pause is not None:
        begun = sum(_seconds(task.arrived_at) < pause.earliest for task in tasks)
        visits.insert(begun, pause)
    rep = dataclasses.replace(planned.rep, locked=False, parts={})
    return Route(rep, tuple(visits))


def _visit(task: Task, day: Day) -> Visit:
    opens, closes = window_of(task)
    arrived = _seconds(task.arrived_at)
    # Nobody comes before the task is there; whoever came before the window had reasons that hold again.
    earliest = min(max(_seconds(opens), _seconds(task.created_at)), arrived)
    return Visit(
        task_id=task.id,
        point=day.points[_place(task)],
        service_s=_seconds(task.finished_at) - arrived,
        earliest=earliest,
        latest=max(earliest, _seconds(closes)),
        skill=task.skill,
        level=task.level,
    )


def _in_step(route: Route, held: set[UUID], day: Day, now: int) -> Route:
    """What another task waited for comes no later than it came."""
    if held.isdisjoint(visit.task_id for visit in route.visits):
        return route
    visits = tuple(
        dataclasses.replace(stop.visit, latest=min(stop.visit.latest, stop.start_at))
        if stop.visit.task_id in held
        else stop.visit
        for stop in schedule(route, day.travel, now).stops
    )
    return dataclasses.replace(route, visits=visits)


def was_overruled(task: Task) -> bool:
    """Whether a dispatcher put it where it is against a rule."""
    return any(reason["code"] == OVERRULED for reason in task.placement.get("reasons", ()))


def _place(task: Task) -> Point:
    assert task.lon is not None and task.lat is not None
    return task.lon, task.lat


def _seconds(moment: datetime | None) -> int:
    assert moment is not None
    return int(moment.timestamp())
