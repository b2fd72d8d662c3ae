"""The search of `field.dispatch.engine.search` as one function over arrays, in what numba compiles of Python.

Without numba it is never called. It must answer as `search_plain` does, for every input; a test holds
it to that.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from field.dispatch.engine.compiling import compiled_with
from field.dispatch.engine.gaps import Ask, Flags, Found, Gaps, Ints, Ways
from field.dispatch.engine.route import UNREACHABLE
from field.road import pace as paces
from field.road.pace import arrival

OK: Final = 0
DECLINED_BEFORE: Final = 1
NOT_WISHED: Final = 2
NOT_IN_CONTRACT: Final = 3
OFF_SHIFT: Final = 4
NO_SKILL: Final = 5
LEVEL_TOO_LOW: Final = 6
NO_PARTS: Final = 7
ROUTE_LOCKED: Final = 8
NO_WAY: Final = 9
WINDOW_MISSED: Final = 10
SHIFT_ENDS: Final = 11
NO_ROOM: Final = 12


def scan(
    before: Ints,
    after: Ints,
    leave: Ints,
    limit: Ints,
    base: Ints,
    next_start: Ints,
    next_latest: Ints,
    is_open: Flags,
    rest_gap: Ints,
    rest_s: Ints,
    rest_from: Ints,
    rest_by: Ints,
    count: Ints,
    levels: Ints,
    stock: Ints,
    shift_start: Ints,
    shift_end: Ints,
    locked: Flags,
    now: int,
    service: int,
    earliest: int,
    latest: int,
    skill: int,
    level: int,
    demand: Ints,
    unknown_part: bool,
    penalty: Ints,
    barred: Ints,
    delay_permille: int,
    idle_permille: int,
    to_here: NDArray[np.int32],
    from_here: NDArray[np.int32],
    pace: Any,
    found: NDArray[np.int64],
) -> None:
    """Fill `found`, (6, R): rule, position, cost, extra, arrive, start. `pace`: its row; None on empty
    roads, for which a search of its own is compiled. For the rest see `Gaps`, `Ask`, `Found`.
    """
    could_start = max(earliest, now)
    for row in range(count.shape[0]):
        rule = OK
        if barred[row] != OK:
            rule = barred[row]
        elif shift_end[row] <= could_start or shift_start[row] > latest:
            rule = OFF_SHIFT
        elif skill == -2 or (skill >= 0 and levels[row, skill] == 0):
            rule = NO_SKILL
        elif skill >= 0 and levels[row, skill] < level:
            rule = LEVEL_TOO_LOW
        elif unknown_part:
            rule = NO_PARTS
        else:
            for part in range(demand.shape[0]):
                if demand[part] > 0 and stock[row, part] < demand[part]:
                    rule = NO_PARTS
            if rule == OK and locked[row]:
                rule = ROUTE_LOCKED
        found[1, row] = -1
        for column in range(2, 6):
            found[column, row] = 0
        if rule != OK:
            found[0, row] = rule
            continue
        furthest, first_arrival, feasible = ROUTE_LOCKED, 0, False
        last = count[row] - 1
        fits_behind, fits_next_but_one = False, False
        for gap in range(last, -1, -1):
            behind = fits_next_but_one if gap == rest_gap[row] else fits_behind
            fits_next_but_one, fits_behind = fits_behind, False
            if not is_open[row, gap]:
                continue
            onto = after[row, gap]
            there = to_here[before[row, gap]]
            onward = from_here[onto] if onto >= 0 else 0
            if there >= UNREACHABLE or onward >= UNREACHABLE:
                furthest = max(furthest, NO_WAY)
                continue
            if pace is None:
                arrive = leave[row, gap] + there
            else:
                arrive = arrival(pace, leave[row, gap], there)
            if arrive > latest:
                furthest = max(furthest, WINDOW_MISSED)
                if first_arrival == 0 or arrive < first_arrival:
                    first_arrival = arrive
                continue
            start = max(arrive, earliest)
            free = start + service
            if gap == rest_gap[row]:
                if free > rest_by[row]:
                    furthest = max(furthest, NO_ROOM)
                    continue
                free = max(free, rest_from[row]) + rest_s[row]
            if pace is None:
                there_by = free + onward
            else:
                there_by = arrival(pace, free, onward)
            if there_by > limit[row, gap]:
                furthest = max(furthest, SHIFT_ENDS if gap == last else NO_ROOM)
                continue
            fits_behind = True
            if behind and onward == 0 and to_here[onto] == 0 and next_latest[row, gap] <= latest:
                continue
            extra = there + onward - base[row, gap]
            idle = min(start - arrive, max(0, there_by - next_start[row, gap]))
            cost = extra + penalty[row] + (start - could_start) * delay_permille // 1000
            cost += idle * idle_permille // 1000
            if not feasible or cost <= found[2, row]:
                feasible = True
                found[1, row] = gap
                found[2, row] = cost
                found[3, row] = extra
                found[4, row] = arrive
                found[5, row] = start
        if feasible:
            found[0, row] = OK
        else:
            found[0, row] = furthest
            if furthest == WINDOW_MISSED:
                found[5, row] = first_arrival


def compile_search() -> Callable[[Gaps, Ask, Ways], Found]:
    """A search like `search_plain`, compiled. Raises ImportError where numba is not installed."""
    import numba
    from numba import types

    def table(kind: Any, dimensions: int) -> Any:
        return types.Array(kind, dimensions, "C", readonly=True)

    # With its types declared it is compiled (or read from numba's cache) here, never later in a request.
    wide, column, flags = table(types.int64, 2), table(types.int64, 1), table(types.boolean, 1)
    signatures = [
        types.void(
            *(wide,) * 7,
            *(table(types.boolean, 2), *(column,) * 5, wide, wide, column, column, flags),
            *(types.int64,) * 6,
            *(column, types.boolean, column, column, types.int64, types.int64),
            *(table(types.int32, 1), table(types.int32, 1), pace, types.int64[:, ::1]),
        )
        for pace in (types.none, column)
    ]
    compiled = compiled_with(numba.njit, ((scan, signatures),), paces.CALLEES_FIRST, globals())["scan"]

    def search_compiled(gaps: Gaps, ask: Ask, ways: Ways) -> Found:
        found = np.empty((6, len(gaps.count)), np.int64)
        compiled(
            gaps.before,
            gaps.after,
            gaps.leave,
            gaps.limit,
            gaps.base,
            gaps.next_start,
            gaps.next_latest,
            gaps.open,
            gaps.rest_gap,
            gaps.rest_s,
            gaps.rest_from,
            gaps.rest_by,
            gaps.count,
            gaps.levels,
            gaps.stock,
            gaps.shift_start,
            gaps.shift_end,
            gaps.locked,
            gaps.now,
            ask.service,
            ask.earliest,
            ask.latest,
            ask.skill,
            ask.level,
            ask.demand,
            ask.unknown_part,
            ask.penalty,
            ask.barred,
            ask.delay_permille,
            ask.idle_permille,
            np.ascontiguousarray(ways.to, np.int32),
            np.ascontiguousarray(ways.on, np.int32),
            gaps.pace.compiled,
            found,
        )
        return Found(*found)

    return search_compiled
