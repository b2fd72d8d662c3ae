"""How much danger and urgency one address and one area may claim (`assist.queue.waiting`)."""

from __future__ import annotations

from uuid import UUID

from assist.queue.waiting import CLAIMS_OF_ADDRESS, CLAIMS_OF_AREA, area_of, is_claim
from assist.request.access import visible_request
from assist.request.kinds import Priority
from assist.request.request import State
from assist.request.tables import Customer
from kernel.errors import RateLimited
from kernel.web import Call, Limit
from kernel.web.limits import counted_as

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
