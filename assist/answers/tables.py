"""Answers, every version of theirs, what came of them, and what was asked and not found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from assist.answers.answer import AnswerEvent, AnswerState, AnswerSubject, AnswerUseKind
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column


class BankAnswer(Versioned, Base):
    """An answer. ``content``: what it says now; ``offered``: what people are offered, None: nothing;
    ``edited``: the utility has had its hands on it, so that no later bank overwrites it."""

    __tablename__ = "answer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[AnswerState] = mapped_column(enum_column(AnswerState), index=True)
    subject: Mapped[AnswerSubject] = mapped_column(enum_column(AnswerSubject))
    content: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    offered: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    number: Mapped[int]
    edited: Mapped[bool]
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AnswerVersion(Base):
    """A step of an answer, numbered from 1; ``content``: what it said from then on."""

    __tablename__ = "answer_version"

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answer.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[AnswerEvent] = mapped_column(enum_column(AnswerEvent))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JsonColumn)


class AnswerBank(Base):
    """The bank as a whole, one row: ``revision`` counts whatever changes what is offered."""

    __tablename__ = "answer_bank"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class AnswerUse(Base):
    """Something that was done with an answer; with a request where there is one."""

    __tablename__ = "answer_use"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answer.id"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_request.id"), index=True)
    kind: Mapped[AnswerUseKind] = mapped_column(enum_column(AnswerUseKind))
    language: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AskedInVain(Base):
    """What somebody asked and the bank had no answer to, without whoever asked; by day, not by minute."""

    __tablename__ = "asked_in_vain"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))


Index("ix_answer_use_answer_kind", AnswerUse.answer_id, AnswerUse.kind)
