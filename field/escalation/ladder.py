"""Who answers for an escalated task at each moment: a ladder, and a clock that climbs it.

A representative escalates because the work needs another *level* or *authority*, *parts* that no van has,
because there is *danger*, or for another reason. For each of these there is a *ladder*: rungs, each with
whom it is put to and for how many minutes.

- *waiting*: the task is with one person of a rung, who has not said a word. When the rung's minutes are over
  it climbs: to the next rung on which there is somebody. On the last rung that has anybody it is asked again,
  of another person there where there is one: silence drops nothing.
- *taken*: somebody has said "I take it". Nothing climbs any further.
- *ended*: the task was assigned, settled, cancelled or counted.

Who has left, or is away today, holds nothing: the task goes on at once, taken or not, to another person of
the same rung, or up, or, where nobody is above, down. So it is with exactly one person at every moment.

**Clocks.** As check-ins have it (:mod:`field.safety.timer`): what time brings is planned from the moment at
which the step before was taken, so that a house that was down goes up rung by rung, each with its full wait.
With the plan is kept what the clock showed when it was made; a clock that now shows an earlier time was set
back, and the plan moves with it: nothing climbs twice, and nobody waits longer than was planned. Where a
ladder rests outside working hours, only the minutes within them count.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from field.task.escalation import NobodyToEscalateTo
from kernel.errors import Refused
from kernel.table import Step, Table

SHORTEST_MIN, LONGEST_MIN = 1, 2880
MOST_RUNGS: Final = 6
SET_BACK = timedelta(seconds=2)
"""Two machines' clocks differ by less; more is a clock that was set back."""

Span = tuple[datetime, datetime]


class EscalationKind(StrEnum):
    """What is needed."""

    LEVEL = "level"
    AUTHORITY = "authority"
    PARTS = "parts"
    DANGER = "danger"
    OTHER = "other"


class Whom(StrEnum):
    """To whom a rung puts it. Leads are whom a supervisor has named for a station or a sub-area."""

    ZONE_OWNER = "zone_owner"
    DEPUTY = "deputy"
    SUB_AREA_LEAD = "sub_area_lead"
    STATION_LEAD = "station_lead"
    COLLEAGUE = "colleague"
    DISPATCHERS = "dispatchers"
    SUPERVISORS = "supervisors"


class ClimbState(StrEnum):
    """Where an escalation stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    ENDED = "ended"


class ClimbEvent(StrEnum):
    """What can happen to it. ``MOVE``: its person has left, is away, or has passed it on."""

    CLIMB = "climb"
    REPEAT = "repeat"
    MOVE = "move"
    TAKE = "take"
    END = "end"


_S, _E = ClimbState, ClimbEvent

TABLE: Final[Table[ClimbState, ClimbEvent, Step[ClimbState]]] = Table(
    _S.WAITING,
    {
        (_S.WAITING, _E.CLIMB): Step(_S.WAITING),
        (_S.WAITING, _E.REPEAT): Step(_S.WAITING),
        (_S.WAITING, _E.MOVE): Step(_S.WAITING),
        (_S.TAKEN, _E.MOVE): Step(_S.WAITING),
        (_S.WAITING, _E.TAKE): Step(_S.TAKEN),
        (_S.WAITING, _E.END): Step(_S.ENDED),
        (_S.TAKEN, _E.END): Step(_S.ENDED),
    },
    ends=(_S.ENDED,),
)


class EscalationMoved(Refused):
    """Somebody was quicker: this has been taken, or is over."""

    code = "escalation_moved"


@dataclasses.dataclass(frozen=True)
class Rung:
    """To whom, and for how many minutes. ``staff_id``: of a named colleague."""

    whom: Whom
    minutes: int
    staff_id: UUID | None = None


@dataclasses.dataclass(frozen=True)
class Ladder:
    """Rungs from below. ``always``: the clock runs outside working hours, too."""

    rungs: tuple[Rung, ...]
    always: bool = False


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Somebody who can be asked. ``asked``: how often about this; ``open``: how many they have already."""

    staff_id: UUID
    on_duty: bool = True
    asked: int = 0
    open: int = 0


People = Sequence[Sequence[Candidate]]
"""For each rung, those who are there now: at work for the utility, and not away today."""


@dataclasses.dataclass(frozen=True)
class Stand:
    """With whom it is. ``next_at``: when time brings the next step, as planned when the clock showed
    ``set_at``; None: it was taken.
    """

    state: ClimbState
    rung: int
    holder: UUID
    since: datetime
    set_at: datetime
    next_at: datetime | None


_DISPATCH, _LEAD = Whom.DISPATCHERS, Whom.STATION_LEAD
_TOP = Rung(Whom.SUPERVISORS, 30)

DEFAULTS: Final[dict[EscalationKind, Ladder]] = {
    EscalationKind.LEVEL: Ladder((Rung(_DISPATCH, 15), Rung(_LEAD, 15), _TOP)),
    EscalationKind.AUTHORITY: Ladder((Rung(_LEAD, 15), Rung(_DISPATCH, 15), _TOP)),
    EscalationKind.PARTS: Ladder((Rung(_DISPATCH, 20), _TOP)),
    EscalationKind.DANGER: Ladder((Rung(_DISPATCH, 3), Rung(Whom.SUPERVISORS, 5)), always=True),
    EscalationKind.OTHER: Ladder((Rung(_DISPATCH, 15), _TOP)),
}
"""What counts where no rule does."""


def begun(ladder: Ladder, people: People, now: datetime, open_at: Sequence[Span] = ()) -> Stand:
    """Put to the lowest rung with somebody on duty, else with anybody. ``open_at``: see :func:`due`.

    Raises:
        NobodyToEscalateTo: there is nobody on any rung.
    """
    found = _upwards(people, 0)
    if found is None:
        raise NobodyToEscalateTo()
    return _put(ladder, found, now, open_at)


def passed(
    stand: Stand, ladder: Ladder, people: People, now: datetime, open_at: Sequence[Span] = (), *, here: bool
) -> tuple[ClimbEvent, Stand] | None:
    """What time, or somebody's going, has brought: one step of it; None: nothing. ``stand`` is anchored
    before; ``here``: whether whose it is is at work, and not away today.

    Where nobody at all is left on the ladder it stays with whom it is.
    """
    if not here:
        found = _instead(people, stand)
        return None if found is None else (_E.MOVE, _put(ladder, found, now, open_at))
    if stand.next_at is None or now < stand.next_at:
        return None
    above = _upwards(people, stand.rung + 1, besides=stand.holder)
    if above is not None:
        return _E.CLIMB, _put(ladder, above, now, open_at)
    again = _of_rung(people, stand.rung, besides=stand.holder) or (stand.rung, stand.holder)
    return _E.REPEAT, _put(ladder, again, now, open_at)


def passed_on(
    stand: Stand, ladder: Ladder, people: People, now: datetime, open_at: Sequence[Span] = ()
) -> Stand:
    """Whose it is says that it is not for them: it goes up at once, else to another of the rung, or down.

    Raises:
        EscalationMoved: it was taken, or is over.
        NobodyToEscalateTo: there is nobody else.
    """
    move(stand.state, _E.CLIMB)
    found = _upwards(people, stand.rung + 1, besides=stand.holder) or _instead(people, stand)
    if found is None:
        raise NobodyToEscalateTo()
    return _put(ladder, found, now, open_at)


def taken(stand: Stand, by: UUID, now: datetime) -> Stand:
    """Somebody answers for it in so many words. Raises EscalationMoved."""
    state = move(stand.state, _E.TAKE)
    return dataclasses.replace(stand, state=state, holder=by, since=now, set_at=now, next_at=None)


def above(people: People, stand: Stand) -> UUID | None:
    """To whom it would climb as things stand."""
    found = _upwards(people, stand.rung + 1, besides=stand.holder)
    return found[1] if found else None


def anchored(stand: Stand, now: datetime) -> Stand:
    """By a clock that may have been set back since the plan was made; otherwise the same."""
    back = stand.set_at - now
    if back <= SET_BACK:
        return stand
    later = None if stand.next_at is None else stand.next_at - back
    return dataclasses.replace(stand, since=stand.since - back, set_at=now, next_at=later)


def due(now: datetime, minutes: int, open_at: Sequence[Span] = ()) -> datetime:
    """When so many minutes have run. ``open_at``: working hours from now on, in order and apart; none: the
    clock always runs. When they are used up it runs on: a clock that stood still would drop the task.
    """
    left = timedelta(minutes=minutes)
    reached = now
    for start, end in open_at:
        begins = max(start, now)
        if begins >= end:
            continue
        if end - begins >= left:
            return begins + left
        left -= end - begins
        reached = end
    return reached + left


def move(state: ClimbState, event: ClimbEvent) -> ClimbState:
    """The state after ``event``. Raises EscalationMoved."""
    step = TABLE.get((state, event))
    if step is None:
        raise EscalationMoved(event=event.value, state=state.value)
    return step.to


def _put(ladder: Ladder, to: tuple[int, UUID], now: datetime, open_at: Sequence[Span]) -> Stand:
    rung, holder = to
    minutes = ladder.rungs[rung].minutes
    return Stand(_S.WAITING, rung, holder, now, now, due(now, minutes, () if ladder.always else open_at))


def _instead(people: People, stand: Stand) -> tuple[int, UUID] | None:
    return (
        _of_rung(people, stand.rung, besides=stand.holder)
        or _upwards(people, stand.rung + 1, besides=stand.holder)
        or _upwards(people, 0, besides=stand.holder)
    )


def _upwards(people: People, start: int, besides: UUID | None = None) -> tuple[int, UUID] | None:
    """The first rung from ``start`` with somebody on duty, else the first with anybody."""
    for on_duty in (True, False):
        for rung in range(start, len(people)):
            able = [each for each in people[rung] if each.staff_id != besides and each.on_duty >= on_duty]
            if able:
                return rung, _least(able)
    return None


def _of_rung(people: People, rung: int, besides: UUID) -> tuple[int, UUID] | None:
    for on_duty in (True, False):
        able = [each for each in people[rung] if each.staff_id != besides and each.on_duty >= on_duty]
        if able:
            return rung, _least(able)
    return None


def _least(able: Collection[Candidate]) -> UUID:
    """Who was asked least often about this, then who has the fewest, then the smallest id."""
    return min(able, key=lambda each: (each.asked, each.open, str(each.staff_id))).staff_id
