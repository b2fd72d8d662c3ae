"""Escalations, the rules by which they climb, and whom stations and sub-areas have as a lead."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field.escalation.ladder import ClimbState, EscalationKind
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column

Json = dict[str, Any]

ANY = ""
"""Of a rule: at every station, for every category."""


class EscalationRule(Versioned, Base):
    """The ladder for one kind, at a ``station`` and for a ``category`` of work, or for all of them.

    ``rungs``, from below: ``whom``, ``minutes``, ``staff_id`` of a colleague (else None). ``always``: the
    clock runs outside working hours.
    """

    __tablename__ = "escalation_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[EscalationKind] = mapped_column(enum_column(EscalationKind))
    station: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32))
    rungs: Mapped[list[Json]] = mapped_column(JsonColumn)
    always: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("kind", "station", "category"),)


class AreaLead(Versioned, Base):
    """Who leads a station or a sub-area (``level``, as in :class:`field.grid.tables.Cell`)."""

    __tablename__ = "area_lead"

    level: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Escalation(Versioned, Base):
    """A task that was beyond ``rep_id``, and with whom it is (:mod:`field.escalation.ladder`).

    ``rungs``, ``always``: the ladder as it was when it began. ``asked``, oldest first: ``rung``, ``staff``
    (an id), ``at`` (ISO 8601) and ``what`` (begin, climb, repeat, move, take). It is over when its task is
    escalated no more; ``ended_at`` is written by whoever looks next.
    """

    __tablename__ = "escalation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    kind: Mapped[EscalationKind] = mapped_column(enum_column(EscalationKind))
    rungs: Mapped[list[Json]] = mapped_column(JsonColumn)
    always: Mapped[bool]
    state: Mapped[ClimbState] = mapped_column(enum_column(ClimbState))
    rung: Mapped[int]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked: Mapped[list[Json]] = mapped_column(JsonColumn)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_escalation_rep_id_opened_at", "rep_id", "opened_at"),)


_OPEN = Escalation.ended_at.is_(None)
Index("uq_escalation_open", Escalation.task_id, unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN)
