"""What appointments do with news of their tasks: nothing is promised or held for a visit that is off."""

from __future__ import annotations

from field.appointments.commands import drop_promise, release, tell_promise
from field.services import FieldServices
from field.task.tables import Task
from field.task.timeline import remember
from kernel.actors import SYSTEM
from kernel.contracts import TaskCancelled, TaskDone, TaskUnplaced
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup

group = HandlerGroup("appointments")

NOT_HOME = "not_home"


@group.on(TaskDone)
async def finished(uow: UnitOfWork, event: TaskDone, services: FieldServices) -> None:
    """Whoever is visited needs no other window."""
    await release(uow, event.task_id)


@group.on(TaskCancelled)
async def called_off(uow: UnitOfWork, event: TaskCancelled, services: FieldServices) -> None:
    """Nobody comes: nothing is promised."""
    task = await uow.session.get(Task, event.task_id, with_for_update=True)
    await release(uow, event.task_id)
    if task is not None:
        await drop_promise(uow, task)


@group.on(TaskUnplaced)
async def nobody_home(uow: UnitOfWork, event: TaskUnplaced, services: FieldServices) -> None:
    """Somebody came and nobody was there: that promise was kept, and is over."""
    if event.reason != NOT_HOME:
        return
    task = await uow.session.get(Task, event.task_id, with_for_update=True)
    if task is None or task.unplaced_reason != NOT_HOME or not await drop_promise(uow, task):
        return
    remember(uow, task, "promise_over", SYSTEM, task.state, what=NOT_HOME)
    tell_promise(uow, services, task, NOT_HOME, promised=False)
