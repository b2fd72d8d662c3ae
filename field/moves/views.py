"""What this capability's HTTP API answers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from field.board.views import ReasonView, TaskView, View
from field.escalation.views import EscalationView


class GapColumns(View):
    """The places of one day where a task could stand, from the first that is not past.

    `after`: the stop before it; `rule`: code of the one that fails there, none where the task fits; `start`:
    Unix seconds; `extra_s`: travel more; `late_s`: after its window; `pushes_s`: by how much the
    next stop begins later.
    """

    after: list[UUID | None]
    rule: list[str | None]
    start: list[int]
    extra_s: list[int]
    late_s: list[int]
    pushes_s: list[int]


class FitColumns(View):
    """Everybody's day, by code. `version`: of the route, 0 where there is none; `rule`: the first that fails,
    none for whoever can; `best`: of `gaps`, the cheapest; `cost_s`: what it costs there.
    """

    id: list[UUID]
    code: list[str]
    version: list[int]
    rule: list[ReasonView | None]
    best: list[int | None]
    cost_s: list[int | None]
    gaps: list[GapColumns]


class FitsView(View):
    """Who can take a task on a day, and where. `blocked`: code of why nobody can be given it as it stands."""

    task_id: UUID
    task_version: int
    duration_s: int
    day: date | None
    travel_source: str
    blocked: str | None
    reps: FitColumns


class WayOutView(View):
    """To whom a task would be given, and where; see :class:`GapColumns`. `rule`: what is overruled."""

    rep_id: UUID
    day: date
    after: UUID | None
    before: UUID | None
    rule: str | None
    start: int
    extra_s: int
    late_s: int
    pushes_s: int


class DecisionView(View):
    """What is proposed about reported work."""

    id: UUID
    version: int
    decision: str


class ExceptionView(View):
    """A task that needs a decision now. `kind`: conflict, escalated, unplaced, late or unanswered; `late_s`:
    past its window as things stand; `way_out`, `conflict`: what is proposed, none where somebody has to look;
    `escalation`: with whom it is until when; one that nobody has taken yet is taken first.
    """

    task_id: UUID
    version: int
    kind: str
    late_s: int
    response_due_at: datetime | None
    way_out: WayOutView | None
    conflict: DecisionView | None
    escalation: EscalationView | None


class MoveView(View):
    """A move. `undoable`: whether it can be moved back by its id. `tasks`: as they stand now."""

    id: UUID
    undoable: bool
    tasks: list[TaskView]
