"""Dijkstra's search with a binary heap in two arrays, compiled by numba for `field.road.shortest`.

Importing this file compiles it, or loads what an earlier start compiled.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def search(
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
def search_all(indptr: Ints, head: Ints, cost: Ints, sources: Ints, times: Ints) -> None:
    nodes = len(indptr) - 1
    via = np.empty(nodes, np.int32)
    # Each arc improves a node at most once per settling of its tail, so arcs + 1 entries always fit.
    heap_key = np.empty(len(head) + 1, np.int32)
    heap_node = np.empty(len(head) + 1, np.int32)
    for row in range(len(sources)):
        search(indptr, head, cost, sources[row], times[row], via, heap_key, heap_node)


def _compile() -> None:
    one = np.zeros(2, np.int32)
    search_all(one, one[:0], one[:0], one[:0], np.empty((0, 1), np.int32))
    search(one, one[:0], one[:0], 0, one[:1].copy(), one[:1].copy(), one.copy(), one.copy())


_compile()
