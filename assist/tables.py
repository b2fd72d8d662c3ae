"""The tables of this wing.

What says who a customer is (name, phone, address, their own words) is kept apart from what happened:
`customer`, `message`, `rating` and the stills can be erased for a person while the request, its owners and
its timeline stay whole.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assist.guide import Asker, Category, Ending, Skill
from assist.request import State
from assist.verdict import NoStillReason, Outcome, Ownership, Severity, Verdict
from kernel.base import Base
from kernel.columns import JsonColumn, UtcDateTime, Versioned, enum_column


class Customer(Base):
    """Who asked, and where. One row for each request; erasing a person empties it."""

    __tablename__ = "customer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(20), default="", index=True)
    """E.164, or empty."""
    building: Mapped[str] = mapped_column(String(120), default="")
    equipment: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(String(1000), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    place_source: Mapped[str] = mapped_column(String(16), default="")
    """How the place became known: address, browser or pin."""


class ServiceRequest(Versioned, Base):
    """One customer's trouble, with its state and its one owner (see `assist.request`)."""

    __tablename__ = "service_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[State] = mapped_column(enum_column(State), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"))
    category: Mapped[Category] = mapped_column(enum_column(Category))
    asker: Mapped[Asker] = mapped_column(enum_column(Asker))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(16))
    """How it came in: public, invitation or api."""
    inviter_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    technician_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    """Who took the last call."""
    skill: Mapped[Skill] = mapped_column(enum_column(Skill))
    priority: Mapped[int] = mapped_column(default=0)
    safety_stop: Mapped[str | None] = mapped_column(String(80))
    """The guide and step of the safety stop that was met, as "guide/step"."""
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))
    outcome_note: Mapped[str] = mapped_column(String(2000), default="")
    visit: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    """What the field has told: task_id, state, rep_name, eta, reason, note."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When what tells of the customer was erased (see `assist.commands.erasing`)."""


# Small however old an installation grows: only requests that still have something to erase are in it.
Index(
    "ix_service_request_kept",
    ServiceRequest.ended_at,
    postgresql_where=ServiceRequest.erased_at.is_(None),
    sqlite_where=ServiceRequest.erased_at.is_(None),
)


class RequestEvent(Base):
    """One line of a request's timeline. `number` counts 1, 2, 3 … within the request."""

    __tablename__ = "request_event"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(32))
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID | None]
    state: Mapped[State] = mapped_column(enum_column(State))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)


class GuideAnswer(Base):
    """An answer a customer gave to a step of a guide."""

    __tablename__ = "guide_answer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    guide: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    answer: Mapped[str] = mapped_column(String(16))
    ending: Mapped[Ending | None] = mapped_column(enum_column(Ending))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class QueueEntry(Base):
    """A place in the queue. It outlives the phone: `last_contact_at` says when it was last heard of."""

    __tablename__ = "queue_entry"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_contact_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    promised_low_s: Mapped[int | None]
    promised_high_s: Mapped[int | None]
    """The wait told on entering, to compare with what it became."""


class Call(Base):
    """A technician's time with a request, from accepting it to the outcome (or giving it back)."""

    __tablename__ = "call"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    technician_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    customer_joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    technician_joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(32))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    pickup_s: Mapped[float] = mapped_column(default=0.0)
    """Seconds from the moment this technician could have taken this customer until they did."""


class ConnectionStep(Base):
    """Open join telemetry: link opened, permission asked, first frame, first still and the like."""

    __tablename__ = "connection_step"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Freeze(Base):
    """A technician's wish for a still of what the camera shows now."""

    __tablename__ = "freeze"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Still(Base):
    """A picture that belongs to a request. `blob_id` names the file; sizes are in pixels and bytes."""

    __tablename__ = "still"
    __table_args__ = (UniqueConstraint("request_id", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    client_id: Mapped[UUID]
    freeze_id: Mapped[UUID | None] = mapped_column(ForeignKey("freeze.id"))
    source: Mapped[str] = mapped_column(String(16))
    """capture (the camera's own still), canvas (a frame of the video) or upload (a file)."""
    taken_by: Mapped[str] = mapped_column(String(16))
    blob_id: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mark(Base):
    """A drawing on a still, as vectors in 0–1 coordinates of that still (x right, y down)."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("still_id", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    still_id: Mapped[UUID] = mapped_column(ForeignKey("still.id"))
    client_id: Mapped[UUID]
    author_kind: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[UUID]
    tool: Mapped[str] = mapped_column(String(16))
    points: Mapped[list[list[float]]] = mapped_column(JsonColumn)
    text: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """A line of chat."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("request_id", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    client_id: Mapped[UUID]
    author_kind: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[UUID]
    author_name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(2000))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VerdictRow(Base):
    """The technician's verdict on a request (see `assist.verdict`)."""

    __tablename__ = "verdict"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    ownership: Mapped[Ownership] = mapped_column(enum_column(Ownership))
    fault: Mapped[str] = mapped_column(String(40))
    severity: Mapped[Severity] = mapped_column(enum_column(Severity))
    still_ids: Mapped[list[str]] = mapped_column(JsonColumn)
    no_still_reason: Mapped[NoStillReason | None] = mapped_column(enum_column(NoStillReason))
    note: Mapped[str] = mapped_column(String(2000), default="")
    given_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def as_verdict(self) -> Verdict:
        """The verdict as the rules know it."""
        stills = tuple(map(UUID, self.still_ids))
        return Verdict(self.ownership, self.fault, self.severity, stills, self.no_still_reason)


class Rating(Base):
    """What the customer said about it: 1 (bad) to 5 (good)."""

    __tablename__ = "rating"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    score: Mapped[int]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeskPresence(Base):
    """When a technician's desk was last heard of, and what they can take (empty: everything)."""

    __tablename__ = "desk_presence"
    __table_args__ = (Index("ix_desk_presence_seen_at", "seen_at"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skills: Mapped[list[str]] = mapped_column(JsonColumn, default=list)
    languages: Mapped[list[str]] = mapped_column(JsonColumn, default=list)
