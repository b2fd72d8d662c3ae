"""What a look back shows of itself as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from field.board.views import NamesView, PersonView, View
from field.hindsight.decision import DecisionKind

State = Literal["counted", "waiting", "uncounted", "refused", "empty"]


class HindsightCostView(View):
    """Seconds: `total` as the search weighs, and of it travel, lateness and overtime as they are."""

    total_s: int
    travel_s: int
    late_s: int
    over_s: int


class HindsightTaskView(View):
    """The task of a decision."""

    id: UUID
    category: str
    fault: str
    severity: str
    address: str
    zone: str | None


class HindsightDecisionView(View):
    """A decision, and what would have been cheaper: with `better`, who came as near as `near_m` metres, at
    `near_at` (null: from where their day began; both are null of an erased task). The task would have begun
    at `better_at`. `cost`: what it cost more than that; a part may be less than nothing.
    """

    kind: DecisionKind
    decided_at: datetime
    task: HindsightTaskView
    rep: PersonView
    better: PersonView
    better_at: datetime
    near_m: int | None
    near_at: datetime | None
    cost: HindsightCostView


class HindsightStationView(View):
    """A station that can be chosen. `ratio`: what its day cost over what it would have, if known."""

    names: NamesView
    state: State
    ratio: float | None


class HindsightView(View):
    """A station's day: `waiting` to be counted; `uncounted`, as it is too old for that, and may be asked for;
    `refused` with a code; `empty`: nothing was done; or `counted`. `known`: the day of somebody who knew all.
    """

    day: date
    last_day: date
    station: str | None
    state: State
    refused: str | None
    ratio: float | None
    counted_at: datetime | None
    people: int
    stops: int
    driven: HindsightCostView
    known: HindsightCostView
    decisions: list[HindsightDecisionView]
    stations: list[HindsightStationView]
