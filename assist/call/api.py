"""A technician's work on a request: accepting, ending, giving back, verdict, outcome."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import VersionBody
from assist.call.bodies import EndBody, ReturnBody
from assist.call.commands import AlreadyAccepted, accept_request, end_call, resume_call, return_request
from assist.callers import ANSWERABLE, MOVE, PARTIES, TECHNICIAN
from assist.request.answers import shown
from assist.request.request import WrongState
from assist.request.views import RequestView
from assist.services import AssistServices
from kernel.errors import Forbidden, StaleVersion
from kernel.web import Api, Call

api = Api("assist")

MOVES = (WrongState, StaleVersion, Forbidden)


@api.post(
    "/api/requests/{request_id}/acceptance",
    who=TECHNICIAN,
    summary="Take a waiting customer",
    status=201,
    errors=(AlreadyAccepted, *MOVES),
)
async def accept_a_request(call: Call, request_id: UUID, body: VersionBody) -> RequestView:
    services = call.use(AssistServices)
    await call.database.run(accept_request, call.actor, request_id, services, body.version)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/call-end",
    who=PARTIES,
    summary="End the call",
    status=201,
    errors=MOVES,
    limit=MOVE,
)
async def end_a_call(call: Call, request_id: UUID, body: EndBody) -> RequestView:
    await call.database.run(end_call, call.actor, request_id, body.reason, body.version)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/call-resumption",
    who=ANSWERABLE,
    summary="Take the call up again before the outcome",
    status=201,
    errors=MOVES,
)
async def resume_a_call(call: Call, request_id: UUID, body: VersionBody) -> RequestView:
    services = call.use(AssistServices)
    await call.database.run(resume_call, call.actor, request_id, services, body.version)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/return",
    who=ANSWERABLE,
    summary="Give the customer back to the queue, at the place they had",
    status=201,
    errors=MOVES,
)
async def return_a_request(call: Call, request_id: UUID, body: ReturnBody) -> RequestView:
    await call.database.run(return_request, call.actor, request_id, body.reason, body.version)
    return await shown(call, request_id)
