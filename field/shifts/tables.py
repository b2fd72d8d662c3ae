"""Rosters as rows: patterns, what dates make different, holidays, overtime. The days that come of them are
rows of :class:`field.dispatch.tables.Shift`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field.shifts.overtime import OvertimeState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column

Json = dict[str, Any]


class ShiftPattern(Versioned, Base):
    """A representative's week, or cycle of weeks, from a day on. ``duties``: see
    :mod:`field.shifts.roster.written`."""

    __tablename__ = "shift_pattern"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    weeks: Mapped[int]
    duties: Mapped[list[Json]] = mapped_column(JsonColumn)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "valid_from"),)


class ShiftException(Versioned, Base):
    """What one date makes different for one representative. ``duty`` empty of spans: a day off."""

    __tablename__ = "shift_exception"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date]
    duty: Mapped[Json] = mapped_column(JsonColumn)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "day"),)


class Depot(Base):
    """Where a station's people begin and end who do not do so at home. WGS-84 degrees."""

    __tablename__ = "depot"

    station: Mapped[str] = mapped_column(String(32), primary_key=True)
    lon: Mapped[float]
    lat: Mapped[float]


class Settled(Base):
    """Until when a representative's days have been worked out; ``stale``: something about them changed."""

    __tablename__ = "shift_settled"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    until: Mapped[date]
    stale: Mapped[bool]


class Overtime(Versioned, Base):
    """A wish that a day ends at ``until_at``, and what was decided (:mod:`field.shifts.overtime`)."""

    __tablename__ = "overtime"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date]
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[OvertimeState] = mapped_column(enum_column(OvertimeState))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_overtime_day", "day"), Index("ix_overtime_rep_id_day", "rep_id", "day"))


class CalendarLink(Base):
    """The secret address of a representative's calendar; only what it hashes to is kept."""

    __tablename__ = "calendar_link"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
