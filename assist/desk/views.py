"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from assist.request.views import StaffView, View


class QueueRowView(View):
    """One line of the technician's queue."""

    request_id: UUID
    version: int
    place: int
    name: str
    category: str
    asker: str
    language: str
    skill: str
    priority: int
    address: str
    entered_at: datetime
    waited_s: int
    away: bool = Field(description="The customer's phone has been silent for a minute or more.")
    safety_stop: str | None
    stills: int
    suits: bool = Field(description="Fits the caller's skills and languages.")
    invited_by_me: bool


class QueueView(View):
    """The queue in the order in which the caller's desk takes it; `next` is whom the caller should take."""

    rows: list[QueueRowView]
    next: UUID | None
    mine: list[UUID] = Field(description="Requests the caller has in a call or still has to write up.")
    technicians: int = Field(description="How many are at a desk now.")


class RequestTimelineView(View):
    """One line of what has happened; `owner` is who was answerable from then on."""

    number: int
    at: datetime
    kind: str
    actor: str
    actor_name: str | None
    state: str
    owner: StaffView
    detail: dict[str, object]


class RequestRowView(View):
    """One line of the list of requests."""

    id: UUID
    version: int
    state: str
    category: str
    language: str
    name: str
    address: str
    owner: StaffView
    priority: int
    outcome: str | None
    score: int | None
    created_at: datetime
    changed_at: datetime


class RequestPageView(View):
    """Some requests, newest first; `next` goes into `before` for the following page."""

    rows: list[RequestRowView]
    next: UUID | None
