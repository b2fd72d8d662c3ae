"""Lines of chat, as both sides see them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.chat.tables import Message
from assist.chat.views import MessageView
from assist.request.access import visible_request
from kernel.actors import Actor


def message_view(message: Message) -> MessageView:
    """A line of chat."""
    return MessageView(
        id=message.id,
        client_id=message.client_id,
        author=message.author_kind,
        author_id=message.author_id,
        author_name=message.author_name,
        text=message.text,
        sent_at=message.sent_at,
    )


async def messages_of(session: AsyncSession, actor: Actor, request_id: UUID) -> list[MessageView]:
    """A request's chat, oldest line first."""
    row = await visible_request(session, actor, request_id)
    query = select(Message).where(Message.request_id == row.id).order_by(Message.id)
    return [message_view(message) for message in await session.scalars(query)]
