"""The life of a proposal of territories, as a table.

Somebody asks for a proposal: it is *asked*. A process of its own works it out, and it is *ready*, with its
alternatives; or it *failed*, with the reason. While it is ready its alternatives can be nudged by hand. One
of them is *published* from a day on: everybody concerned is told, and until that day it can be *withdrawn*,
which makes it ready again. When the day begins the zones change hands, and it is *in force*, for good: what
comes after it is another proposal."""

from enum import StrEnum
from typing import Final

from kernel.errors import Refused
from kernel.table import Step, Table


class ProposalState(StrEnum):
    """Where a proposal stands."""

    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"
    PUBLISHED = "published"
    IN_FORCE = "in_force"


class ProposalEvent(StrEnum):
    """What can happen to a proposal."""

    COMPUTE = "compute"
    FAIL = "fail"
    NUDGE = "nudge"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    BEGIN = "begin"


_S, _E = ProposalState, ProposalEvent

TABLE: Final[Table[ProposalState, ProposalEvent, Step[ProposalState]]] = Table(
    _S.ASKED,
    {
        (_S.ASKED, _E.COMPUTE): Step(_S.READY),
        (_S.ASKED, _E.FAIL): Step(_S.FAILED),
        (_S.READY, _E.NUDGE): Step(_S.READY),
        (_S.READY, _E.PUBLISH): Step(_S.PUBLISHED),
        (_S.PUBLISHED, _E.WITHDRAW): Step(_S.READY),
        (_S.PUBLISHED, _E.BEGIN): Step(_S.IN_FORCE),
    },
    ends=(_S.READY,),
)


class ProposalMoveRefused(Refused):
    """This proposal of territories is not at a point where that can be done."""

    code = "proposal_move_refused"


def move(state: ProposalState, event: ProposalEvent) -> ProposalState:
    """The state after `event`.

    Raises:
        ProposalMoveRefused: the table has no such row.
    """
    row = TABLE.get((state, event))
    if row is None:
        raise ProposalMoveRefused(event=event.value, state=state.value)
    return row.to
