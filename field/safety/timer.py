"""A lone worker's check-in: a timer that somebody runs down there has to answer, or it climbs.

- *running*: the person has said something a while ago, and is expected to again before the time is over.
- *reminded*: the time is nearly over; the phone has said so.
- *run_out*: it is over, and nothing was heard. The phone says so once more, for a short while.
- *dispatcher*: an alert stands at the console, and stays until somebody answers it.
- *supervisor*: nobody has answered that either.
- *answered*: a person at the console looks after it; nothing climbs further.
- *ended*: the work is done, the person has stopped the timer, or somebody has found them.

Any word of the person calms it, from every state but the last; a word that was said so long ago that the time
it gives is over as well calms nothing that has climbed already.

**Clocks.** What time brings is planned from the moment at which the step before was *taken*: a house that was
down goes through its steps one after the other, each with its full wait, and nobody is passed over. With the
plan is kept what the clock showed when it was made. A clock that now shows an earlier time was set back: the
plan moves with it, so that nobody waits longer than was planned. One that was set forward cannot be told from
a house that was down; the timer then runs out early, which is the safe side.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kernel.errors import Refused
from kernel.table import Step, Table

EXTENSION = timedelta(minutes=15)
MINUTES: Final = (15, 30, 60)
"""What a phone offers; the station's own comes on top."""
SHORTEST_MIN, LONGEST_MIN = 5, 240
SET_BACK = timedelta(seconds=2)
"""Two machines' clocks differ by less; more is a clock that was set back."""


class TimerState(StrEnum):
    """Where a timer stands."""

    RUNNING = "running"
    REMINDED = "reminded"
    RUN_OUT = "run_out"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    ANSWERED = "answered"
    ENDED = "ended"


class TimerEvent(StrEnum):
    """What can happen to it; also the kinds of its steps."""

    START = "start"
    EXTEND = "extend"
    WELL = "well"
    REMIND = "remind"
    RUN_OUT = "run_out"
    CLIMB = "climb"
    CLIMB_ON = "climb_on"
    ANSWER = "answer"
    CLOSE = "close"
    END = "end"


class End(StrEnum):
    """Why a timer ended."""

    STOPPED = "stopped"
    FINISHED = "finished"
    REPLACED = "replaced"
    CLOSED = "closed"


_S, _E = TimerState, TimerEvent
_OPEN = tuple(state for state in _S if state is not _S.ENDED)

TABLE: Final[Table[TimerState, TimerEvent, Step[TimerState]]] = Table(
    _S.RUNNING,
    {
        (_S.RUNNING, _E.REMIND): Step(_S.REMINDED),
        (_S.RUNNING, _E.RUN_OUT): Step(_S.RUN_OUT),
        (_S.REMINDED, _E.RUN_OUT): Step(_S.RUN_OUT),
        (_S.RUN_OUT, _E.CLIMB): Step(_S.DISPATCHER),
        (_S.DISPATCHER, _E.CLIMB_ON): Step(_S.SUPERVISOR),
        (_S.DISPATCHER, _E.ANSWER): Step(_S.ANSWERED),
        (_S.SUPERVISOR, _E.ANSWER): Step(_S.ANSWERED),
        (_S.ANSWERED, _E.CLOSE): Step(_S.ENDED),
        **{(state, word): Step(_S.RUNNING) for state in _OPEN for word in (_E.WELL, _E.EXTEND)},
        **{(state, _E.END): Step(_S.ENDED) for state in _OPEN},
    },
)

ALERTS: Final = (_S.DISPATCHER, _S.SUPERVISOR, _S.ANSWERED)
"""What stands at the console."""


class TimerMoveRefused(Refused):
    """This alert is not in a state in which that can be done: somebody was quicker."""

    code = "timer_move_refused"


@dataclasses.dataclass(frozen=True)
class Waits:
    """How long each step waits: ``before`` the end a reminder, after it ``climb`` until the dispatcher is
    told, then ``climb_on`` until the supervisor is."""

    before: timedelta = timedelta(minutes=5)
    climb: timedelta = timedelta(minutes=2)
    climb_on: timedelta = timedelta(minutes=5)


@dataclasses.dataclass(frozen=True)
class Plan:
    """A timer as it runs. ``minutes``: what one word is good for; ``said_at``: when the last one was said;
    ``next_at``: when time brings the next step, as planned when the clock showed ``set_at``."""

    state: TimerState
    minutes: int
    said_at: datetime
    ends_at: datetime
    set_at: datetime
    next_at: datetime | None


def begun(at: datetime, minutes: int, waits: Waits, now: datetime) -> Plan:
    """A timer that was started ``at``, heard of ``now``; nothing is said in the future."""
    said = min(at, now)
    ends = said + timedelta(minutes=minutes)
    return Plan(_S.RUNNING, minutes, said, ends, now, _first(ends, waits, now))


def _first(ends: datetime, waits: Waits, now: datetime) -> datetime:
    """The reminder; what is past already is no reminder, and the end is next."""
    return ends - waits.before if ends - waits.before > now else ends


def said(plan: Plan, word: TimerEvent, at: datetime, waits: Waits, now: datetime) -> Plan:
    """After the person's word (`WELL` or `EXTEND`), said ``at``. No word makes the time shorter.

    Raises:
        TimerMoveRefused: the timer has ended.
    """
    plan = anchored(plan, now)
    state = move(plan.state, word)
    at = max(min(at, now), plan.said_at)
    if word is _E.WELL:
        ends = max(plan.ends_at, at + timedelta(minutes=plan.minutes))
    else:
        ends = max(plan.ends_at, at) + EXTENSION
    if plan.state in ALERTS and ends <= now:
        return dataclasses.replace(plan, said_at=at, ends_at=ends)
    next_at = _first(ends, waits, now)
    return Plan(state, plan.minutes, at, ends, now, next_at)


def passed(plan: Plan, waits: Waits, now: datetime) -> tuple[TimerEvent, Plan] | None:
    """What time has brought, one step of it; None: nothing yet. ``plan`` is anchored before."""
    if plan.next_at is None or now < plan.next_at:
        return None
    if plan.state is _S.RUNNING and now < plan.ends_at:
        return _E.REMIND, _then(plan, _E.REMIND, now, plan.ends_at)
    if plan.state in (_S.RUNNING, _S.REMINDED):
        return _E.RUN_OUT, _then(plan, _E.RUN_OUT, now, now + waits.climb)
    if plan.state is _S.RUN_OUT:
        return _E.CLIMB, _then(plan, _E.CLIMB, now, now + waits.climb_on)
    return _E.CLIMB_ON, _then(plan, _E.CLIMB_ON, now, None)


def moved(plan: Plan, event: TimerEvent, now: datetime) -> Plan:
    """After `ANSWER`, `CLOSE` or `END`: time brings nothing more. Raises TimerMoveRefused."""
    return _then(plan, event, now, None)


def _then(plan: Plan, event: TimerEvent, now: datetime, next_at: datetime | None) -> Plan:
    return dataclasses.replace(plan, state=move(plan.state, event), set_at=now, next_at=next_at)


def anchored(plan: Plan, now: datetime) -> Plan:
    """The plan by a clock that may have been set back since it was made; otherwise the same."""
    back = plan.set_at - now
    if back <= SET_BACK:
        return plan
    return dataclasses.replace(
        plan,
        said_at=plan.said_at - back,
        ends_at=plan.ends_at - back,
        set_at=now,
        next_at=None if plan.next_at is None else plan.next_at - back,
    )


def move(state: TimerState, event: TimerEvent) -> TimerState:
    """The state after ``event``. Raises TimerMoveRefused."""
    step = TABLE.get((state, event))
    if step is None:
        raise TimerMoveRefused(event=event.value, state=state.value)
    return step.to
