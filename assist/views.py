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


class WaitView(View):
    """The wait from now in seconds: between the two, 8 times in 10."""

    low_s: int
    high_s: int


class QueueEntryView(View):
    """A place in the queue. `wait` is null while nobody is at a desk."""

    state: str = Field(description="waiting; or not_waiting with the request's state beside it")
    request_state: str
    place: int | None
    wait: WaitView | None
    entered_at: datetime | None
    kept_until: datetime | None = Field(description="Until when the place is kept if nothing is heard.")


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
    reason: str | None
    note: str | None


class RatingView(View):
    """What the customer said about it."""

    score: int
    comment: str
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


class ErasureView(View):
    """What told of the customer is gone; what is left says what happened, and when."""

    request_id: UUID
    erased_at: datetime


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
    """The queue, next customer first; `next` is whom the caller should take."""

    rows: list[QueueRowView]
    next: UUID | None
    mine: list[UUID] = Field(description="Requests the caller has in a call or still has to write up.")
    technicians: int = Field(description="How many are at a desk now.")


class StillView(View):
    """A picture that belongs to a request; sizes in pixels."""

    id: UUID
    request_id: UUID
    client_id: UUID
    freeze_id: UUID | None
    source: str
    taken_by: str
    width: int
    height: int
    size: int
    media_type: str
    taken_at: datetime
    url: str


class FreezeView(View):
    """A still that a technician has asked the phone for."""

    freeze_id: UUID
    asked_at: datetime


class MarkView(View):
    """A drawing on a still, in 0–1 coordinates of that still."""

    id: UUID
    client_id: UUID
    still_id: UUID
    author: str = Field(description="customer or staff")
    author_id: UUID
    tool: str
    points: list[tuple[float, float]]
    text: str | None
    made_at: datetime


class MessageView(View):
    """A line of chat."""

    id: UUID
    client_id: UUID
    author: str = Field(description="customer or staff")
    author_id: UUID
    author_name: str
    text: str
    sent_at: datetime


class InvitationView(View):
    """A personal link; it can be read here once and is stored nowhere."""

    request_id: UUID
    link: str
    qr_svg: str
    expires_at: datetime


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
