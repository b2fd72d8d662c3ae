"""Guides: the catalogue, and walking through one."""

from __future__ import annotations

from uuid import UUID

from assist.callers import ANSWER, CUSTOMER
from assist.guide.bodies import GuideAnswerBody, GuidesQuery
from assist.guide.commands import answer_guide
from assist.guide.queries import catalogue_view
from assist.guide.triage import Given, NotAnAnswer, SafetyStop, stopped
from assist.guide.views import CatalogueView, GuidePositionAnswer
from assist.queue.api import claims_too_much
from assist.request.answers import shown
from assist.request.request import WrongState
from assist.request.views import GuidePositionView
from assist.services import AssistServices
from kernel.web import Api, Call, anyone

api = Api("assist")


@api.get(
    "/api/guides", who=anyone(), summary="Categories, guides and faults, in one language", compressed=True
)
async def read_guides(call: Call, query: GuidesQuery) -> CatalogueView:
    return catalogue_view(call.use(AssistServices).guides, query.language or call.language)


@api.post(
    "/api/requests/{request_id}/guide-answers",
    who=CUSTOMER,
    summary="Answer a step of a guide",
    status=201,
    errors=(NotAnAnswer, SafetyStop, WrongState),
    limit=ANSWER,
)
async def give_guide_answer(call: Call, request_id: UUID, body: GuideAnswerBody) -> GuidePositionAnswer:
    given = Given(body.guide, body.step, body.answer)
    services = call.use(AssistServices)
    surplus = stopped(services.guides, [given]) and await claims_too_much(call, request_id, danger=True)
    _row, position = await call.database.run(
        answer_guide, call.actor, request_id, services, given, body.client_id, surplus
    )
    return GuidePositionAnswer(
        position=GuidePositionView(
            guide=given.guide,
            step=position.step,
            ending=position.ending.value if position.ending else None,
        ),
        request=await shown(call, request_id),
    )
