"""Reported work, and tasks that have left, turned into views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.names import proof_view, rep_name
from field.board.queries import conflicts_of, gone_from, proofs_of, reports_of
from field.board.views import ActView, ConflictView, GoneView, PersonView
from field.callers import is_console
from field.grid.tables import Rep
from field.task.conflict import allowed, proposal
from field.task.tables import Conflict, Proof, Task
from kernel.actors import Actor
from kernel.identity.staff import Staff

TOLD_FOR = timedelta(hours=18)
"""A phone shows what was reported, and what left it, for a working day."""

Proofs = Mapping[UUID, Sequence[Proof]]


async def conflicts_shown(
    session: AsyncSession, tasks: Sequence[Task], proofs: Proofs, actor: Actor
) -> dict[UUID, list[ConflictView]]:
    """Each task's conflicts."""
    if not tasks:
        return {}
    rows = await conflicts_of(session, [task.id for task in tasks])
    views = await _views(session, rows, {task.id: task for task in tasks}, proofs, actor)
    found: dict[UUID, list[ConflictView]] = {}
    for view in views:
        found.setdefault(view.task_id, []).append(view)
    return found


async def own_reports(session: AsyncSession, rep: Rep, now: datetime, actor: Actor) -> list[ConflictView]:
    """What a representative did of late on tasks that were no longer theirs."""
    rows = await reports_of(session, rep, now - TOLD_FOR)
    ids = [row.task_id for row in rows]
    if not ids:
        return []
    tasks = {task.id: task for task in await session.scalars(select(Task).where(Task.id.in_(ids)))}
    return await _views(session, rows, tasks, await proofs_of(session, ids), actor)


async def gone_views(session: AsyncSession, rep: Rep, now: datetime) -> list[GoneView]:
    """Tasks that left a representative of late, and why."""
    return [
        GoneView(
            task_id=task.id,
            category=task.category,
            fault=task.fault,
            address=task.address,
            at=departure.at,
            why=departure.why,
        )
        for departure, task in await gone_from(session, rep, now - TOLD_FOR)
    ]


async def _views(
    session: AsyncSession, rows: Iterable[Conflict], tasks: Mapping[UUID, Task], proofs: Proofs, actor: Actor
) -> list[ConflictView]:
    rows = list(rows)
    if not rows:
        return []
    holders = {task.rep_id for task in tasks.values() if task.rep_id}
    rep_ids = {row.rep_id for row in rows} | holders
    reps = {rep.id: rep for rep in await session.scalars(select(Rep).where(Rep.id.in_(rep_ids)))}
    staff_ids = {row.decided_by_id for row in rows if row.decided_by_id}
    staff = {one.id: one for one in await session.scalars(select(Staff).where(Staff.id.in_(staff_ids)))}
    return [_view(row, tasks[row.task_id], reps, staff, proofs, actor) for row in rows]


def _view(
    row: Conflict,
    task: Task,
    reps: Mapping[UUID, Rep],
    staff: Mapping[UUID, Staff],
    proofs: Proofs,
    actor: Actor,
) -> ConflictView:
    shown = {id for act in row.acts for id in act["proofs"]}
    decider = staff.get(row.decided_by_id) if row.decided_by_id else None
    possible = allowed(row.state, row.claim, task.state) if is_console(actor) else ()
    return ConflictView(
        id=row.id,
        version=row.version,
        task_id=task.id,
        category=task.category,
        fault=task.fault,
        address=task.address,
        task_state=task.state.value,
        state=row.state.value,
        claim=row.claim.value,
        proposal=proposal(row.claim, task.state).value,
        allowed=[decision.value for decision in possible],
        rep=rep_name(reps[row.rep_id]),
        holder=rep_name(reps[task.rep_id]) if task.rep_id else None,
        acts=[
            ActView(
                kind=act["kind"],
                at=act["at"],
                note=act["note"],
                reason=act["reason"],
                form=act.get("form"),
            )
            for act in row.acts
        ],
        proofs=[proof_view(proof) for proof in proofs.get(task.id, ()) if str(proof.id) in shown],
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decided_by=PersonView(id=decider.id, name=decider.name, name_en=decider.name_en) if decider else None,
    )
