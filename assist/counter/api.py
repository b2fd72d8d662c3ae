"""The counter over HTTP: for agents at the hotline and clerks at a window."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import VersionBody
from assist.callers import INVITE, MOVE
from assist.counter.bodies import CounterAnswerBody, CounterRequestBody, LookupBody
from assist.counter.commands import CallerUnknown, answer_caller, ask_on_behalf, hand_over, send_video_link
from assist.counter.queries import counter_lookup, counter_request
from assist.counter.views import LookupView, OpenRequestView
from assist.invitation.views import InvitationView
from assist.request.phones import PhoneInvalid
from assist.request.request import WrongState
from assist.services import AssistServices
from kernel.actors import Actor, Role
from kernel.database import UnitOfWork
from kernel.errors import StaleVersion
from kernel.web import Api, Call, Limit, role

api = Api("counter")

AGENT = role(Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
LOOK = Limit("counter-lookup", per_minute=60, burst=30, per_person=True)
"""A person with a caller on the line, typing; a register is not to be read out by a program."""
ASK = Limit("counter-request", per_minute=30, burst=30, per_person=True)


@api.post("/api/counter/lookups", who=AGENT, summary="Who calls, and what is open there", limit=LOOK)
async def look_caller_up(call: Call, body: LookupBody) -> LookupView:
    region = call.use(AssistServices).default_region
    async with call.database.reading() as session:
        found = await counter_lookup(session, call.actor, body.text, region, call.language)
    kinds = sorted({hit.by for hit in found.hits})
    await call.database.run(_looked_up, call.actor, len(found.hits), kinds)
    return found


async def _looked_up(uow: UnitOfWork, actor: Actor, hits: int, kinds: list[str]) -> None:
    """That somebody looked, and how much they saw; never what they typed."""
    await uow.audit(actor, "accounts_looked_up", "accounts", hits=hits, kinds=kinds)


@api.post(
    "/api/counter/requests",
    who=AGENT,
    summary="Ask on a caller's behalf",
    status=201,
    errors=(CallerUnknown, PhoneInvalid),
    limit=ASK,
)
async def ask_for_caller(call: Call, body: CounterRequestBody) -> OpenRequestView:
    row = await call.database.run(ask_on_behalf, call.actor, call.use(AssistServices), body)
    return await _shown(call, row.id)


@api.post(
    "/api/counter/requests/{request_id}/link",
    who=AGENT,
    summary="Send the caller a link to show it by video",
    status=201,
    errors=(WrongState,),
    limit=INVITE,
)
async def send_caller_link(call: Call, request_id: UUID) -> InvitationView:
    services = call.use(AssistServices)
    made = await call.database.run(send_video_link, call.actor, request_id, services)
    return InvitationView(
        request_id=made.request_id, link=made.link, qr_svg=made.qr_svg, expires_at=made.expires_at
    )


@api.post(
    "/api/counter/requests/{request_id}/answer",
    who=AGENT,
    summary="The caller was answered",
    errors=(WrongState, StaleVersion),
    limit=MOVE,
)
async def answer_for_caller(call: Call, request_id: UUID, body: CounterAnswerBody) -> OpenRequestView:
    services = call.use(AssistServices)
    await call.database.run(answer_caller, call.actor, request_id, services, body.note, body.version)
    return await _shown(call, request_id)


@api.post(
    "/api/counter/requests/{request_id}/queue-entry",
    who=AGENT,
    summary="Hand the caller to the technicians",
    status=201,
    errors=(WrongState, StaleVersion),
    limit=MOVE,
)
async def hand_caller_over(call: Call, request_id: UUID, body: VersionBody) -> OpenRequestView:
    await call.database.run(hand_over, call.actor, request_id, body.version)
    return await _shown(call, request_id)


async def _shown(call: Call, request_id: UUID) -> OpenRequestView:
    async with call.database.reading() as session:
        return await counter_request(session, call.actor, request_id, call.language)
