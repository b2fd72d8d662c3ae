"""Re-optimisations as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.views import PersonView
from field.grid.store import EMPTY
from field.grid.tables import Rep
from field.reoptimise.policy import DEFAULTS, Trigger
from field.reoptimise.supposed.what_if import supposed_of, tasks_of
from field.reoptimise.tables import Reoptimisation, ReoptimisationPolicy
from field.reoptimise.views import (
    ChangeView,
    FiguresView,
    LeftView,
    PolicyView,
    ReoptimisationView,
    SupposedView,
)
from field.task.tables import Task
from kernel.errors import NotFound
from kernel.identity.staff import Staff


async def reoptimisation_by_id(session: AsyncSession, id: UUID) -> Reoptimisation:
    """Raises NotFound."""
    row = await session.get(Reoptimisation, id)
    if row is None:
        raise NotFound()
    return row


async def newest(
    session: AsyncSession, station: str | None, day: date | None, limit: int
) -> Sequence[Reoptimisation]:
    """The newest first."""
    found = select(Reoptimisation).order_by(Reoptimisation.created_at.desc(), Reoptimisation.id.desc())
    if station is not None:
        found = found.where(Reoptimisation.station == station)
    if day is not None:
        found = found.where(Reoptimisation.day == day)
    return (await session.scalars(found.limit(limit))).all()


async def policies(session: AsyncSession) -> list[PolicyView]:
    """All there are, edited or not."""
    rows = {row.cause: row for row in await session.scalars(select(ReoptimisationPolicy))}
    return [policy_view(cause, rows.get(cause)) for cause in DEFAULTS]


def policy_view(cause: Trigger, row: ReoptimisationPolicy | None) -> PolicyView:
    """A policy as it holds."""
    terms = row or DEFAULTS[cause]
    return PolicyView(
        cause=cause.value,
        version=row.version if row else 0,
        enabled=terms.enabled,
        threshold=terms.threshold,
        by_itself=terms.by_itself,
        gain_s=terms.gain_s,
        budget_s=terms.budget_s,
    )


async def shown(session: AsyncSession, rows: Sequence[Reoptimisation]) -> list[ReoptimisationView]:
    """Rows with the names of what they speak of."""
    changes = [each for row in rows for key in ("moved", "retimed") for each in row.outcome.get(key, ())]
    left = [task_id for row in rows for task_id in row.outcome.get("left", ())]
    ids = {UUID(each["task_id"]) for each in changes} | {UUID(task_id) for task_id in left}
    tasks = {task.id: task for task in await session.scalars(select(Task).where(Task.id.in_(ids)))}
    for row in rows:
        tasks |= {task.id: task for task in tasks_of(supposed_of(row.what_if), EMPTY, row.created_at)}
    people = {UUID(each[key]) for each in changes for key in ("rep_id", "before_rep") if each[key]}
    named = await session.execute(select(Rep.id, Rep.name).where(Rep.id.in_(people)))
    names = {id: name for id, name in named}
    asked = {row.asked_by for row in rows if row.asked_by}
    staff = {each.id: each for each in await session.scalars(select(Staff).where(Staff.id.in_(asked)))}
    return [_view(row, tasks, names, staff) for row in rows]


def _view(
    row: Reoptimisation, tasks: dict[UUID, Task], names: dict[UUID, str], staff: dict[UUID, Staff]
) -> ReoptimisationView:
    outcome = row.outcome
    asker = staff.get(row.asked_by) if row.asked_by else None
    refused = outcome.get("refused", {})
    supposed = supposed_of(row.what_if)
    return ReoptimisationView(
        id=row.id,
        version=row.version,
        station=row.station,
        day=row.day,
        state=row.state.value,
        cause=row.cause.value,
        by_itself=row.by_itself,
        asked_by=PersonView(id=asker.id, name=asker.name, name_en=asker.name_en) if asker else None,
        created_at=row.created_at,
        changed_at=row.changed_at,
        budget_s=row.budget_s,
        gone=[UUID(rep_id) for rep_id in row.gone],
        gain_s=outcome.get("gain_s"),
        stops=outcome.get("stops"),
        before=FiguresView.model_validate(outcome["before"]) if "before" in outcome else None,
        after=FiguresView.model_validate(outcome["after"]) if "after" in outcome else None,
        moved=[_change(each, tasks, names) for each in outcome.get("moved", ())],
        retimed=[_change(each, tasks, names) for each in outcome.get("retimed", ())],
        left=[_left(tasks[UUID(task_id)]) for task_id in outcome.get("left", ())],
        affected=sorted((UUID(rep_id) for rep_id in row.plan), key=str),
        leaves={rep_id: datetime.fromtimestamp(at, UTC) for rep_id, at in supposed.leaves.items()},
        extra=[
            SupposedView(task_id=each.id, zone=each.zone, category=each.category, severity=each.severity)
            for each in supposed.extra
        ],
        refused=list(refused.get("reasons", ())),
    )


def _change(each: dict[str, Any], tasks: dict[UUID, Task], names: dict[UUID, str]) -> ChangeView:
    task, rep_id = tasks[UUID(each["task_id"])], UUID(each["rep_id"])
    before = UUID(each["before_rep"]) if each["before_rep"] else None
    start = datetime.fromtimestamp(each["starts_at"], UTC)
    return ChangeView(
        **_left(task).model_dump(),
        before_rep_id=before,
        before_rep_name=names.get(before) if before else None,
        before_starts_at=datetime.fromtimestamp(each["before_start"], UTC) if each["before_start"] else None,
        rep_id=rep_id,
        rep_name=names[rep_id],
        starts_at=start,
        ends_at=start + timedelta(seconds=task.duration_s),
    )


def _left(task: Task) -> LeftView:
    return LeftView(
        task_id=task.id,
        category=task.category,
        fault=task.fault,
        severity=task.severity,
        address=task.address,
    )
