"""Proposals of territories, what is agreed, and absences, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from field.board.views import View


class TerritoryFiguresView(View):
    """What a division is worth. Shares are of 1; `moved`: zones that change hands; `apart`: pieces that
    do not hang together with their territory; `nobody`: zones without a representative."""

    deviation: float
    mean_deviation: float
    rms_m: float
    cut: float
    moved: int
    moved_load: float
    apart: int
    nobody: int


class TerritoryRepFiguresView(View):
    """One representative's part: share of the work, how far from what it should be, zones, and which
    change."""

    load: float
    deviation: float
    zones: int
    gained: int
    lost: int


class TerritoryAlternativeView(View):
    """One division. `owner`: for each of the proposal's zones a number in its `reps`, or -1."""

    id: UUID
    kind: str
    nudged: int
    version: int
    figures: TerritoryFiguresView
    reps: list[TerritoryRepFiguresView]
    owner: list[int]


class TerritoryProposalBriefView(View):
    """A proposal in a list. `told`, `read`: of those for whom something changes."""

    id: UUID
    state: str
    station: str | None
    asked_at: datetime
    ready_at: datetime | None
    reason: str
    begins_on: date | None
    chosen_id: UUID | None
    version: int
    told: int
    read: int


class TerritoryRepView(View):
    """A representative of a proposal. `share`: of the work that they should have."""

    id: UUID
    code: str
    name: str
    name_en: str
    share: float


class TerritoryZoneView(View):
    """A zone of a proposal. `beside`: numbers of its neighbours; `now`: whose it is, as a number or
    -1."""

    id: UUID
    code: str
    load: float
    locked: bool
    beside: list[int]
    able: list[int]
    now: int


class TerritoryProposalView(TerritoryProposalBriefView):
    """A proposal with all that is needed to draw it. `now`: the figures of how it is; `used`: the factors
    that counted as work; `outdated`: zones or people have changed since, and it cannot be published."""

    zones: list[TerritoryZoneView]
    reps: list[TerritoryRepView]
    now: TerritoryFiguresView | None
    alternatives: list[TerritoryAlternativeView]
    used: list[str]
    outdated: bool


class WorkloadWeightsView(View):
    """How work is weighed. `version` 0: nobody has changed it yet."""

    connections: float
    main_length_m: float
    task_minutes: float
    key_accounts: float
    min_night_flow: float
    area: float
    most_zones: int
    version: int


class ZoneTermsView(View):
    """What is agreed about a zone."""

    zone_id: UUID
    locked: bool
    deputy_id: UUID | None
    skills: dict[str, int]
    language: str


class RepTermsView(View):
    """What is agreed about a representative. `capacity`: hundredths of a full one's work."""

    rep_id: UUID
    capacity: int
    languages: list[str]


class TerritoryTermsView(View):
    """All that is agreed."""

    zones: list[ZoneTermsView]
    reps: list[RepTermsView]


class CoverView(View):
    """Who answers, or would, for a zone of somebody absent."""

    zone_id: UUID
    code: str
    rep_id: UUID | None


class MovedTaskView(View):
    """Where a task of somebody absent would go; `rep_id` null: into the inbox."""

    task_id: UUID
    category: str
    severity: str
    address: str
    rep_id: UUID | None
    rep_name: str
    starts_at: datetime | None
    in_window: bool


class AbsencePreviewView(View):
    """What an absence today would mean."""

    rep_id: UUID
    day: date
    zones: list[CoverView]
    tasks: list[MovedTaskView]


class AbsenceView(View):
    """An absence today. `left`: tasks that still wait to be moved."""

    rep_id: UUID
    day: date
    zones: list[CoverView]
    left: int


def figures_view(figures: dict[str, Any]) -> TerritoryFiguresView:
    return TerritoryFiguresView(**{name: figures[name] for name in TerritoryFiguresView.model_fields})
