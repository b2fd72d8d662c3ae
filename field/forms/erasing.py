"""Forgetting what was filled in at a customer's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from field.forms.tables import TaskAnswers
from kernel.database import UnitOfWork
from kernel.erasing import Eraser


async def forget_answers(uow: UnitOfWork, task_id: UUID) -> None:
    """Empty the answers; that a form was filled in, from which version, and by whom stays."""
    await uow.session.execute(update(TaskAnswers).where(TaskAnswers.task_id == task_id).values(answers={}))


eraser = Eraser("task", (TaskAnswers.answers,), forget_answers)
