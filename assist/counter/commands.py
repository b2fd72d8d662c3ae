"""What an agent does for a caller: ask on their behalf, answer them, hand them to the technicians."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from assist.counter.bodies import CounterRequestBody
from assist.intake.commands import NewRequest, open_request, phone_of
from assist.invitation.commands import Invitation, renew_invitation
from assist.queue.commands import place_in_queue
from assist.request.kinds import Asker, Outcome
from assist.request.moving import move, request_for
from assist.request.rating_link import ask_how_it_went, held_by_its_customer
from assist.request.request import Happening, State
from assist.request.tables import Customer, ServiceRequest
from assist.services import AssistServices
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import Fault, Invalid
from kernel.ids import token_hash


class CallerUnknown(Invalid):
    """A request on somebody's behalf needs a telephone number or a place."""

    code = "caller_unknown"


async def ask_on_behalf(
    uow: UnitOfWork, actor: Actor, services: AssistServices, body: CounterRequestBody
) -> ServiceRequest:
    """Open a request for whoever is on the telephone or at the window. The agent answers for it.

    Sent again with its ``client_id`` it opens the same request. Raises `CallerUnknown`, `PhoneInvalid`.
    """
    key = f"{actor.id}/{body.client_id}"
    query = select(ServiceRequest).where(ServiceRequest.started_with == token_hash(key))
    if known := (await uow.session.scalars(query)).first():
        return known
    if not body.phone and body.place is None:
        raise CallerUnknown(
            faults=[Fault(CallerUnknown.code, f"body.{field}") for field in ("phone", "place")]
        )
    new = NewRequest(
        category=body.category,
        asker=Asker.RESIDENT,
        language=body.language,
        channel=body.channel,
        name=body.name,
        phone=phone_of(body.phone, services, "body.phone"),
        key=key,
    )
    row = await open_request(uow, new, actor.id, inviter=actor)
    customer = await uow.session.get_one(Customer, row.customer_id)
    customer.description = body.description
    if body.place is not None:
        customer.address, customer.place_source = body.place.address, body.place.source
        customer.lon, customer.lat = body.place.lon, body.place.lat
    return row


async def send_video_link(
    uow: UnitOfWork, actor: Actor, request_id: UUID, services: AssistServices
) -> Invitation:
    """The caller's own link, by text message where there is a number, and to be shown."""
    return await renew_invitation(uow, actor, request_id, services)


async def answer_caller(
    uow: UnitOfWork,
    actor: Actor,
    request_id: UUID,
    services: AssistServices,
    note: str,
    version: int | None = None,
) -> ServiceRequest:
    """The agent knew the answer: the request is resolved with a word. They are asked how it went, by a link
    of their own where the page may be in other hands. Raises `WrongState`, `StaleVersion`."""
    row = await request_for(uow, actor, request_id, version)
    await move(uow, actor, row, Happening.ANSWERED, outcome=Outcome.ADVICE.value)
    row.outcome, row.outcome_note = Outcome.ADVICE, note
    await uow.audit(actor, "outcome_given", f"request:{row.id}", outcome=Outcome.ADVICE.value)
    if not await held_by_its_customer(uow, row):
        await ask_how_it_went(uow, services, row, "rating")
    return row


async def hand_over(
    uow: UnitOfWork, actor: Actor, request_id: UUID, version: int | None = None
) -> ServiceRequest:
    """Give the caller a place in the technicians' queue. Twice is once.

    Raises `WrongState`, `StaleVersion`.
    """
    row = await request_for(uow, actor, request_id)
    if row.state is State.WAITING:
        return row
    row = await request_for(uow, actor, request_id, version)
    await place_in_queue(uow, actor, row)
    return row
