"""Representatives, their days, and the zones, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from field.board.views import ConflictView, GoneView, NamesView, ReasonView, RepNameView, TaskView, View


class PositionView(View):
    """Where a representative was last seen."""

    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime


class NextStopView(View):
    """The first stop that has not been finished."""

    task_id: UUID
    eta: datetime


class RepView(RepNameView):
    """A representative today."""

    station: str
    contractor: str | None = Field(description="The code of the contractor whose people they are.")
    skills: dict[str, int]
    parts: dict[str, int]
    active: bool
    home_lon: float
    home_lat: float
    shift_start: datetime
    shift_end: datetime
    on_shift: bool
    zones: list[str]
    position: PositionView | None
    open_tasks: int
    done_today: int
    next_stop: NextStopView | None


class StopView(View):
    """A task's place in the day. `slack_s`: how much later it could begin; `path`: the way there."""

    task: TaskView
    position: int
    leaves_at: datetime
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    travel_s: int
    slack_s: int
    late_s: int
    frozen: bool
    path: list[tuple[float, float]]


class RestView(View):
    """A break as it is planned now. `position`: how many stops come before it."""

    position: int
    starts_at: datetime
    ends_at: datetime
    late_s: int


class OwnerNoticeView(View):
    """What changes for a representative from a day on: codes of zones. `withdrawn`: it does not after all."""

    id: UUID
    begins_on: date
    gained: list[str]
    lost: list[str]
    withdrawn: bool


class RouteView(View):
    """A representative's day. `next_task_id`: what to do next; `travel_source`: road_graph or haversine.

    `reports`: what this representative did of late on tasks that were no longer theirs; `gone`: tasks that
    left the day, and why; `covers`: zones of others that this representative answers for today.
    """

    rep: RepNameView
    day: date
    version: int
    shift_start: datetime
    shift_end: datetime
    home_lon: float
    home_lat: float
    travel_source: str
    travel_s: int
    overtime_s: int
    ends_at: datetime
    next_task_id: UUID | None
    rest: RestView | None
    stops: list[StopView]
    reports: list[ConflictView]
    gone: list[GoneView]
    owner_notices: list[OwnerNoticeView]
    covers: list[str]


class CoverageView(View):
    """How well a zone is looked after, and why, worst first."""

    zone: str
    coverage: str
    reasons: list[ReasonView]
    open_tasks: int
    carers: int
    able: int


class UnitCoverageView(NamesView):
    """A company, office, station or sub-area, with the number of its zones in each class."""

    level: str
    parent: str | None
    zones: int
    late: int
    uncovered: int
    thin: int
    covered: int


class CoverageReportView(View):
    """Every zone and every unit above them."""

    at: datetime
    zones: list[CoverageView]
    units: list[UnitCoverageView]


class OwnerView(View):
    """Whose zone it is."""

    id: UUID
    code: str
    name: str
    name_en: str


class ZonePropertiesView(NamesView):
    """What a zone is, whose it is, and how it stands."""

    company: str
    office: str
    station: str
    sub_area: str
    owner: OwnerView | None
    coverage: str
    reasons: list[ReasonView]
    open_tasks: int
    carers: int
    able: int
    version: int


class ZoneFeatureView(View):
    """A zone as a GeoJSON feature (RFC 7946 §3.2)."""

    type: str = "Feature"
    id: UUID
    geometry: dict[str, Any] | None
    properties: ZonePropertiesView


class ZonesView(View):
    """All zones as a GeoJSON feature collection; `version` changes with each import."""

    type: str = "FeatureCollection"
    version: UUID | None
    features: list[ZoneFeatureView]


class OutlinesView(View):
    """Outlines by zone code: polygons → rings → ``[x, y, dx, dy …]``, open, in ``1/scale`` of a degree."""

    version: UUID | None
    scale: int
    zones: dict[str, list[list[list[int]]]]


class SignInView(View):
    """A one-use sign-in for a representative: open `link` once on the phone that is to keep it."""

    code: str
    name: str
    username: str
    link: str
