"""Words that leave the house: SMS.

A :class:`Messenger` is a port. The default one keeps what was to be sent in a table, which the demo
shows on a page; a utility's own gateway takes the place of it in ``app.build``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import UnitOfWork
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime


class SentMessage(Base):
    """A message as it was sent. Erased with the request it is about."""

    __tablename__ = "sent_message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column("recipient", String(32))
    text: Mapped[str]
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Messenger(Protocol):
    """Sends text messages, as part of the transaction that decided to."""

    async def send_sms(self, uow: UnitOfWork, to: str, text: str, request_id: UUID | None) -> None:
        """Send ``text`` to the phone number ``to`` (E.164)."""
        ...


class KeptMessages:
    """The messenger of an installation without a gateway: it keeps each message, and sends none."""

    async def send_sms(self, uow: UnitOfWork, to: str, text: str, request_id: UUID | None) -> None:
        message = SentMessage(id=uow.new_id(), to=to, text=text, request_id=request_id, sent_at=uow.now)
        uow.session.add(message)
        uow.changed("sent_message", message.id, "sent")


async def forget_secret(uow: UnitOfWork, request_id: UUID, secret: str) -> None:
    """Take ``secret`` out of the kept messages of a request: a link that was opened is nobody's business."""
    query = select(SentMessage).where(SentMessage.request_id == request_id)
    for message in await uow.session.scalars(query):
        message.text = message.text.replace(secret, "…")


async def forget_messages(uow: UnitOfWork, request_id: UUID) -> None:
    """Delete what was sent about a request."""
    await uow.session.execute(delete(SentMessage).where(SentMessage.request_id == request_id))
    uow.changed("sent_message", request_id, "sent")


async def sent_messages(session: AsyncSession, limit: int = 100) -> Sequence[SentMessage]:
    """The newest messages first."""
    query = select(SentMessage).order_by(SentMessage.id.desc()).limit(limit)
    return (await session.scalars(query)).all()
