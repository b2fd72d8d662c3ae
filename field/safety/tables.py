"""Check-in timers, every step of theirs, and how a station wants them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from field.safety.timer import End, TimerEvent, TimerState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column

EVERYWHERE = ""
"""The policy of stations that have none of their own."""


class SafetyPolicy(Versioned, Base):
    """How check-ins go at a station. ``types``: codes of the kinds of task that ask for one; ``minutes``:
    what is offered for those; seconds: ``before_s`` a reminder comes before the end, ``climb_s`` after it the
    dispatcher is told, ``climb_on_s`` later the supervisor."""

    __tablename__ = "safety_policy"

    station: Mapped[str] = mapped_column(String(32), primary_key=True)
    types: Mapped[list[str]] = mapped_column(JsonColumn)
    minutes: Mapped[int]
    before_s: Mapped[int]
    climb_s: Mapped[int]
    climb_on_s: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoneTimer(Versioned, Base):
    """A representative's timer (:mod:`field.safety.timer`); each has one that is open, at most.

    Where the person is, is no column of it: it is read where it is shown, and forgotten as ever.
    """

    __tablename__ = "lone_timer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    state: Mapped[TimerState] = mapped_column(enum_column(TimerState))
    minutes: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    why: Mapped[End | None] = mapped_column(enum_column(End))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    steps: Mapped[int] = mapped_column(default=0)


_OPEN = LoneTimer.ended_at.is_(None)
Index("uq_lone_timer_open", LoneTimer.rep_id, unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN)


class LoneStep(Base):
    """A step of a timer, numbered from 1. ``happened_at``: when the phone says that it was said."""

    __tablename__ = "lone_step"

    timer_id: Mapped[UUID] = mapped_column(ForeignKey("lone_timer.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[TimerEvent] = mapped_column(enum_column(TimerEvent))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
