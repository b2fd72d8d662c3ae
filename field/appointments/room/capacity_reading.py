"""Reading what the coming days can bear, out of shifts, routes, holds and the inbox."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.appointments.room.capacity import DAYS_SHOWN, Row, capacity
from field.appointments.windows import days_ahead
from field.dispatch.planning import usual_hours
from field.dispatch.tables import RouteRow, Shift, VisitRow, WindowHold
from field.grid.tables import Rep, Zone
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState

By = Literal["station", "zone"]


async def read_capacity(
    session: AsyncSession, services: FieldServices, now: datetime, by: By
) -> tuple[Sequence[date], list[Row]]:
    """The next three weeks, by station or by zone."""
    days = days_ahead(services.day_of(now), DAYS_SHOWN)
    people = (
        await session.execute(select(Rep.id, Rep.station, Rep.shift_start, Rep.shift_end).where(Rep.active))
    ).all()
    zones = (
        await session.execute(select(Zone.id, Zone.code, Zone.station, Zone.owner_id).where(Zone.active))
    ).all()
    groups: dict[str, list[UUID]] = defaultdict(list)
    if by == "station":
        for zone in zones:
            groups[zone.station] += []
        for rep in people:
            groups[rep.station].append(rep.id)
    else:
        active = {rep.id for rep in people}
        groups |= {zone.code: [zone.owner_id] if zone.owner_id in active else [] for zone in zones}
    group_of = {zone.id: zone.station if by == "station" else zone.code for zone in zones}
    rows = capacity(
        groups,
        days,
        await _shifts(session, services, people, days),
        await _planned(session, days),
        await _asked(session, services, group_of, days),
    )
    return days, rows


async def _shifts(
    session: AsyncSession, services: FieldServices, people: Sequence[Any], days: Sequence[date]
) -> dict[tuple[UUID, date], int]:
    special = {
        (shift.rep_id, shift.day): (shift.start_at, shift.end_at)
        for shift in await session.scalars(select(Shift).where(Shift.day.between(days[0], days[-1])))
    }
    found = {}
    for rep in people:
        for day in days:
            start, end = special.get((rep.id, day)) or usual_hours(services, rep, day)
            found[rep.id, day] = max(0, int((end - start).total_seconds()) // 60)
    return found


async def _planned(session: AsyncSession, days: Sequence[date]) -> dict[tuple[UUID, date], int]:
    work = func.sum(Task.duration_s + VisitRow.travel_s)
    visits = await session.execute(
        select(RouteRow.rep_id, RouteRow.day, work)
        .join(VisitRow, VisitRow.route_id == RouteRow.id)
        .join(Task, Task.id == VisitRow.task_id)
        .where(RouteRow.day.between(days[0], days[-1]))
        .group_by(RouteRow.rep_id, RouteRow.day)
    )
    planned: dict[tuple[UUID, date], int] = defaultdict(int)
    for rep_id, day, seconds in visits:
        planned[rep_id, day] += int(seconds) // 60
    holds = await session.execute(
        select(WindowHold.rep_id, WindowHold.day, func.sum(Task.duration_s))
        .join(Task, Task.id == WindowHold.task_id)
        .group_by(WindowHold.rep_id, WindowHold.day)
    )
    for rep_id, day, seconds in holds:
        planned[rep_id, day] += int(seconds) // 60
    return planned


async def _asked(
    session: AsyncSession, services: FieldServices, group_of: dict[UUID, str], days: Sequence[date]
) -> list[tuple[str, date, int]]:
    waiting = await session.execute(
        select(Task.zone_id, Task.window_start, Task.duration_s).where(Task.state == TaskState.UNPLACED)
    )
    return [
        (group_of[zone_id], services.day_of(start), seconds // 60)
        for zone_id, start, seconds in waiting
        if zone_id in group_of and services.day_of(start) <= days[-1]
    ]


def as_csv(days: Sequence[date], rows: Sequence[Row]) -> bytes:
    """One line for each group and day, UTF-8 with a mark at the front, as spreadsheets want it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("code", "day", "shift_min", "planned_min", "free_min", "asked_min"))
    for row in rows:
        for day, cell in zip(days, row.cells, strict=True):
            writer.writerow((row.code, day.isoformat(), cell.shift, cell.planned, cell.free, cell.asked))
    return text.getvalue().encode("utf-8-sig")
