"""The pairing of `field.dispatch.engine.pairs` as one function over arrays, in what numba compiles of Python.

Without numba it is never called. It must answer as `pair_plain` does, for every input; a test holds it to
that.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from field.dispatch.engine.gaps import Ints


def scan_pairs(
    leads: Ints, seconds: Ints, service: int, opens: int, lead_price: Ints, second_price: Ints, found: Ints
) -> None:
    """Fill `found`, (4, R), −1 at first: by lead's row the two offers, the start and the cost of both.

    `leads`, `seconds`: (N, 10) in the order of `pairs.COLUMNS`, the latter by what they cost at least;
    prices: what 1000 s of a later start and of waiting cost.
    """
    for at in range(leads.shape[0]):
        row = leads[at, 0]
        for other in range(seconds.shape[0]):
            if found[0, row] >= 0 and leads[at, 4] + seconds[other, 4] >= found[3, row]:
                break
            if seconds[other, 0] == row:
                continue
            start = max(leads[at, 1], seconds[other, 1])
            if start > leads[at, 2] or start > seconds[other, 2]:
                continue
            free = max(start + service, leads[at, 7]) + leads[at, 8]
            idle = min(start - leads[at, 5], max(0, free + leads[at, 6] - leads[at, 9]))
            cost = leads[at, 3] + (start - opens) * lead_price[0] // 1000 + idle * lead_price[1] // 1000
            free = max(start + service, seconds[other, 7]) + seconds[other, 8]
            idle = min(start - seconds[other, 5], max(0, free + seconds[other, 6] - seconds[other, 9]))
            cost += seconds[other, 3] + (start - opens) * second_price[0] // 1000
            cost += idle * second_price[1] // 1000
            if found[0, row] < 0 or cost < found[3, row]:
                found[0, row], found[1, row], found[2, row], found[3, row] = at, other, start, cost


Compiled = Callable[
    [Sequence[Ints], Sequence[Ints], tuple[int, int], tuple[int, int], tuple[int, int], int], Ints
]


def compile_pairs() -> Compiled:
    """A pairing like `pair_plain`, compiled. Raises ImportError where numba is not installed."""
    import numba
    from numba import types

    table, prices = types.Array(types.int64, 2, "C", readonly=True), types.int64[::1]
    signature = types.void(table, table, types.int64, types.int64, prices, prices, types.int64[:, ::1])
    try:
        compiled: Any = numba.njit(signature, cache=True)(scan_pairs)
    except RuntimeError:
        # Installed where nothing can be written: numba has no place for its cache.
        compiled = numba.njit(signature)(scan_pairs)

    def pair(
        leads: Sequence[Ints],
        seconds: Sequence[Ints],
        asked: tuple[int, int],
        lead_price: tuple[int, int],
        second_price: tuple[int, int],
        rows: int,
    ) -> Ints:
        found = np.full((4, rows), -1, np.int64)
        compiled(
            np.ascontiguousarray(np.stack(leads, axis=1), np.int64),
            np.ascontiguousarray(np.stack(seconds, axis=1), np.int64),
            *asked,
            np.array(lead_price, np.int64),
            np.array(second_price, np.int64),
            found,
        )
        return found

    return pair
