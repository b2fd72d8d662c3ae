"""Who else is there: the other one of a task for two, as either sees them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.names import rep_name
from field.board.views import PartnerView
from field.grid.tables import Rep
from field.task.tables import Task


async def partners_shown(session: AsyncSession, tasks: Sequence[Task]) -> dict[UUID, PartnerView]:
    """The other one of each task that has one, by the task's id; one question for all of them."""
    ids = [task.partner_id for task in tasks if task.partner_id is not None]
    if not ids:
        return {}
    query = select(Task, Rep).outerjoin(Rep, Rep.id == Task.rep_id).where(Task.id.in_(ids))
    found = {task.id: (task, rep) for task, rep in await session.execute(query)}
    return {
        task.id: _partner(*found[task.partner_id])
        for task in tasks
        if task.partner_id is not None and task.partner_id in found
    }


def _partner(task: Task, rep: Rep | None) -> PartnerView:
    return PartnerView(
        task_id=task.id,
        state=task.state.value,
        companion=task.companion,
        rep=rep_name(rep) if rep is not None else None,
        meets_at=task.meets_at,
    )
