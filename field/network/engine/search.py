"""Walking the graph of segments: the plain searches, and the compiled ones once they are ready.

``indptr``, ``other`` and ``via`` are the compressed rows of :class:`~field.network.engine.segments.Segments`.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

from field.network.engine.segments import Flags, Ints

_ready: list[ModuleType] = []


def warm_up() -> str:
    """Make the compiled search ready. Returns "numba", or "python" where numba is not installed.

    To be called at start, off the event loop: the first time on a machine it takes seconds, later one.
    """
    if not _ready:
        try:
            from field.network.engine import search_compiled
        except ImportError:
            return "python"
        _ready.append(search_compiled)
    return "numba"


def reached(indptr: Ints, other: Ints, via: Ints, start: Ints, barred: Flags, walls: Flags) -> Flags:
    """Which segments can be reached from ``start``: bool [segments].

    No way leads that is ``barred`` (bool [ways]) or into a segment that is a wall (bool
    [segments]); a ``start`` that is a wall counts for nothing.
    """
    if not _ready:
        return reached_plain(indptr, other, via, start, barred, walls)
    found = np.zeros(len(indptr) - 1, np.bool_)
    _ready[0].spread(indptr, other, via, start, barred, walls, found)
    return found


def reached_plain(indptr: Ints, other: Ints, via: Ints, start: Ints, barred: Flags, walls: Flags) -> Flags:
    """The twin of `reached` without a compiler."""
    first, to, through = indptr.tolist(), other.tolist(), via.tolist()
    shut, closed = barred.tolist(), walls.tolist()
    found = [False] * (len(first) - 1)
    todo = []
    for segment in start.tolist():
        if not closed[segment] and not found[segment]:
            found[segment] = True
            todo.append(segment)
    while todo:
        segment = todo.pop()
        for arc in range(first[segment], first[segment + 1]):
            beyond = to[arc]
            if not found[beyond] and not closed[beyond] and not shut[through[arc]]:
                found[beyond] = True
                todo.append(beyond)
    return np.array(found, np.bool_)
