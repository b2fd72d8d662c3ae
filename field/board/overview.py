"""The console's board in one reading: only the columns that lists and the map need, as plain rows.

A utility has 2,000 zones, 1,500 representatives and 5,000 open tasks. Objects with their JSON documents and
geometries would cost seconds; columns cost a fraction of one. A change afterwards is read alone: the task,
what else stands on the routes it left or joined, and its zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.overview_views import (
    ChangesView,
    MovedColumns,
    OverviewView,
    RepColumns,
    TaskColumns,
    ZoneColumns,
    columns,
)
from field.board.queries import undecided, visit_times
from field.board.rep_queries import RepNow, coverage_now, next_eta, reps_now
from field.board.views import ReasonView
from field.dispatch.placement import reason
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.coverage import ZoneCoverage
from field.grid.store import grid_version
from field.grid.tables import Rep, Zone
from field.services import FieldServices
from field.task.clocks import lateness
from field.task.tables import Task
from field.task.task import FINAL, IN_ROUTE, TaskState

NOTE = 60
"""Characters of a note that a list is searched by."""
DONE_FOR = timedelta(days=1)
"""How long finished work stays on the board."""

_COLUMNS = (
    Task.id,
    Task.version,
    Task.state,
    Task.category,
    Task.type,
    Task.fault,
    Task.severity,
    Task.priority,
    func.substr(Task.note, 1, NOTE).label("note"),
    Task.customer["name"].as_string().label("customer"),
    Task.address,
    Task.lon,
    Task.lat,
    Zone.code.label("zone"),
    Rep.code.label("rep"),
    Task.window_start,
    Task.window_end,
    Task.windows,
    Task.departed_at,
    Task.arrived_at,
    Task.finished_at,
    Task.response_due_at,
    Task.unplaced_reason,
    Task.escalation_reason,
    Task.id.in_(undecided()).label("undecided"),
    VisitRow.travel_s,
    VisitRow.eta,
    VisitRow.starts_at,
    VisitRow.ends_at,
    VisitRow.lock,
    Task.companion,
    Task.partner_id,
    Task.needs_two,
)


async def read_overview(session: AsyncSession, services: FieldServices, now: datetime) -> OverviewView:
    """Open tasks and those finished of late, all representatives, all zones."""
    tasks = await _tasks(session, now, _on_the_board(services, now))
    named = {row[13] for row in tasks}  # of those who have left, whoever a task still names
    reps = await reps_now(session, services, now, Rep.active | Rep.code.in_(named - {None}))
    return OverviewView(
        version=await grid_version(session),
        tasks=_task_columns(tasks),
        reps=_rep_columns(reps, now),
        zones=await _zones(session, services, now),
    )


async def read_changes(
    session: AsyncSession,
    services: FieldServices,
    now: datetime,
    task_ids: Collection[UUID],
    rep_ids: Collection[UUID],
) -> ChangesView:
    """These tasks as they stand, whatever their state, and what else changed with them."""
    tasks = await _tasks(session, now, Task.id.in_(task_ids))
    holders = {row[13] for row in tasks} - {None}
    reps = await reps_now(session, services, now, Rep.code.in_(holders) | Rep.id.in_(rep_ids))
    beside = await _tasks(
        session,
        now,
        Task.rep_id.in_([each.rep.id for each in reps]) & Task.state.in_(IN_ROUTE) & Task.id.not_in(task_ids),
    )
    moved = [(row[0], row[16], row[17], row[19], row[25]) for row in beside]
    return ChangesView(
        version=await grid_version(session),
        tasks=_task_columns(tasks),
        moved=MovedColumns.model_validate(columns(MovedColumns, moved)),
        reps=_rep_columns(reps, now),
        zones=await _zones(session, services, now, {row[12] for row in tasks} - {None}),
    )


def _on_the_board(services: FieldServices, now: datetime) -> ColumnElement[bool]:
    since = now - DONE_FOR
    days = (services.day_of(since), services.day_of(now))
    visited = select(VisitRow.task_id).join(RouteRow, RouteRow.id == VisitRow.route_id)
    of_late = or_(Task.id >= _first_id(since), Task.id.in_(visited.where(RouteRow.day.in_(days))))
    done = (Task.state == TaskState.DONE) & (Task.finished_at > since) & of_late
    return or_(Task.state.not_in(FINAL), done, Task.id.in_(undecided()))


def _first_id(moment: datetime) -> UUID:
    """The smallest id of that moment: ids begin with their time (UUIDv7, RFC 9562 §5.7)."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))


async def _tasks(session: AsyncSession, now: datetime, wanted: ColumnElement[bool]) -> list[tuple[Any, ...]]:
    """Rows in the order of :class:`TaskColumns`."""
    query = (
        select(*_COLUMNS)
        .select_from(Task)
        .outerjoin(Zone, Zone.id == Task.zone_id)
        .outerjoin(Rep, Rep.id == Task.rep_id)
        .outerjoin(VisitRow, VisitRow.task_id == Task.id)
        .where(wanted)
        .order_by(Task.id)
    )
    return [_task(row, now) for row in (await session.execute(query)).all()]


def _task(row: Row[Any], now: datetime) -> tuple[Any, ...]:
    eta = starts = ends = None
    if row.eta is not None and row.state in IN_ROUTE:
        eta, starts, ends = visit_times(row.state, row, now)
    elif row.state is TaskState.DONE and row.arrived_at is not None:
        starts, ends = row.arrived_at, row.finished_at
    clocks = lateness(
        row.state,
        now,
        response_due_at=row.response_due_at,
        window_end=row.window_end,
        eta=eta,
        arrived_at=row.arrived_at,
    )
    return (
        *(row.id, row.version, row.state.value, row.category, row.fault, row.severity, row.priority),
        *(row.note, row.customer or "", row.address, row.lon, row.lat, row.zone, row.rep),
        *(_seconds(row.window_start), _seconds(row.window_end), _seconds(starts), _seconds(ends)),
        *(_seconds(row.finished_at), clocks.late_s, row.unplaced_reason, row.escalation_reason),
        *(bool(row.undecided), row.type, row.lock, _travel_s(row), max(1, len(row.windows))),
        *(row.companion, row.partner_id),
        row.needs_two and row.partner_id is None and row.state in IN_ROUTE,
    )


def _travel_s(row: Row[Any]) -> int | None:
    """The way to the door: as planned, of finished work as it was."""
    if row.state is TaskState.DONE:
        known = row.departed_at is not None and row.arrived_at is not None
        return max(0, int((row.arrived_at - row.departed_at).total_seconds())) if known else None
    return row.travel_s if row.state in IN_ROUTE else None


def _task_columns(rows: list[tuple[Any, ...]]) -> TaskColumns:
    return TaskColumns.model_validate(columns(TaskColumns, rows))


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _rep_columns(reps: Iterable[RepNow], now: datetime) -> RepColumns:
    return RepColumns.model_validate(columns(RepColumns, [_rep(seen, now) for seen in reps]))


def _rep(seen: RepNow, now: datetime) -> tuple[Any, ...]:
    rep, at = seen.rep, seen.position
    return (
        *(rep.id, rep.code, rep.name, rep.name_en, rep.phone, rep.station, rep.skills, rep.parts, rep.active),
        *(rep.home_lon, rep.home_lat, _seconds(seen.hours[0]), _seconds(seen.hours[1]), seen.on_shift(now)),
        *((at.lon, at.lat, _seconds(at.at)) if at else (None, None, None)),
        *(seen.open_tasks, seen.done_today, _seconds(next_eta(seen, now))),
        *(_seconds(moment) for moment in seen.rest or (None, None)),
    )


async def _zones(
    session: AsyncSession, services: FieldServices, now: datetime, codes: Collection[str] | None = None
) -> ZoneColumns:
    """All zones by code, or these."""
    query = select(
        *(Zone.code, Zone.name, Zone.name_zh_hant, Zone.name_en),
        *(Zone.office, Zone.station, Zone.sub_area, Rep.code.label("owner")),
    ).outerjoin(Rep, (Rep.id == Zone.owner_id) & Rep.active)
    query = query.where(Zone.active).order_by(Zone.code)
    if codes is not None:
        query = query.where(Zone.code.in_(codes))
    zones = (await session.execute(query)).all()
    if not zones:
        return ZoneColumns.model_validate(columns(ZoneColumns, []))
    stations = None if codes is None else {row.station for row in zones}
    _, found = await coverage_now(session, services, now, stations)
    rows = [(*row, *_standing(found[row.code])) for row in zones]
    return ZoneColumns.model_validate(columns(ZoneColumns, rows))


def _standing(seen: ZoneCoverage) -> tuple[Any, ...]:
    reasons = [ReasonView.model_validate(reason(each)) for each in seen.reasons]
    return seen.coverage.value, reasons, seen.open_tasks, seen.carers, seen.able
