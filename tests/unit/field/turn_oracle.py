"""An independent search that keeps turn restrictions, to hold the unfolded graph against.

Shares no line with the product: it walks whole rows of streets, remembers the last few of them, and looks at
each step whether what it remembers ends in something forbidden.
"""

import heapq
from collections.abc import Sequence

Arc = tuple[int, int, int]
"""From, to, cost."""


def forbidden(taken: Sequence[int], no: Sequence[tuple[int, ...]]) -> bool:
    return any(tuple(taken[-len(path) :]) == path for path in no)


def breaks_only(taken: Sequence[int], only: Sequence[tuple[int, ...]]) -> bool:
    """Whether the last step leaves what the steps before it allow."""
    ends: dict[tuple[int, ...], set[int]] = {}
    for path in only:
        ends.setdefault(path[:-1], set()).add(path[-1])
    return any(
        tuple(taken[-len(begun) - 1 : -1]) == begun and taken[-1] not in allowed
        for begun, allowed in ends.items()
    )


def quickest(
    arcs: Sequence[Arc],
    no: Sequence[tuple[int, ...]],
    only: Sequence[tuple[int, ...]],
    start: int,
    end: int,
    memory: int,
) -> int | None:
    """The cost of the quickest allowed way; None where there is none."""
    done: set[tuple[int, tuple[int, ...]]] = set()
    heap: list[tuple[int, int, tuple[int, ...]]] = [(0, start, ())]
    while heap:
        cost, node, taken = heapq.heappop(heap)
        if node == end:
            return cost
        if (node, taken) in done:
            continue
        done.add((node, taken))
        for number, (tail, head, more) in enumerate(arcs):
            then = (*taken, number)
            if tail == node and not forbidden(then, no) and not breaks_only(then, only):
                heapq.heappush(heap, (cost + more, head, then[-memory:]))
    return None
