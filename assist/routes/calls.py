"""A technician's work on a request: accepting, ending, giving back, verdict, outcome."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import EndBody, OutcomeBody, VerdictBody, VersionBody
from assist.commands.calling import (
    AlreadyAccepted,
    accept_request,
    end_call,
    resume_call,
    return_request,
)
from assist.commands.concluding import PlaceMissing, VisitWish, conclude, give_verdict
from assist.request import WrongState
from assist.routes.api import ANSWERABLE, PARTIES, TECHNICIAN, api
from assist.routes.requests import shown
from assist.services import AssistServices
from assist.verdict import OutcomeNotAllowed, Verdict, VerdictIncomplete, VerdictMissing, WindowImpossible
from assist.views import RequestView
from kernel.errors import Forbidden, StaleVersion
from kernel.web import Call

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
async def return_a_request(call: Call, request_id: UUID, body: EndBody) -> RequestView:
    await call.database.run(return_request, call.actor, request_id, body.reason, body.version)
    return await shown(call, request_id)


@api.put(
    "/api/requests/{request_id}/verdict",
    who=ANSWERABLE,
    summary="Write down what was found",
    errors=(VerdictIncomplete, *MOVES),
)
async def put_verdict(call: Call, request_id: UUID, body: VerdictBody) -> RequestView:
    verdict = Verdict(
        ownership=body.ownership,
        fault=body.fault,
        severity=body.severity,
        still_ids=tuple(dict.fromkeys(body.still_ids)),
        no_still_reason=body.no_still_reason,
    )
    await call.database.run(give_verdict, call.actor, request_id, verdict, body.note, body.version)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/outcome",
    who=ANSWERABLE,
    summary="End the request: fixed, advice, or a visit",
    status=201,
    errors=(VerdictMissing, OutcomeNotAllowed, PlaceMissing, WindowImpossible, *MOVES),
)
async def give_outcome(call: Call, request_id: UUID, body: OutcomeBody) -> RequestView:
    wish = VisitWish()
    if body.visit is not None:
        window, parts = body.visit.window, body.visit.parts
        wish = VisitWish(
            window_start=window.start if window else None,
            window_end=window.end if window else None,
            parts=None if parts is None else [(part.code, part.count) for part in parts],
        )
    await call.database.run(conclude, call.actor, request_id, body.outcome, body.note, wish, body.version)
    return await shown(call, request_id)
