"""Jobs that hang together: what each step has to wait for, and between which moments it may be done.

A *chain* is a handful of tasks with links between them: a step begins once all of its *predecessors* are
finished, and the *lag* of the link is over ("concrete cures for a day"): finish-to-start relations, as the
precedence diagram method calls them. The links of a chain make no circle.

While a predecessor stands on somebody's route, its planned end is known, and the step can be planned behind
it: *not before* the latest of these ends. While one stands nowhere, was given up, or was cancelled, the step
waits, and says for what. A predecessor that is finished counts with the moment at which it was.

A step that needs a *permit* (a permit to work, a street-works notice) is done within the time for which it
was granted: begun no sooner than it begins, and over when it ends. Of several of one kind the one that is
valid soonest counts; of several kinds all.

Whoever stands at the door asks more than the plan does: the predecessor has to *be* finished, and the permit
to be valid now (`kept_from`).
"""

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from field.task.task import FINAL, IN_ROUTE, TaskState

MOST_STEPS: Final = 12
MOST_LINKS: Final = 30
LONGEST_LAG_MIN: Final = 14 * 1440
OVERRUN_STEP_S: Final = 300
"""Work that takes longer than planned is expected to end at the next full five minutes, again and again."""


class Wait(StrEnum):
    """Why a step cannot be planned."""

    PREDECESSOR_UNPLANNED = "predecessor_unplanned"
    PREDECESSOR_ESCALATED = "predecessor_escalated"
    PREDECESSOR_CANCELLED = "predecessor_cancelled"
    PERMIT_MISSING = "permit_missing"
    PERMIT_ASKED = "permit_asked"
    PERMIT_REFUSED = "permit_refused"
    PERMIT_EXPIRED = "permit_expired"
    PERMIT_TOO_SHORT = "permit_too_short"


WAITS: Final = frozenset(wait.value for wait in Wait)


class Hindrance(StrEnum):
    """Why a step cannot be begun at this moment; beside the permits' own reasons."""

    PREDECESSOR_OPEN = "predecessor_open"
    LAG_RUNNING = "lag_running"
    PERMIT_NOT_YET = "permit_not_yet"


class PermitKind(StrEnum):
    """What is asked for, and of whom: a street's owner, a network's, one's own safety office."""

    PERMIT_TO_WORK = "permit_to_work"
    STREET_WORKS = "street_works"
    TRAFFIC = "traffic"
    CONFINED_SPACE = "confined_space"


class PermitState(StrEnum):
    """Where a permit stands. Nobody writes *expired* down: it is what was granted, once its time is over."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclasses.dataclass(frozen=True)
class Before:
    """A predecessor as it stands. ``ends_at``: by the plan, where it is on somebody's route."""

    task_id: UUID
    state: TaskState
    lag_s: int
    ends_at: datetime | None = None
    finished_at: datetime | None = None


@dataclasses.dataclass(frozen=True)
class Permitted:
    """A permit that counts for a step."""

    kind: PermitKind
    state: PermitState
    valid_from: datetime | None
    valid_until: datetime | None


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What a step has to keep. ``waits_for``: it cannot be planned at all."""

    waits_for: Wait | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None


@dataclasses.dataclass(frozen=True)
class Link:
    """``successor`` begins ``lag_min`` minutes after ``predecessor`` has ended, or later."""

    predecessor: UUID
    successor: UUID
    lag_min: int = 0


def standing(state: PermitState, valid_until: datetime | None, now: datetime) -> PermitState:
    """Where a permit stands at that moment."""
    over = valid_until is not None and valid_until <= now
    return PermitState.EXPIRED if state is PermitState.GRANTED and over else state


def bounds_of(
    before: Iterable[Before],
    needed: Collection[PermitKind],
    permits: Sequence[Permitted],
    duration_s: int,
    now: datetime,
) -> Bounds:
    """What a step has to keep as things stand. Whole seconds, rounded so that no bound is broken by it."""
    ready: datetime | None = None
    for each in before:
        end = expected_end(each, now)
        if isinstance(end, Wait):
            return Bounds(waits_for=end)
        ready = max(ready, end) if ready is not None else end
    opens, closes = ready, None
    for kind in sorted(needed):
        permit = counting(kind, permits, now)
        if isinstance(permit, Wait):
            return Bounds(waits_for=permit)
        if permit.valid_from is not None:
            opens = max(opens, permit.valid_from) if opens is not None else permit.valid_from
        if permit.valid_until is not None:
            closes = min(closes, permit.valid_until) if closes is not None else permit.valid_until
    if closes is not None and max(opens or now, now) + timedelta(seconds=duration_s) > closes:
        return Bounds(waits_for=Wait.PERMIT_TOO_SHORT)
    return Bounds(None, _up(opens), None if closes is None else closes.replace(microsecond=0))


def expected_end(before: Before, now: datetime) -> datetime | Wait:
    """When the predecessor is over and its lag as well, or why nobody knows."""
    lag = timedelta(seconds=before.lag_s)
    if before.state is TaskState.DONE:
        return (before.finished_at or now) + lag
    if before.state is TaskState.CANCELLED:
        return Wait.PREDECESSOR_CANCELLED
    if before.state is TaskState.ESCALATED:
        return Wait.PREDECESSOR_ESCALATED
    if before.state not in IN_ROUTE or before.ends_at is None:
        return Wait.PREDECESSOR_UNPLANNED
    if before.ends_at <= now:
        seconds = -(-int(now.timestamp() + 1) // OVERRUN_STEP_S) * OVERRUN_STEP_S
        return datetime.fromtimestamp(seconds, now.tzinfo) + lag
    return before.ends_at + lag


_WORST = {
    PermitState.ASKED: Wait.PERMIT_ASKED,
    PermitState.REFUSED: Wait.PERMIT_REFUSED,
    PermitState.EXPIRED: Wait.PERMIT_EXPIRED,
}


def counting(kind: PermitKind, permits: Iterable[Permitted], now: datetime) -> Permitted | Wait:
    """The permit of that kind that counts at a moment, or what is the matter: asked for is better news than
    expired, and that than refused.
    """
    found: dict[PermitState, list[Permitted]] = {}
    for permit in permits:
        if permit.kind is kind:
            found.setdefault(standing(permit.state, permit.valid_until, now), []).append(permit)
    if granted := found.get(PermitState.GRANTED):
        return min(granted, key=lambda each: (each.valid_from or now, each.valid_until or now))
    for state in (PermitState.ASKED, PermitState.EXPIRED, PermitState.REFUSED):
        if state in found:
            return _WORST[state]
    return Wait.PERMIT_MISSING


def kept_from(
    before: Iterable[Before], needed: Collection[PermitKind], permits: Sequence[Permitted], at: datetime
) -> tuple[str, datetime | None] | None:
    """Why the step could not be begun at that moment, and until when, where that is known; None: it could."""
    for each in before:
        if each.state is TaskState.CANCELLED:
            return Wait.PREDECESSOR_CANCELLED.value, None
        if each.state is not TaskState.DONE:
            return Hindrance.PREDECESSOR_OPEN.value, None
        ready = (each.finished_at or at) + timedelta(seconds=each.lag_s)
        if ready > at:
            return Hindrance.LAG_RUNNING.value, ready
    for kind in sorted(needed):
        permit = counting(kind, permits, at)
        if isinstance(permit, Wait):
            return permit.value, None
        if permit.valid_from is not None and permit.valid_from > at:
            return Hindrance.PERMIT_NOT_YET.value, permit.valid_from
    return None


def _up(moment: datetime | None) -> datetime | None:
    """The moment, or the next full second."""
    if moment is None or not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1)


@dataclasses.dataclass(frozen=True)
class Linked:
    """What has to be known of a task that is to be linked."""

    state: TaskState
    station: str | None
    chain_id: UUID | None


def link_faults(
    links: Collection[Link], new: Link, tasks: Mapping[UUID, Linked], steps: int
) -> list[tuple[str, str]]:
    """All that speaks against a new link: which end it is about, and a code. ``links``, ``steps``: of the
    chain or chains that both ends are in; how many steps there would be in all.
    """
    faults: list[tuple[str, str]] = []
    ends = {"predecessor": tasks[new.predecessor], "successor": tasks[new.successor]}
    if new.predecessor == new.successor:
        faults.append(("successor", "step_itself"))
    if any((each.predecessor, each.successor) == (new.predecessor, new.successor) for each in links):
        faults.append(("successor", "steps_linked"))
    elif new.predecessor != new.successor and reaches(links, new.successor, new.predecessor):
        faults.append(("successor", "steps_in_circle"))
    for end, task in ends.items():
        # What is done may be waited for; it has been.
        if task.state in FINAL and not (end == "predecessor" and task.state is TaskState.DONE):
            faults.append((end, "step_finished"))
    if ends["successor"].state is TaskState.ON_SITE:
        faults.append(("successor", "step_begun"))
    stations = {task.station for task in ends.values() if task.station is not None}
    if len(stations) > 1:
        faults.append(("successor", "steps_of_other_stations"))
    chains = {task.chain_id for task in ends.values() if task.chain_id is not None}
    if len(chains) > 1:
        faults.append(("successor", "steps_of_other_chains"))
    if steps > MOST_STEPS:
        faults.append(("successor", "too_many_steps"))
    if len(links) >= MOST_LINKS:
        faults.append(("successor", "too_many_links"))
    return faults


def reaches(links: Iterable[Link], start: UUID, goal: UUID) -> bool:
    """Whether a way along the links leads from one step to another."""
    after = defaultdict(list)
    for link in links:
        after[link.predecessor].append(link.successor)
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        if here == goal:
            return True
        fresh = [each for each in after[here] if each not in seen]
        seen.update(fresh)
        todo += fresh
    return False


def in_order(steps: Sequence[UUID], links: Iterable[Link]) -> list[UUID]:
    """The steps, each behind its predecessors, otherwise as they come (Kahn 1962, DOI
    10.1145/368996.369025).
    """
    waits = {step: 0 for step in steps}
    after = defaultdict(list)
    for link in links:
        waits[link.successor] += 1
        after[link.predecessor].append(link.successor)
    found: list[UUID] = []
    while len(found) < len(steps):
        step = next(each for each in steps if waits[each] == 0)
        waits[step] = -1
        found.append(step)
        for each in after[step]:
            waits[each] -= 1
    return found
