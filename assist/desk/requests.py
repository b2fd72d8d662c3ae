"""Requests as their customers and the staff see them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assist.call.queries import current_call_id
from assist.desk.search import matches
from assist.desk.views import RequestPageView, RequestRowView, RequestTimelineView
from assist.guide.guide import Answer, Guide
from assist.guide.tables import GuideAnswer
from assist.guide.triage import Given, advance
from assist.queue.tables import Call
from assist.rating.tables import Rating
from assist.request.access import allowed_now, sees, visible_request
from assist.request.answers import RequestComposer
from assist.request.people import people
from assist.request.request import State
from assist.request.tables import Customer, RequestEvent, ServiceRequest
from assist.request.views import (
    CallView,
    ContactView,
    GuidePositionView,
    PlaceView,
    RatingView,
    RequestView,
    StaffView,
    VerdictView,
    VisitView,
)
from assist.verdict.tables import VerdictRow
from assist.verdict.verdict import allowed_outcomes
from kernel.actors import Actor
from kernel.errors import NotFound

PAGE = 50

# In one statement: whoever changes a request is answered with the whole of it.
_answer = aliased(GuideAnswer)
_LAST_ANSWER = (
    select(_answer.id)
    .where(_answer.request_id == ServiceRequest.id)
    .order_by(_answer.at.desc(), _answer.id.desc())
    .limit(1)
    .correlate(ServiceRequest)
    .scalar_subquery()
)
_WHOLE = (
    select(ServiceRequest, Customer, VerdictRow, Rating, Call, GuideAnswer)
    .join(Customer, Customer.id == ServiceRequest.customer_id)
    .outerjoin(VerdictRow, VerdictRow.request_id == ServiceRequest.id)
    .outerjoin(Rating, Rating.request_id == ServiceRequest.id)
    .outerjoin(Call, Call.id == current_call_id(ServiceRequest.id))
    .outerjoin(GuideAnswer, GuideAnswer.id == _LAST_ANSWER)
    .where(ServiceRequest.id == bindparam("id"))
)


def composer(guides: Mapping[str, Guide]) -> RequestComposer:
    """Who composes requests for every capability of this wing (`assist.request.answers`)."""

    async def view(session: AsyncSession, actor: Actor, request_id: UUID, language: str) -> RequestView:
        return await request_view(session, actor, request_id, guides, language)

    return RequestComposer(view)


async def request_view(
    session: AsyncSession, actor: Actor, request_id: UUID, guides: Mapping[str, Guide], language: str
) -> RequestView:
    """One request, whole."""
    found = (await session.execute(_WHOLE, {"id": request_id})).first()
    if found is None or not sees(actor, found.ServiceRequest):
        raise NotFound()
    row, customer, verdict, rating, call, last_answer = found
    ids = [row.owner_id, row.technician_id]
    ids += [verdict.given_by] if verdict else []
    ids += [call.technician_id] if call else []
    rep = (row.visit or {}).get("rep_staff_id")
    ids += [UUID(rep)] if rep else []
    staff = await people(session, ids, language)
    at_desk = row.state in (State.IN_CALL, State.WRAP_UP) and actor.kind == "staff"
    return RequestView(
        id=row.id,
        version=row.version,
        state=row.state.value,
        category=row.category.value,
        asker=row.asker.value,
        language=row.language,
        channel=row.channel,
        building=customer.building,
        equipment=customer.equipment,
        description=customer.description,
        place=_place(customer),
        contact=ContactView(name=customer.name, phone=customer.phone),
        owner=staff[row.owner_id],
        technician=staff[row.technician_id] if row.technician_id else None,
        skill=row.skill.value,
        priority=row.priority,
        safety_stop=row.safety_stop,
        guide=_guide_position(last_answer, guides),
        call=_call(call, staff) if call else None,
        verdict=_verdict(verdict, staff) if verdict else None,
        outcome=row.outcome.value if row.outcome else None,
        outcome_note=row.outcome_note,
        allowed_outcomes=sorted(allowed_outcomes(verdict.as_verdict() if verdict else None))
        if at_desk
        else [],
        visit=_visit(row, staff),
        rating=RatingView(
            score=rating.score, comment=rating.comment, counts=rating.counts, given_at=rating.given_at
        )
        if rating
        else None,
        may=allowed_now(actor, row),
        created_at=row.created_at,
        changed_at=row.changed_at,
        ended_at=row.ended_at,
        erased_at=row.erased_at,
    )


def _place(customer: Customer) -> PlaceView | None:
    if not customer.address and customer.lon is None:
        return None
    return PlaceView(
        address=customer.address, lon=customer.lon, lat=customer.lat, source=customer.place_source
    )


def _guide_position(last: GuideAnswer | None, guides: Mapping[str, Guide]) -> GuidePositionView | None:
    """Where the last answer led, so that a refreshed page goes on there."""
    if last is None or last.guide not in guides:
        return None
    position = advance(guides, [], Given(last.guide, last.step, Answer(last.answer)))
    ending = position.ending.value if position.ending else None
    return GuidePositionView(guide=last.guide, step=position.step, ending=ending)


def _call(call: Call, staff: Mapping[UUID, StaffView]) -> CallView:
    return CallView(
        id=call.id,
        technician=staff[call.technician_id],
        accepted_at=call.accepted_at,
        customer_joined_at=call.customer_joined_at,
        technician_joined_at=call.technician_joined_at,
        ended_at=call.ended_at,
        end_reason=call.end_reason,
    )


def _verdict(verdict: VerdictRow, staff: Mapping[UUID, StaffView]) -> VerdictView:
    return VerdictView(
        ownership=verdict.ownership.value,
        fault=verdict.fault,
        severity=verdict.severity.value,
        still_ids=[UUID(still) for still in verdict.still_ids],
        no_still_reason=verdict.no_still_reason.value if verdict.no_still_reason else None,
        note=verdict.note,
        given_by=staff[verdict.given_by],
        given_at=verdict.given_at,
    )


def _visit(row: ServiceRequest, staff: Mapping[UUID, StaffView]) -> VisitView | None:
    told = row.visit
    if told is None:
        return None
    known = {"task_id": None, "rep_name": None, "eta": None, "reason": None, "note": None}
    rep = told.get("rep_staff_id")
    member = staff.get(UUID(rep)) if rep else None
    return VisitView.model_validate({**known, **told, **({"rep_name": member.name} if member else {})})


async def timeline_of(
    session: AsyncSession, actor: Actor, request_id: UUID, language: str
) -> list[RequestTimelineView]:
    """What has happened, oldest first."""
    row = await visible_request(session, actor, request_id)
    query = select(RequestEvent).where(RequestEvent.request_id == row.id).order_by(RequestEvent.number)
    events = (await session.scalars(query)).all()
    ids = {event.owner_id for event in events} | {event.actor_id for event in events}
    staff = await people(session, ids, language)
    return [
        RequestTimelineView(
            number=event.number,
            at=event.at,
            kind=event.kind,
            actor=event.actor_kind,
            actor_name=staff[event.actor_id].name if event.actor_id else None,
            state=event.state.value,
            owner=staff[event.owner_id],
            detail=event.detail,
        )
        for event in events
    ]


async def request_page(
    session: AsyncSession,
    language: str,
    *,
    state: State | None = None,
    owner: UUID | None = None,
    text: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
) -> RequestPageView:
    """Requests, newest first; for staff only."""
    query = (
        select(ServiceRequest, Customer, Rating.score)
        .join(Customer, Customer.id == ServiceRequest.customer_id)
        .outerjoin(Rating, (Rating.request_id == ServiceRequest.id) & Rating.counts)
        .order_by(ServiceRequest.id.desc())
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(ServiceRequest.state == state)
    if owner is not None:
        query = query.where(ServiceRequest.owner_id == owner)
    if text:
        query = query.where(matches(text))
    if before is not None:
        query = query.where(ServiceRequest.id < before)
    found = (await session.execute(query)).all()
    staff = await people(session, (row.owner_id for row, _, _ in found), language)
    rows = [
        RequestRowView(
            id=row.id,
            version=row.version,
            state=row.state.value,
            category=row.category.value,
            language=row.language,
            name=customer.name,
            address=customer.address,
            owner=staff[row.owner_id],
            priority=row.priority,
            outcome=row.outcome.value if row.outcome else None,
            score=score,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )
        for row, customer, score in found[:limit]
    ]
    return RequestPageView(rows=rows, next=rows[-1].id if len(found) > limit else None)
