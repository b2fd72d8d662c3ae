"""A note of a place: what whoever stands at this door next has to know.

- *standing*: it holds until its time is over; whoever is at the door can say "still so", and it begins anew.
- *disputed*: somebody says that it is not so any more. A danger stays shown, and marked, because being wrong
  about it hurts; so do the others, except a gate code, which nobody is shown until a supervisor has decided.
- *ended*: its author took it back, or a supervisor decided against it. Nobody is shown it.

A note whose time is over is shown to nobody either. It is no state of its own: the clock says it.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kernel.errors import Refused
from kernel.table import Step, Table

SAME_PLACE_M: Final = 150.0
"""Two doors of one address text lie no further apart than this, or the text is that of another street."""
MOST_AT_A_PLACE: Final = 20
ASK_AGAIN: Final = timedelta(days=14)
"""So long before its time is over a note asks whether it is still so."""
_EARTH_M: Final = 6_371_008.8


class NoteKind(StrEnum):
    """What a note tells of."""

    DANGER = "danger"
    DOG = "dog"
    GATE = "gate"
    ACCESS = "access"
    METER = "meter"
    STOP_TAP = "stop_tap"


LASTS: Final = {
    NoteKind.DANGER: timedelta(days=180),
    NoteKind.DOG: timedelta(days=365),
    NoteKind.GATE: timedelta(days=90),
    NoteKind.ACCESS: timedelta(days=365),
    NoteKind.METER: timedelta(days=1825),
    NoteKind.STOP_TAP: timedelta(days=1825),
}
"""How long each holds: people change locks and dogs die; what is buried stays where it is."""


class NoteState(StrEnum):
    """Where a note stands."""

    STANDING = "standing"
    DISPUTED = "disputed"
    ENDED = "ended"


class NoteEvent(StrEnum):
    """What can happen to it."""

    RENEW = "renew"
    DISPUTE = "dispute"
    TAKE_BACK = "take_back"
    KEEP = "keep"
    END = "end"


class NoteDoubt(StrEnum):
    """Why somebody disputes a note. *private*: its customer does not want it kept."""

    GONE = "gone"
    WRONG = "wrong"
    PRIVATE = "private"


_S, _E = NoteState, NoteEvent

TABLE: Final[Table[NoteState, NoteEvent, Step[NoteState]]] = Table(
    _S.STANDING,
    {
        (_S.STANDING, _E.RENEW): Step(_S.STANDING),
        (_S.STANDING, _E.DISPUTE): Step(_S.DISPUTED),
        (_S.STANDING, _E.TAKE_BACK): Step(_S.ENDED),
        (_S.DISPUTED, _E.KEEP): Step(_S.STANDING),
        (_S.DISPUTED, _E.END): Step(_S.ENDED),
    },
)


class NoteMoveRefused(Refused):
    """This note is not in a state in which that can be done: somebody was quicker."""

    code = "note_move_refused"


def move(state: NoteState, event: NoteEvent) -> NoteState:
    """The state after ``event``. Raises NoteMoveRefused."""
    step = TABLE.get((state, event))
    if step is None:
        raise NoteMoveRefused(event=event.value, state=state.value)
    return step.to


def is_shown(state: NoteState, expires_at: datetime, now: datetime) -> bool:
    """Whether people at the door are told of it."""
    return state is not NoteState.ENDED and now < expires_at


def shows_code(state: NoteState) -> bool:
    """Whether its gate code may be shown to whoever has the stop today: not while it is disputed."""
    return state is NoteState.STANDING


def same_place(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    """Whether two points (longitude, latitude) of the same address text can be the same door."""
    if one is None or other is None:
        return True
    return metres(one, other) <= SAME_PLACE_M


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance (haversine) of two points, longitude before latitude, WGS-84 degrees."""
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, point)) for point in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half)))
