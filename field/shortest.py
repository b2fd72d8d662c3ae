"""Shortest paths on a directed graph in compressed rows: Dijkstra with a binary heap.

E. W. Dijkstra, "A note on two problems in connexion with graphs", Numer. Math. 1 (1959),
doi:10.1007/BF01386390.

Arc ``k`` of node ``u`` (``indptr[u] <= k < indptr[u + 1]``) leads to ``head[k]`` and costs ``cost[k]``
milliseconds. Costs are integers so that the compiled search and its plain twin agree to the last bit.
"""

from __future__ import annotations

import heapq

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]

UNREACHED = np.int32(2**31 - 1)
NO_ARC = np.int32(-1)


@numba.njit(cache=True, nogil=True)
def _search(
    indptr: Ints, head: Ints, cost: Ints, source: int, time: Ints, via: Ints, heap_key: Ints, heap_node: Ints
) -> None:
    time[:] = 2**31 - 1
    via[:] = -1
    time[source] = 0
    heap_key[0], heap_node[0] = 0, source
    size = 1
    while size > 0:
        key, node = heap_key[0], heap_node[0]
        size -= 1
        # Sift the last entry down from the root.
        last_key, last_node = heap_key[size], heap_node[size]
        hole = 0
        while True:
            child = 2 * hole + 1
            if child >= size:
                break
            if child + 1 < size and heap_key[child + 1] < heap_key[child]:
                child += 1
            if heap_key[child] >= last_key:
                break
            heap_key[hole], heap_node[hole] = heap_key[child], heap_node[child]
            hole = child
        heap_key[hole], heap_node[hole] = last_key, last_node
        if key > time[node]:
            continue  # an older, longer entry of a node already settled
        for arc in range(indptr[node], indptr[node + 1]):
            other = head[arc]
            reached = key + cost[arc]
            if reached < time[other]:
                time[other] = reached
                via[other] = arc
                hole = size
                size += 1
                while hole > 0:
                    parent = (hole - 1) // 2
                    if heap_key[parent] <= reached:
                        break
                    heap_key[hole], heap_node[hole] = heap_key[parent], heap_node[parent]
                    hole = parent
                heap_key[hole], heap_node[hole] = reached, other


@numba.njit(cache=True, nogil=True)
def _search_all(indptr: Ints, head: Ints, cost: Ints, sources: Ints, times: Ints) -> None:
    nodes = len(indptr) - 1
    via = np.empty(nodes, np.int32)
    # Each arc improves a node at most once per settling of its tail, so arcs + 1 entries always fit.
    heap_key = np.empty(len(head) + 1, np.int32)
    heap_node = np.empty(len(head) + 1, np.int32)
    for row in range(len(sources)):
        _search(indptr, head, cost, sources[row], times[row], via, heap_key, heap_node)


def times_from(indptr: Ints, head: Ints, cost: Ints, sources: Ints) -> Ints:
    """Travel times in ms from each source to every node: int32 [sources, nodes]; ``UNREACHED`` where none."""
    times = np.empty((len(sources), len(indptr) - 1), np.int32)
    _search_all(indptr, head, cost, sources, times)
    return times


def tree_from(indptr: Ints, head: Ints, cost: Ints, source: int) -> tuple[Ints, Ints]:
    """Times in ms, and for each node the arc its shortest path enters it by (``NO_ARC`` at the source)."""
    nodes = len(indptr) - 1
    time, via = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    scratch = np.empty((2, len(head) + 1), np.int32)
    _search(indptr, head, cost, source, time, via, scratch[0], scratch[1])
    return time, via


def times_from_plain(indptr: Ints, head: Ints, cost: Ints, sources: Ints) -> Ints:
    """The twin of `times_from` without the compiler: its oracle in tests."""
    times = np.full((len(sources), len(indptr) - 1), UNREACHED, np.int32)
    for row, source in enumerate(sources.tolist()):
        settled: set[int] = set()
        heap = [(0, source)]
        while heap:
            key, node = heapq.heappop(heap)
            if node in settled:
                continue
            settled.add(node)
            times[row, node] = key
            for arc in range(indptr[node], indptr[node + 1]):
                if int(head[arc]) not in settled:
                    heapq.heappush(heap, (key + int(cost[arc]), int(head[arc])))
    return times


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
