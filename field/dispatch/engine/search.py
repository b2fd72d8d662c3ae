"""The search over all gaps, twice: in plain Python, and compiled by numba where numba is installed.

Both give the same answer for every input; the plain one is the reference and what runs until `warm_up`
has compiled the other (a first compilation takes seconds and must not happen within a request).
"""

import dataclasses
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final, TypeVar

import numpy as np

from field.dispatch.engine.gaps import Ask, Found, Gaps, Ways, lay_out_by
from field.dispatch.engine.layout_compiled import compile_layout
from field.dispatch.engine.route import UNREACHABLE
from field.dispatch.engine.search_compiled import compile_search
from field.road.pace import arrival


class Rule(Enum):
    """Why a representative cannot take a visit, in the order the rules are tried."""

    OK = "ok"
    DECLINED_BEFORE = "declined_before"
    NOT_WISHED = "not_wished"
    NOT_IN_CONTRACT = "not_in_contract"
    OFF_SHIFT = "off_shift"
    NO_SKILL = "no_skill"
    LEVEL_TOO_LOW = "level_too_low"
    NO_PARTS = "no_parts"
    ROUTE_LOCKED = "route_locked"
    UNREACHABLE = "unreachable"
    WINDOW_MISSED = "window_missed"
    SHIFT_ENDS = "shift_ends"
    NO_ROOM = "no_room"
    NO_SECOND = "no_second"

    @property
    def number(self) -> int:
        return _NUMBER[self]

    @classmethod
    def numbered(cls, number: int) -> "Rule":
        return _RULES[number]


_RULES: Final = tuple(Rule)
_NUMBER: Final = {rule: number for number, rule in enumerate(_RULES)}

_LOCKED: Final = Rule.ROUTE_LOCKED.number
_NO_WAY: Final = Rule.UNREACHABLE.number
_MISSED: Final = Rule.WINDOW_MISSED.number
_SHIFT_ENDS: Final = Rule.SHIFT_ENDS.number
_NO_ROOM: Final = Rule.NO_ROOM.number

_Answer = tuple[int, int, int, int, int, int]
Search = Callable[[Gaps, Ask, Ways], Found]
AnyFound = TypeVar("AnyFound", bound=Found)


def search_plain(gaps: Gaps, ask: Ask, ways: Ways) -> Found:
    """The reference: for each representative the cheapest feasible gap, or the first rule that failed."""
    to_here, from_here = ways.to.tolist(), ways.on.tolist()
    answers = [_row(gaps, row, ask, to_here, from_here) for row in range(len(gaps.count))]
    columns = np.array(answers, np.int64).reshape(len(answers), 6).T
    return Found(*(np.ascontiguousarray(column) for column in columns))


def _row(gaps: Gaps, row: int, ask: Ask, to_here: list[int], from_here: list[int]) -> _Answer:
    """(rule, position, cost, extra, arrive, start) for one representative."""
    rule = _unable(gaps, row, ask)
    if rule is not Rule.OK:
        return rule.number, -1, 0, 0, 0, 0
    furthest, first_arrival = _LOCKED, 0
    best: _Answer | None = None
    could_start, penalty, last = max(ask.earliest, gaps.now), int(ask.penalty[row]), int(gaps.count[row]) - 1
    columns = (gaps.before, gaps.after, gaps.leave, gaps.limit, gaps.base, gaps.next_start, gaps.next_latest)
    rows = zip(*(column[row].tolist() for column in columns), strict=True)
    rest_gap, rest_s = int(gaps.rest_gap[row]), int(gaps.rest_s[row])
    rest_from, rest_by = int(gaps.rest_from[row]), int(gaps.rest_by[row])
    fits_behind = fits_next_but_one = False
    pace = gaps.pace.plain
    # From the last gap on, so that of a gap one knows already whether the one behind it would do.
    for gap, (before, after, leave, limit, base, next_start, next_latest) in reversed(list(enumerate(rows))):
        # In front of a break the stop that is next stands behind the next gap.
        behind = fits_next_but_one if gap == rest_gap else fits_behind
        fits_next_but_one, fits_behind = fits_behind, False
        if gap > last or not gaps.open[row, gap]:
            continue
        there, onward = to_here[before], from_here[after] if after >= 0 else 0
        if there >= UNREACHABLE or onward >= UNREACHABLE:
            furthest = max(furthest, _NO_WAY)
            continue
        arrive = arrival(pace, leave, there)
        if arrive > ask.latest:
            furthest = max(furthest, _MISSED)
            first_arrival = min(first_arrival or arrive, arrive)
            continue
        start = max(arrive, ask.earliest)
        free = start + ask.service
        if gap == rest_gap:
            if free > rest_by:
                furthest = max(furthest, _NO_ROOM)
                continue
            free = max(free, rest_from) + rest_s
        there_by = arrival(pace, free, onward)
        if there_by > limit:
            furthest = max(furthest, _SHIFT_ENDS if gap == last else _NO_ROOM)
            continue
        fits_behind = True
        if behind and onward == 0 and to_here[after] == 0 and next_latest <= ask.latest:
            continue  # the same door: what was promised there first comes first
        extra = there + onward - base
        idle = min(start - arrive, max(0, there_by - next_start))
        cost = extra + penalty + (start - could_start) * ask.delay_permille // 1000
        cost += idle * ask.idle_permille // 1000
        if best is None or cost <= best[2]:
            best = (Rule.OK.number, gap, cost, extra, arrive, start)
    if best is not None:
        return best
    return furthest, -1, 0, 0, 0, first_arrival if furthest == _MISSED else 0


def _unable(gaps: Gaps, row: int, ask: Ask) -> Rule:
    """The first rule about the representative, whatever the gap, that fails; OK when none does."""
    if ask.barred[row]:
        return Rule.numbered(int(ask.barred[row]))
    if gaps.shift_end[row] <= max(ask.earliest, gaps.now) or gaps.shift_start[row] > ask.latest:
        return Rule.OFF_SHIFT
    if ask.skill != -1:
        level = int(gaps.levels[row, ask.skill]) if ask.skill >= 0 else 0
        if level == 0:
            return Rule.NO_SKILL
        if level < ask.level:
            return Rule.LEVEL_TOO_LOW
    if ask.unknown_part or bool((gaps.stock[row] < ask.demand)[ask.demand > 0].any()):
        return Rule.NO_PARTS
    if gaps.locked[row]:
        return Rule.ROUTE_LOCKED
    return Rule.OK


_ready: list[Search] = []


def search(gaps: Gaps, ask: Ask, ways: Ways) -> Found:
    """The fastest search that is ready."""
    return (_ready[-1] if _ready else search_plain)(gaps, ask, ways)


def search_each(gaps: Gaps, asks: Sequence[Ask], ways: Ways, find: Search = search) -> Found:
    """The best of several windows, for each representative: the cheapest place of any; of two as cheap the
    earlier gap, then the earlier window. Who fails in all of them fails by the rule that came furthest.
    """
    best = find(gaps, asks[0], ways)
    for ask in asks[1:]:
        best = better(best, find(gaps, ask, ways))
    return best


def better(one: AnyFound, other: AnyFound) -> AnyFound:
    """Row by row the better of two answers, the first where they are equal."""
    able, able_too = one.rule == 0, other.rule == 0
    cheaper = (other.cost < one.cost) | ((other.cost == one.cost) & (other.position < one.position))
    takes = np.where(able & able_too, cheaper, np.where(able | able_too, able_too, other.rule > one.rule))
    return type(one)(
        *(
            np.where(takes, getattr(other, column.name), getattr(one, column.name))
            for column in dataclasses.fields(one)
        )
    )


def warm_up() -> str:
    """Make the compiled search ready, with what lays routes out for it. Returns "numba", or "python" where
    numba is not installed.

    To be called at start, off the event loop: the first time on a machine it takes seconds, later about
    one. Until then, and without numba, the plain search answers.
    """
    if not _ready:
        try:
            _ready.append(compile_search())
            lay_out_by(compile_layout())
        except ImportError:
            return "python"
    return "numba"
