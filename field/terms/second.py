"""Whether a task needs two people, and what the second has to be able to do: said of a task that is there."""

from __future__ import annotations

from field.dispatch.companion import part, require_lead
from field.dispatch.placement import refresh
from field.dispatch.together.placing import find_second, look_anew
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, IN_ROUTE, TaskFinished
from field.task.timeline import remember
from kernel.actors import Actor
from kernel.database import UnitOfWork

SECOND_CHANGED = "second_changed"


async def change_second(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, needs: bool, skill: str, level: int
) -> None:
    """Say that two are needed, or one. Somebody is found for the moment at which the task stands; where
    nobody is free then, both are looked for anew, as long as the lead has not set out.

    Raises:
        NotTheLead, TaskFinished.
    """
    require_lead(task)
    if task.state in FINAL:
        raise TaskFinished(event=SECOND_CHANGED, state=task.state.value)
    before = task.needs_two, task.second_skill, task.second_level
    after = needs, skill if needs else "", level if needs and skill else 1
    if before == after:
        return
    task.needs_two, task.second_skill, task.second_level = after
    task.changed_at = uow.now
    remember(uow, task, SECOND_CHANGED, actor, task.state, reason=SECOND_CHANGED)
    await uow.audit(actor, "set_second", f"task:{task.id}", needs_two=needs, skill=skill, level=level)
    if task.state not in IN_ROUTE:
        return
    await part(uow, services, task, "reassigned")
    await refresh(uow, services, task)
    if needs and not await find_second(uow, services, task):
        await look_anew(uow, services, task)
