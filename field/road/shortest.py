"""Shortest paths on a directed graph in compressed rows: Dijkstra with a binary heap.

E. W. Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1 (1959),
doi:10.1007/BF01386390.

Arc ``k`` of node ``u`` (``indptr[u] <= k < indptr[u + 1]``) leads to ``head[k]`` and costs ``cost[k]``
milliseconds. Costs are integers so that the compiled search and the plain one agree to the last bit. The
plain one is the reference, and what runs until `warm_up` has been called.
"""

from __future__ import annotations

import heapq
from types import ModuleType

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]

UNREACHED = np.int32(2**31 - 1)
NO_ARC = np.int32(-1)

_ready: list[ModuleType] = []


def warm_up() -> str:
    """Make the compiled search ready. Returns "numba", or "python" where numba is not installed.

    To be called at start, off the event loop: the first time on a machine it takes seconds, later one.
    """
    if not _ready:
        try:
            from field.road import shortest_compiled
        except ImportError:
            return "python"
        _ready.append(shortest_compiled)
    return "numba"


def times_from(indptr: Ints, head: Ints, cost: Ints, sources: Ints) -> Ints:
    """Times in ms from each source to every node: int32 [sources, nodes]; ``UNREACHED`` if no way leads."""
    if not _ready:
        return times_from_plain(indptr, head, cost, sources)
    times = np.empty((len(sources), len(indptr) - 1), np.int32)
    _ready[0].search_all(indptr, head, cost, sources, times)
    return times


def tree_from(indptr: Ints, head: Ints, cost: Ints, source: int) -> tuple[Ints, Ints]:
    """Times in ms, and for each node the arc its shortest path enters it by (``NO_ARC`` at the source)."""
    if not _ready:
        return tree_from_plain(indptr, head, cost, source)
    nodes = len(indptr) - 1
    time, via = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    scratch = np.empty((2, len(head) + 1), np.int32)
    _ready[0].search(indptr, head, cost, source, time, via, scratch[0], scratch[1])
    return time, via


def times_from_plain(indptr: Ints, head: Ints, cost: Ints, sources: Ints) -> Ints:
    """The twin of `times_from` without a compiler."""
    times = np.empty((len(sources), len(indptr) - 1), np.int32)
    for row, source in enumerate(sources.tolist()):
        times[row] = tree_from_plain(indptr, head, cost, source)[0]
    return times


def tree_from_plain(indptr: Ints, head: Ints, cost: Ints, source: int) -> tuple[Ints, Ints]:
    """The twin of `tree_from`. Where two shortest paths are equally long, the arcs may differ."""
    first, to, price = indptr.tolist(), head.tolist(), cost.tolist()
    time, via = [int(UNREACHED)] * (len(first) - 1), [int(NO_ARC)] * (len(first) - 1)
    time[source] = 0
    heap = [(0, source)]
    while heap:
        reached, node = heapq.heappop(heap)
        if reached > time[node]:
            continue  # an older, longer entry of a node already settled
        for arc in range(first[node], first[node + 1]):
            if reached + price[arc] < time[to[arc]]:
                time[to[arc]], via[to[arc]] = reached + price[arc], arc
                heapq.heappush(heap, (time[to[arc]], to[arc]))
    return np.array(time, np.int32), np.array(via, np.int32)


def largest_strong_component(nodes: int, tail: Ints, head: Ints) -> npt.NDArray[np.bool_]:
    """Which nodes belong to the largest strongly connected component: bool [nodes].

    Two sweeps (Kosaraju, Sharir 1981): finish order forward, then collect backward. No recursion.
    """
    out: list[list[int]] = [[] for _ in range(nodes)]
    back: list[list[int]] = [[] for _ in range(nodes)]
    for a, b in zip(tail.tolist(), head.tolist(), strict=True):
        out[a].append(b)
        back[b].append(a)
    finished: list[int] = []
    seen = [False] * nodes
    for root in range(nodes):
        if seen[root]:
            continue
        seen[root] = True
        stack = [(root, 0)]
        while stack:
            node, turn = stack.pop()
            if turn == len(out[node]):
                finished.append(node)
                continue
            stack.append((node, turn + 1))
            if not seen[out[node][turn]]:
                seen[out[node][turn]] = True
                stack.append((out[node][turn], 0))
    best: list[int] = []
    taken = [False] * nodes
    for root in reversed(finished):
        if taken[root]:
            continue
        taken[root] = True
        component, todo = [root], [root]
        while todo:
            for other in back[todo.pop()]:
                if not taken[other]:
                    taken[other] = True
                    component.append(other)
                    todo.append(other)
        if len(component) > len(best):
            best = component
    inside = np.zeros(nodes, np.bool_)
    inside[best] = True
    return inside


def joined_to(nodes: int, tail: Ints, head: Ints, start: int) -> npt.NDArray[np.bool_]:
    """Which nodes hang together with `start`, whatever the arcs' directions: bool [nodes]."""
    beside: list[list[int]] = [[] for _ in range(nodes)]
    for a, b in zip(tail.tolist(), head.tolist(), strict=True):
        beside[a].append(b)
        beside[b].append(a)
    joined = np.zeros(nodes, np.bool_)
    joined[start] = True
    todo = [start]
    while todo:
        for other in beside[todo.pop()]:
            if not joined[other]:
                joined[other] = True
                todo.append(other)
    return joined
