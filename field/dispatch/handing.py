"""A task changes hands, or its time: what its row says then, and who hears of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from field.dispatch.engine.route import RepDay
from field.dispatch.planning import moment
from field.grid.tables import Rep
from field.task.clocks import response_due
from field.task.tables import Task
from field.task.task import By, Given, TaskEvent
from field.task.timeline import remember, step
from kernel.actors import Actor
from kernel.contracts import TaskAssigned, TaskRetimed
from kernel.database import UnitOfWork


def hand_to(
    uow: UnitOfWork,
    task: Task,
    rep: Rep,
    shift: RepDay,
    event: TaskEvent,
    by: By,
    actor: Actor,
    reason: str | None = None,
) -> None:
    """Give the task to the representative; it waits for an answer again. Its place is the caller's."""
    task.rep_id, task.unplaced_reason, task.escalation_reason = rep.id, None, ""
    task.accepted_at = task.departed_at = task.late_since = None
    said = {"reason": reason} if reason else {}
    detail: dict[str, Any] = {"rep": str(rep.id), "rep_name": rep.name, **said}
    step(uow, task, event, by, actor, Given(rep_id=rep.id), **detail)
    # The clock of an answer does not run before the shift does.
    begins = max(uow.now, moment(shift.shift_start))
    task.response_due_at = response_due(begins, task.severity)


def announce(uow: UnitOfWork, task: Task, rep: Rep, eta: datetime) -> None:
    """Say who has the task now, and when they come."""
    uow.emit(
        TaskAssigned(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            rep_id=rep.id,
            rep_staff_id=rep.staff_id,
            rep_name=rep.name,
            eta=eta,
            answerable_id=task.answerable_id,
            category=task.category,
            severity=task.severity,
        )
    )


def retime(uow: UnitOfWork, actor: Actor, task: Task, rep: Rep, eta: datetime, kind: str = "retime") -> None:
    """The same representative comes at another time; whoever waits hears of it."""
    remember(uow, task, kind, actor, task.state, eta=eta.isoformat())
    uow.emit(
        TaskRetimed(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            rep_id=rep.id,
            rep_staff_id=rep.staff_id,
            rep_name=rep.name,
            eta=eta,
        )
    )
