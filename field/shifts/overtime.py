"""Overtime: asked for, decided by somebody who may, and only then part of the day.

- *asked*: a representative or a dispatcher would like a day to end later. Nothing has changed yet.
- *granted*: the day ends later, and everything that plans it knows.
- *refused*: it does not.
- *withdrawn*: whoever asked no longer wants it, or a granted one is taken back; the day ends as it did.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.errors import Refused
from kernel.table import Step, Table


class OvertimeState(StrEnum):
    """Where a wish for overtime stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OvertimeEvent(StrEnum):
    """What can happen to it."""

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_S, _E = OvertimeState, OvertimeEvent

TABLE: Final[Table[OvertimeState, OvertimeEvent, Step[OvertimeState]]] = Table(
    _S.ASKED,
    {
        (_S.ASKED, _E.GRANT): Step(_S.GRANTED),
        (_S.ASKED, _E.REFUSE): Step(_S.REFUSED),
        (_S.ASKED, _E.WITHDRAW): Step(_S.WITHDRAWN),
        (_S.GRANTED, _E.WITHDRAW): Step(_S.WITHDRAWN),
    },
)


class OvertimeMoveRefused(Refused):
    """This overtime was decided already, or withdrawn."""

    code = "overtime_move_refused"


def move(state: OvertimeState, event: OvertimeEvent) -> OvertimeState:
    """The state after `event`. Raises OvertimeMoveRefused."""
    step = TABLE.get((state, event))
    if step is None:
        raise OvertimeMoveRefused(event=event.value, state=state.value)
    return step.to
