"""What this capability answers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class SiteNoteView(View):
    """A note of a place. `gate_code` only for whoever has the stop today; `has_code`: there is one. `spot_…`:
    where the thing itself is, WGS-84; `arrow` from where to where on the photo, as parts of its width and
    height: x, y, x, y. `ask_again`: its time is nearly over. `doubted_by`: staff or customer."""

    id: UUID
    version: int
    kind: str
    state: str
    text: str
    has_code: bool
    gate_code: str | None
    spot_lon: float | None
    spot_lat: float | None
    photo_url: str | None
    arrow: list[float] | None
    author: str
    author_en: str
    own: bool
    written_at: datetime
    renewed_at: datetime
    expires_at: datetime
    ask_again: bool
    doubt: str | None
    doubted_by: str


class StopSiteView(View):
    """What is known of a stop's place. `codes_until`: until when this phone may keep its gate codes; null:
    it has none. `unread`: dangers that the representative has not said to know of."""

    task_id: UUID
    notes: list[SiteNoteView]
    codes_until: datetime | None
    unread: list[UUID]


class OwnSitesView(View):
    """What is known of the places of the caller's stops. `day`: the working day as the house has it now."""

    day: date
    now: datetime
    stops: list[StopSiteView]


class PlaceNoteView(View):
    """What a customer reads that is noted of their own place; a gate code itself is shown to nobody here."""

    id: UUID
    kind: str
    state: str
    text: str
    has_code: bool
    written_at: datetime
    expires_at: datetime


class DisputedNoteView(View):
    """A note of which a supervisor is to decide."""

    note: SiteNoteView
    task_id: UUID
    address: str
    doubted_at: datetime


class DoorCodeView(View):
    """What a representative shows at a door, until `ends_at`. `checked_at`: the customer's page said yes."""

    task_id: UUID
    code: str
    ends_at: datetime
    checked_at: datetime | None
    locked: bool


class DoorPersonView(View):
    """Who stands there: name, staff number, company. No picture is kept of anybody."""

    name: str
    name_en: str
    number: str
    company: str


class DoorCheckView(View):
    """What the customer's page says. `answer`: right, wrong, locked or nobody. `left`: tries that remain."""

    answer: str
    left: int
    person: DoorPersonView | None


class DoorRevealView(View):
    """The code for comparing, and whose it is; null while nobody is to come."""

    code: str | None
    person: DoorPersonView | None


class DoorAlertView(View):
    """Somebody's code was wrong at a door, again and again or by comparison."""

    task_id: UUID
    address: str
    rep_code: str
    rep_name: str
    rep_name_en: str
    told_at: datetime
    state: str
