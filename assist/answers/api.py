"""Answers: asked for by anybody, written and published by the utility."""

from __future__ import annotations

from uuid import UUID

from assist.answers.answer import AnswerCodeTaken, AnswerInvalid, AnswerMoveRefused, AnswerUseKind
from assist.answers.bodies import (
    AnswerBody,
    AnswerSearchBody,
    AnswersQuery,
    AnswerUseBody,
    AskedWeeksQuery,
    NewAnswerBody,
    SeenAnswerBody,
)
from assist.answers.commands import (
    change_answer,
    note_search,
    publish_answer,
    review_answer,
    use_answer,
    withdraw_answer,
    write_answer,
)
from assist.answers.danger import danger_in
from assist.answers.queries import asked_in_vain, listed, one, said_in
from assist.answers.search.sureness import how_sure, shown
from assist.answers.store import AnswerStore
from assist.answers.views import (
    AnswerLineView,
    AnswerSearchView,
    AnswerView,
    AskedWeekView,
    FoundAnswerView,
)
from assist.callers import DESK
from assist.services import AssistServices
from kernel.actors import Role
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, Limit, anyone, role

api = Api("assist")

EDITOR = role(Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN)
PUBLISHER = role(Role.SUPERVISOR, Role.ADMIN)
MOVED = (NotFound, StaleVersion, AnswerMoveRefused)
# Counted per address, and a mobile network puts thousands of customers behind one.
ASK = Limit("answer-search", per_minute=600, burst=300)
USE = Limit("answer-use", per_minute=600, burst=300)


@api.post(
    "/api/answer-searches",
    who=anyone(),
    summary="Ask in one's own words: up to three answers, or the safety stop",
    limit=ASK,
)
async def search_answers(call: Call, body: AnswerSearchBody) -> AnswerSearchView:
    language = body.language or call.language
    if (danger := danger_in(body.words)) is not None:
        return AnswerSearchView(sure="no", danger=danger.value, answers=[])
    async with call.database.reading() as session:
        found = await call.use(AnswerStore).ask(session, body.words, call.now)
    sure = how_sure([hit for _, hit in found])
    kept = shown([hit for _, hit in found])
    offered = found[: len(kept)]
    await call.database.run(
        note_search, body.words, language, [each.id for each, _ in offered], _request_of(call)
    )
    answers = []
    for each, hit in offered:
        said = said_in(each.content, language)
        answers.append(
            FoundAnswerView(
                id=each.id,
                code=each.code,
                subject=each.content.subject.value,
                question=next(iter(said.questions), each.code),
                text=said.text,
                guides=list(each.content.guides),
                certainty=round(hit.certainty, 3),
            )
        )
    return AnswerSearchView(sure=sure, danger=None, answers=answers)


@api.post(
    "/api/answers/{answer_id}/uses",
    who=anyone(),
    summary="Say what came of an answer",
    errors=(NotFound,),
    limit=USE,
)
async def post_answer_use(call: Call, answer_id: UUID, body: AnswerUseBody) -> None:
    language = body.language or call.language
    await call.database.run(use_answer, answer_id, AnswerUseKind(body.kind), language, _request_of(call))


def _request_of(call: Call) -> UUID | None:
    actor = call.caller
    return actor.request_id if actor is not None and actor.kind == "customer" else None


@api.get("/api/answers", who=DESK, summary="All answers, or those that words find, and what came of them")
async def get_answers(call: Call, query: AnswersQuery) -> list[AnswerLineView]:
    async with call.database.reading() as session:
        codes = None
        if query.words:
            store = call.use(AnswerStore)
            await store.follow(session)
            codes = {hit.key for hit in store.index.ask(query.words, few=20)}
        return await listed(session, query.subject, call.use(AssistServices).guides, codes)


@api.get(
    "/api/answers-asked-in-vain",
    who=EDITOR,
    summary="What was asked and not found, week by week, without whoever asked",
)
async def get_asked_in_vain(call: Call, query: AskedWeeksQuery) -> list[AskedWeekView]:
    async with call.database.reading() as session:
        return await asked_in_vain(session, query.weeks, call.now)


@api.post(
    "/api/answers",
    who=EDITOR,
    summary="Write a new answer; nobody is offered it before it is published",
    status=201,
    errors=(AnswerCodeTaken,),
)
async def post_answer(call: Call, body: NewAnswerBody) -> AnswerView:
    made = await call.database.run(write_answer, call.actor, body.code, body.content())
    return await _told(call, made)


@api.get("/api/answers/{answer_id}", who=DESK, summary="An answer with each version", errors=(NotFound,))
async def get_answer(call: Call, answer_id: UUID) -> AnswerView:
    return await _told(call, answer_id)


@api.put(
    "/api/answers/{answer_id}",
    who=EDITOR,
    summary="Write it anew: a draft; what is published stays offered until this is",
    errors=MOVED,
)
async def put_answer(call: Call, answer_id: UUID, body: AnswerBody) -> AnswerView:
    await call.database.run(change_answer, call.actor, answer_id, body.content(), body.version)
    return await _told(call, answer_id)


@api.post(
    "/api/answers/{answer_id}/review",
    who=EDITOR,
    summary="Stand for what it says",
    errors=(AnswerInvalid, *MOVED),
)
async def post_answer_review(call: Call, answer_id: UUID, body: SeenAnswerBody) -> AnswerView:
    await call.database.run(review_answer, call.actor, answer_id, _guides(call), body.version)
    return await _told(call, answer_id)


@api.post(
    "/api/answers/{answer_id}/publication",
    who=PUBLISHER,
    summary="Offer it to everybody from now on",
    errors=(AnswerInvalid, *MOVED),
)
async def post_answer_publication(call: Call, answer_id: UUID, body: SeenAnswerBody) -> AnswerView:
    await call.database.run(publish_answer, call.actor, answer_id, _guides(call), body.version)
    return await _told(call, answer_id)


@api.post(
    "/api/answers/{answer_id}/withdrawal",
    who=PUBLISHER,
    summary="Offer it to nobody any more",
    errors=MOVED,
)
async def post_answer_withdrawal(call: Call, answer_id: UUID, body: SeenAnswerBody) -> AnswerView:
    await call.database.run(withdraw_answer, call.actor, answer_id, body.version)
    return await _told(call, answer_id)


def _guides(call: Call) -> frozenset[str]:
    return frozenset(call.use(AssistServices).guides)


async def _told(call: Call, answer_id: UUID) -> AnswerView:
    async with call.database.reading() as session:
        return await one(session, answer_id, _guides(call))
