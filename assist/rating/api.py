"""The rating over HTTP."""

from __future__ import annotations

from uuid import UUID

from assist.callers import CUSTOMER, DESK, INVITE, MOVE
from assist.rating.bodies import RatingBody
from assist.rating.commands import PhoneMissing, rate, send_rating_link
from assist.request.answers import shown
from assist.request.request import WrongState
from assist.request.views import RequestView
from assist.services import AssistServices
from kernel.web import Api, Call

api = Api("assist")


@api.post(
    "/api/requests/{request_id}/rating-link",
    who=DESK,
    summary="Send the customer a link of their own, to say how it went",
    errors=(WrongState, PhoneMissing),
    limit=INVITE,
)
async def ask_for_rating(call: Call, request_id: UUID) -> None:
    await call.database.run(send_rating_link, call.actor, request_id, call.use(AssistServices))


@api.post(
    "/api/requests/{request_id}/rating",
    who=CUSTOMER,
    summary="Say how it went, and close the request",
    status=201,
    errors=(WrongState,),
    limit=MOVE,
)
async def rate_request(call: Call, request_id: UUID, body: RatingBody) -> RequestView:
    await call.database.run(rate, call.actor, request_id, body.score, body.comment)
    return await shown(call, request_id)
