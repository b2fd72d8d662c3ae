"""What the field does when the other wing has news; each event takes effect once."""

from __future__ import annotations

from sqlalchemy import select

from field.dispatch.commands import NewTask, ask_again, cancel_task, create_task
from field.dispatch.retries import find_places, retry_for
from field.services import FieldServices
from field.task.answering import answerable_staff
from field.task.escalation import escalation_target
from field.task.tables import Task
from field.task.task import FINAL, TaskState
from field.visits.erasing import erase_task
from kernel.actors import SYSTEM
from kernel.contracts import (
    GroundLearned,
    RequestErased,
    RequestWithdrawn,
    RouteEased,
    TaskDone,
    VisitRequested,
)
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup
from kernel.identity.staff import Staff

group = HandlerGroup("field")

VERDICT = ("fault", "severity", "ownership", "category", "technician_name", "technician_name_en")


@group.on(VisitRequested)
async def place_visit(uow: UnitOfWork, asked: VisitRequested, services: FieldServices) -> None:
    """A visit becomes a task: on somebody's route, or in the inbox with the reason."""
    task = await task_of(uow, asked)
    if task is not None and task.state is not TaskState.CANCELLED:
        return  # the outcome was sent twice under two ids; there is one request and one task
    job = NewTask(
        category=asked.category,
        severity=asked.severity,
        skill=asked.skill,
        level=asked.level,
        duration_s=asked.duration_s,
        priority=asked.priority,
        parts=dict(asked.parts),
        fault=asked.fault,
        ownership=asked.ownership,
        note=asked.note,
        address=asked.address,
        lon=asked.lon,
        lat=asked.lat,
        window_start=asked.window_start,
        window_end=asked.window_end,
        verdict={name: getattr(asked, name) for name in VERDICT},
        evidence=[str(still_id) for still_id in asked.still_ids],
        customer={
            "name": asked.customer_name,
            "phone": asked.customer_phone,
            "language": asked.language,
        },
    )
    answerable_id = asked.owner_id
    if await uow.session.get(Staff, answerable_id) is None:
        answerable_id = escalation_target(await answerable_staff(uow.session))
    if task is not None:
        await ask_again(uow, services, SYSTEM, task, job, answerable_id)
        return
    await create_task(uow, services, SYSTEM, job, answerable_id=answerable_id, request_id=asked.request_id)


@group.on(RequestWithdrawn)
async def cancel_visit(uow: UnitOfWork, withdrawn: RequestWithdrawn, services: FieldServices) -> None:
    """The customer no longer needs us: the representative is sent elsewhere."""
    task = await task_of(uow, withdrawn)
    if task is not None and task.state not in FINAL:
        await cancel_task(uow, services, SYSTEM, task, "request_withdrawn")


@group.on(RequestErased)
async def erase_visit(uow: UnitOfWork, erased: RequestErased, services: FieldServices) -> None:
    """What tells of the customer is gone there, and goes here."""
    task = await task_of(uow, erased)
    if task is None:
        return
    if task.state not in FINAL:  # news that the request was withdrawn is still on its way
        await cancel_task(uow, services, SYSTEM, task, "request_withdrawn")
    await erase_task(uow, services, task, SYSTEM)
    # The other steps of its chain know the address; those that are not over yet are erased when they are.
    if task.chain_id is not None:
        others = select(Task).where(Task.chain_id == task.chain_id, Task.state.in_(FINAL), Task.id != task.id)
        for other in await uow.session.scalars(others.where(Task.request_id.is_(None)).with_for_update()):
            await erase_task(uow, services, other, SYSTEM)


@group.on(TaskDone)
async def finished(uow: UnitOfWork, done: TaskDone, services: FieldServices) -> None:
    """Who has finished may have time for a task that nobody could take."""
    await retry_for(uow, services, done.rep_id)


@group.on(RouteEased)
async def eased(uow: UnitOfWork, route: RouteEased, services: FieldServices) -> None:
    """Somebody gave a task up, or there are others to try: the inbox is looked through again."""
    await retry_for(uow, services, route.rep_id)


@group.on(GroundLearned)
async def learned(uow: UnitOfWork, news: GroundLearned, services: FieldServices) -> None:
    """A file has come in: places that nobody knew are looked for again."""
    await find_places(uow, services, news)


async def task_of(uow: UnitOfWork, word: VisitRequested | RequestWithdrawn | RequestErased) -> Task | None:
    """The task of the request that the event is about."""
    return (
        await uow.session.scalars(select(Task).where(Task.request_id == word.request_id).with_for_update())
    ).first()
