"""A re-optimisation of a station's day, from the wish for one to what became of it, as a table.

- *asked*: somebody wants it, or a policy does. It waits for a process of its own; one per station at a time.
- *running*: that process works, for as long as its budget lasts. If it dies, or the worker that watches it,
  the proposal is asked again once its time is over, or has *failed* when that happened too often. Nothing of
  what it did is left.
- *ready*: there is a better plan. Nothing of it is in force before somebody applies it, or the policy does
  that has been given leave to.
- *empty*: there is nothing better, or nothing that pays.
- *applied*: the plan is in force, as a whole.
- *outdated*: the day had moved on when it was to be applied; nothing of it is in force.
- *dropped*: somebody did not want it, or no longer.
"""

from enum import StrEnum
from typing import Final

from kernel.errors import Refused
from kernel.table import Step, Table


class ProposalState(StrEnum):
    """Where a re-optimisation stands."""

    ASKED = "asked"
    RUNNING = "running"
    READY = "ready"
    EMPTY = "empty"
    FAILED = "failed"
    APPLIED = "applied"
    OUTDATED = "outdated"
    DROPPED = "dropped"


class ProposalEvent(StrEnum):
    """What can happen to it."""

    START = "start"
    LAPSE = "lapse"
    FIND = "find"
    FIND_NOTHING = "find_nothing"
    FAIL = "fail"
    APPLY = "apply"
    OUTDATE = "outdate"
    DROP = "drop"


_S, _E = ProposalState, ProposalEvent

TABLE: Final[Table[ProposalState, ProposalEvent, Step[ProposalState]]] = Table(
    _S.ASKED,
    {
        (_S.ASKED, _E.START): Step(_S.RUNNING),
        (_S.ASKED, _E.DROP): Step(_S.DROPPED),
        (_S.RUNNING, _E.LAPSE): Step(_S.ASKED),
        (_S.RUNNING, _E.FIND): Step(_S.READY),
        (_S.RUNNING, _E.FIND_NOTHING): Step(_S.EMPTY),
        (_S.RUNNING, _E.FAIL): Step(_S.FAILED),
        (_S.RUNNING, _E.DROP): Step(_S.DROPPED),
        (_S.READY, _E.APPLY): Step(_S.APPLIED),
        (_S.READY, _E.OUTDATE): Step(_S.OUTDATED),
        (_S.READY, _E.DROP): Step(_S.DROPPED),
    },
)

OPEN: Final = frozenset({_S.ASKED, _S.RUNNING, _S.READY})
"""The states in which something may still come of it."""


class ProposalMoveRefused(Refused):
    """The re-optimisation is not in a state in which that can be done."""

    code = "reoptimisation_move_refused"


class DayMovedOn(Refused):
    """The day has moved on since this plan was made; nothing was changed. Ask for a new one."""

    code = "day_moved_on"


def move(state: ProposalState, event: ProposalEvent) -> ProposalState:
    """The state after `event`. Raises ProposalMoveRefused."""
    step = TABLE.get((state, event))
    if step is None:
        raise ProposalMoveRefused(event=event.value, state=state.value)
    return step.to
