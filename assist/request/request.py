"""The service request: its states, what moves it, and who is answerable for it.

A request is one customer's trouble, from the first tap until the customer has said how it went. It crosses
the guide, the queue, a video call and perhaps a visit, and stays one request throughout.

**States.** A request starts in `guiding`, where the customer reads a guide (or has just opened an
invitation). From there it is `resolved` by the guide, or goes to `waiting` for a person. A technician who
accepts it makes it `in_call`. When the call ends it is in `wrap_up`: the technician still owes a verdict and
an outcome, and may take the call up again. The outcome makes it `resolved`, or `visit`. A visit is followed
through news from the field until it is done. `resolved` waits for the customer's rating and then is `closed`.
`withdrawn` and `closed` are final.

**Owner.** At every instant exactly one staff member is answerable. The first owner is whoever opened the
road: the duty supervisor for a customer who started alone, the inviter for an invitation. Afterwards each
happening names one of four rules for the next owner:

* `KEEP`: nobody new is answerable. A call that ends, a job that is done: the same person remains.
* `ACTOR`: the staff member who did it. Accepting a request is taking it.
* `NAMED`: the staff member whom the event names: the rep whose task it became, the dispatcher it went up to.
* `DUTY`: the duty supervisor, because the person who had it gave it back, or thought it done.

A rule that names a person and finds none (news without a name) falls back to the owner before it: the chain
may be stretched, never broken. There is no rule for "nobody", so a request without an owner cannot be
written down, and as an owner is one value and not a set, neither can one with two.

**Handing over.** Besides the road a request can be given from one person to another (`handed`): the state
stays, and the owner is the other from that instant. That the other has accepted, or that a rule gives it to
them because its owner goes, is decided in `assist.handover.handover`.

**Late news.** Field news can arrive after the customer has withdrawn or closed the request. `TRANSITIONS` has
no row for it then, and `follows` says so; the caller keeps a line in the timeline and changes nothing.

The diagram in the documentation is drawn from this table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from kernel import table
from kernel.errors import Refused
from kernel.table import Table


class State(StrEnum):
    """Where a request stands."""

    GUIDING = "guiding"
    WAITING = "waiting"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"
    VISIT = "visit"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Happening(StrEnum):
    """What can happen to a request."""

    GUIDE_ANSWERED = "guide_answered"
    GUIDE_HELPED = "guide_helped"
    QUEUED = "queued"
    QUEUE_LEFT = "queue_left"
    PLACE_LOST = "place_lost"
    ACCEPTED = "accepted"
    CALL_ENDED = "call_ended"
    CALL_RESUMED = "call_resumed"
    RETURNED = "returned"
    VERDICT_GIVEN = "verdict_given"
    CONCLUDED = "concluded"
    VISIT_ASKED = "visit_asked"
    TASK_ASSIGNED = "task_assigned"
    TASK_ACCEPTED = "task_accepted"
    TASK_UNPLACED = "task_unplaced"
    VISIT_PROMISED = "visit_promised"
    TASK_TRAVELLING = "task_travelling"
    TASK_ARRIVED = "task_arrived"
    TASK_ESCALATED = "task_escalated"
    TASK_DONE = "task_done"
    TASK_SETTLED = "task_settled"
    TASK_CANCELLED = "task_cancelled"
    RATED = "rated"
    RATING_LAPSED = "rating_lapsed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """Who may cause a happening. One person can be several of these."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    OWNER = "owner"
    SUPERVISOR = "supervisor"
    FIELD = "field"
    CLOCK = "clock"


class OwnerRule(StrEnum):
    """How the next owner is found."""

    KEEP = "keep"
    ACTOR = "actor"
    NAMED = "named"
    DUTY = "duty"


@dataclass(frozen=True, slots=True)
class Step(table.Step[State]):
    """One row of the table: where it leads, who may cause it, who is answerable then."""

    by: frozenset[Party]
    owner: OwnerRule = OwnerRule.KEEP

    @property
    def remark(self) -> str:
        return "" if self.owner is OwnerRule.KEEP else self.owner.value


@dataclass(frozen=True, slots=True)
class Standing:
    """A request's state and its one owner (a staff member's id)."""

    state: State
    owner: UUID


class WrongState(Refused):
    """That is not possible at this point of the request."""

    code: ClassVar[str] = "wrong_state"


_CUSTOMER = frozenset({Party.CUSTOMER})
_TECHNICIAN = frozenset({Party.TECHNICIAN})
_ANSWERABLE = frozenset({Party.OWNER, Party.SUPERVISOR})
_EITHER_END = _ANSWERABLE | {Party.CUSTOMER, Party.CLOCK}
_FIELD = frozenset({Party.FIELD})
_CLOCK = frozenset({Party.CLOCK})

TRANSITIONS: Table[State, Happening, Step] = Table(
    State.GUIDING,
    {
        # The customer and the guide.
        (State.GUIDING, Happening.GUIDE_ANSWERED): Step(State.GUIDING, _CUSTOMER),
        (State.GUIDING, Happening.GUIDE_HELPED): Step(State.RESOLVED, _CUSTOMER),
        (State.GUIDING, Happening.QUEUED): Step(State.WAITING, _CUSTOMER),
        (State.GUIDING, Happening.WITHDRAWN): Step(State.WITHDRAWN, _CUSTOMER),
        # The queue.
        (State.WAITING, Happening.QUEUE_LEFT): Step(State.GUIDING, _CUSTOMER),
        (State.WAITING, Happening.PLACE_LOST): Step(State.GUIDING, _CLOCK),
        (State.WAITING, Happening.ACCEPTED): Step(State.IN_CALL, _TECHNICIAN, OwnerRule.ACTOR),
        (State.WAITING, Happening.WITHDRAWN): Step(State.WITHDRAWN, _CUSTOMER),
        # The call and what it leaves to write down. A verdict may be given while still talking.
        (State.IN_CALL, Happening.CALL_ENDED): Step(State.WRAP_UP, _EITHER_END),
        (State.IN_CALL, Happening.VERDICT_GIVEN): Step(State.IN_CALL, _ANSWERABLE),
        (State.IN_CALL, Happening.RETURNED): Step(State.WAITING, _ANSWERABLE | _CLOCK, OwnerRule.DUTY),
        (State.WRAP_UP, Happening.VERDICT_GIVEN): Step(State.WRAP_UP, _ANSWERABLE),
        (State.WRAP_UP, Happening.CALL_RESUMED): Step(State.IN_CALL, _ANSWERABLE),
        (State.WRAP_UP, Happening.RETURNED): Step(State.WAITING, _ANSWERABLE | _CLOCK, OwnerRule.DUTY),
        (State.WRAP_UP, Happening.CONCLUDED): Step(State.RESOLVED, _ANSWERABLE),
        (State.WRAP_UP, Happening.VISIT_ASKED): Step(State.VISIT, _ANSWERABLE),
        # News from the field. Until a rep has accepted, it is whoever had it before, or whom the field names:
        # one who gave an accepted task back no longer answers for it.
        (State.VISIT, Happening.TASK_ASSIGNED): Step(State.VISIT, _FIELD, OwnerRule.NAMED),
        (State.VISIT, Happening.TASK_ACCEPTED): Step(State.VISIT, _FIELD, OwnerRule.NAMED),
        (State.VISIT, Happening.TASK_UNPLACED): Step(State.VISIT, _FIELD, OwnerRule.NAMED),
        (State.VISIT, Happening.VISIT_PROMISED): Step(State.VISIT, _FIELD),
        (State.VISIT, Happening.TASK_TRAVELLING): Step(State.VISIT, _FIELD),
        (State.VISIT, Happening.TASK_ARRIVED): Step(State.VISIT, _FIELD),
        (State.VISIT, Happening.TASK_ESCALATED): Step(State.VISIT, _FIELD, OwnerRule.NAMED),
        (State.VISIT, Happening.TASK_DONE): Step(State.RESOLVED, _FIELD, OwnerRule.NAMED),
        (State.VISIT, Happening.TASK_SETTLED): Step(State.RESOLVED, _FIELD, OwnerRule.NAMED),
        (State.VISIT, Happening.WITHDRAWN): Step(State.WITHDRAWN, _CUSTOMER),
        # A visit that will not happen is no answer: whoever called it off has to conclude the request.
        (State.VISIT, Happening.TASK_CANCELLED): Step(State.WRAP_UP, _FIELD, OwnerRule.NAMED),
        # The customer's last word.
        (State.RESOLVED, Happening.RATED): Step(State.CLOSED, _CUSTOMER),
        # It is not solved: a person again, and not the guide.
        (State.RESOLVED, Happening.REOPENED): Step(State.WAITING, _CUSTOMER, OwnerRule.DUTY),
        (State.RESOLVED, Happening.RATING_LAPSED): Step(State.CLOSED, _CLOCK),
    },
)

FINAL = TRANSITIONS.ends


def started(owner: UUID) -> Standing:
    """The standing of a new request: `owner` is the duty supervisor, or the inviter."""
    return Standing(State.GUIDING, owner)


def follows(state: State, happening: Happening) -> bool:
    """Whether the table has a row for `happening` in `state`."""
    return (state, happening) in TRANSITIONS


def may(state: State, happening: Happening, parties: frozenset[Party]) -> bool:
    """Whether someone who is `parties` may cause `happening` in `state`."""
    step = TRANSITIONS.get((state, happening))
    return step is not None and bool(step.by & parties)


def after(
    standing: Standing,
    happening: Happening,
    *,
    actor: UUID | None = None,
    named: UUID | None = None,
    duty: UUID | None = None,
) -> Standing:
    """The standing after `happening`.

    `actor` is the staff member who did it (None for customers, the field and the clock), `named` the staff
    member whom it names, `duty` the duty supervisor. Raises `WrongState` when the table has no such row.
    """
    step = TRANSITIONS.get((standing.state, happening))
    if step is None:
        raise WrongState(state=standing.state.value, happening=happening.value)
    chosen = {OwnerRule.KEEP: None, OwnerRule.ACTOR: actor, OwnerRule.NAMED: named, OwnerRule.DUTY: duty}
    return Standing(step.to, chosen[step.owner] or standing.owner)


def handed(standing: Standing, to: UUID) -> Standing:
    """The standing when `to` answers for it from now on. Raises `WrongState` where the request has ended."""
    if standing.state in FINAL:
        raise WrongState(state=standing.state.value, happening="handed_over")
    return Standing(standing.state, to)
