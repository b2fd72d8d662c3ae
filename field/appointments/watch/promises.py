"""Promises as they stand now: which are at risk, and the cheapest ways out of it, before one breaks.

All days are looked at as they are kept, in columns, so that a large utility costs little more than a small
one; only for what is at risk is anything searched. A way out is an insertion: the visit with somebody else,
at another place of the same route, or an earlier stop with somebody else so that this one comes in time. Each
names the task and the representative that it is to be assigned to, and is done as any assignment is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.appointments.tables import Appointment, CustomerWord
from field.appointments.views import PromisesView, PromiseView, SaidView, WayView
from field.appointments.watch.outlook import SEEN_FOR_S, TIGHT_S, outlooks
from field.dispatch.engine.columns import TRAVELLING, Ints, starts_of
from field.dispatch.engine.route import UNREACHABLE, without
from field.dispatch.placement import Searched, search
from field.dispatch.planning import load_day, moment, usual_hours
from field.dispatch.rosters.reading import at_hand, roster_at
from field.dispatch.rosters.roster import Roster
from field.dispatch.tables import RepPosition, RouteRow, VisitRow
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState

WATCHED = (TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.TRAVELLING)
DAYS_WATCHED = 2
"""Today and tomorrow: what comes later has time."""
SOONER_S = 60
"""A way out has to bring somebody there by so much sooner."""
MOST_WAYS = 2
MOST_SEARCHED = 12
"""Promises at risk for which ways out are searched at once, the nearest first."""
MOST_BEFORE = 3
"""Earlier stops that are tried elsewhere."""
WORDS_SHOWN = 50


@dataclasses.dataclass(frozen=True)
class _Watched:
    """A promise with where it stands."""

    appointment: Appointment
    task: Task
    day: date
    rep_name: str
    rep_name_en: str
    expected: int

    @property
    def spare_s(self) -> int:
        """Seconds between the expected arrival and the end of what was promised."""
        return int(self.appointment.window_end.timestamp()) - self.expected

    @property
    def at_risk(self) -> bool:
        return self.spare_s < TIGHT_S


async def promises_now(session: AsyncSession, services: FieldServices, now: datetime) -> PromisesView:
    """What was promised for today and tomorrow, the most pressing first, and what customers have said."""
    watched = await _watched(session, services, now)
    shown: list[PromiseView] = []
    searched = 0
    for each in sorted(
        watched, key=lambda each: (not each.at_risk, each.appointment.window_end, each.spare_s)
    ):
        ways: Sequence[WayView] = ()
        if each.at_risk and searched < MOST_SEARCHED:
            searched += 1
            ways = await ways_out(session, services, each, now)
        shown.append(_view(each, ways))
    return PromisesView(at=now, promises=shown, words=await _words(session))


def _view(each: _Watched, ways: Sequence[WayView]) -> PromiseView:
    return PromiseView(
        task_id=each.task.id,
        task_version=each.task.version,
        category=each.task.category,
        severity=each.task.severity,
        address=each.task.address,
        state=each.task.state.value,
        rep_id=each.task.rep_id,
        rep_name=each.rep_name,
        rep_name_en=each.rep_name_en,
        window_start=each.appointment.window_start,
        window_end=each.appointment.window_end,
        expected=moment(each.expected),
        spare_s=each.spare_s,
        at_risk=each.at_risk,
        ways=list(ways),
    )


async def _watched(session: AsyncSession, services: FieldServices, now: datetime) -> list[_Watched]:
    today = services.day_of(now)
    last = date.fromordinal(today.toordinal() + DAYS_WATCHED - 1)
    rows = (
        await session.execute(
            select(Appointment, Task, RouteRow.day, Rep.name, Rep.name_en)
            .join(Task, Task.id == Appointment.task_id)
            .join(VisitRow, VisitRow.task_id == Task.id)
            .join(RouteRow, RouteRow.id == VisitRow.route_id)
            .join(Rep, Rep.id == RouteRow.rep_id)
            .where(Task.state.in_(WATCHED), RouteRow.day >= today, RouteRow.day <= last)
        )
    ).all()
    found: list[_Watched] = []
    for day in sorted({row.day for row in rows}):
        hours = partial(usual_hours, services)
        roster = await roster_at(services.rosters, session, day, hours, services.travel, services.paces)
        of_day = [row for row in rows if row.day == day]
        seen = await _still_to_go(session, services, roster, of_day, now) if day == today else {}
        starts = _starts(roster, seen, int(now.timestamp()))
        for appointment, task, _day, name, name_en in of_day:
            row = roster.rows.get(task.rep_id) if task.rep_id else None
            if row is not None and task.id in roster.plans[row].tasks:
                expected = int(starts[row, roster.plans[row].tasks.index(task.id)])
                found.append(_Watched(appointment, task, day, name, name_en, expected))
    return found


def _starts(roster: Roster, still_to_go: Mapping[int, tuple[int, int]], now: int) -> Ints:
    """When each stop starts, as of now; (R, V)."""
    stops = roster.stops
    if still_to_go:
        departed = stops.departed.copy()
        for row, (place, seconds) in still_to_go.items():
            departed[row, place] = now + seconds - stops.way[row, place]
        stops = dataclasses.replace(stops, departed=departed)
    return starts_of(roster.crew, stops, now)


async def _still_to_go(
    session: AsyncSession, services: FieldServices, roster: Roster, rows: Sequence[Any], now: datetime
) -> dict[int, tuple[int, int]]:
    """By row: the stop under way, and the seconds left to it from where its representative was last seen."""
    people = {row.Task.rep_id for row in rows}
    seen = select(RepPosition).where(RepPosition.rep_id.in_(people))
    found: dict[int, tuple[int, int]] = {}
    for position in await session.scalars(seen):
        row = roster.rows.get(position.rep_id)
        if row is None or (now - position.at).total_seconds() > SEEN_FOR_S:
            continue
        states = roster.stops.state[row, : len(roster.plans[row].tasks)].tolist()
        if TRAVELLING not in states:
            continue
        place = states.index(TRAVELLING)
        here, there = (position.lon, position.lat), roster.plans[row].places[place]
        await at_hand(session, services.travel, [here, there])
        [way] = services.travel.legs([here], [there])
        if way < UNREACHABLE:
            found[row] = (place, way)
    return found


async def ways_out(
    session: AsyncSession, services: FieldServices, watched: _Watched, now: datetime
) -> list[WayView]:
    """At most two ways in which somebody is at the door clearly sooner, the cheapest first."""
    task = watched.task
    if task.state is TaskState.TRAVELLING or task.rep_id is None:
        return []  # somebody is on the way: nobody else is sooner by a plan
    by = min(int(task.window_end.timestamp()), watched.expected - SOONER_S)
    found = await search(session, services, task, task.zone_id, now, limit=3)
    ways = [
        _way(
            "other_order" if best.rep_id == task.rep_id else "other_rep",
            task,
            found,
            best.rep_id,
            best.starts_at,
            best.extra_travel_s,
            best.cost_s,
        )
        for best in found.found.best
        if best.starts_at <= by
    ]
    ways += await _earlier_stops_elsewhere(session, services, task, by, now)
    return sorted(ways, key=lambda way: way.cost_s)[:MOST_WAYS]


async def _earlier_stops_elsewhere(
    session: AsyncSession, services: FieldServices, task: Task, by: int, now: datetime
) -> list[WayView]:
    stands = await session.get(VisitRow, task.id)
    rep = await session.get(Rep, task.rep_id)
    row = await session.get(RouteRow, stands.route_id) if stands is not None else None
    if row is None or rep is None:
        return []
    day = await load_day(session, services, now, row.day, [rep])
    route = day.routes[rep.id]
    frozen = day.schedule(rep.id).frozen
    place = next(at for at, visit in enumerate(route.visits) if visit.task_id == task.id)
    ways: list[WayView] = []
    for visit in reversed(route.visits[frozen:place][-MOST_BEFORE:]):
        _times, stops = outlooks(without(route, visit.task_id), day.travel, day.seconds)
        earlier = day.tasks[visit.task_id]
        if stops[task.id].expected > by or earlier.lon is None:
            continue
        found = await search(session, services, earlier, earlier.zone_id, now, limit=1, besides=[rep.id])
        for best in found.found.best:
            ways.append(
                _way(
                    "hand_on",
                    earlier,
                    found,
                    best.rep_id,
                    stops[task.id].expected,
                    best.extra_travel_s,
                    best.cost_s,
                )
            )
    return ways


def _way(
    kind: str, task: Task, found: Searched, rep_id: UUID, starts_at: int, extra_s: int, cost_s: int
) -> WayView:
    return WayView(
        kind=kind,
        task_id=task.id,
        task_version=task.version,
        address=task.address,
        rep_id=rep_id,
        rep_name=found.name_of(rep_id),
        starts_at=moment(starts_at),
        extra_travel_s=extra_s,
        cost_s=cost_s,
    )


async def _words(session: AsyncSession) -> list[SaidView]:
    found = await session.execute(
        select(CustomerWord, Task.address)
        .join(Task, Task.id == CustomerWord.task_id)
        .where(CustomerWord.seen_at.is_(None))
        .order_by(CustomerWord.at.desc())
        .limit(WORDS_SHOWN)
    )
    return [
        SaidView(
            id=word.id,
            task_id=word.task_id,
            address=address,
            kind=word.kind,
            minutes=word.minutes,
            effect=word.effect,
            at=word.at,
        )
        for word, address in found
    ]
