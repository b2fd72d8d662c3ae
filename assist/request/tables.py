"""The tables of this wing.

What says who a customer is (name, phone, address, their own words) is kept apart from what happened:
`customer`, `message`, `rating` and the stills can be erased for a person while the request, its owners and
its timeline stay whole.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from assist.request.kinds import Asker, Category, Outcome, Skill
from assist.request.request import State
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column


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
    address: Mapped[str] = mapped_column(String(200), default="", index=True)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    place_source: Mapped[str] = mapped_column(String(16), default="")
    """How the place became known: address, browser or pin."""


class ServiceRequest(Versioned, Base):
    """One customer's trouble, with its state and its one owner (see `assist.request.request`)."""

    __tablename__ = "service_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[State] = mapped_column(enum_column(State), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    category: Mapped[Category] = mapped_column(enum_column(Category))
    asker: Mapped[Asker] = mapped_column(enum_column(Asker))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(16))
    """How it came in: public, invitation, api, hotline or window."""
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
    """When what tells of the customer was erased (see `assist.erasure.commands`)."""
    started_with: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Hash of the secret that the phone started it with: sending that again opens this request."""
    last_change_id: Mapped[UUID | None]
    """The customer's last change of details, by the phone's name for it: sent again, it has no effect."""


# Small however old an installation grows: only requests that still have something to erase are in it.
Index(
    "ix_service_request_kept",
    ServiceRequest.ended_at,
    postgresql_where=ServiceRequest.erased_at.is_(None),
    sqlite_where=ServiceRequest.erased_at.is_(None),
)
Index("ix_service_request_started_with", ServiceRequest.started_with, unique=True)


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
