"""What this capability answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class EarlierPhotoView(View):
    """A photo of the work that was done then."""

    url: str
    width: int
    height: int


class EarlierVisitView(View):
    """A task at the same place before. `technician`: who took the call that led to it; `rep`: who went there;
    `note`: what they wrote when it was done; `stills`: pictures of the call, as far as the caller may see
    them."""

    task_id: UUID
    at: datetime
    state: str
    category: str
    fault: str
    ownership: str
    type_name: str
    type_name_zh_hant: str
    type_name_en: str
    technician: str
    technician_en: str
    rep: str
    rep_en: str
    note: str
    photos: list[EarlierPhotoView]
    stills: list[str]


class ReadingView(View):
    """What was read there: `label` by language, from the form that was filled in."""

    at: datetime
    label: dict[str, str]
    value: float
    unit: str


class MeterView(View):
    """The meter that was named there last, and its last readings, the newest first."""

    number: str
    readings: list[ReadingView]


class OwedVisitView(View):
    """Something that is still owed at this place: a visit, with the window that was promised, if any."""

    task_id: UUID
    state: str
    category: str
    made_at: datetime
    window_start: datetime | None
    window_end: datetime | None
    made_by: str


class ZoneFactsView(View):
    """What is kept of the zone: `night_flow` in m³/h; `target_percent` of the inflow that may be lost."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    status: str
    critical_point: str
    night_flow: float | None
    target_percent: float | None


class PlaceHistoryView(View):
    """What the house knows of a stop's place. `more`: there were earlier visits that are not listed. What was
    erased is no longer of any place."""

    task_id: UUID
    visits: list[EarlierVisitView]
    more: bool
    meter: MeterView | None
    promises: list[OwedVisitView]
    zone: ZoneFactsView | None


class LookedUpPlaceView(View):
    """A place that a look-up found. `last_at`: when somebody was last asked for there."""

    task_id: UUID
    address: str
    zone: str
    last_at: datetime
    visits: int


class LookedUpPlacesView(View):
    """What was found. `since`: where there was too much to read, from when on was looked; else null."""

    places: list[LookedUpPlaceView]
    more: bool
    since: datetime | None
