"""Reading tasks; what the doors turn into views."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import VisitRow
from field.forms.tables import TaskType
from field.grid.tables import Rep, Zone
from field.task.clocks import Lateness, lateness, put_off_s
from field.task.conflict import ConflictState
from field.task.tables import Conflict, Departure, Proof, Task, TaskEntry
from field.task.task import FINAL, IN_ROUTE, TaskState
from kernel.errors import NotFound
from kernel.identity.staff import Staff

_THESE = bindparam("ids", type_=Uuid, expanding=True)
# Read whenever a task is shown, and built once.
_KNOWN = (
    select(
        Task.id,
        Zone,
        Rep,
        Staff,
        VisitRow,
        TaskType,
        select(Proof.id).where(Proof.task_id == Task.id).exists(),
        select(Conflict.id).where(Conflict.task_id == Task.id).exists(),
    )
    .select_from(Task)
    .outerjoin(Zone, Zone.id == Task.zone_id)
    .outerjoin(Rep, Rep.id == Task.rep_id)
    .join(Staff, Staff.id == Task.answerable_id)
    .outerjoin(VisitRow, VisitRow.task_id == Task.id)
    .outerjoin(TaskType, TaskType.code == Task.type)
    .where(Task.id.in_(_THESE))
)
_CONFLICTS = select(Conflict).where(Conflict.task_id.in_(_THESE)).order_by(Conflict.id)
_PROOFS = select(Proof).where(Proof.task_id.in_(_THESE)).order_by(Proof.id)
_TIMELINE = (
    select(TaskEntry, Staff.name, Staff.name_en)
    .outerjoin(Staff, Staff.id == TaskEntry.actor_id)
    .where(TaskEntry.task_id == bindparam("task_id", type_=Uuid))
    .order_by(TaskEntry.number)
)

SHOWN = 20
"""Reports, and tasks that left, that a phone is told of."""


@dataclasses.dataclass(frozen=True)
class TaskFilter:
    """Which tasks to list. ``after`` is the id of the last one seen; ids grow with time."""

    states: tuple[TaskState, ...] = ()
    open_only: bool = False
    late_only: bool = False
    rep_id: UUID | None = None
    zone: str | None = None
    after: UUID | None = None
    limit: int = 200


@dataclasses.dataclass(frozen=True)
class Known:
    """Rows that views of tasks refer to, by id."""

    zones: dict[UUID, Zone]
    reps: dict[UUID, Rep]
    staff: dict[UUID, Staff]
    visits: dict[UUID, VisitRow]
    with_proofs: set[UUID]
    with_conflicts: set[UUID]
    """Tasks of which there are photos, and reports by people who no longer had them."""
    types: dict[str, TaskType]


async def list_tasks(session: AsyncSession, wanted: TaskFilter, now: datetime) -> Sequence[Task]:
    """Tasks in the order in which they came in."""
    query = select(Task).order_by(Task.id).limit(wanted.limit)
    if wanted.rep_id is None:
        query = query.where(Task.companion.is_(False))
    if wanted.states:
        query = query.where(Task.state.in_(wanted.states))
    if wanted.open_only:
        query = query.where(Task.state.not_in(FINAL) | Task.id.in_(undecided()))
    if wanted.late_only:
        late = or_(
            Task.window_end < now,
            (Task.state == TaskState.ASSIGNED) & (Task.response_due_at <= now),
            Task.id.in_(select(VisitRow.task_id).where(VisitRow.eta > Task.window_end)),
        )
        query = query.where(Task.state.not_in(FINAL), Task.arrived_at.is_(None), late)
    if wanted.rep_id is not None:
        query = query.where(Task.rep_id == wanted.rep_id)
    if wanted.zone is not None:
        query = query.join(Zone, Zone.id == Task.zone_id).where(Zone.code == wanted.zone)
    if wanted.after is not None:
        query = query.where(Task.id > wanted.after)
    return (await session.scalars(query)).all()


async def list_inbox(session: AsyncSession, limit: int = 500) -> Sequence[Task]:
    """What waits for a dispatcher: the most urgent first, then the oldest."""
    query = (
        select(Task)
        .where(
            Task.state.in_((TaskState.UNPLACED, TaskState.ESCALATED))
            | Task.id.in_(undecided())
            | Task.id.in_(alone())
        )
        .order_by(Task.priority.desc(), Task.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


def undecided() -> Select[UUID]:
    """Tasks with reported work that a dispatcher has to decide about."""
    return select(Conflict.task_id).where(Conflict.state == ConflictState.OPEN)


def alone() -> Select[UUID]:
    """Tasks that need two, stand with one, and have nobody who comes along."""
    waiting = Task.needs_two & Task.partner_id.is_(None)
    return select(Task.id).where(waiting, Task.state.in_(IN_ROUTE))


async def conflicts_of(session: AsyncSession, task_ids: Iterable[UUID]) -> Sequence[Conflict]:
    """What was reported on these tasks by people who no longer had them, oldest first."""
    return (await session.scalars(_CONFLICTS, {"ids": list(task_ids)})).all()


async def reports_of(session: AsyncSession, rep: Rep, since: datetime) -> Sequence[Conflict]:
    """What a representative reported, or heard of, since then; the latest first."""
    query = (
        select(Conflict)
        .where(Conflict.rep_id == rep.id, Conflict.changed_at >= since)
        .order_by(Conflict.changed_at.desc())
        .limit(SHOWN)
    )
    return (await session.scalars(query)).all()


async def gone_from(session: AsyncSession, rep: Rep, since: datetime) -> Sequence[tuple[Departure, Task]]:
    """Tasks that left a representative since then and did not come back; the latest first."""
    query = (
        select(Departure, Task)
        .join(Task, Task.id == Departure.task_id)
        .where(Departure.rep_id == rep.id, Departure.at >= since)
        .where(or_(Task.rep_id.is_(None), Task.rep_id != rep.id, Task.state == TaskState.CANCELLED))
        .order_by(Departure.at.desc())
        .limit(SHOWN)
    )
    last: dict[UUID, tuple[Departure, Task]] = {}
    for departure, task in (await session.execute(query)).all():
        last.setdefault(task.id, (departure, task))
    return list(last.values())


async def task_by_id(session: AsyncSession, task_id: UUID) -> Task:
    """One task.

    Raises:
        NotFound: there is none.
    """
    task = await session.get(Task, task_id)
    if task is None:
        raise NotFound()
    return task


async def known_to(session: AsyncSession, tasks: Iterable[Task]) -> Known:
    """Everything that the tasks refer to, in one query whatever their number."""
    known = Known({}, {}, {}, {}, set(), set(), {})
    listed = await session.execute(_KNOWN, {"ids": [task.id for task in tasks]})
    for task_id, zone, rep, staff, visit, kind, proofs, conflicts in listed.all():
        if proofs:
            known.with_proofs.add(task_id)
        if conflicts:
            known.with_conflicts.add(task_id)
        known.staff[staff.id] = staff
        if zone is not None:
            known.zones[zone.id] = zone
        if rep is not None:
            known.reps[rep.id] = rep
        if visit is not None:
            known.visits[visit.task_id] = visit
        if kind is not None:
            known.types[kind.code] = kind
    return known


async def timeline_of(session: AsyncSession, task_id: UUID) -> list[tuple[TaskEntry, str | None, str | None]]:
    """What happened to a task, oldest first, each with its actor's two names of today (None: nobody on the
    staff)."""
    listed = await session.execute(_TIMELINE, {"task_id": task_id})
    return [(entry, name, name_en) for entry, name, name_en in listed]


async def proofs_of(session: AsyncSession, task_ids: Iterable[UUID]) -> dict[UUID, list[Proof]]:
    """The photos of each task, oldest first."""
    ids = list(task_ids)
    found: dict[UUID, list[Proof]] = {}
    if not ids:
        return found
    for proof in await session.scalars(_PROOFS, {"ids": ids}):
        found.setdefault(proof.task_id, []).append(proof)
    return found


def clocks_of(task: Task, eta: datetime | None, now: datetime) -> Lateness:
    """How the task's clocks stand."""
    return lateness(
        task.state,
        now,
        response_due_at=task.response_due_at,
        window_end=task.window_end,
        eta=eta,
        arrived_at=task.arrived_at,
    )


def visit_times(
    state: TaskState, visit: VisitRow | Row[Any], now: datetime
) -> tuple[datetime, datetime, datetime]:
    """When somebody arrives, begins and ends, as things stand: what did not begin in time is put off."""
    put_off = put_off_s(state, now, eta=visit.eta, travel_s=visit.travel_s)
    eta = visit.eta + timedelta(seconds=put_off)
    starts = max(visit.starts_at, eta)
    return eta, starts, visit.ends_at + (starts - visit.starts_at)
