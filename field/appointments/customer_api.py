"""The customer's own visit: when it is, other times for it, and a word about it."""

from __future__ import annotations

from uuid import UUID

from field.appointments.bodies import ChosenWindowBody, WordBody
from field.appointments.commands import (
    NoVisit,
    TooLateToChange,
    WindowNotOffered,
    WindowTaken,
    hold_window,
    make_appointment,
    release,
    task_of_request,
)
from field.appointments.reading import appointment_of, customers_task, windows_for
from field.appointments.search import PlaceUnknown, VisitWaits
from field.appointments.tables import CustomerWord
from field.appointments.views import AppointmentView, WindowsView, WordView
from field.appointments.windows import MOST_OFFERED
from field.appointments.words import NothingWorse, TooManyWords, say
from field.services import FieldServices
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.web import Api, Call, Limit, customer

api = Api("field")

CUSTOMER = customer()
LOOK = Limit("windows", per_minute=30, burst=30, per_person=True)
CHOOSE = Limit("choose-window", per_minute=30, burst=30, per_person=True)
CHOOSING = (NoVisit, WindowTaken, WindowNotOffered, TooLateToChange, PlaceUnknown, VisitWaits)


def _own(call: Call, request_id: UUID) -> None:
    if call.actor.request_id != request_id:
        raise NotFound()


async def _shown(call: Call, request_id: UUID) -> AppointmentView:
    async with call.database.reading() as session:
        task = await customers_task(session, request_id)
        return await appointment_of(session, call.use(FieldServices), task, call.now)


@api.get("/api/requests/{request_id}/appointment", who=CUSTOMER, summary="How the customer's visit stands")
async def get_appointment(call: Call, request_id: UUID) -> AppointmentView:
    _own(call, request_id)
    return await _shown(call, request_id)


@api.get(
    "/api/requests/{request_id}/windows",
    who=CUSTOMER,
    summary="Windows that are really free for the customer's visit",
    limit=LOOK,
    errors=(NoVisit, PlaceUnknown, VisitWaits),
)
async def get_windows(call: Call, request_id: UUID) -> WindowsView:
    _own(call, request_id)
    async with call.database.reading() as session:
        task = await customers_task(session, request_id)
        if task is None:
            raise NoVisit()
        return await windows_for(session, call.use(FieldServices), task, call.now, MOST_OFFERED)


@api.put(
    "/api/requests/{request_id}/window-hold",
    who=CUSTOMER,
    summary="Keep a window for ten minutes",
    limit=CHOOSE,
    errors=CHOOSING,
)
async def put_window_hold(call: Call, request_id: UUID, body: ChosenWindowBody) -> AppointmentView:
    _own(call, request_id)
    services = call.use(FieldServices)

    async def command(uow: UnitOfWork) -> None:
        await hold_window(uow, services, await task_of_request(uow, request_id), body.start, body.end)

    await call.database.run(command)
    return await _shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/visit-words",
    who=CUSTOMER,
    summary="Say something about the visit: not today, later, it has become worse",
    limit=CHOOSE,
    errors=(NoVisit, TooLateToChange, NothingWorse, TooManyWords),
)
async def post_visit_word(call: Call, request_id: UUID, body: WordBody) -> WordView:
    _own(call, request_id)
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> CustomerWord:
        task = await task_of_request(uow, request_id)
        return await say(uow, services, actor, task, body.client_id, body.kind, body.minutes)

    word = await call.database.run(command)
    return WordView(kind=word.kind, effect=word.effect, appointment=await _shown(call, request_id))


@api.delete(
    "/api/requests/{request_id}/window-hold",
    who=CUSTOMER,
    summary="Give a window back",
    limit=CHOOSE,
    errors=(NoVisit,),
)
async def delete_window_hold(call: Call, request_id: UUID) -> None:
    _own(call, request_id)

    async def command(uow: UnitOfWork) -> None:
        await release(uow, (await task_of_request(uow, request_id)).id)

    await call.database.run(command)


@api.put(
    "/api/requests/{request_id}/appointment",
    who=CUSTOMER,
    summary="Take a window; it is promised from then on",
    limit=CHOOSE,
    errors=CHOOSING,
)
async def put_appointment(call: Call, request_id: UUID, body: ChosenWindowBody) -> AppointmentView:
    _own(call, request_id)
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> None:
        task = await task_of_request(uow, request_id)
        await make_appointment(uow, services, actor, task, body.start, body.end)

    await call.database.run(command)
    return await _shown(call, request_id)
