"""What is kept of where representatives were during their shifts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime

Packed = list[list[Any]]
"""Positions as [seconds after the piece's first_at, longitude, latitude, accuracy in metres or null]."""


class PositionDevice(Base):
    """A phone that numbers its positions. ``last_sequence`` is the last one that was answered.

    The representative is part of the key: nobody answers for the numbers of somebody else's phone.
    """

    __tablename__ = "position_device"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_sequence: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TrackPiece(Base):
    """The positions that were kept of one batch. A row each would cost ten times the writing."""

    __tablename__ = "track_piece"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fixes: Mapped[Packed] = mapped_column(JsonColumn)

    __table_args__ = (Index("ix_track_piece_rep_id_last_at", "rep_id", "last_at"),)
