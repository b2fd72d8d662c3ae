"""What appointments show of themselves as JSON. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from field.board.views import View
from field.chains.views import StepBeforeView


class WindowView(View):
    """A window that is free now. `day`: the utility's; `cheapest`: of that day for us."""

    start: datetime
    end: datetime
    day: date
    cheapest: bool = False


class HoldView(View):
    """A window that is kept for the task until then."""

    start: datetime
    end: datetime
    expires_at: datetime


class WindowsView(View):
    """What is free for a task, in the order of time."""

    task_id: UUID
    windows: list[WindowView]
    held: HoldView | None


class AppointmentView(View):
    """How the visit stands. `stops_away`: stops before it that are not done, on the day itself; `may`: what
    the customer can say now.
    """

    task_id: UUID | None
    state: str
    window_start: datetime | None = Field(description="What was promised.")
    window_end: datetime | None
    held: HoldView | None
    eta: datetime | None
    stops_away: int | None
    before: list[StepBeforeView] = Field(default_factory=list, description="What has to be over first.")
    severity: str
    may: list[str]


class WordView(View):
    """What followed from a customer's word: see `field.appointments.words`."""

    kind: str
    effect: str
    appointment: AppointmentView


class WayView(View):
    """How a promise could still be kept. `kind`: other_rep, other_order (the same representative, at another
    place of the route) or hand_on (an earlier stop goes to somebody else). It is done by assigning the task
    to the representative; `cost_s`: as the search counts.
    """

    kind: str
    task_id: UUID
    task_version: int
    address: str
    rep_id: UUID
    rep_name: str
    starts_at: datetime = Field(description="When somebody is at the promised door then.")
    extra_travel_s: int
    cost_s: int


class PromiseView(View):
    """A promise of today or tomorrow. `expected`: at the door as things stand; `spare_s`: seconds between
    that and the window's end, negative when it breaks; `ways`: of what is at risk, the cheapest first.
    """

    task_id: UUID
    task_version: int
    category: str
    severity: str
    address: str
    state: str
    rep_id: UUID | None
    rep_name: str
    rep_name_en: str
    window_start: datetime
    window_end: datetime
    expected: datetime
    spare_s: int
    at_risk: bool
    ways: list[WayView]


class SaidView(View):
    """A customer's word that no dispatcher has seen yet."""

    id: UUID
    task_id: UUID
    address: str
    kind: str
    minutes: int | None
    effect: str
    at: datetime


class PromisesView(View):
    """All promises of today and tomorrow, the most pressing first."""

    at: datetime
    promises: list[PromiseView]
    words: list[SaidView]


class CapacityCellView(View):
    """Minutes of a day. `short`: more is asked than is free."""

    shift_min: int
    planned_min: int
    free_min: int
    asked_min: int
    short: bool


class CapacityRowView(View):
    """A station or a zone by its code; its cells in the order of the days."""

    code: str
    cells: list[CapacityCellView]


class CapacityView(View):
    """Three weeks ahead. A zone's free minutes are its owner's, who may answer for other zones too."""

    by: str
    days: list[date]
    rows: list[CapacityRowView]
