"""The search of `field.network.engine.search`, compiled by numba.

Importing this file compiles it, or loads what an earlier start compiled.
"""

from __future__ import annotations

import numba
import numpy as np

from field.network.engine.segments import Flags, Ints


@numba.njit(cache=True, nogil=True)
def spread(
    indptr: Ints, other: Ints, via: Ints, start: Ints, barred: Flags, walls: Flags, found: Flags
) -> None:
    """Fill ``found``: bool [segments], False at first."""
    todo = np.empty(len(found), np.int32)
    size = 0
    for segment in start:
        if not walls[segment] and not found[segment]:
            found[segment] = True
            todo[size] = segment
            size += 1
    while size > 0:
        size -= 1
        segment = todo[size]
        for arc in range(indptr[segment], indptr[segment + 1]):
            beyond = other[arc]
            if not found[beyond] and not walls[beyond] and not barred[via[arc]]:
                found[beyond] = True
                todo[size] = beyond
                size += 1


def _compile() -> None:
    none = np.zeros(2, np.int32)
    flags = np.zeros(1, np.bool_)
    spread(none, none[:0], none[:0], none[:0], flags, flags, flags.copy())


_compile()
