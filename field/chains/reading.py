"""Chains read from their rows, and what each step has to keep by them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.chains.chain import Before, Bounds, Link, PermitKind, Permitted, bounds_of, in_order, kept_from
from field.chains.tables import ChainLink, ChainStep, Permit, TaskChain
from field.dispatch.tables import VisitRow
from field.task.tables import Task
from kernel.errors import Refused

AFRESH = {"populate_existing": True}


_THESE = bindparam("ids", type_=Uuid, expanding=True)
# Read whenever a step is shown, and built once.
_CHAINS = select(TaskChain).where(TaskChain.id.in_(_THESE))
_STEPS = (
    select(ChainStep, Task, VisitRow)
    .join(Task, Task.id == ChainStep.task_id)
    .outerjoin(VisitRow, VisitRow.task_id == Task.id)
    .where(ChainStep.chain_id.in_(_THESE))
    .order_by(ChainStep.number, ChainStep.task_id)
)
_LINKS = (
    select(ChainLink)
    .where(ChainLink.chain_id.in_(_THESE))
    .order_by(ChainLink.predecessor_id, ChainLink.successor_id)
)
_PERMITS = select(Permit).where(Permit.chain_id.in_(_THESE)).order_by(Permit.kind, Permit.id)


class StepNotReady(Refused):
    """This step cannot be begun yet: the one before it is not finished, or its permit is not valid now."""

    code = "step_not_ready"


@dataclasses.dataclass(frozen=True)
class ChainRows:
    """A chain as it is stored. ``steps``, ``tasks``, ``visits`` by the task's id."""

    row: TaskChain
    steps: Mapping[UUID, ChainStep]
    tasks: Mapping[UUID, Task]
    visits: Mapping[UUID, VisitRow]
    links: Sequence[ChainLink]
    permits: Sequence[Permit]

    @property
    def order(self) -> list[UUID]:
        """The steps, each behind those it waits for."""
        return in_order(sorted(self.steps, key=lambda id: self.steps[id].number), plain(self.links))

    def before(self, task_id: UUID) -> list[Before]:
        """What the step waits for."""
        found = []
        for link in self.links:
            if link.successor_id == task_id:
                task, visit = self.tasks[link.predecessor_id], self.visits.get(link.predecessor_id)
                ends = visit.ends_at if visit is not None else None
                found.append(Before(task.id, task.state, link.lag_min * 60, ends, task.finished_at))
        return found

    def permits_of(self, task_id: UUID) -> list[Permit]:
        """The permits that count for the step: its own, and the chain's of the kinds that it needs."""
        kinds = set(self.steps[task_id].permits)
        return [
            permit
            for permit in self.permits
            if permit.task_id == task_id or (permit.task_id is None and permit.kind.value in kinds)
        ]

    def needed(self, task_id: UUID) -> set[PermitKind]:
        """The kinds without which the step is not begun: what its type says, and what was asked for it."""
        kinds = {PermitKind(kind) for kind in self.steps[task_id].permits}
        return kinds | {permit.kind for permit in self.permits if permit.task_id == task_id}

    def bounds(self, task_id: UUID, now: datetime) -> Bounds:
        """What the step has to keep as things stand."""
        permits = [_permitted(permit) for permit in self.permits_of(task_id)]
        duration = self.tasks[task_id].duration_s
        return bounds_of(self.before(task_id), self.needed(task_id), permits, duration, now)

    def kept_from(self, task_id: UUID, at: datetime) -> tuple[str, datetime | None] | None:
        """Why it could not be begun at that moment; None: it could."""
        permits = [_permitted(permit) for permit in self.permits_of(task_id)]
        return kept_from(self.before(task_id), self.needed(task_id), permits, at)


def plain(links: Sequence[ChainLink]) -> list[Link]:
    """Links as values."""
    return [Link(link.predecessor_id, link.successor_id, link.lag_min) for link in links]


def _permitted(permit: Permit) -> Permitted:
    return Permitted(permit.kind, permit.state, permit.valid_from, permit.valid_until)


async def chains_of(
    session: AsyncSession, ids: Collection[UUID], *, afresh: bool = False
) -> dict[UUID, ChainRows]:
    """Chains by their ids. ``afresh``: as they are now, whatever the session has read before."""
    if not ids:
        return {}
    these, options = {"ids": list(ids)}, AFRESH if afresh else {}
    rows = (await session.scalars(_CHAINS, these, execution_options=options)).all()
    steps = (await session.execute(_STEPS, these, execution_options=options)).all()
    links = (await session.scalars(_LINKS, these, execution_options=options)).all()
    permits = (await session.scalars(_PERMITS, these, execution_options=options)).all()
    return {
        row.id: ChainRows(
            row,
            {step.task_id: step for step, _, _ in steps if step.chain_id == row.id},
            {task.id: task for step, task, _ in steps if step.chain_id == row.id},
            {task.id: visit for step, task, visit in steps if step.chain_id == row.id and visit is not None},
            [link for link in links if link.chain_id == row.id],
            [permit for permit in permits if permit.chain_id == row.id],
        )
        for row in rows
    }


async def chain_by(session: AsyncSession, chain_id: UUID, *, afresh: bool = False) -> ChainRows | None:
    """One chain, or None."""
    return (await chains_of(session, [chain_id], afresh=afresh)).get(chain_id)


async def require_ready_to_begin(session: AsyncSession, task: Task, at: datetime) -> None:
    """Whether the work on a task may begin at that moment.

    Raises:
        StepNotReady: with ``reason``, and ``at`` where it is known until when.
    """
    chain = await chain_by(session, task.chain_id) if task.chain_id is not None else None
    kept = chain.kept_from(task.id, at) if chain is not None else None
    if kept is not None:
        reason, until = kept
        raise StepNotReady(reason=reason, at=until.isoformat() if until else "")


@dataclasses.dataclass(frozen=True)
class Awaited:
    """What a planned step waits for, as its rows say: ``ends_at`` by the plan, or as it was; None: nobody
    knows.
    """

    task_id: UUID
    lag_s: int
    ends_at: datetime | None


async def awaited_by(session: AsyncSession, tasks: Collection[Task]) -> dict[UUID, tuple[Awaited, ...]]:
    """What each of these tasks waits for, read from links and visits alone."""
    chained = [task.id for task in tasks if task.chain_id is not None]
    found: dict[UUID, tuple[Awaited, ...]] = {}
    if not chained:
        return found
    rows = await session.execute(
        select(
            *(ChainLink.successor_id, ChainLink.predecessor_id, ChainLink.lag_min),
            *(VisitRow.ends_at, Task.finished_at),
        )
        .join(Task, Task.id == ChainLink.predecessor_id)
        .outerjoin(VisitRow, VisitRow.task_id == Task.id)
        .where(ChainLink.successor_id.in_(chained))
    )
    for successor, predecessor, lag_min, ends_at, finished_at in rows:
        each = Awaited(predecessor, lag_min * 60, finished_at or ends_at)
        found[successor] = (*found.get(successor, ()), each)
    return found


async def waited_for(session: AsyncSession, tasks: Collection[Task]) -> set[UUID]:
    """Those of these tasks behind which another is planned already."""
    chained = [task.id for task in tasks if task.chain_id is not None]
    if not chained:
        return set()
    found = (
        select(ChainLink.predecessor_id)
        .join(VisitRow, VisitRow.task_id == ChainLink.successor_id)
        .where(ChainLink.predecessor_id.in_(chained))
    )
    return set(await session.scalars(found))
