"""A request itself: starting it, completing it, its timeline, chat, rating."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import DetailsBody, MessageBody, RatingBody, RequestsQuery, StartBody, VersionBody
from assist.commands.concluding import rate
from assist.commands.erasing import RequestOpen, erase_request
from assist.commands.messaging import TooManyMessages, add_message
from assist.commands.moving import NobodyOnDuty
from assist.commands.opening import (
    BuildingNeeded,
    Details,
    NewRequest,
    Place,
    change_details,
    customer_actor,
    start_request,
    withdraw,
)
from assist.commands.queueing import touch_place, wants_touch
from assist.phones import PhoneInvalid
from assist.queries.pictures import messages_of
from assist.queries.requests import request_page, request_view, timeline_of
from assist.request import WrongState
from assist.routes.api import CUSTOMER, DESK, ERASERS, PARTIES, READERS, START, api
from assist.services import AssistServices
from assist.tables import QueueEntry
from assist.views import ErasureView, MessageView, RequestPageView, RequestTimelineView, RequestView
from kernel.actors import Actor
from kernel.errors import StaleVersion
from kernel.web import Call, SessionView, anyone


class OpenedView(RequestView):
    """A request just opened; `session` only where `bearer` asked for it."""

    session: SessionView | None = None


async def shown(call: Call, request_id: UUID, actor: Actor | None = None) -> RequestView:
    """The request as the caller sees it now."""
    guides = call.use(AssistServices).guides
    async with call.database.reading() as session:
        return await request_view(session, actor or call.actor, request_id, guides, call.language)


def opened(view: RequestView, session: SessionView | None) -> OpenedView:
    """The request and its new session."""
    return OpenedView(**view.model_dump(), session=session)


@api.post(
    "/api/requests",
    who=anyone(),
    summary="Start a request as a customer",
    status=201,
    errors=(BuildingNeeded, NobodyOnDuty),
    limit=START,
)
async def start_a_request(call: Call, body: StartBody) -> OpenedView:
    new = NewRequest(
        category=body.category,
        asker=body.asker,
        language=body.language,
        channel="api" if body.bearer else "public",
        building=body.building,
        equipment=body.equipment,
    )
    row, session = await call.database.run(start_request, call.use(AssistServices), new)
    view = await shown(call, row.id, customer_actor(row))
    return opened(view, call.sign_in(session, bearer=body.bearer))


@api.get("/api/requests", who=DESK, summary="List requests, newest first")
async def list_requests(call: Call, query: RequestsQuery) -> RequestPageView:
    async with call.database.reading() as session:
        return await request_page(
            session,
            call.language,
            state=query.state,
            owner=query.owner,
            before=query.before,
            limit=query.limit,
        )


@api.get("/api/requests/{request_id}", who=READERS, summary="Read a request")
async def read_request(call: Call, request_id: UUID) -> RequestView:
    view = await shown(call, request_id)
    await heard_of_customer(call, request_id)
    return view


async def heard_of_customer(call: Call, request_id: UUID) -> None:
    """Whatever a waiting customer's phone asks for is a sign of life."""
    if call.actor.kind != "customer":
        return
    async with call.database.reading() as session:
        entry = await session.get(QueueEntry, request_id)
    if wants_touch(entry, call.now):
        await call.database.run(touch_place, request_id)


@api.patch(
    "/api/requests/{request_id}",
    who=PARTIES,
    summary="Complete or correct a request's details",
    errors=(StaleVersion, WrongState, PhoneInvalid),
)
async def change_request(call: Call, request_id: UUID, body: DetailsBody) -> RequestView:
    place = Place(**body.place.model_dump()) if body.place else None
    changes = Details(
        place=place,
        name=body.contact.name if body.contact else None,
        phone=body.contact.phone if body.contact else None,
        description=body.description,
        language=body.language,
        category=body.category,
        asker=body.asker,
        building=body.building,
        equipment=body.equipment,
    )
    services = call.use(AssistServices)
    await call.database.run(change_details, call.actor, request_id, services, changes, body.version)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/withdrawal",
    who=CUSTOMER,
    summary="Call the request off",
    errors=(WrongState, StaleVersion),
)
async def withdraw_request(call: Call, request_id: UUID, body: VersionBody) -> RequestView:
    await call.database.run(withdraw, call.actor, request_id, body.version)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/rating",
    who=CUSTOMER,
    summary="Say how it went, and close the request",
    status=201,
    errors=(WrongState,),
)
async def rate_request(call: Call, request_id: UUID, body: RatingBody) -> RequestView:
    await call.database.run(rate, call.actor, request_id, body.score, body.comment)
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/erasure",
    who=ERASERS,
    summary="Erase what tells of the customer, once the request is over; a customer is signed out by it",
    errors=(RequestOpen,),
)
async def erase_a_request(call: Call, request_id: UUID) -> ErasureView:
    erased_at = await call.database.run(erase_request, call.actor, request_id)
    call.ended_session = call.actor.kind == "customer"
    return ErasureView(request_id=request_id, erased_at=erased_at)


@api.get("/api/requests/{request_id}/timeline", who=READERS, summary="What has happened, oldest first")
async def read_timeline(call: Call, request_id: UUID) -> list[RequestTimelineView]:
    async with call.database.reading() as session:
        return await timeline_of(session, call.actor, request_id, call.language)


@api.get("/api/requests/{request_id}/messages", who=READERS, summary="Read the chat")
async def list_messages(call: Call, request_id: UUID) -> list[MessageView]:
    async with call.database.reading() as session:
        return await messages_of(session, call.actor, request_id)


@api.post(
    "/api/requests/{request_id}/messages",
    who=PARTIES,
    summary="Write a line of chat",
    status=201,
    errors=(WrongState, TooManyMessages),
)
async def write_message(call: Call, request_id: UUID, body: MessageBody) -> MessageView:
    return await call.database.run(add_message, call.actor, request_id, body.client_id, body.text)
