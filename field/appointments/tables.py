"""What was promised to whom, and what they have said since. No words of anybody: codes and times alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime


class Appointment(Base):
    """The window that was agreed with a task's customer. The task's own window is the same, and binds every
    search; this row says that somebody was promised it. No row: nobody was.
    """

    __tablename__ = "appointment"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
    window_end: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(16))
    """customer or dispatcher."""
    changes: Mapped[int] = mapped_column(default=0)
    """How often it was moved to another window."""


class CustomerWord(Base):
    """What a customer said about the visit, and what followed from it; a dispatcher sees it until marked."""

    __tablename__ = "customer_word"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The phone's own id: the same word sent twice has its effect once."""
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    minutes: Mapped[int | None]
    effect: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


_UNSEEN = CustomerWord.seen_at.is_(None)
Index("ix_customer_word_unseen", CustomerWord.at, postgresql_where=_UNSEEN, sqlite_where=_UNSEEN)
