"""The representatives' devices and what they have sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from field.task.tables import Json
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned


class Device(Versioned, Base):
    """A phone that sends numbered actions. ``last_sequence`` is the last one whose result is stored."""

    __tablename__ = "device_sequence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    last_sequence: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeviceAction(Base):
    """The stored answer to one action of one phone; a replay gets it again."""

    __tablename__ = "device_action"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device_sequence.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    result: Mapped[Json] = mapped_column(JsonColumn)
