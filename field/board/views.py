"""What the field shows of itself as JSON. Times are UTC, places WGS-84, ids UUIDs, durations seconds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from field.chains.views import ChainView
from field.forms.views import AnswersView, TypeOfTaskView


class View(BaseModel):
    """Any answer."""

    model_config = ConfigDict(frozen=True)


class ReasonView(View):
    """Why: a code with parameters, put into words by the reader's language."""

    code: str
    params: dict[str, Any] = Field(default_factory=dict)


class NamesView(View):
    """A code and its names: `name` in simplified Chinese, `name_zh_hant` may be empty."""

    id: UUID | None = None
    code: str
    name: str
    name_zh_hant: str
    name_en: str


class PersonView(View):
    """A member of staff."""

    id: UUID
    name: str
    name_en: str


class RepNameView(View):
    """A representative in a few words."""

    id: UUID
    staff_id: UUID
    code: str
    name: str
    name_en: str
    phone: str


class EvidenceView(View):
    """A still of the video call that proves the verdict; pictures and marks come from the assist wing."""

    id: str
    image_url: str
    marks_url: str


class ProofView(View):
    """A photo of the finished work."""

    id: UUID
    url: str
    width: int
    height: int
    at: datetime


class ActView(View):
    """One thing that a representative did. `at`: when, by the phone."""

    kind: str
    at: datetime
    note: str
    reason: str
    form: dict[str, Any] | None = Field(None, description="`type`, `number` and `answers` of a form.")


class ConflictView(View):
    """What a representative did on a task that was no longer theirs.

    `claim`: how far it came; `proposal`: what should become of it as things stand; `allowed`: what the caller
    may decide; `holder`: who has the task now.
    """

    id: UUID
    version: int
    task_id: UUID
    category: str
    fault: str
    address: str
    task_state: str
    state: str
    claim: str
    proposal: str
    allowed: list[str]
    rep: RepNameView
    holder: RepNameView | None
    acts: list[ActView]
    proofs: list[ProofView]
    opened_at: datetime
    decided_at: datetime | None
    decided_by: PersonView | None


class GoneView(View):
    """A task that left a representative's phone. `why`: see :class:`field.task.tables.Departure`."""

    task_id: UUID
    category: str
    fault: str
    address: str
    at: datetime
    why: str


class WindowOfTaskView(View):
    """One of a task's windows."""

    start: datetime
    end: datetime


class WishOfTaskView(View):
    """A representative whom a customer wants (`prefer`) or does not (`refuse`), and the code of the
    reason.
    """

    rep_id: UUID
    kind: str
    code: str


class PartnerView(View):
    """The other one of a task for two: who leads it, or who comes along (`companion`). `task_id`: of their
    stop; `meets_at`: when both begin.
    """

    task_id: UUID
    state: str
    companion: bool
    rep: RepNameView | None
    meets_at: datetime | None


class TaskView(View):
    """A task as it stands. `allowed`: what the caller may do with it now; `late_s`: past its window."""

    id: UUID
    request_id: UUID | None
    state: str
    version: int
    created_at: datetime
    changed_at: datetime
    category: str
    type: TypeOfTaskView | None
    fault: str
    severity: str
    ownership: str
    skill: str
    level: int
    parts: dict[str, int]
    duration_s: int
    priority: int
    note: str
    verdict: dict[str, Any]
    evidence: list[EvidenceView]
    customer: dict[str, Any]
    address: str
    lon: float | None
    lat: float | None
    zone: NamesView | None
    window_start: datetime
    window_end: datetime
    windows: list[WindowOfTaskView] = Field(description="Several of which one will do; or none.")
    wishes: list[WishOfTaskView] = Field(description="Who is wished for or refused; for the console only.")
    rep: RepNameView | None
    answerable: PersonView
    position: int | None
    lock: str | None
    eta: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    unplaced_reason: str | None
    escalation_reason: str
    response_due_at: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    finished_at: datetime | None
    travel_took_s: int | None = Field(description="From setting off to arriving, by the taps.")
    work_took_s: int | None = Field(description="From arriving to finishing, by the taps.")
    erased_at: datetime | None = Field(description="When what tells of the customer was erased.")
    late_s: int
    response_overdue: bool
    allowed: list[str]
    proofs: list[ProofView]
    conflicts: list[ConflictView]
    not_before: datetime | None = Field(None, description="No sooner, as far as its chain says.")
    waits_for: str | None = Field(None, description="Why it cannot be planned yet.")
    chain: ChainView | None = Field(None, description="Of what it is a step, and its permits.")
    needs_two: bool = Field(False, description="Whether two have to be there at the same time.")
    second_skill: str = Field("", description="What the second has to be able to do; empty: nothing.")
    second_level: int = 1
    companion: bool = Field(False, description="This is the stop of whoever comes along to `partner`'s task.")
    partner: PartnerView | None = None


class TimelineView(View):
    """One thing that happened. `at`: when the server heard of it; `happened_at`: when it happened."""

    kind: str
    from_state: str | None
    to_state: str
    at: datetime
    happened_at: datetime
    actor_kind: str
    actor_name: str
    actor_name_en: str
    detail: dict[str, Any]


class PassedOverView(View):
    """A representative who is not proposed, and the first rule that failed (`costlier`: none did)."""

    rep_id: UUID
    rep_name: str
    rule: ReasonView


class ProposalView(View):
    """A place in a route. `position` counts from 0; `extra_travel_s`: what the route grows by."""

    rep_id: UUID
    rep_name: str
    position: int
    cost_s: int
    extra_travel_s: int
    arrives_at: datetime
    starts_at: datetime
    finishes_at: datetime
    reasons: list[ReasonView]


class ProposalsView(View):
    """At most three places, best first, and everybody else with the reason: the nearest by name, the `others`
    as a number by each rule. `unplaced_reason`: no search.
    """

    task_id: UUID
    task_version: int
    day: date | None
    travel_source: str
    unplaced_reason: str | None
    best: list[ProposalView]
    passed_over: list[PassedOverView]
    others: dict[str, int] = Field(default_factory=dict)


class PlacementView(View):
    """Why the task stands where it stands. `by`: system or dispatcher; None when nobody could be found."""

    day: date | None = None
    by: str | None = None
    travel_source: str | None = None
    rep_id: UUID | None = None
    rep_name: str | None = None
    position: int | None = None
    cost_s: int | None = None
    extra_travel_s: int | None = None
    arrives_at: datetime | None = None
    starts_at: datetime | None = None
    finishes_at: datetime | None = None
    reasons: list[ReasonView] = Field(default_factory=list)
    passed_over: list[PassedOverView] = Field(default_factory=list)
    others: dict[str, int] = Field(default_factory=dict)


class TaskDetailView(TaskView):
    """A task with why it is where it is, and what happened to it."""

    placement: PlacementView
    answers: list[AnswersView]
    timeline: list[TimelineView]


class ActionErrorView(View):
    """Why an action was refused, in the caller's language."""

    code: str
    message: str
    message_key: str
    params: dict[str, Any]


class ActionTaskView(View):
    """The task right after the action."""

    id: UUID
    state: str
    version: int


class ActionConflictView(View):
    """Where what was done is kept."""

    id: UUID
    state: str


class ActionResultView(View):
    """The answer to one action. `status` as HTTP would have it; `replayed`: it had been answered before.

    `conflict`: the task has gone on; what was done is kept with it, and a dispatcher decides.
    """

    id: UUID
    sequence: int
    status: int
    task: ActionTaskView | None
    error: ActionErrorView | None
    conflict: ActionConflictView | None
    replayed: bool


class DeviceActionsView(View):
    """Answers in order. `expected`: the next sequence to send; `stopped`: why not all were answered."""

    results: list[ActionResultView]
    expected: int
    stopped: str | None
