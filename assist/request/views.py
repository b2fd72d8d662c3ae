"""What this wing shows of itself, as JSON: the answers of the HTTP API and the objects inside room frames."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """Any answer. Times are UTC, places WGS-84, ids UUIDs."""

    model_config = ConfigDict(frozen=True)


class StaffView(View):
    """A member of staff as others see them."""

    id: UUID
    name: str


class PlaceView(View):
    """Where the trouble is."""

    address: str
    lon: float | None
    lat: float | None
    source: str


class ContactView(View):
    """Whom to call; the phone number in E.164."""

    name: str
    phone: str


class GuidePositionView(View):
    """Where the customer stands in a guide: `ending` is solved, person or stop once it has ended."""

    guide: str
    step: str | None
    ending: str | None


class CallView(View):
    """The call that is going on, or the last one."""

    id: UUID
    technician: StaffView
    accepted_at: datetime
    customer_joined_at: datetime | None
    technician_joined_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None


class PartView(View):
    """A part and how many."""

    code: str
    count: int


class VerdictView(View):
    """What was found."""

    ownership: str
    fault: str
    severity: str
    still_ids: list[UUID]
    no_still_reason: str | None
    note: str
    given_by: StaffView
    given_at: datetime


class VisitView(View):
    """What the field has told of the visit."""

    task_id: UUID | None
    state: str
    rep_name: str | None
    eta: datetime | None
    window_start: datetime | None = Field(None, description="The window that the customer was promised.")
    window_end: datetime | None = None
    reason: str | None
    note: str | None


class RatingView(View):
    """What the customer said about it."""

    score: int
    comment: str
    counts: bool = Field(description="False where it came over a link that staff have seen.")
    given_at: datetime


class RequestView(View):
    """A service request as its customer and the staff see it."""

    id: UUID
    version: int
    state: str
    category: str
    asker: str
    language: str
    channel: str
    building: str
    equipment: str
    description: str
    place: PlaceView | None
    contact: ContactView
    owner: StaffView
    technician: StaffView | None
    skill: str
    priority: int = Field(description="0 routine, 1 soon, 2 urgent, 3 danger")
    safety_stop: str | None = Field(description="guide/step of the safety stop that was met")
    guide: GuidePositionView | None
    call: CallView | None
    verdict: VerdictView | None
    outcome: str | None
    outcome_note: str
    allowed_outcomes: list[str]
    visit: VisitView | None
    rating: RatingView | None
    may: list[str] = Field(description="What the caller can make happen now.")
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    erased_at: datetime | None = Field(description="When what tells of the customer was erased.")
