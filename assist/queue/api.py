"""The queue: a customer's place, and the technician's list."""

from __future__ import annotations

from uuid import UUID

from assist.callers import CUSTOMER, MOVE, READERS, TECHNICIAN
from assist.queue.bodies import DeskBody
from assist.queue.commands import enter_queue, leave_queue, reopen, touch_desk, touch_place, wants_touch
from assist.queue.queries import queue_entry_view
from assist.queue.tables import QueueEntry
from assist.queue.views import QueueEntryView
from assist.queue.waiting import CLAIMS_OF_ADDRESS, CLAIMS_OF_AREA, area_of, is_claim
from assist.request.access import visible_request
from assist.request.kinds import Priority
from assist.request.request import State, WrongState
from assist.request.tables import Customer
from kernel.errors import RateLimited
from kernel.web import Api, Call, Limit
from kernel.web.limits import counted_as

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


@api.post(
    "/api/requests/{request_id}/reopening",
    who=CUSTOMER,
    summary="It is not solved: ask for a person again",
    status=201,
    errors=(WrongState,),
    limit=MOVE,
)
async def reopen_request(call: Call, request_id: UUID) -> QueueEntryView:
    await call.database.run(reopen, call.actor, request_id)
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


# How much danger and urgency one address and one area may claim (`assist.queue.waiting`).
OF_ADDRESS = Limit("claims-of-address", burst=CLAIMS_OF_ADDRESS[0], per_minute=CLAIMS_OF_ADDRESS[1] / 60)
OF_AREA = Limit("claims-of-area", burst=CLAIMS_OF_AREA[0], per_minute=CLAIMS_OF_AREA[1] / 60)


async def claims_too_much(call: Call, request_id: UUID, *, danger: bool) -> bool:
    """Whether what this customer claims, danger now or more than routine before, is one claim too many.

    Counts it. Nobody's address is kept: the buckets forget it within the hour.
    """
    async with call.database.reading() as session:
        row = await visible_request(session, call.actor, request_id)
        customer = await session.get_one(Customer, row.customer_id)
    priority = Priority.DANGER if danger else Priority(row.priority)
    if row.state is not State.GUIDING or not is_claim(priority, row.inviter_id is not None):
        return False
    client = call.request.client
    try:
        await call.house.limiter.take(OF_ADDRESS, counted_as(client.host if client else "-"))
        await call.house.limiter.take(OF_AREA, area_of(customer.lon, customer.lat))
    except RateLimited:
        return True
    return False
