"""Types of tasks, the versions of their forms, and what was filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned

Json = dict[str, Any]


class TaskType(Versioned, Base):
    """What kind of work a task is, and what a new one of it begins with.

    ``clock_s``: seconds within which somebody is promised to be there; None: as the severity says.
    ``proof``: what finishing needs (:mod:`field.forms.closing`). ``close_level``: the level of ``skill`` from
    which a representative may close it; ``settled_by``: who in the office may. ``form``: the number of the
    newest published version, 0 while there is none; ``draft``: the next one, being written.
    """

    __tablename__ = "task_type"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    name_zh_hant: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    category: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    skill: Mapped[str] = mapped_column(String(32))
    level: Mapped[int]
    duration_s: Mapped[int]
    clock_s: Mapped[int | None]
    proof: Mapped[str] = mapped_column(String(16))
    close_level: Mapped[int]
    settled_by: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(default=True)
    form: Mapped[int] = mapped_column(default=0)
    draft: Mapped[Json | None] = mapped_column(JsonColumn, deferred=True)
    has_draft: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FormVersion(Base):
    """A published form; never changed. ``note``: what is new, in the words of who published it."""

    __tablename__ = "form_version"

    type: Mapped[str] = mapped_column(ForeignKey("task_type.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[Json] = mapped_column(JsonColumn)
    note: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class TaskAnswers(Base):
    """What a representative filled in when the task was finished. Photos are named by our ids."""

    __tablename__ = "task_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    type: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    filled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers: Mapped[Json] = mapped_column(JsonColumn)

    __table_args__ = (Index("ix_task_answers_type_filled_at", "type", "filled_at"),)


class VanLevel(Versioned, Base):
    """How much of a part a van is to carry: below ``low`` it is filled up to ``full``."""

    __tablename__ = "van_level"

    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    low: Mapped[int]
    full: Mapped[int]


class PartMovement(Base):
    """A part that went into a van (``count`` above 0) or out of it. ``left``: how many were there then."""

    __tablename__ = "part_movement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    part: Mapped[str] = mapped_column(String(40))
    count: Mapped[int]
    left: Mapped[int]
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"), index=True)
    actor_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_part_movement_rep_id_at", "rep_id", "at"),)
