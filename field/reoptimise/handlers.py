"""Policies: what happens on the ground asks for a better plan by itself, where a supervisor says so."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Rep
from field.reoptimise.applying import REPLANNED
from field.reoptimise.commands import AlreadyAsked, ask, terms_of
from field.reoptimise.policy import BURST_CATEGORY, BURST_SEVERITY, HELD, Trigger, asks
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import SYSTEM
from kernel.contracts import RepLost, TaskAssigned, TaskCancelled
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup

group = HandlerGroup("reoptimise")


@group.on(TaskCancelled)
async def somebody_has_time(uow: UnitOfWork, event: TaskCancelled, services: FieldServices) -> None:
    """A visit was called off: its representative has time to spare."""
    task = await uow.session.get(Task, event.task_id)
    if task is None or task.rep_id is None or not task.placement.get("day"):
        return
    day = date.fromisoformat(task.placement["day"])
    rep = await uow.session.get_one(Rep, task.rep_id)
    minutes = task.duration_s // 60
    await _ask(uow, services, Trigger.CANCELLATION, rep.station, day, minutes)


@group.on(RepLost)
async def somebody_is_missing(uow: UnitOfWork, event: RepLost, services: FieldServices) -> None:
    """A representative cannot go on. What they had open went to others one by one, or is still theirs: the
    station's day can be better than that."""
    rep, day = await uow.session.get_one(Rep, event.rep_id), date.fromisoformat(event.day)
    await _ask(uow, services, Trigger.REP_LOST, rep.station, day, event.stops, lost=rep.id)


def is_burst(event: TaskAssigned) -> bool:
    """Whether an urgent leak was given to somebody; with what an earlier release did not tell, perhaps."""
    told = (event.category, event.severity)
    return told in ((BURST_CATEGORY, BURST_SEVERITY), (None, None))


@group.on(TaskAssigned, when=is_burst)
async def many_are_held(uow: UnitOfWork, event: TaskAssigned, services: FieldServices) -> None:
    """An urgent leak takes one more representative of the station."""
    task = await uow.session.get(Task, event.task_id)
    if task is None or task.rep_id is None:
        return
    if (task.category, task.severity) != (BURST_CATEGORY, BURST_SEVERITY):
        return  # as the task is by now
    if any(reason["code"] == REPLANNED for reason in task.placement.get("reasons", ())):
        return  # that is what a plan made of an earlier one
    rep = await uow.session.get_one(Rep, task.rep_id)
    held = await _held(uow.session, rep.station)
    await _ask(uow, services, Trigger.BURST, rep.station, services.day_of(uow.now), held)


async def _held(session: AsyncSession, station: str) -> int:
    """How many representatives of a station have an urgent leak now."""
    found = (
        select(func.count(func.distinct(Task.rep_id)))
        .join(Rep, Rep.id == Task.rep_id)
        .where(
            Rep.station == station,
            Task.severity == BURST_SEVERITY,
            Task.category == BURST_CATEGORY,
            Task.state.in_([TaskState(state) for state in HELD]),
        )
    )
    return int(await session.scalar(found) or 0)


async def _ask(
    uow: UnitOfWork,
    services: FieldServices,
    cause: Trigger,
    station: str,
    day: date,
    measured: int,
    lost: UUID | None = None,
) -> None:
    """Ask, where the policy says that this much is worth it. What is searched for already was asked before:
    it goes on, unless it does not know that somebody is lost.
    """
    terms = await terms_of(uow.session, cause)
    if day < services.day_of(uow.now) or not asks(terms, measured):
        return
    gone = () if lost is None else (lost,)
    try:
        await ask(
            uow, services, SYSTEM, station, day, gone=gone, cause=cause, terms=terms, instead=lost is not None
        )
    except AlreadyAsked:
        return
