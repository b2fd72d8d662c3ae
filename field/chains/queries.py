"""Reading chains for people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.chains.chain import expected_end, standing
from field.chains.reading import ChainRows, chain_by, chains_of
from field.chains.tables import ChainTemplate, Permit
from field.chains.views import (
    ChainStepView,
    ChainTemplateView,
    ChainView,
    PermitView,
    PredecessorView,
    StepBeforeView,
    StepRepView,
    StepTypeView,
)
from field.forms.tables import TaskType
from field.grid.tables import Rep
from field.task.tables import Task
from field.task.task import FINAL, TaskState


async def chains_shown(session: AsyncSession, ids: Collection[UUID], now: datetime) -> dict[UUID, ChainView]:
    """Chains by their ids."""
    chains = await chains_of(session, ids)
    if not chains:
        return {}
    tasks = [task for chain in chains.values() for task in chain.tasks.values()]
    types = await _types(session, {task.type for task in tasks})
    rep_ids = {task.rep_id for task in tasks if task.rep_id is not None}
    reps = {rep.id: rep for rep in await session.scalars(select(Rep).where(Rep.id.in_(rep_ids)))}
    return {chain_id: _chain_view(chain, types, reps, now) for chain_id, chain in chains.items()}


async def chain_shown(session: AsyncSession, chain_id: UUID, now: datetime) -> ChainView | None:
    """One chain, or None."""
    return (await chains_shown(session, [chain_id], now)).get(chain_id)


def template_view(row: ChainTemplate) -> ChainTemplateView:
    return ChainTemplateView.model_validate(row, from_attributes=True)


async def steps_before(session: AsyncSession, task: Task, now: datetime) -> list[StepBeforeView]:
    """What the customer's visit waits for, as far as it says something to them: while it is to come."""
    if task.chain_id is None or task.state in FINAL or task.state is TaskState.ON_SITE:
        return []
    chain = await chain_by(session, task.chain_id)
    if chain is None:
        return []
    before = chain.before(task.id)
    types = await _types(session, {chain.tasks[each.task_id].type for each in before})
    found = []
    for each in before:
        end = expected_end(each, now)
        found.append(
            StepBeforeView(
                type=_type_view(types, chain.tasks[each.task_id].type),
                done=each.state is TaskState.DONE,
                ends_at=end if isinstance(end, datetime) else None,
                lag_min=each.lag_s // 60,
            )
        )
    return found


async def _types(session: AsyncSession, codes: Collection[str]) -> dict[str, TaskType]:
    found = await session.scalars(select(TaskType).where(TaskType.code.in_(codes)))
    return {kind.code: kind for kind in found}


def _type_view(types: dict[str, TaskType], code: str) -> StepTypeView:
    kind = types.get(code)
    if kind is None:
        return StepTypeView(code=code, name=code, name_zh_hant="", name_en="")
    return StepTypeView(code=code, name=kind.name, name_zh_hant=kind.name_zh_hant, name_en=kind.name_en)


def _chain_view(
    chain: ChainRows, types: dict[str, TaskType], reps: dict[UUID, Rep], now: datetime
) -> ChainView:
    return ChainView(
        id=chain.row.id,
        template=chain.row.template,
        steps=[_step_view(chain, task_id, types, reps, now) for task_id in chain.order],
        permits=[permit_view(permit, now) for permit in _soonest(chain.permits)],
    )


def _soonest(permits: Sequence[Permit]) -> list[Permit]:
    return sorted(permits, key=lambda each: (each.kind.value, str(each.valid_from or ""), str(each.id)))


def _step_view(
    chain: ChainRows, task_id: UUID, types: dict[str, TaskType], reps: dict[UUID, Rep], now: datetime
) -> ChainStepView:
    task, visit = chain.tasks[task_id], chain.visits.get(task_id)
    over = task.state in FINAL
    kept, until = (None if over else chain.kept_from(task_id, now)) or (None, None)
    rep = reps.get(task.rep_id) if task.rep_id is not None else None
    starts = task.arrived_at or (visit.starts_at if visit is not None else None)
    ends = task.finished_at if over else visit.ends_at if visit is not None else None
    return ChainStepView(
        task_id=task_id,
        type=_type_view(types, task.type),
        state=task.state.value,
        version=task.version,
        rep=StepRepView(id=rep.id, code=rep.code, name=rep.name, name_en=rep.name_en, phone=rep.phone)
        if rep
        else None,
        starts_at=starts,
        ends_at=ends,
        not_before=task.not_before,
        not_after=task.not_after,
        waits_for=None if over else task.waits_for,
        kept_from=kept,
        kept_until=until,
        before=[
            PredecessorView(task_id=link.predecessor_id, lag_min=link.lag_min)
            for link in chain.links
            if link.successor_id == task_id
        ],
        permits=sorted(kind.value for kind in chain.needed(task_id)),
    )


def permit_view(permit: Permit, now: datetime) -> PermitView:
    return PermitView(
        id=permit.id,
        version=permit.version,
        task_id=permit.task_id,
        kind=permit.kind.value,
        authority=permit.authority,
        number=permit.number,
        state=standing(permit.state, permit.valid_until, now).value,
        valid_from=permit.valid_from,
        valid_until=permit.valid_until,
    )
