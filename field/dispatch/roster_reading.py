"""How a kept day is read, and brought up to date (:mod:`field.dispatch.roster`)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Subquery, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.columns import (
    PLANNED,
    STATE_CODES,
    UNKNOWN,
    Numbers,
)
from field.dispatch.engine.route import RepDay
from field.dispatch.roster import Marks, Person, Planned, Roster, Span, UsualHours
from field.dispatch.tables import RouteRow, Shift, VisitRow
from field.grid.tables import GridImport, Rep, Zone
from field.grid.territory.tables import ZoneCover
from field.road.travel import Travel
from field.task.tables import Task
from kernel.database import NotReady, is_settled, is_writing

DAYS_KEPT = 10
FEW = 100
"""Routes that are read again within a transaction; more are read before it."""
WROTE_ROUTES = "wrote_routes"
"""Mark of a session that has changed routes: what it reads is not committed yet."""


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
    changed: dict[UUID, Head] | None = None
    if kept is not None and kept.marks.same_people(marks):
        changed = await _changed(session, kept, marks)
    if is_writing(session) and (changed is None or len(changed) > FEW):
        raise NotReady(lambda ahead: roster_at(rosters, ahead, day, hours, travel))
    if kept is None or changed is None:
        roster = await _whole(session, day, marks, hours, travel)
    else:
        people = {rep_id: kept.people[kept.rows[rep_id]] for rep_id in changed}
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
        select(func.count()).select_from(ZoneCover).where(ZoneCover.day == day).scalar_subquery(),
        select(GridImport.id).order_by(GridImport.id.desc()).limit(1).scalar_subquery(),
    ).select_from(people.join(days, true()))
    found = (await session.execute(columns)).one()
    reps, rep_versions, routes, route_versions, shifts, covers, grid = found
    special: tuple[tuple[UUID, datetime, datetime], ...] = ()
    if shifts:
        hours = select(Shift.rep_id, Shift.start_at, Shift.end_at).where(Shift.day == day)
        listed = await session.execute(hours.order_by(Shift.rep_id))
        special = tuple((rep_id, start, end) for rep_id, start, end in listed)
    covered: tuple[tuple[UUID, UUID], ...] = ()
    if covers:
        of_day = select(ZoneCover.zone_id, ZoneCover.rep_id).where(ZoneCover.day == day)
        covering = await session.execute(of_day.order_by(ZoneCover.zone_id))
        covered = tuple((zone_id, rep_id) for zone_id, rep_id in covering)
    return Marks((reps, int(rep_versions)), (routes, int(route_versions)), grid, special, covered)


_HEAD = (RouteRow.rep_id, RouteRow.version, RouteRow.locked, RouteRow.changed_at)
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
    only: dict[UUID, Head] | None,
    people: dict[UUID, Person],
    travel: Travel,
) -> dict[UUID, Planned]:
    """The stored routes of the day, all or ``only`` some, of those who are among ``people``."""
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
    # The routes before their visits: what changes in between then has an old version, and is read again.
    if only is None:
        heads = list((await session.execute(select(*_HEAD).where(RouteRow.day == day))).all())
    else:
        heads, visits = list(only.values()), visits.where(RouteRow.rep_id.in_(only))
    stops: dict[UUID, list[Any]] = defaultdict(list)
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
