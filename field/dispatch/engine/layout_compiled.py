"""How all routes stand at one moment, row by row, in what numba compiles of Python.

Without numba it is never called. It must answer as `field.dispatch.engine.columns.lay_out` does, for every
input; a test holds it to that. Laying out is asked with every placing: 1,500 days of nine stops take a tenth
of what whole columns take.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from field.dispatch.engine.columns import (
    ACCEPTED,
    DONE,
    NEVER,
    ON_SITE,
    REST,
    TRAVELLING,
    UNKNOWN,
    Crew,
    Flags,
    Ints,
    Layout,
    Stops,
)
from field.dispatch.engine.compiling import compiled_with
from field.road import pace as paces
from field.road.pace import arrival, departure


def lay_out_rows(
    shift_start: Ints,
    shift_end: Ints,
    home: Ints,
    end: Ints,
    count: Ints,
    point: Ints,
    service: Ints,
    earliest: Ints,
    latest: Ints,
    state: Ints,
    departed: Ints,
    started: Ints,
    finished: Ints,
    held: Flags,
    way: Ints,
    now: int,
    soon: int,
    pace: Any,
    start: Ints,
    wide: Ints,
    is_open: Flags,
    rests: Ints,
) -> None:
    """Fill `wide` (7, R, V + 1), `is_open` (R, V + 1) and `rests` (4, R); `start` (R, V) is room to work in;
    `pace`: its row; None on empty roads, for which it is compiled apart. For the rest see `Crew`, `Stops` and
    `Layout`.
    """
    before, after, leave, limit, base, next_start, next_latest = wide
    rest_gap, rest_s, rest_from, rest_by = rests
    for row in range(count.shape[0]):
        stops = count[row]
        free, frozen = shift_start[row], 0
        leave[row, 0] = max(free, now)
        for at in range(stops):
            stands = state[row, at]
            if stands == DONE:
                over = free if finished[row, at] == UNKNOWN else finished[row, at]
                began = min(over if started[row, at] == UNKNOWN else started[row, at], over)
                free = over
            elif stands == ON_SITE:
                began = now if started[row, at] == UNKNOWN else started[row, at]
                free = max(began + service[row, at], now)
            elif stands == REST:
                began = max(free, earliest[row, at])
                free = began + service[row, at]
            elif stands == TRAVELLING:
                left = now if departed[row, at] == UNKNOWN else departed[row, at]
                if pace is None:
                    there = left + way[row, at]
                else:
                    there = arrival(pace, left, way[row, at])
                began = max(max(there, now), earliest[row, at])
                free = began + service[row, at]
            else:
                if pace is None:
                    there = max(free, now) + way[row, at]
                else:
                    there = arrival(pace, max(free, now), way[row, at])
                began = max(there, earliest[row, at])
                free = began + service[row, at]
            start[row, at] = began
            leave[row, at + 1] = max(free, now)
            if stands <= TRAVELLING or (stands == REST and began < now):
                frozen = at + 1
        if frozen < stops and state[row, frozen] == ACCEPTED:
            if pace is None:
                off_by = start[row, frozen] - way[row, frozen]
            else:
                off_by = departure(pace, start[row, frozen], way[row, frozen])
            if off_by <= soon:
                frozen += 1

        home_way = way[row, stops] if stops > 0 else 0
        if pace is None:
            back = free + home_way
        else:
            back = arrival(pace, free, home_way)
        there_by, onward = max(shift_end[row], back), home_way
        before[row, 0] = home[row]
        after[row, stops], limit[row, stops] = end[row], there_by
        is_open[row, stops] = True
        for at in range(stops - 1, -1, -1):
            promised = max(latest[row, at], start[row, at])
            if pace is None:
                off_by = there_by - onward
            else:
                off_by = departure(pace, there_by, onward)
            there_by = max(start[row, at], min(promised, off_by - service[row, at]))
            onward = way[row, at]
            before[row, at + 1], after[row, at] = point[row, at], point[row, at]
            limit[row, at] = there_by
            next_start[row, at], next_latest[row, at] = start[row, at], latest[row, at]
            is_open[row, at] = at >= frozen and not held[row, at]
        if stops > 0:
            for gap in range(stops + 1):
                base[row, gap] = way[row, gap]

        for at in range(stops):
            if state[row, at] == REST:
                after[row, at], limit[row, at], base[row, at] = (
                    after[row, at + 1],
                    limit[row, at + 1],
                    base[row, at + 1],
                )
                next_start[row, at], next_latest[row, at] = next_start[row, at + 1], next_latest[row, at + 1]
                if at + 1 < stops and held[row, at + 1]:
                    is_open[row, at] = False
                rest_gap[row], rest_s[row] = at, service[row, at]
                rest_from[row], rest_by[row] = earliest[row, at], max(latest[row, at], start[row, at])


def compile_layout() -> Callable[[Crew, Stops, int, int], Layout]:
    """A `lay_out` that is compiled. Raises ImportError where numba is not installed."""
    import numba
    from numba import types

    def table(kind: Any, dimensions: int) -> Any:
        return types.Array(kind, dimensions, "C", readonly=True)

    # With its types declared it is compiled (or read from numba's cache) here, never later in a request.
    columns, column, flags = table(types.int64, 2), table(types.int64, 1), table(types.boolean, 2)
    signatures = [
        types.void(
            *(column,) * 5,
            *(columns,) * 8,
            *(flags, columns, types.int64, types.int64, pace),
            *(types.int64[:, ::1], types.int64[:, :, ::1], types.boolean[:, ::1], types.int64[:, ::1]),
        )
        for pace in (types.none, column)
    ]
    asked = ((lay_out_rows, signatures),)
    compiled = compiled_with(numba.njit, asked, paces.CALLEES_FIRST, globals())["lay_out_rows"]

    def lay_out(crew: Crew, stops: Stops, now: int, about_to_start_s: int) -> Layout:
        rows, most = stops.point.shape
        wide = np.zeros((7, rows, most + 1), np.int64)
        before, after, leave, limit, base, next_start, next_latest = wide
        after[:], next_start[:], next_latest[:] = -1, NEVER, NEVER
        rests = np.zeros((4, rows), np.int64)
        rests[0] = -1
        is_open = np.zeros((rows, most + 1), np.bool_)
        compiled(
            *(crew.shift_start, crew.shift_end, stops.home, stops.end, stops.count, stops.point),
            *(stops.service, stops.earliest, stops.latest, stops.state),
            *(stops.departed, stops.started, stops.finished, stops.held, stops.way),
            *(
                now,
                now + about_to_start_s,
                crew.pace.compiled,
                np.zeros((rows, most), np.int64),
                wide,
                is_open,
                rests,
            ),
        )
        rest_gap, rest_s, rest_from, rest_by = rests
        return Layout(
            before=before,
            after=after,
            leave=leave,
            limit=limit,
            base=base,
            next_start=next_start,
            next_latest=next_latest,
            open=is_open,
            rest_gap=rest_gap,
            rest_s=rest_s,
            rest_from=rest_from,
            rest_by=rest_by,
        )

    return lay_out
