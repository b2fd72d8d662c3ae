"""A representative is told of a new task, also while the page is closed."""

from __future__ import annotations

from datetime import date, timedelta

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

SHORTEST_USE, LONGEST_USE = timedelta(minutes=5), timedelta(hours=2)


@group.on(TaskAssigned)
async def tell_of_task(uow: UnitOfWork, event: TaskAssigned, services: FieldServices) -> None:
    """Have a word pushed to the one it stands with now; nothing before their shift begins, for nobody waits
    for an answer before that (:func:`field.task.task.response_due`)."""
    task = await uow.session.get(Task, event.task_id)
    rep = await uow.session.get(Rep, event.rep_id)
    if task is None or rep is None or task.state is not TaskState.ASSIGNED or task.rep_id != rep.id:
        return
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
