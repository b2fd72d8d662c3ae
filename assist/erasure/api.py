"""Erasing over HTTP."""

from __future__ import annotations

from uuid import UUID

from assist.callers import CUSTOMER, MOVE
from assist.erasure.commands import ERASERS, RequestOpen, erase_request
from assist.erasure.views import ErasureView
from kernel.web import Api, Call, role

api = Api("assist")


@api.post(
    "/api/requests/{request_id}/erasure",
    who=CUSTOMER | role(*ERASERS),
    summary="Erase what tells of the customer, once the request is over; a customer is signed out by it",
    errors=(RequestOpen,),
    limit=MOVE,
)
async def erase_a_request(call: Call, request_id: UUID) -> ErasureView:
    erased_at = await call.database.run(erase_request, call.actor, request_id)
    call.ended_session = call.actor.kind == "customer"
    return ErasureView(request_id=request_id, erased_at=erased_at)
