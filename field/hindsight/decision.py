"""Which decision put a task where it stood, read out of its timeline.

What is priced is a task's place (`field.hindsight.regret`); what is told is the decision that gave it that
place, so that there is something to learn from it:

- *declined*, *unanswered*: it would have been cheapest with somebody who said no, or said nothing in time;
- *reordered*, *order*: it would have been cheapest with the same person at another time of the day; a
  dispatcher had moved it within the day, or it just was driven so;
- *overruled*, *moved*: a dispatcher gave it to that person, against a rule or by the rules;
- *replanned*: a plan for the rest of the day did;
- *absence*: somebody who had it could not go on, and it went to that person;
- *promised*: it was placed into a window that its customer chose;
- *early*: it was placed by rule when a task next to it, or next to its better place, was not there yet;
- *placed*: it was placed by rule, with all of those known.

Who decided is not told: the person at the desk is named by the task's own timeline, where it belongs.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID


class DecisionKind(StrEnum):
    """What kind of decision it was."""

    PLACED = "placed"
    EARLY = "early"
    MOVED = "moved"
    OVERRULED = "overruled"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    REPLANNED = "replanned"
    ABSENCE = "absence"
    PROMISED = "promised"
    REORDERED = "reordered"
    ORDER = "order"


GIVING: Final = frozenset({"place", "assign", "reassign"})
"""Lines that give a task to somebody."""
TAKING: Final = frozenset({"take_back", "shelve", "not_home", "cancel", "reopen", "escalate"})
"""Lines after which nobody has it."""
REFUSING: Final[Mapping[str, DecisionKind]] = {
    "decline": DecisionKind.DECLINED,
    "expire": DecisionKind.UNANSWERED,
}
TELLING: Final = (*sorted(GIVING), *sorted(TAKING), *sorted(REFUSING), "promise", "reorder")
"""The lines that decisions are read from."""
REPLANNED: Final = "replanned"


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a timeline. `at`: Unix seconds; `by_staff`: whether a person at a desk did it; `rep`: to
    whom.
    """

    kind: str
    at: int
    by_staff: bool = False
    rep: UUID | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a task stood and would have stood better. `made`: when the tasks next to either place came in;
    `overruled`: it stands there against a rule.
    """

    rep_id: UUID
    better_id: UUID
    made: Sequence[int] = ()
    overruled: bool = False


@dataclasses.dataclass(frozen=True)
class Decision:
    """What was decided, and when (Unix seconds)."""

    kind: DecisionKind
    at: int


def decision_of(lines: Iterable[Line], place: Place, absent: Mapping[UUID, int]) -> Decision:
    """The decision behind a place. `lines` are the task's, in order; `absent`: who could not go on that day,
    and since when.
    """
    given = Line("place", 0)
    had: UUID | None = None
    holder: UUID | None = None
    promised = reordered = 0
    refused: dict[UUID, Decision] = {}
    for line in lines:
        if line.kind in GIVING:
            given, had, holder = line, holder, line.rep
            promised = reordered = 0
        elif line.kind in REFUSING and holder is not None:
            refused[holder] = Decision(REFUSING[line.kind], line.at)
            holder = None
        elif line.kind in TAKING:
            holder = None
        elif line.kind == "promise" and line.at == given.at:
            promised = line.at
        elif line.kind == "reorder":
            reordered = line.at
    if place.better_id == place.rep_id:
        return (
            Decision(DecisionKind.REORDERED, reordered)
            if reordered
            else Decision(DecisionKind.ORDER, given.at)
        )
    if place.better_id in refused:
        return refused[place.better_id]
    if had is not None and given.at >= absent.get(had, given.at + 1):
        return Decision(DecisionKind.ABSENCE, given.at)
    if given.reason == REPLANNED:
        return Decision(DecisionKind.REPLANNED, given.at)
    if promised:
        return Decision(DecisionKind.PROMISED, given.at)
    if given.by_staff and given.kind != "place":
        return Decision(DecisionKind.OVERRULED if place.overruled else DecisionKind.MOVED, given.at)
    early = any(made > given.at for made in place.made)
    return Decision(DecisionKind.EARLY if early else DecisionKind.PLACED, given.at)
