"""News from the field: who is answerable now, what the customer hears, what the timeline keeps.

News can be late: the customer may have withdrawn, or the request may be closed. Then it is noted, and moves
nothing. News about tasks that no request asked for is not ours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from assist.request.messages import tell_customer
from assist.request.moving import move, note, on_duty, request_topic
from assist.request.people import people
from assist.request.rating_link import ask_how_it_went, tell_the_end
from assist.request.request import Happening, State, follows
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from kernel.actors import SYSTEM, Role
from kernel.contracts import (
    RepEvent,
    TaskAccepted,
    TaskArrived,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
    TaskEscalated,
    TaskEvent,
    TaskRetimed,
    TaskSettled,
    TaskTravelling,
    TaskUnplaced,
    VisitPromised,
)
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup

group = HandlerGroup("assist")

NOBODY = {"rep_name": None, "rep_staff_id": None}
"""Nobody has the task: whoever had it no longer sees the request."""


def of_a_request(event: TaskEvent) -> bool:
    """Whether a request asked for the task; one that a dispatcher made is none of ours."""
    return event.request_id is not None


@group.on(TaskAssigned, when=of_a_request)
async def follow_assignment(uow: UnitOfWork, event: TaskAssigned, services: AssistServices) -> None:
    """The visit stands on someone's route; until they accept, the field says who answers for it."""
    told = _rep_of(event, event.eta)
    await _follow(uow, event, Happening.TASK_ASSIGNED, "assigned", event.answerable_id, told)


@group.on(TaskAccepted, when=of_a_request)
async def follow_acceptance(uow: UnitOfWork, event: TaskAccepted, services: AssistServices) -> None:
    """The representative answers for the request from here."""
    told = _rep_of(event, event.eta)
    await _follow(uow, event, Happening.TASK_ACCEPTED, "accepted", event.rep_staff_id, told)


@group.on(TaskRetimed, when=of_a_request)
async def follow_time(uow: UnitOfWork, event: TaskRetimed, services: AssistServices) -> None:
    """Who comes stays; the arrival that the customer is told is another one."""
    row = await uow.session.get(ServiceRequest, event.request_id) if event.request_id else None
    if row is not None and row.state is State.VISIT:
        row.visit = {**(row.visit or {}), **_rep_of(event, event.eta)}
        uow.changed("visit", event.task_id, request_topic(row.id))


@group.on(TaskUnplaced, when=of_a_request)
async def follow_inbox(uow: UnitOfWork, event: TaskUnplaced, services: AssistServices) -> None:
    """Nobody has it, or could be found by rule: a dispatcher answers for it, the one whom the field names."""
    dispatcher = event.answerable_id or await on_duty(
        uow.session, uow.now, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN, Role.TECHNICIAN
    )
    told = {**NOBODY, "eta": None, "reason": event.reason}
    row = await _follow(uow, event, Happening.TASK_UNPLACED, "unplaced", dispatcher, told)
    if row is not None and event.reason == "not_home":
        # The card at the door says that this comes: a link of their own to choose another time.
        await ask_how_it_went(uow, services, row, "visit_not_home")


@group.on(VisitPromised, when=of_a_request)
async def follow_promise(uow: UnitOfWork, event: VisitPromised, services: AssistServices) -> None:
    """A window was agreed, moved, or is off. Whoever arranged it by telephone has it confirmed in writing."""
    row = await uow.session.get(ServiceRequest, event.request_id) if event.request_id else None
    if row is None:
        return
    if not follows(row.state, Happening.VISIT_PROMISED):
        await note(uow, SYSTEM, row, Happening.VISIT_PROMISED.value, late=True)
        return
    start, end = event.window_start, event.window_end
    row.visit = {
        **(row.visit or {}),
        "window_start": start.isoformat() if start else None,
        "window_end": end.isoformat() if end else None,
    }
    await move(uow, SYSTEM, row, Happening.VISIT_PROMISED, task_id=str(event.task_id), why=event.why)
    uow.changed("visit", event.task_id, request_topic(row.id))
    if start is not None:
        clocks = {"day": event.day, "start": event.start_clock, "end": event.end_clock}
        await tell_customer(uow, services, row, "visit_promised", **clocks)


@group.on(TaskTravelling, when=of_a_request)
async def follow_departure(uow: UnitOfWork, event: TaskTravelling, services: AssistServices) -> None:
    """The representative is on the way, and the customer is told so."""
    told = _rep_of(event, event.eta)
    row = await _follow(uow, event, Happening.TASK_TRAVELLING, "travelling", None, told)
    if row is not None:
        await tell_customer(uow, services, row, "rep_on_the_way", rep=await _rep_name(uow, event, row))


@group.on(TaskArrived, when=of_a_request)
async def follow_arrival(uow: UnitOfWork, event: TaskArrived, services: AssistServices) -> None:
    """The representative is at the door."""
    await _follow(uow, event, Happening.TASK_ARRIVED, "on_site", None, _rep_of(event, None))


@group.on(TaskDone, when=of_a_request)
async def follow_completion(uow: UnitOfWork, event: TaskDone, services: AssistServices) -> None:
    """The work is done: the customer is asked how it was."""
    told = {**_rep_of(event, None), "note": event.note}
    row = await _follow(uow, event, Happening.TASK_DONE, "done", event.rep_staff_id, told)
    if row is not None:
        await tell_the_end(uow, services, row, "visit_done", rep=await _rep_name(uow, event, row))


@group.on(TaskSettled, when=of_a_request)
async def follow_settlement(uow: UnitOfWork, event: TaskSettled, services: AssistServices) -> None:
    """A dispatcher settled it without a visit: nobody is said to have come."""
    told = {**NOBODY, "eta": None, "note": event.note}
    row = await _follow(uow, event, Happening.TASK_SETTLED, "settled", event.by_staff_id, told)
    if row is not None:
        await tell_the_end(uow, services, row, "visit_settled")


@group.on(TaskEscalated, when=of_a_request)
async def follow_escalation(uow: UnitOfWork, event: TaskEscalated, services: AssistServices) -> None:
    """It was beyond the representative; the person it went up to answers for it."""
    told = {"rep_staff_id": None, "reason": event.reason}
    await _follow(uow, event, Happening.TASK_ESCALATED, "escalated", event.to_staff_id, told)


@group.on(TaskCancelled, when=of_a_request)
async def follow_cancellation(uow: UnitOfWork, event: TaskCancelled, services: AssistServices) -> None:
    """Nobody will drive; who decided so has to conclude the request."""
    told = {**NOBODY, "eta": None, "reason": event.reason}
    await _follow(uow, event, Happening.TASK_CANCELLED, "cancelled", event.by_staff_id, told)


async def _rep_name(uow: UnitOfWork, event: TaskTravelling | TaskDone, row: ServiceRequest) -> str:
    """The representative, by the name that the customer's language writes."""
    staff = await people(uow.session, [event.rep_staff_id], row.language)
    known = staff.get(event.rep_staff_id)
    return known.name if known else event.rep_name


def _rep_of(event: RepEvent, eta: datetime | None) -> dict[str, Any]:
    return {
        "rep_name": event.rep_name,
        "rep_staff_id": str(event.rep_staff_id),
        "eta": eta.isoformat() if eta else None,
    }


async def _follow(
    uow: UnitOfWork,
    event: TaskEvent,
    happening: Happening,
    visit_state: str,
    named: UUID | None,
    told: dict[str, Any],
) -> ServiceRequest | None:
    """Move the request with the news; None when there is no request, or the news is late."""
    if event.request_id is None:
        return None
    row = await uow.session.get(ServiceRequest, event.request_id)
    if row is None:
        return None
    if not follows(row.state, happening):
        await note(uow, SYSTEM, row, happening.value, late=True)
        return None
    row.visit = {**(row.visit or {}), **told, "task_id": str(event.task_id), "state": visit_state}
    await move(uow, SYSTEM, row, happening, named=named, task_id=str(event.task_id))
    uow.changed("visit", event.task_id, request_topic(row.id))
    return row
