"""What customers said about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime


class Rating(Base):
    """What the customer said about it: 1 (bad) to 5 (good)."""

    __tablename__ = "rating"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    score: Mapped[int]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    counts: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False where it came over a link that staff have seen: they could have given it themselves."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
