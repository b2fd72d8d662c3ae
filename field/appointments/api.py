"""Appointments as dispatchers make them, on the telephone with the customer."""

from __future__ import annotations

from uuid import UUID

from field.appointments.bodies import ChosenWindowBody
from field.appointments.commands import hold_window, make_appointment, release
from field.appointments.customer_api import CHOOSING
from field.appointments.reading import appointment_of, task_by, windows_for
from field.appointments.search import PlaceUnknown, VisitWaits
from field.appointments.views import AppointmentView, PromisesView, WindowsView
from field.appointments.watch.promises import promises_now
from field.appointments.words import see_word
from field.callers import CONSOLE, DISPATCHER
from field.dispatch.commands import task_to_change
from field.services import FieldServices
from kernel.database import UnitOfWork
from kernel.web import Api, Call

api = Api("field")


async def _shown(call: Call, task_id: UUID) -> AppointmentView:
    async with call.database.reading() as session:
        task = await task_by(session, task_id)
        return await appointment_of(session, call.use(FieldServices), task, call.now)


@api.get("/api/tasks/{task_id}/appointment", who=CONSOLE, summary="What was promised for a task")
async def get_task_appointment(call: Call, task_id: UUID) -> AppointmentView:
    return await _shown(call, task_id)


@api.get(
    "/api/tasks/{task_id}/windows",
    who=CONSOLE,
    summary="All windows that are free for a task",
    errors=(PlaceUnknown, VisitWaits),
)
async def get_task_windows(call: Call, task_id: UUID) -> WindowsView:
    async with call.database.reading() as session:
        task = await task_by(session, task_id)
        return await windows_for(session, call.use(FieldServices), task, call.now, None)


@api.put(
    "/api/tasks/{task_id}/window-hold",
    who=DISPATCHER,
    summary="Keep a window for ten minutes while the customer decides",
    errors=CHOOSING,
)
async def put_task_window_hold(call: Call, task_id: UUID, body: ChosenWindowBody) -> AppointmentView:
    services = call.use(FieldServices)

    async def command(uow: UnitOfWork) -> None:
        await hold_window(uow, services, await task_to_change(uow, task_id, None), body.start, body.end)

    await call.database.run(command)
    return await _shown(call, task_id)


@api.delete("/api/tasks/{task_id}/window-hold", who=DISPATCHER, summary="Give a window back")
async def delete_task_window_hold(call: Call, task_id: UUID) -> None:
    async def command(uow: UnitOfWork) -> None:
        await release(uow, (await task_to_change(uow, task_id, None)).id)

    await call.database.run(command)


@api.put(
    "/api/tasks/{task_id}/appointment",
    who=DISPATCHER,
    summary="Promise a window that the customer agreed to",
    errors=CHOOSING,
)
async def put_task_appointment(call: Call, task_id: UUID, body: ChosenWindowBody) -> AppointmentView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> None:
        task = await task_to_change(uow, task_id, None)
        await make_appointment(uow, services, actor, task, body.start, body.end)
        await uow.audit(actor, "make_appointment", f"task:{task.id}")

    await call.database.run(command)
    return await _shown(call, task_id)


@api.get(
    "/api/promises",
    who=CONSOLE,
    summary="What was promised for today and tomorrow, what is at risk, and the ways out",
)
async def get_promises(call: Call) -> PromisesView:
    async with call.database.reading() as session:
        return await promises_now(session, call.use(FieldServices), call.now)


@api.post(
    "/api/customer-words/{word_id}/seen", who=DISPATCHER, summary="A dispatcher has seen a customer's word"
)
async def post_word_seen(call: Call, word_id: UUID) -> None:
    await call.database.run(see_word, call.actor, word_id)
