"""Whether a changed plan keeps every rule: worked out from rows alone, by whoever did not make the plan.

It shares nothing with the engines: no columns, no slack, no search. It lives through each day stop by stop,
as it was and as it is to be, and compares. What it finds is a list of violations, each with a stable code; an
empty list is the only leave that a plan gets. It is run in the transaction that writes the plan, on what has
been written.

A day that had gone wrong already may stay wrong, but not get worse: who was to be late may come as late as
that, a day that was too long may be as long, a van that lacked a part may lack it still.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from field.reoptimise.check.roads import EMPTY, Roads

Place = tuple[float, float]
Leg = Callable[[Place, Place], int]
"""Seconds from one place to another on empty roads."""

ABOUT_TO_LEAVE_S: Final = 300
NO_WAY_S: Final = 604_800
DAY_S: Final = 86_400

THERE: Final = frozenset({"done", "on_site"})
UNDER_WAY: Final = THERE | {"travelling"}

MOVED_ON: Final = frozenset(
    {"frozen_moved", "window_missed", "shift_exceeded", "off_shift", "predecessor_open", "permit_missed"}
)
"""What can be wrong with a plan because time has passed since it was made."""


@dataclasses.dataclass(frozen=True)
class Person:
    """A representative on the day; times in seconds of Unix time. `ends` None: the day is over at the last
    stop. `gone`: does no more of what has not begun. `contract`: of a contractor's people, the kinds of task
    (`types`), `stations` and `zones` it covers.
    """

    id: UUID
    begins: Place
    ends: Place | None
    shift_start: int
    shift_end: int
    skills: Mapping[str, int]
    parts: Mapping[str, int]
    locked: bool = False
    gone: bool = False
    contract: Mapping[str, Sequence[str]] | None = None

    def has_begun(self, line: "Line") -> bool:
        """Who is gone keeps only what they stood before: what they were on the way to is somebody else's."""
        return line.state in (THERE if self.gone else UNDER_WAY)


@dataclasses.dataclass(frozen=True)
class Follow:
    """A task that has to be over, and how long before. `ends_at`: by its row, for one that is in no plan."""

    task_id: UUID
    lag_s: int
    ends_at: int | None


@dataclasses.dataclass(frozen=True)
class Line:
    """A stop of a route as its rows say; or the break, which is nowhere (`is_rest`). `state`: the task's;
    `free_at`: of what has begun, when its representative is free again as things stand. `keeps_rep`,
    `keeps_place`: locks. `refused`: whom its customer does not want; `kind`, `zone` (id) and `station` are
    what a contract is about; `windows`: those of which the one from `window_start` to `window_end` was
    chosen. `over_by`: when a permit ends; `follows`: what it must not begin before.
    """

    task_id: UUID
    place: Place
    service_s: int
    window_start: int
    window_end: int
    skill: str
    level: int
    parts: Mapping[str, int]
    declined_by: frozenset[UUID]
    state: str
    held: bool
    free_at: int
    travel_s: int
    starts_at: int
    ends_at: int
    keeps_rep: bool = False
    keeps_place: bool = False
    is_rest: bool = False
    refused: frozenset[UUID] = frozenset()
    kind: str = ""
    zone: str = ""
    station: str = ""
    windows: tuple[tuple[int, int], ...] = ()
    over_by: int | None = None
    follows: tuple[Follow, ...] = ()


@dataclasses.dataclass(frozen=True)
class Violation:
    """A rule that the plan breaks, by whom and with which task."""

    code: str
    rep_id: UUID | None
    task_id: UUID | None = None


Plan = Mapping[UUID, Sequence[Line]]
"""The lines of each representative's day, in order."""


@dataclasses.dataclass(frozen=True)
class _Lived:
    """A day gone through: when each stop starts and when its way to it begins, and when the day ends."""

    starts: list[int]
    leaves: list[int]
    frees: list[int]
    ends: int


def violations(
    people: Mapping[UUID, Person],
    before: Plan,
    after: Plan,
    leg: Leg,
    now: int,
    new: frozenset[UUID] = frozenset(),
    roads: Roads = EMPTY,
) -> list[Violation]:
    """All that is wrong with `after`. `new`: tasks that stood in no route before and may stand in one now.
    Both plans are of the same people. `roads`: how they are at which hour.
    """
    was = {rep_id: _live(people[rep_id], lines, leg, now, roads) for rep_id, lines in before.items()}
    promised = {
        line.task_id: max(_owed(line, now) if people[rep_id].gone else line.window_end, start)
        for rep_id, lines in before.items()
        for line, start in zip(lines, was[rep_id].starts, strict=True)
    }
    found = [*_counted(before, after, new)]
    for rep_id, lines in after.items():
        person, own = people[rep_id], before[rep_id]
        frozen = _frozen(person, own, was[rep_id], now)
        if _ids(own[:frozen]) != _ids(lines[:frozen]):
            found.append(Violation("frozen_moved", rep_id))
            continue
        found += _unlocked(person, own, lines)
        found += _unable(person, own, lines, now)
        found += _late(person, own, lines, leg, now, promised, was[rep_id].ends, roads)
    will = {rep_id: _live(people[rep_id], lines, leg, now, roads) for rep_id, lines in after.items()}
    found += _out_of_step(people, after, _times(before, was), _times(after, will))
    return found


Times = Mapping[UUID, tuple[int, int]]
"""Start and end of each task."""


def _times(plan: Plan, lived: Mapping[UUID, _Lived]) -> Times:
    return {
        line.task_id: (lived[rep_id].starts[at], lived[rep_id].frees[at])
        for rep_id, lines in plan.items()
        for at, line in enumerate(lines)
    }


def _out_of_step(
    people: Mapping[UUID, Person], after: Plan, early: Times, late: Times
) -> Iterator[Violation]:
    """What begins before the tasks that it follows are over, or is not over when its permit ends."""
    for rep_id, lines in after.items():
        for line in lines:
            if line.is_rest or people[rep_id].has_begun(line):
                continue
            start, end = late[line.task_id]
            known = early.get(line.task_id)
            if line.over_by is not None and end > max(line.over_by, known[1] if known else 0):
                yield Violation("permit_missed", rep_id, line.task_id)
            for follow in line.follows:
                had = _gap(follow, known[0], early) if known else 0
                if _gap(follow, start, late) < min(0, had):
                    yield Violation("predecessor_open", rep_id, line.task_id)


def _gap(follow: Follow, start: int, times: Times) -> int:
    """Seconds from the first moment at which one may begin to the start; far below 0 where nobody knows."""
    known = times.get(follow.task_id)
    end = known[1] if known is not None else follow.ends_at
    return -NO_WAY_S if end is None else start - end - follow.lag_s


def _owed(line: Line, now: int) -> int:
    """The latest start of what nobody has: once its window has passed, as soon as anybody can come."""
    return line.window_end if line.window_end >= now else now + DAY_S


def _ids(lines: Sequence[Line]) -> list[UUID]:
    return [line.task_id for line in lines]


def _counted(before: Plan, after: Plan, new: frozenset[UUID]) -> Iterator[Violation]:
    was = {line.task_id for lines in before.values() for line in lines}
    counts = Counter(line.task_id for lines in after.values() for line in lines)
    for task_id in was - counts.keys():
        yield Violation("task_lost", None, task_id)
    for task_id, count in counts.items():
        if count > 1:
            yield Violation("task_twice", None, task_id)
        if task_id not in was | new:
            yield Violation("task_unknown", None, task_id)


def _live(person: Person, lines: Sequence[Line], leg: Leg, now: int, roads: Roads) -> _Lived:
    """Go through a day stop by stop, without a thought for later ones."""
    here, free = person.begins, person.shift_start
    lived = _Lived([], [], [], 0)
    for line in lines:
        if line.is_rest:
            start = leave = max(free, line.window_start)
            free = start + line.service_s
        elif line.state in UNDER_WAY:
            start, leave, free = line.starts_at, line.starts_at, line.free_at
        else:
            way = leg(here, line.place)
            start = max(roads.arrival(max(free, now), way), line.window_start)
            leave, free = roads.departure(start, way), start + line.service_s
        lived.starts.append(start)
        lived.leaves.append(leave)
        lived.frees.append(free)
        here = here if line.is_rest else line.place
    out = any(not line.is_rest for line in lines)
    ends = roads.arrival(free, leg(here, person.ends)) if out and person.ends is not None else free
    return dataclasses.replace(lived, ends=ends)


def _frozen(person: Person, lines: Sequence[Line], lived: _Lived, now: int) -> int:
    """How many stops at the front must stay as they are."""
    front = 0
    for place, line in enumerate(lines):
        if lived.starts[place] < now if line.is_rest else person.has_begun(line):
            front = place + 1
    about_to_leave = (
        front < len(lines)
        and lines[front].state == "accepted"
        and lived.leaves[front] <= now + ABOUT_TO_LEAVE_S
        and not person.gone
    )
    return front + about_to_leave


def _unlocked(person: Person, own: Sequence[Line], lines: Sequence[Line]) -> Iterator[Violation]:
    if person.gone:
        return  # whose day is over keeps nobody to a lock
    if person.locked and _ids(own) != _ids(lines):
        yield Violation("route_locked", person.id)
    there = _ids(lines)
    for place, line in enumerate(own):
        if person.has_begun(line):
            continue
        if (line.keeps_rep or line.keeps_place) and line.task_id not in there:
            yield Violation("lock_broken", person.id, line.task_id)
        elif line.held and place > 0:
            at = there.index(line.task_id) if line.task_id in there else 0
            if at == 0 or there[at - 1] != own[place - 1].task_id:
                yield Violation("hold_broken", person.id, line.task_id)
        elif line.held and there[:1] != [line.task_id]:
            yield Violation("hold_broken", person.id, line.task_id)
    fixed = [line.task_id for line in own if line.keeps_place]
    if [task_id for task_id in there if task_id in set(fixed)] != fixed:
        yield Violation("order_broken", person.id)


def _unable(person: Person, own: Sequence[Line], lines: Sequence[Line], now: int) -> Iterator[Violation]:
    had = set(_ids(own))
    for line in lines:
        if line.task_id in had:
            continue
        if line.is_rest:
            yield Violation("break_moved", person.id, line.task_id)
            continue
        if person.gone:
            yield Violation("rep_gone", person.id, line.task_id)
        if line.skill and person.skills.get(line.skill, 0) < max(1, line.level):
            yield Violation("skill_missing", person.id, line.task_id)
        if person.id in line.declined_by:
            yield Violation("declined_before", person.id, line.task_id)
        if person.id in line.refused:
            yield Violation("not_wished", person.id, line.task_id)
        if person.contract is not None and not (
            line.kind in person.contract["types"]
            and (line.station in person.contract["stations"] or line.zone in person.contract["zones"])
        ):
            yield Violation("not_in_contract", person.id, line.task_id)
        if person.shift_end <= max(line.window_start, now):
            yield Violation("off_shift", person.id, line.task_id)
    for part, count in _needed(lines).items():
        if count > max(person.parts.get(part, 0), _needed(own)[part]):
            yield Violation("parts_missing", person.id)


def _needed(lines: Sequence[Line]) -> Counter[str]:
    total: Counter[str] = Counter()
    for line in lines:
        total.update({part: max(0, count) for part, count in line.parts.items()})
    return total


def _late(
    person: Person,
    own: Sequence[Line],
    lines: Sequence[Line],
    leg: Leg,
    now: int,
    promised: Mapping[UUID, int],
    ended: int,
    roads: Roads,
) -> Iterator[Violation]:
    """What the plan says of times must be what one can do, and in time."""
    lived = _live(person, lines, leg, now, roads)
    legs_before = set(_legs(person, own))
    for start, (before, task_id), line in zip(lived.starts, _legs(person, lines), lines, strict=True):
        if person.has_begun(line):
            continue
        way = 0 if line.is_rest else leg(before, line.place)
        if line.travel_s != start - roads.departure(start, way):
            yield Violation("travel_wrong", person.id, task_id)
        if line.starts_at != start or line.ends_at != start + line.service_s:
            yield Violation("times_wrong", person.id, task_id)
        if person.gone:
            continue  # what nobody else could take has to be decided by a person
        if way >= NO_WAY_S and (before, task_id) not in legs_before:
            yield Violation("no_way", person.id, task_id)
        if start > promised.get(task_id, _owed(line, now)):
            yield Violation("window_missed", person.id, task_id)
        if line.windows and (line.window_start, line.window_end) not in line.windows:
            yield Violation("window_not_offered", person.id, task_id)
    if lived.ends > max(person.shift_end, ended) and not person.gone:
        yield Violation("shift_exceeded", person.id)


def _legs(person: Person, lines: Sequence[Line]) -> Iterator[tuple[Place, UUID]]:
    """Where one comes from, and to which task."""
    here = person.begins
    for line in lines:
        yield here, line.task_id
        here = here if line.is_rest else line.place
