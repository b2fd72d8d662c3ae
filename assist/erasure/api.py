"""Erasing over HTTP."""

from __future__ import annotations

from uuid import UUID

from assist.callers import CUSTOMER, MOVE, PARTIES
from assist.erasure.commands import ERASERS, RequestOpen, erase_request
from assist.erasure.stills import StillProves, delete_still
from assist.erasure.views import ErasureView
from assist.request.request import WrongState
from assist.stills.queries import request_of_still
from kernel.erasing import Erasers
from kernel.errors import Forbidden
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
    erased_at = await call.database.run(erase_request, call.use(Erasers), call.actor, request_id)
    call.ended_session = call.actor.kind == "customer"
    return ErasureView(request_id=request_id, erased_at=erased_at)


@api.delete(
    "/api/stills/{still_id}",
    who=PARTIES,
    summary="Delete a picture and its marks, as who took it or answers for the request",
    errors=(Forbidden, StillProves, WrongState),
    limit=MOVE,
)
async def delete_a_still(call: Call, still_id: UUID) -> None:
    async with call.database.reading() as session:
        request_id = await request_of_still(session, still_id)
    await call.database.run(delete_still, call.actor, request_id, still_id)
