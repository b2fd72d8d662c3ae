"""Places in the queue, desks that are open, and who took whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime


class QueueEntry(Base):
    """A place in the queue. It outlives the phone: `last_contact_at` says when it was last heard of."""

    __tablename__ = "queue_entry"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_contact_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    promised_low_s: Mapped[int | None]
    promised_high_s: Mapped[int | None]
    """The wait told on entering, to compare with what it became."""
    surplus: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Danger was only claimed, and one address or area has claimed more of it than can be believed."""


class Call(Base):
    """A technician's time with a request, from accepting it to the outcome (or giving it back)."""

    __tablename__ = "call"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    technician_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    customer_joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    technician_joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(32))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    pickup_s: Mapped[float] = mapped_column(default=0.0)
    """Seconds from the moment this technician could have taken this customer until they did."""
