"""Guides: the catalogue, and walking through one."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import GuideAnswerBody, GuidesQuery
from assist.commands.guiding import answer_guide
from assist.guide_views import CatalogueView, GuidePositionAnswer
from assist.queries.guides import catalogue_view
from assist.request import WrongState
from assist.routes.api import CUSTOMER, api
from assist.routes.requests import shown
from assist.services import AssistServices
from assist.triage import Given, NotAnAnswer, SafetyStop
from assist.views import GuidePositionView
from kernel.web import Call, anyone


@api.get("/api/guides", who=anyone(), summary="Categories, guides and faults, in one language")
async def read_guides(call: Call, query: GuidesQuery) -> CatalogueView:
    return catalogue_view(call.use(AssistServices).guides, query.language or call.language)


@api.post(
    "/api/requests/{request_id}/guide-answers",
    who=CUSTOMER,
    summary="Answer a step of a guide",
    status=201,
    errors=(NotAnAnswer, SafetyStop, WrongState),
)
async def give_guide_answer(call: Call, request_id: UUID, body: GuideAnswerBody) -> GuidePositionAnswer:
    given = Given(body.guide, body.step, body.answer)
    services = call.use(AssistServices)
    _row, position = await call.database.run(answer_guide, call.actor, request_id, services, given)
    return GuidePositionAnswer(
        position=GuidePositionView(
            guide=given.guide,
            step=position.step,
            ending=position.ending.value if position.ending else None,
        ),
        request=await shown(call, request_id),
    )
