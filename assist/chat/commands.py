"""Chat between customer and technician."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from assist.chat.queries import message_view
from assist.chat.tables import Message
from assist.chat.views import MessageView
from assist.request.moving import request_for, request_topic
from assist.request.request import FINAL, WrongState
from assist.request.tables import Customer
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import Refused

MOST_MESSAGES = 1000


class TooManyMessages(Refused):
    """This conversation is as long as it can be."""

    code: ClassVar[str] = "too_many_messages"


async def add_message(
    uow: UnitOfWork, actor: Actor, request_id: UUID, client_id: UUID, text: str
) -> MessageView:
    """Keep a line of chat; `client_id` makes sending it twice the same as once.

    Raises `WrongState` once the request is closed or withdrawn.
    """
    row = await request_for(uow, actor, request_id)
    same = Message.client_id == client_id
    name = select(Customer.name).where(Customer.id == row.customer_id).scalar_subquery()
    known = select(func.count(), func.count().filter(same), name).where(Message.request_id == row.id)
    written, sent_before, customer_name = (await uow.session.execute(known)).one()
    if sent_before:
        query = select(Message).where(Message.request_id == row.id, same)
        return message_view((await uow.session.scalars(query)).one())
    if row.state in FINAL:
        raise WrongState(state=row.state.value, happening="message")
    if written >= MOST_MESSAGES:
        raise TooManyMessages(most=MOST_MESSAGES)
    message = Message(
        id=uow.new_id(),
        request_id=row.id,
        client_id=client_id,
        author_kind=actor.kind,
        author_id=actor.id,
        author_name=actor.name if actor.kind == "staff" else customer_name,
        text=text,
        sent_at=uow.now,
    )
    uow.session.add(message)
    await uow.session.flush()
    uow.changed("message", message.id, request_topic(row.id))
    return message_view(message)
