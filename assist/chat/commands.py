"""Chat between customer and technician."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sqlalchemy import bindparam, exists, func, insert, select

from assist.chat.queries import message_view
from assist.chat.tables import Message
from assist.chat.views import MessageView
from assist.request.access import sees
from assist.request.moving import request_topic
from assist.request.request import FINAL, WrongState
from assist.request.tables import Customer, ServiceRequest
from kernel.actors import Actor
from kernel.database import BESIDE_OTHERS, UnitOfWork
from kernel.errors import NotFound, Refused

MOST_MESSAGES = 1000

# One statement each: of all that people do in a call, this is done most.
_OF_REQUEST = Message.request_id == ServiceRequest.id
_written = select(func.count()).where(_OF_REQUEST).correlate(ServiceRequest).scalar_subquery()
_sent_before = exists().where(_OF_REQUEST, Message.client_id == bindparam("client_id"))
_KNOWN = (
    select(ServiceRequest, Customer.name, _written, _sent_before.correlate(ServiceRequest))
    .join(Customer, Customer.id == ServiceRequest.customer_id)
    .where(ServiceRequest.id == bindparam("of"))
    .with_for_update(of=ServiceRequest, **BESIDE_OTHERS)
)
_ADD = insert(Message)


class TooManyMessages(Refused):
    """This conversation is as long as it can be."""

    code: ClassVar[str] = "too_many_messages"


async def add_message(
    uow: UnitOfWork, actor: Actor, request_id: UUID, client_id: UUID, text: str
) -> MessageView:
    """Keep a line of chat; `client_id` makes sending it twice the same as once.

    Raises `WrongState` once the request is closed or withdrawn.
    """
    found = (await uow.session.execute(_KNOWN, {"of": request_id, "client_id": client_id})).first()
    if found is None or not sees(actor, found.ServiceRequest):
        raise NotFound()
    row, customer_name, written, sent_before = found
    if sent_before:
        query = select(Message).where(Message.request_id == row.id, Message.client_id == client_id)
        return message_view((await uow.session.scalars(query)).one())
    if row.state in FINAL:
        raise WrongState(state=row.state.value, happening="message")
    if written >= MOST_MESSAGES:
        raise TooManyMessages(most=MOST_MESSAGES)
    line = {
        "id": uow.new_id(),
        "request_id": row.id,
        "client_id": client_id,
        "author_kind": actor.kind,
        "author_id": actor.id,
        "author_name": actor.name if actor.kind == "staff" else customer_name,
        "text": text,
        "sent_at": uow.now,
    }
    connection = await uow.session.connection()
    await connection.execute(_ADD, line)
    uow.changed("message", line["id"], request_topic(row.id))
    return message_view(Message(**line))
