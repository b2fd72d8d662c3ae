"""Tasks, routes and what happens to them, as rows.

A task's point is kept twice: as a geometry for spatial queries, and as plain longitude and latitude, which
are what the planner and the pages read. ``None`` means that nobody knows yet where it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from field.task.conflict import Claim, ConflictState
from field.task.task import TaskState
from kernel.sql.base import Base
from kernel.sql.columns import (
    BlobColumn,
    BlobId,
    JsonColumn,
    UtcDateTime,
    Versioned,
    enum_column,
    point_column,
)

Json = dict[str, Any]

NOT_COUNTED = -1
"""Of a task that was never counted, or has changed without a line of its timeline."""


class Task(Versioned, Base):
    """One job at one place. ``answerable_id`` is the member of staff who answers for it now; never empty."""

    __tablename__ = "task"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID | None] = mapped_column(unique=True)
    state: Mapped[TaskState] = mapped_column(enum_column(TaskState), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    category: Mapped[str] = mapped_column(String(32))
    type: Mapped[str] = mapped_column(String(32), server_default="complaint")
    """What kind of work it is: the code of a :class:`field.forms.tables.TaskType`."""
    fault: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    ownership: Mapped[str] = mapped_column(String(32))
    skill: Mapped[str] = mapped_column(String(32))
    level: Mapped[int]
    parts: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    priority: Mapped[int]
    duration_s: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    verdict: Mapped[Json] = mapped_column(JsonColumn)
    evidence: Mapped[list[str]] = mapped_column(JsonColumn)
    """Ids of the stills that prove the verdict; pictures and marks come from the assist API."""
    customer: Mapped[Json] = mapped_column(JsonColumn)

    address: Mapped[str] = mapped_column(String(300))
    point: Mapped[WKBElement | None] = mapped_column(point_column(), deferred=True)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zone.id"), index=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
    window_end: Mapped[datetime] = mapped_column(UtcDateTime)
    windows: Mapped[list[list[int]]] = mapped_column(JsonColumn, default=list, server_default="[]")
    """Several of which one will do (:mod:`field.dispatch.terms`): [start, end] in seconds of Unix time; or
    none.
    """
    wishes: Mapped[Json] = mapped_column(JsonColumn, default=dict, server_default="{}")
    """Representatives who are wished for or refused (:mod:`field.dispatch.terms`)."""
    chain_id: Mapped[UUID | None] = mapped_column(index=True)
    """The chain of which it is a step (:mod:`field.chains`): the id of that chain's first task."""
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Between these the work has to be done, as far as its chain says; see :mod:`field.task.window`."""
    waits_for: Mapped[str | None] = mapped_column(String(64))
    """Why it cannot be planned yet: a code of :class:`field.chains.chain.Wait`."""

    rep_id: Mapped[UUID | None] = mapped_column(ForeignKey("rep.id"), index=True)
    answerable_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    unplaced_reason: Mapped[str | None] = mapped_column(String(64))
    placement: Mapped[Json] = mapped_column(JsonColumn)
    """Why it stands where it stands: reasons, and the rule that failed for each rep passed over."""
    refused_by: Mapped[list[str]] = mapped_column(JsonColumn)
    """Ids of the representatives who declined it or let its clock run out."""
    escalation_reason: Mapped[str] = mapped_column(Text, default="")
    response_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    departed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    steps: Mapped[int] = mapped_column(default=0)
    """Lines of its timeline so far."""
    late_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a sweep first found one of its clocks run out."""
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When what tells of the customer was erased (see :mod:`field.visits.erasing`)."""
    needs_two: Mapped[bool] = mapped_column(default=False, server_default=false())
    second_skill: Mapped[str] = mapped_column(String(32), default="", server_default="")
    second_level: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """What the second person has to be able to do, where the task needs two; empty: nothing."""
    second_refused_by: Mapped[list[str]] = mapped_column(JsonColumn, default=list, server_default="[]")
    """Ids of the representatives who declined to come along."""
    companion: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether this is the stop of who comes along, and no task of its own (`field.dispatch.together`)."""
    partner_id: Mapped[UUID | None] = mapped_column(index=True)
    """The companion's stop of a task for two, and the task of such a stop."""
    meets_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When both begin, while both stand in routes."""
    counted: Mapped[int] = mapped_column(default=NOT_COUNTED, server_default=text("-1"))
    """How many lines its timeline had when it was last counted (:mod:`field.figures`)."""

    __table_args__ = (Index("ix_task_lon_lat", "lon", "lat"),)


# Tasks that no request asked for have nobody else who remembers to erase them.
_KEPT = Task.erased_at.is_(None) & Task.request_id.is_(None)
Index("ix_task_kept", Task.finished_at, postgresql_where=_KEPT, sqlite_where=_KEPT)
_ALONE = Task.needs_two & Task.partner_id.is_(None)
Index("ix_task_alone", Task.id, postgresql_where=_ALONE, sqlite_where=_ALONE)
_CHANGED = Task.counted != Task.steps
Index("ix_task_uncounted", Task.id, postgresql_where=_CHANGED, sqlite_where=_CHANGED)


class TaskEntry(Base):
    """A line of a task's timeline, numbered from 1. ``happened_at``: by the phone, when it was offline."""

    __tablename__ = "task_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    from_state: Mapped[str | None] = mapped_column(String(32))
    to_state: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(80))
    detail: Mapped[Json] = mapped_column(JsonColumn)

    __table_args__ = (UniqueConstraint("task_id", "number"),)


class Proof(Base):
    """A photo of the finished work. ``client_id`` is the phone's own id: the same photo sent twice is one."""

    __tablename__ = "proof"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    client_id: Mapped[UUID]
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    blob_id: Mapped[BlobId] = mapped_column(BlobColumn)
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]

    __table_args__ = (UniqueConstraint("task_id", "client_id"),)


class Conflict(Versioned, Base):
    """What one representative reports of a task that was no longer theirs (see :mod:`field.task.conflict`).

    ``acts``, oldest first: ``id``, ``kind`` and ``at`` (ISO 8601) as the phone says, ``note``, ``reason``,
    ``proofs`` (ids), ``form`` (``type``, ``number`` and ``answers``, where one was filled in).
    """

    __tablename__ = "task_conflict"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    state: Mapped[ConflictState] = mapped_column(enum_column(ConflictState))
    claim: Mapped[Claim] = mapped_column(enum_column(Claim))
    acts: Mapped[list[Json]] = mapped_column(JsonColumn)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        UniqueConstraint("task_id", "rep_id"),
        Index("ix_task_conflict_rep_id_changed_at", "rep_id", "changed_at"),
    )


_UNDECIDED = Conflict.state == ConflictState.OPEN
Index("ix_task_conflict_open", Conflict.task_id, postgresql_where=_UNDECIDED, sqlite_where=_UNDECIDED)


class Departure(Base):
    """A task left a representative's phone, and why; the phone says so, once the task is gone from it.

    ``why``: unanswered, declined, reassigned, taken_back, cancelled, escalated or counted.
    """

    __tablename__ = "task_departure"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(16))

    __table_args__ = (Index("ix_task_departure_rep_id_at", "rep_id", "at"),)
