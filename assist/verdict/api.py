"""The verdict and the outcome over HTTP."""

from __future__ import annotations

from uuid import UUID

from assist.call.api import MOVES
from assist.callers import ANSWERABLE
from assist.request.answers import shown
from assist.request.views import RequestView
from assist.services import AssistServices
from assist.verdict.bodies import OutcomeBody, VerdictBody
from assist.verdict.commands import Conclusion, PlaceMissing, VisitWish, conclude, give_verdict
from assist.verdict.verdict import (
    OutcomeNotAllowed,
    Verdict,
    VerdictIncomplete,
    VerdictMissing,
    WindowImpossible,
    WordMissing,
)
from kernel.web import Api, Call

api = Api("assist")


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
    errors=(VerdictMissing, OutcomeNotAllowed, WordMissing, PlaceMissing, WindowImpossible, *MOVES),
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
    conclusion = Conclusion(body.outcome, body.note, wish)
    services = call.use(AssistServices)
    await call.database.run(conclude, call.actor, request_id, services, conclusion, body.version)
    return await shown(call, request_id)
