"""What this capability's HTTP API answers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from field.board.views import PersonView, View


class FiguresView(View):
    """What a plan comes to, in seconds, and how many stops nobody has."""

    travel_s: int
    late_s: int
    overtime_s: int
    unserved: int


class ChangeView(View):
    """A stop that changes hands or its time. `before_…`: as it is; None where nobody had it."""

    task_id: UUID
    category: str
    fault: str
    severity: str
    address: str
    before_rep_id: UUID | None
    before_rep_name: str | None
    before_starts_at: datetime | None
    rep_id: UUID
    rep_name: str
    starts_at: datetime
    ends_at: datetime


class LeftView(View):
    """A stop that nobody can take."""

    task_id: UUID
    category: str
    fault: str
    severity: str
    address: str


class SupposedView(View):
    """A task that is supposed to come in; it does not exist."""

    task_id: UUID
    zone: str
    category: str
    severity: str


class ReoptimisationView(View):
    """A re-optimisation. `affected`: representatives for whom something changes. `refused`: codes of why it
    failed or was outdated. `leaves`, `extra`: what is supposed; a plan with `extra` cannot be applied.
    """

    id: UUID
    version: int
    station: str
    day: date
    state: str
    cause: str
    by_itself: bool
    asked_by: PersonView | None
    created_at: datetime
    changed_at: datetime
    budget_s: int
    gone: list[UUID]
    gain_s: int | None
    stops: int | None
    before: FiguresView | None
    after: FiguresView | None
    moved: list[ChangeView]
    retimed: list[ChangeView]
    left: list[LeftView]
    affected: list[UUID]
    leaves: dict[UUID, datetime]
    extra: list[SupposedView]
    refused: list[str]


class PolicyView(View):
    """When a re-optimisation is asked for by itself. `version` 0: nobody has edited it yet."""

    cause: str
    version: int
    enabled: bool
    threshold: int
    by_itself: bool
    gain_s: int
    budget_s: int
