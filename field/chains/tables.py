"""Chains of tasks, their steps and links, the permits that they need, and templates of chains."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from field.chains.chain import PermitKind, PermitState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column


class TaskChain(Versioned, Base):
    """Tasks that hang together, by the id of the first of them: the one that was asked for.

    ``template``: the code of what it was made of; empty: made by hand.
    """

    __tablename__ = "task_chain"

    id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    template: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChainStep(Base):
    """A task as a step of a chain. ``permits``: the kinds of permit without which it is not begun."""

    __tablename__ = "chain_step"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("task_chain.id"), index=True)
    number: Mapped[int]
    """The order in which steps came to the chain; how they are shown where links leave it open."""
    permits: Mapped[list[str]] = mapped_column(JsonColumn)


class ChainLink(Base):
    """``successor_id`` begins ``lag_min`` minutes after ``predecessor_id`` has ended, or later."""

    __tablename__ = "chain_link"

    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("task_chain.id"), index=True)
    lag_min: Mapped[int]


class Permit(Versioned, Base):
    """A permit to work, a street-works notice: of whom, under which number, for which time.

    ``task_id`` empty: it counts for every step of the chain that needs its kind.
    """

    __tablename__ = "permit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("task_chain.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"))
    kind: Mapped[PermitKind] = mapped_column(enum_column(PermitKind))
    authority: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60))
    state: Mapped[PermitState] = mapped_column(enum_column(PermitState))
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class ChainTemplate(Versioned, Base):
    """What chains of one kind are made of. ``steps``, in order: ``type`` (a task type's code), ``lag_min``
    after the step before, ``permits`` (kinds).
    """

    __tablename__ = "chain_template"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_zh_hant: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
