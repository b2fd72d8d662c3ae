"""Forgetting what was written."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete

from assist.chat.tables import Message
from kernel.database import UnitOfWork
from kernel.erasing import Eraser


async def forget_chat(uow: UnitOfWork, request_id: UUID) -> None:
    """Delete every line."""
    await uow.session.execute(delete(Message).where(Message.request_id == request_id))


eraser = Eraser("request", (Message.text, Message.author_name), forget_chat)
