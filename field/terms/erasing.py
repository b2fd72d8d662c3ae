"""Forgetting who was wished for at an address: with the last task that tells of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from field.dispatch.tables import StandingWish
from field.task.tables import Task
from kernel.database import UnitOfWork
from kernel.erasing import Eraser
from kernel.sql.addresses import place_key


async def forget_wishes_of(uow: UnitOfWork, task_id: UUID) -> None:
    """Erase what stands for the task's address, unless another task there is still known."""
    task = await uow.session.get_one(Task, task_id)
    if not task.address:
        return
    others = select(Task.id).where(Task.address == task.address, Task.id != task.id, Task.erased_at.is_(None))
    if await uow.session.scalar(others.limit(1)) is None:
        door = place_key(task.address)
        await uow.session.execute(delete(StandingWish).where(StandingWish.door == door))


eraser = Eraser("task", (), forget_wishes_of)
