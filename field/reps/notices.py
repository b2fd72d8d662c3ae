"""A representative is told of a new task, also while the page is closed."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Uuid, bindparam, select

from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from kernel.contracts import TaskAssigned
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup
from kernel.i18n import text
from kernel.push.commands import send_push

group = HandlerGroup("reps")

_STILL_THEIRS = (
    select(Task, Rep)
    .join(Rep, Rep.id == Task.rep_id)
    .where(
        Task.id == bindparam("task_id", type_=Uuid),
        Rep.id == bindparam("rep_id", type_=Uuid),
        Task.state == TaskState.ASSIGNED,
    )
)

SHORTEST_USE, LONGEST_USE = timedelta(minutes=5), timedelta(hours=2)


@group.on(TaskAssigned)
async def tell_of_task(uow: UnitOfWork, event: TaskAssigned, services: FieldServices) -> None:
    """Have a word pushed to the one it stands with now; nothing before their shift begins, for nobody waits
    for an answer before that (:func:`field.task.task.response_due`)."""
    asked = {"task_id": event.task_id, "rep_id": event.rep_id}
    found = (await uow.session.execute(_STILL_THEIRS, asked)).one_or_none()
    if found is None:
        return
    task, rep = found
    day = task.placement.get("day")
    if day and uow.now < services.moment(date.fromisoformat(day), rep.shift_start):
        return
    left = (task.response_due_at or uow.now) - uow.now
    lasts = min(max(left, SHORTEST_USE), LONGEST_USE)
    task_id, category, severity = str(task.id), task.category, task.severity

    def words(language: str) -> dict[str, str]:
        kind = text(language, "common", f"category.{category}")
        weight = text(language, "common", f"severity.{severity}")
        return {
            "task": task_id,
            "category": category,
            "severity": severity,
            "title": text(language, "rep", "push.title"),
            "body": f"{kind} · {weight}",
        }

    await send_push(uow, rep.staff_id, words, lasts, task.request_id)
