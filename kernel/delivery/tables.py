"""What is to leave the house, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.delivery.delivery import State
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column

_WAITING: dict[str, Any] = {
    f"{dialect}_where": text("state = 'waiting'") for dialect in ("postgresql", "sqlite")
}


class Delivery(Base):
    """Words to one recipient. Written with what they tell of, erased with the request they are about."""

    __tablename__ = "delivery"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    to: Mapped[str] = mapped_column("recipient", String(32))
    text: Mapped[str]
    """Emptied with its fate where a gateway took it over; kept where the house keeps it instead."""
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[State] = mapped_column(enum_column(State))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it may be handed over next. While an attempt is under way: when that attempt is given up."""
    attempts: Mapped[int]
    answer: Mapped[str]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_delivery_due_at", "due_at", **_WAITING),
        Index("ix_delivery_recipient_id", "recipient", "id", **_WAITING),
    )
