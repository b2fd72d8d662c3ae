"""Browsers that may be told something while their page is closed (Push API): at most one a session.

A subscription lives as long as the session that it was made in, and goes with it at once: whoever has signed
out, or is no longer on the staff, is told nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime


class PushSubscription(Base):
    """Where and how a browser is reached. The address is a secret: who knows it may write to that phone."""

    __tablename__ = "push_subscription"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), ForeignKey("session.token_hash", ondelete="CASCADE"), unique=True
    )
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(Text)
    endpoint_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256: a browser has one address, whoever is signed in there."""
    receiver: Mapped[bytes] = mapped_column(LargeBinary(65))
    """The browser's public key (``p256dh``)."""
    auth: Mapped[bytes] = mapped_column(LargeBinary(16))
    language: Mapped[str] = mapped_column(String(16))
    """In which the page was read last."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
