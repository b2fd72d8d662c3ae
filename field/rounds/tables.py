"""Rounds that come again, and what became of each of their points each time. They tell of no customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned


class Round(Versioned, Base):
    """Work that comes again. ``zones``: codes, one stop in each; ``points``: ``key``, ``label``, ``lon``,
    ``lat``. ``window_days``: on how many days from the due one it may be done.
    """

    __tablename__ = "round"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(32))
    zones: Mapped[list[str]] = mapped_column(JsonColumn)
    points: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
    every_days: Mapped[int]
    window_days: Mapped[int]
    minutes: Mapped[int]
    skill: Mapped[str] = mapped_column(String(32))
    level: Mapped[int]
    starts_on: Mapped[date]
    paused: Mapped[bool] = mapped_column(default=False)
    answerable_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoundStop(Base):
    """One point of one occurrence: the day it was dealt to, and the task once there is one."""

    __tablename__ = "round_stop"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"))
    point_key: Mapped[str] = mapped_column(String(64))
    due_on: Mapped[date]
    planned_on: Mapped[date]
    made_task_id: Mapped[UUID | None] = mapped_column(index=True)

    __table_args__ = (
        UniqueConstraint("round_id", "point_key", "due_on"),
        Index("ix_round_stop_planned_on", "planned_on"),
    )
