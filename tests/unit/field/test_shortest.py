"""The compiled search against its plain twin, and the strongly connected part against brute force."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.road import shortest
from field.road.shortest import (
    NO_ARC,
    UNREACHED,
    Ints,
    largest_strong_component,
    times_from,
    times_from_plain,
    tree_from,
    tree_from_plain,
    warm_up,
)

Arcs = list[tuple[int, int, int]]
Search = Callable[[Ints, Ints, Ints, int], tuple[Ints, Ints]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Arcs]:
    nodes = draw(st.integers(1, 12))
    node = st.integers(0, nodes - 1)
    return nodes, draw(st.lists(st.tuples(node, node, st.integers(0, 500_000)), max_size=40))


def rows(nodes: int, arcs: Arcs) -> tuple[Ints, Ints, Ints]:
    arcs = sorted(arcs, key=lambda arc: arc[0])
    counts = np.bincount([tail for tail, _, _ in arcs], minlength=nodes)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    head = np.array([arc[1] for arc in arcs], np.int32)
    cost = np.array([arc[2] for arc in arcs], np.int32)
    return indptr, head, cost


@given(graphs())
@settings(deadline=None)
def test_the_compiled_search_equals_its_twin(graph: tuple[int, Arcs]) -> None:
    assert warm_up() == "numba"
    nodes, arcs = graph
    csr = rows(nodes, arcs)
    sources = np.arange(nodes, dtype=np.int32)
    assert (times_from(*csr, sources) == times_from_plain(*csr, sources)).all()


@pytest.mark.parametrize("search", [tree_from, tree_from_plain])
@given(graph=graphs())
@settings(deadline=None)
def test_the_tree_leads_back_to_the_source(search: Search, graph: tuple[int, Arcs]) -> None:
    warm_up()
    nodes, arcs = graph
    indptr, head, cost = rows(nodes, arcs)
    tail = np.repeat(np.arange(nodes), np.diff(indptr))
    time, via = search(indptr, head, cost, 0)
    for node in range(nodes):
        if time[node] == UNREACHED:
            assert via[node] == NO_ARC
            continue
        total, at = 0, node
        while via[at] != NO_ARC:
            total, at = total + int(cost[via[at]]), int(tail[via[at]])
        assert (at, total) == (0, time[node])


@given(graphs())
@settings(deadline=None)
def test_the_largest_strong_component(graph: tuple[int, Arcs]) -> None:
    nodes, arcs = graph
    reach = np.eye(nodes, dtype=bool)
    for tail, head, _ in arcs:
        reach[tail, head] = True
    for middle in range(nodes):
        reach |= reach[:, [middle]] & reach[[middle]]
    both = reach & reach.T
    inside = largest_strong_component(
        nodes, np.array([arc[0] for arc in arcs], np.int32), np.array([arc[1] for arc in arcs], np.int32)
    )
    members = np.flatnonzero(inside)
    assert len(members) == both.sum(axis=1).max()
    assert (both[members[0]] == inside).all()


def test_before_the_compiler_is_ready_the_plain_search_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortest, "_ready", [])
    csr = rows(3, [(0, 1, 5), (1, 2, 6)])
    assert times_from(*csr, np.array([0], np.int32)).tolist() == [[0, 5, 11]]
    assert tree_from(*csr, 0)[1].tolist() == [NO_ARC, 0, 1]
