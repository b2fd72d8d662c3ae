"""Lines of chat."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime


class Message(Base):
    """A line of chat."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("request_id", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    client_id: Mapped[UUID]
    author_kind: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[UUID]
    author_name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(2000))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
