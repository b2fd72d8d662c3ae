"""How a kept day is read, and brought up to date (:mod:`field.dispatch.rosters.roster`)."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Subquery, bindparam, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.columns import (
    PLANNED,
    STATE,
    STATE_CODES,
    TRAVELLING,
    UNKNOWN,
    Numbers,
    numbers_of,
)
from field.dispatch.hours import Hours, rest_of, rest_place, stored_hours
from field.dispatch.rosters.paces import days_asked, holidays_around, number_now, pace_marked
from field.dispatch.rosters.roster import Marks, Person, Planned, Roster, UsualHours, begin_of, end_of
from field.dispatch.tables import RouteRow, ShiftDay, VisitRow
from field.grid.tables import GridImport, Rep, Zone
from field.grid.territory.tables import ZoneCover
from field.road.profile import Paces
from field.road.travel import Travel
from field.task.tables import Task
from field.task.task import TaskState
from field.task.window import begun_at, window_of
from kernel.database import NotReady, is_settled, is_writing

DAYS_KEPT = 10
FEW = 100
"""Routes that are read again within a transaction; more are read before it."""
WROTE_ROUTES = "wrote_routes"
"""Mark of a session that has changed routes: what it reads is not committed yet."""


async def roster_at(
    rosters: dict[date, Roster],
    session: AsyncSession,
    day: date,
    hours: UsualHours,
    travel: Travel,
    paces: Paces,
) -> Roster:
    """The day as ``session`` sees it. ``rosters``: the newest of each day that this process keeps.

    Raises:
        NotReady: within a transaction that writes, when so much has to be read that others would wait.
    """
    marks = await _marks(session, day)
    kept = rosters.get(day)
    if kept is not None and kept.marks == marks:
        return kept
    changed: dict[UUID, Head] | None = None
    if kept is not None and kept.marks.same_people(marks):
        changed = await _changed(session, kept, marks)
    if is_writing(session) and (changed is None or len(changed) > FEW):
        raise NotReady(lambda ahead: roster_at(rosters, ahead, day, hours, travel, paces))
    if kept is None or changed is None:
        roster = await _whole(session, day, marks, hours, travel, paces)
    else:
        people = {id: (kept.people[kept.rows[id]], kept.hours[kept.rows[id]]) for id in changed}
        roster = kept.renewed(marks, await _plans(session, day, changed, people, travel))
    if is_settled(session) and not session.info.get(WROTE_ROUTES):
        keep(rosters, roster)
    return roster


def keep(rosters: dict[date, Roster], roster: Roster) -> None:
    """Keep a day as it is stored, for those who come next."""
    rosters.pop(roster.day, None)
    rosters[roster.day] = roster
    while len(rosters) > DAYS_KEPT:
        rosters.pop(next(iter(rosters)))


def _counted(table: Any, name: str, *only: Any) -> Subquery:
    """Rows and the sum of their versions, in one walk through the table."""
    total = func.coalesce(func.sum(table.version), 0).label("versions")
    return select(func.count().label("rows"), total).select_from(table).where(*only).subquery(name)


def _marks_of_a_day() -> Select[Any]:
    day, before = bindparam("day", type_=Date), bindparam("day_before", type_=Date)
    people, days = _counted(Rep, "people"), _counted(RouteRow, "days", RouteRow.day == day)
    return select(
        people.c.rows,
        people.c.versions,
        days.c.rows,
        days.c.versions,
        select(ShiftDay.changes).where(ShiftDay.day == day).scalar_subquery(),
        select(ShiftDay.lasts_until).where(ShiftDay.day == before).scalar_subquery(),
        select(func.count()).select_from(ZoneCover).where(ZoneCover.day == day).scalar_subquery(),
        select(GridImport.id).order_by(GridImport.id.desc()).limit(1).scalar_subquery(),
        number_now(),
        holidays_around(),
    ).select_from(people.join(days, true()))


_MARKS = _marks_of_a_day()
"""Asked with every placing, and built once."""


async def _marks(session: AsyncSession, day: date) -> Marks:
    found = (await session.execute(_MARKS, {"day": day} | days_asked(day))).one()
    reps, rep_versions, routes, route_versions, shifts, night, covers, grid, number, holidays = found
    covered: tuple[tuple[UUID, UUID], ...] = ()
    if covers:
        of_day = select(ZoneCover.zone_id, ZoneCover.rep_id).where(ZoneCover.day == day)
        covering = await session.execute(of_day.order_by(ZoneCover.zone_id))
        covered = tuple((zone_id, rep_id) for zone_id, rep_id in covering)
    people_now, routes_now = (reps, int(rep_versions)), (routes, int(route_versions))
    return Marks(people_now, routes_now, grid, shifts or 0, covered, night, (number, int(holidays)))


_HEAD = (RouteRow.rep_id, RouteRow.version, RouteRow.locked, RouteRow.changed_at, RouteRow.rest_at)
Head = Any
"""A row of these."""


async def _changed(session: AsyncSession, kept: Roster, marks: Marks) -> dict[UUID, Head]:
    """The routes that are others than those kept, by representative."""
    columns = select(*_HEAD).where(RouteRow.day == kept.day)
    if kept.newest is not None:
        recent = columns.where(RouteRow.changed_at >= kept.newest - timedelta(seconds=1))
        changed, grown, new = _differing(kept, (await session.execute(recent)).all())
        if (kept.marks.routes[0] + new, kept.marks.routes[1] + grown) == marks.routes:
            return changed
    # The clock stepped, or somebody who began earlier committed later: compare them all.
    return _differing(kept, (await session.execute(columns)).all())[0]


def _differing(kept: Roster, listed: Sequence[Head]) -> tuple[dict[UUID, Head], int, int]:
    """Those whose versions differ, by how much in all, and how many routes are new."""
    changed, grown, new = {}, 0, 0
    for head in listed:
        row = kept.rows.get(head.rep_id)
        before = kept.plans[row].version if row is not None else head.version
        if head.version != before:
            changed[head.rep_id] = head
            grown += head.version - before
            new += before == 0
    return changed, grown, new


async def _whole(
    session: AsyncSession, day: date, marks: Marks, hours: UsualHours, travel: Travel, paces: Paces
) -> Roster:
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
        Rep.contract,
    )
    people = tuple(
        Person(id, code, name, station, offices.get(station), skills, parts, start, end, (lon, lat), contract)
        for id, code, name, station, skills, parts, start, end, lon, lat, contract in await session.execute(
            columns.where(Rep.active).order_by(Rep.code)
        )
    )
    stored = await stored_hours(session, day)
    worked = {person.id: stored.get(person.id) or Hours(*hours(person, day)) for person in people}
    known = {person.id: (person, worked[person.id]) for person in people}
    plans = await _plans(session, day, None, known, travel)
    ordered = [plans.get(person.id, unplanned(day, *known[person.id])) for person in people]
    pace = await pace_marked(session, paces, travel, day, marks.pace)
    return Roster.of(day, marks, people, [worked[person.id] for person in people], ordered, pace)


def unplanned(day: date, person: Person, worked: Hours) -> Planned:
    """A day for which there is no route yet: nothing but the break."""
    return _with_rest(Planned(ways=(0,)), day, person, worked, None, ()) if worked.rest else Planned()


def _with_rest(
    plan: Planned,
    day: date,
    person: Person,
    worked: Hours,
    decided: int | None,
    begins: Sequence[datetime],
) -> Planned:
    """The route with the break where it is taken."""
    if worked.rest is None:
        return plan
    begun = sum(each[STATE] <= TRAVELLING for each in plan.numbers)
    pause, at = (
        rest_of(person.id, day, worked.rest),
        rest_place(decided, begins, begun, worked.rest),
    )
    here = plan.places[at - 1] if at else begin_of(person, worked)

    def wider(values: tuple[Any, ...], new: Any) -> tuple[Any, ...]:
        return (*values[:at], new, *values[at:])

    return dataclasses.replace(
        plan,
        tasks=wider(plan.tasks, pause.task_id),
        places=wider(plan.places, here),
        numbers=wider(plan.numbers, numbers_of(pause)),
        ways=wider(plan.ways or (0,), 0),
        parts=wider(plan.parts, {}),
    )


async def _plans(
    session: AsyncSession,
    day: date,
    only: dict[UUID, Head] | None,
    people: dict[UUID, tuple[Person, Hours]],
    travel: Travel,
) -> dict[UUID, Planned]:
    """The stored routes of the day, all or ``only`` some, of those who are among ``people``."""
    visits = (
        select(
            RouteRow.rep_id,
            VisitRow.task_id,
            func.coalesce(VisitRow.base_s, VisitRow.travel_s).label("base_s"),
            VisitRow.held,
            VisitRow.starts_at,
            Task.lon,
            Task.lat,
            Task.duration_s,
            Task.window_start,
            Task.window_end,
            Task.not_before,
            Task.not_after,
            Task.meets_at,
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
    # The routes before their visits: what changes in between then has an old version, and is read again.
    if only is None:
        heads = list((await session.execute(select(*_HEAD).where(RouteRow.day == day))).all())
    else:
        heads, visits = list(only.values()), visits.where(RouteRow.rep_id.in_(only))
    stops: dict[UUID, list[Any]] = defaultdict(list)
    for visit in await session.execute(visits):
        stops[visit[0]].append(visit)
    places = {rep_id: end_of(*people[rep_id]) for rep_id in stops if rep_id in people}
    ends = [rep_id for rep_id, place in places.items() if place is not None]
    last = [(stops[rep_id][-1].lon, stops[rep_id][-1].lat) for rep_id in ends]
    homes = [place for place in places.values() if place is not None]
    await at_hand(session, travel, [*last, *homes] if only is not None else [])
    home_ways = dict(zip(ends, await asyncio.to_thread(travel.legs, last, homes), strict=True))
    return {
        head.rep_id: _with_rest(
            _planned(head, stops[head.rep_id], home_ways.get(head.rep_id, 0)),
            day,
            *people[head.rep_id],
            head.rest_at,
            [stop.starts_at for stop in stops[head.rep_id]],
        )
        for head in heads
        if head.rep_id in people
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


def _planned(head: Head, stops: list[Any], home_way: int) -> Planned:
    return Planned(
        version=head.version,
        locked=head.locked,
        changed_at=head.changed_at,
        tasks=tuple(stop.task_id for stop in stops),
        places=tuple((stop.lon, stop.lat) for stop in stops),
        numbers=tuple(_numbers(stop) for stop in stops),
        ways=(*(stop.base_s for stop in stops), home_way),
        # What finished work used is out of the van already.
        parts=tuple({} if stop.state is TaskState.DONE else stop.parts for stop in stops),
    )


def _numbers(stop: Any) -> Numbers:
    earliest, latest = window_of(stop)
    return (
        stop.duration_s,
        int(earliest.timestamp()),
        int(latest.timestamp()),
        STATE_CODES.get(stop.state, PLANNED),
        _seconds(stop.departed_at),
        _seconds(begun_at(stop)),
        _seconds(stop.finished_at),
        stop.held,
    )


def _seconds(at: datetime | None) -> int:
    return UNKNOWN if at is None else int(at.timestamp())
