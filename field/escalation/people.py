"""Whom each rung of a ladder means at a moment, and when the clock of a ladder runs; out of rows.

A member of the office is on duty while signed in at a console: there is no other word on when offices are
staffed. A representative is on duty while on shift or on call, and away on a day of absence.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.hours import hours_of
from field.dispatch.planning import usual_hours
from field.dispatch.tables import Shift
from field.escalation.ladder import Candidate, Ladder, Rung, Span, Whom
from field.escalation.tables import AreaLead, Escalation
from field.grid.tables import Rep, Zone
from field.grid.territory.answering import deputy_of
from field.grid.territory.tables import Absence, ZoneCover
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Role, Surface
from kernel.identity.sessions import Session
from kernel.identity.staff import Staff

AHEAD_DAYS: Final = 7
"""So far ahead working hours are looked up; a clock that ran longer would have been forgotten."""
OFFICE: Final = frozenset({Role.DISPATCHER.value, Role.SUPERVISOR.value, Role.ADMIN.value})


@dataclasses.dataclass(frozen=True)
class Standing:
    """Who stands on each rung; ``present``: ids of all who are at work, and not away today."""

    people: list[list[Candidate]]
    present: frozenset[UUID]


async def standing(
    session: AsyncSession,
    services: FieldServices,
    ladder: Ladder,
    task: Task,
    rep: Rep,
    now: datetime,
    asked: Collection[UUID] = (),
) -> Standing:
    """Who stands on each rung, whoever escalated aside. A ladder with nobody on it is that of the office."""
    staff = {person.id: person for person in await session.scalars(select(Staff).where(Staff.active))}
    by_staff = {each.staff_id: each for each in await session.scalars(select(Rep).where(Rep.active))}
    away = set(await session.scalars(select(Absence.rep_id).where(Absence.day == services.day_of(now))))
    present = frozenset(
        staff_id for staff_id in staff if staff_id not in by_staff or by_staff[staff_id].id not in away
    )
    wanted = [await _of_rung(session, services, rung, task, rep, staff, now) for rung in ladder.rungs]
    if not any(_able(ids, present, rep) for ids in wanted):
        office = [person.id for person in staff.values() if not OFFICE.isdisjoint(person.roles)]
        wanted[-1] = office
    able = {staff_id for ids in wanted for staff_id in _able(ids, present, rep)}
    duty = await _on_duty(session, services, able, by_staff, now)
    load = await _open_now(session, able)
    often = Counter(asked)
    people = [
        [Candidate(each, each in duty, often[each], load.get(each, 0)) for each in _able(ids, present, rep)]
        for ids in wanted
    ]
    return Standing(people, present)


def _able(ids: Sequence[UUID], present: Collection[UUID], rep: Rep) -> list[UUID]:
    return [each for each in dict.fromkeys(ids) if each in present and each != rep.staff_id]


async def _of_rung(
    session: AsyncSession,
    services: FieldServices,
    rung: Rung,
    task: Task,
    rep: Rep,
    staff: dict[UUID, Staff],
    now: datetime,
) -> list[UUID]:
    if rung.whom is Whom.COLLEAGUE:
        return [rung.staff_id] if rung.staff_id is not None else []
    if rung.whom in (Whom.DISPATCHERS, Whom.SUPERVISORS):
        role = Role.DISPATCHER if rung.whom is Whom.DISPATCHERS else Role.SUPERVISOR
        return [person.id for person in staff.values() if role.value in person.roles]
    zone = await session.get(Zone, task.zone_id) if task.zone_id is not None else None
    if rung.whom is Whom.STATION_LEAD:
        return await _lead(session, "station", zone.station if zone else rep.station)
    if zone is None:
        return []
    if rung.whom is Whom.SUB_AREA_LEAD:
        return await _lead(session, "sub_area", zone.sub_area)
    if rung.whom is Whom.DEPUTY:
        return await _staff_of(session, await deputy_of(session, zone.id))
    cover = await session.get(ZoneCover, (zone.id, services.day_of(now)))
    return await _staff_of(session, cover.rep_id if cover else zone.owner_id)


async def _lead(session: AsyncSession, level: str, code: str) -> list[UUID]:
    lead = await session.get(AreaLead, (level, code))
    return [lead.staff_id] if lead else []


async def _staff_of(session: AsyncSession, rep_id: UUID | None) -> list[UUID]:
    rep = await session.get(Rep, rep_id) if rep_id is not None else None
    return [rep.staff_id] if rep is not None and rep.active else []


async def _on_duty(
    session: AsyncSession,
    services: FieldServices,
    ids: Collection[UUID],
    by_staff: dict[UUID, Rep],
    now: datetime,
) -> set[UUID]:
    reps = [by_staff[each] for each in ids if each in by_staff]
    signed_in = await session.scalars(
        select(Session.staff_id).where(
            Session.staff_id.in_([each for each in ids if each not in by_staff]),
            Session.surface == Surface.CONSOLE,
            Session.revoked_at.is_(None),
            Session.expires_at > now,
        )
    )
    found = {each for each in signed_in if each is not None}
    today = services.day_of(now)
    listed = await session.scalars(
        select(Shift).where(Shift.day == today, Shift.rep_id.in_([each.id for each in reps]))
    )
    other = {shift.rep_id: hours_of(shift) for shift in listed}
    for rep in reps:
        hours = other.get(rep.id)
        start, end = hours.span if hours else usual_hours(services, rep, today)
        on_call = hours.on_call if hours else None
        if start <= now < end or (on_call is not None and on_call[0] <= now < on_call[1]):
            found.add(rep.staff_id)
    return found


async def _open_now(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, int]:
    rows = await session.execute(
        select(Escalation.holder_id, func.count())
        .join(Task, Task.id == Escalation.task_id)
        .where(Escalation.ended_at.is_(None), Task.state == TaskState.ESCALATED)
        .where(Escalation.holder_id.in_(ids))
        .group_by(Escalation.holder_id)
    )
    return {staff_id: count for staff_id, count in rows}


async def working_hours(
    session: AsyncSession, services: FieldServices, station: str, now: datetime
) -> list[Span]:
    """While anybody of a station is on shift, today and in the days ahead: from when until when, each day."""
    days = [services.day_of(now) + timedelta(days=ahead) for ahead in range(-1, AHEAD_DAYS)]
    reps = (await session.scalars(select(Rep).where(Rep.active, Rep.station == station))).all()
    listed = await session.scalars(
        select(Shift).where(Shift.day.in_(days), Shift.rep_id.in_([each.id for each in reps]))
    )
    other = {(shift.rep_id, shift.day): hours_of(shift).span for shift in listed}
    spans: list[Span] = []
    for day in days:
        worked = [other.get((rep.id, day)) or usual_hours(services, rep, day) for rep in reps]
        worked = [(start, end) for start, end in worked if start < end]
        if not worked:
            continue
        start, end = min(each[0] for each in worked), max(each[1] for each in worked)
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans
