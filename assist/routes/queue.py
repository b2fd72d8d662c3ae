"""The queue: a customer's place, and the technician's list."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import DeskBody
from assist.commands.queueing import enter_queue, leave_queue, touch_desk, wants_desk_touch
from assist.queries.queue import queue_entry_view, queue_view
from assist.request import WrongState
from assist.routes.api import CUSTOMER, DESK, READERS, TECHNICIAN, api
from assist.routes.requests import heard_of_customer
from assist.tables import DeskPresence
from assist.views import QueueEntryView, QueueView
from kernel.actors import Role
from kernel.web import Call


async def _place(call: Call, request_id: UUID) -> QueueEntryView:
    async with call.database.reading() as session:
        return await queue_entry_view(session, call.actor, request_id, call.now)


@api.post(
    "/api/requests/{request_id}/queue-entry",
    who=CUSTOMER,
    summary="Ask for a person",
    status=201,
    errors=(WrongState,),
)
async def ask_for_person(call: Call, request_id: UUID) -> QueueEntryView:
    await call.database.run(enter_queue, call.actor, request_id)
    return await _place(call, request_id)


@api.get("/api/requests/{request_id}/queue-entry", who=READERS, summary="Place and wait")
async def read_place(call: Call, request_id: UUID) -> QueueEntryView:
    await heard_of_customer(call, request_id)
    return await _place(call, request_id)


@api.delete(
    "/api/requests/{request_id}/queue-entry",
    who=CUSTOMER,
    summary="Give the place up and go back to the guide",
    errors=(WrongState,),
)
async def give_place_up(call: Call, request_id: UUID) -> None:
    await call.database.run(leave_queue, call.actor, request_id)


@api.get("/api/queue", who=DESK, summary="Who is waiting, next customer first")
async def read_queue(call: Call) -> QueueView:
    async with call.database.reading() as session:
        seen = await session.get(DeskPresence, call.actor.id)
    if call.actor.has(Role.TECHNICIAN) and wants_desk_touch(seen, call.now):
        await call.database.run(touch_desk, call.actor)
    async with call.database.reading() as session:
        return await queue_view(session, call.actor, call.now)


@api.put("/api/desk", who=TECHNICIAN, summary="Say which skills and languages this desk takes")
async def set_desk(call: Call, body: DeskBody) -> None:
    skills = [skill.value for skill in body.skills]
    await call.database.run(touch_desk, call.actor, skills, list(body.languages))
