"""Work that somebody reports on a task which was no longer theirs to do, as a table.

A phone without a network does not hear that its task was given to somebody else, taken back or cancelled.
What its owner did at the door is a fact all the same: each act is kept with its note and its photos, and all
acts of one representative on one task are one conflict. The acts say how far the work came (the *claim*);
together with where the task stands now, that decides what is proposed:

- *count*: the work is done, and nobody else need go. The task is finished with this evidence.
- *give_back*: who reports stands at the door, and nobody else does. The task goes back to that person.
- *keep*: leave the task as it stands. Two people may be at the same door, or the task was called off; a
  person has to read it and telephone.
- *note*: nothing depends on it; it stays on record.

A conflict whose proposal is *note* is *noted* and asks nothing of anybody. Every other one is *open* until a
dispatcher decides: *counted*, *returned* or *kept*. Proposals are worked out when they are looked at, because
the task goes on in the meantime; a further report opens a decided conflict again when it asks for a decision.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from field.task import task as tasks
from field.task.task import TaskEvent, TaskState
from kernel import table
from kernel.errors import Refused
from kernel.table import Table


class ConflictState(StrEnum):
    """Where a conflict stands."""

    NOTED = "noted"
    OPEN = "open"
    COUNTED = "counted"
    RETURNED = "returned"
    KEPT = "kept"


class Claim(StrEnum):
    """How far the reported work came, least first."""

    UNDER_WAY = "under_way"
    TROUBLE = "trouble"
    ON_SITE = "on_site"
    DONE = "done"


class Proposal(StrEnum):
    """What should become of it."""

    NOTE = "note"
    KEEP = "keep"
    GIVE_BACK = "give_back"
    COUNT = "count"


class Decision(StrEnum):
    """What a dispatcher can decide."""

    COUNT = "count"
    GIVE_BACK = "give_back"
    KEEP = "keep"


class DecisionNotPossible(Refused):
    """That can no longer be decided: the task has gone on, or the conflict has been decided."""

    code = "decision_not_possible"


CLAIMS: Final[Mapping[str, Claim]] = MappingProxyType(
    {
        "acceptance": Claim.UNDER_WAY,
        "declination": Claim.UNDER_WAY,
        "travel": Claim.UNDER_WAY,
        "escalation": Claim.TROUBLE,
        "not_home": Claim.TROUBLE,
        "arrival": Claim.ON_SITE,
        "completion": Claim.DONE,
    }
)
"""What each kind of act says, by the names that a phone uses."""

_S = TaskState
_NOBODY_THERE: Final = (_S.UNPLACED, _S.ASSIGNED, _S.ACCEPTED, _S.TRAVELLING, _S.DECLINED, _S.ESCALATED)


def _proposals(nobody: Proposal, somebody: Proposal, cancelled: Proposal) -> Mapping[TaskState, Proposal]:
    table = dict.fromkeys(_NOBODY_THERE, nobody)
    return MappingProxyType(table | {_S.ON_SITE: somebody, _S.CANCELLED: cancelled, _S.DONE: Proposal.NOTE})


PROPOSALS: Final[Mapping[Claim, Mapping[TaskState, Proposal]]] = MappingProxyType(
    {
        Claim.UNDER_WAY: _proposals(Proposal.NOTE, Proposal.NOTE, Proposal.NOTE),
        Claim.TROUBLE: _proposals(Proposal.KEEP, Proposal.KEEP, Proposal.NOTE),
        Claim.ON_SITE: _proposals(Proposal.GIVE_BACK, Proposal.KEEP, Proposal.KEEP),
        Claim.DONE: _proposals(Proposal.COUNT, Proposal.KEEP, Proposal.KEEP),
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Rule(table.Step[ConflictState]):
    """One row: where it leads, from which claims, while the task stands where. A report asks neither."""

    claims: frozenset[Claim] = frozenset(Claim)
    tasks: frozenset[TaskState] = frozenset(TaskState)

    @property
    def remark(self) -> str:
        some = self.claims != frozenset(Claim)
        return ", ".join(claim for claim in Claim if claim in self.claims) if some else ""


REPORT: Final = "report"
"""One more act that asks for a decision. A first act that does opens the conflict at once."""

_TO_SOMEBODY: Final = tasks.TABLE.sources(TaskEvent.ASSIGN) | tasks.TABLE.sources(TaskEvent.REASSIGN)
_AT_THE_DOOR: Final = frozenset(Claim) - {Claim.UNDER_WAY}

TABLE: Final[Table[ConflictState, str, Rule]] = Table(
    (ConflictState.NOTED, ConflictState.OPEN),
    {
        **{(state, REPORT): Rule(ConflictState.OPEN) for state in ConflictState},
        (ConflictState.OPEN, Decision.COUNT): Rule(
            ConflictState.COUNTED, frozenset({Claim.DONE}), tasks.TABLE.sources(TaskEvent.COUNT)
        ),
        (ConflictState.OPEN, Decision.GIVE_BACK): Rule(ConflictState.RETURNED, _AT_THE_DOOR, _TO_SOMEBODY),
        (ConflictState.OPEN, Decision.KEEP): Rule(ConflictState.KEPT),
    },
    ends=(ConflictState.NOTED, ConflictState.COUNTED, ConflictState.RETURNED, ConflictState.KEPT),
)


def claim_of(kinds: Iterable[str]) -> Claim:
    """How far acts of these kinds, of which there is at least one, came."""
    order = list(Claim)
    return max((CLAIMS[kind] for kind in kinds), key=order.index)


def proposal(claim: Claim, task: TaskState) -> Proposal:
    """What should become of work that came this far, while the task stands there."""
    return PROPOSALS[claim][task]


def after_report(state: ConflictState | None, claim: Claim, task: TaskState) -> ConflictState:
    """The conflict's state after one more act. None: this act is the first."""
    if proposal(claim, task) is not Proposal.NOTE:
        return ConflictState.OPEN
    return state or ConflictState.NOTED


def allowed(state: ConflictState, claim: Claim, task: TaskState) -> tuple[Decision, ...]:
    """What a dispatcher may decide now, in the table's order."""
    rules = ((decision, TABLE.get((state, decision))) for decision in Decision)
    return tuple(decision for decision, rule in rules if rule and claim in rule.claims and task in rule.tasks)


def decide(state: ConflictState, decision: Decision, claim: Claim, task: TaskState) -> ConflictState:
    """The conflict's state after the decision.

    Raises:
        DecisionNotPossible: with ``allowed``, what could be decided.
    """
    possible = allowed(state, claim, task)
    if decision not in possible:
        raise DecisionNotPossible(decision=decision.value, allowed=[each.value for each in possible])
    return TABLE[state, decision].to
