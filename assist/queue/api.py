"""The queue: a customer's place, and the technician's list."""

from __future__ import annotations

from uuid import UUID

from assist.callers import CUSTOMER, MOVE, READERS, TECHNICIAN
from assist.queue.bodies import DeskBody
from assist.queue.claims import claims_too_much
from assist.queue.commands import enter_queue, leave_queue, touch_desk, touch_place, wants_touch
from assist.queue.queries import queue_entry_view
from assist.queue.tables import QueueEntry
from assist.queue.views import QueueEntryView
from assist.request.request import WrongState
from kernel.web import Api, Call

api = Api("assist")


async def _place(call: Call, request_id: UUID) -> QueueEntryView:
    async with call.database.reading() as session:
        return await queue_entry_view(session, call.actor, request_id, call.now)


@api.post(
    "/api/requests/{request_id}/queue-entry",
    who=CUSTOMER,
    summary="Ask for a person",
    status=201,
    errors=(WrongState,),
    limit=MOVE,
)
async def ask_for_person(call: Call, request_id: UUID) -> QueueEntryView:
    surplus = await claims_too_much(call, request_id, danger=False)
    await call.database.run(enter_queue, call.actor, request_id, surplus)
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
    limit=MOVE,
)
async def give_place_up(call: Call, request_id: UUID) -> None:
    await call.database.run(leave_queue, call.actor, request_id)


@api.put("/api/desk", who=TECHNICIAN, summary="Say which skills and languages this desk takes")
async def set_desk(call: Call, body: DeskBody) -> None:
    skills = [skill.value for skill in body.skills]
    await call.database.run(touch_desk, call.actor, skills, list(body.languages))


async def heard_of_customer(call: Call, request_id: UUID) -> None:
    """Whatever a waiting customer's phone asks for is a sign of life."""
    if call.actor.kind != "customer":
        return
    async with call.database.reading() as session:
        entry = await session.get(QueueEntry, request_id)
    if wants_touch(entry, call.now):
        await call.database.run(touch_place, request_id)
