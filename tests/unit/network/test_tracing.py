"""The valves that close something: against a plain oracle, and against what "smallest" means."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.network.engine import search
from field.network.engine.search import reached, reached_plain, warm_up
from field.network.engine.segments import Flags, Layout, Segments, components, segmented
from field.network.engine.tracing import Closure, against_drawing, if_stuck, standing, trace
from tests.unit.network.oracle import Plain


def layout_of(
    nodes: int, ends: list[tuple[int, int]], valves: list[tuple[int, int]], sources: list[int]
) -> Layout:
    pairs = np.array(valves, np.int32).reshape(-1, 2)
    return Layout(
        nodes,
        np.array(ends, np.int32).reshape(-1, 2),
        pairs[:, 0].copy(),
        pairs[:, 1].copy(),
        np.array(sources, np.int32),
    )


def flags(count: int, numbers: list[int]) -> Flags:
    made = np.zeros(count, np.bool_)
    made[numbers] = True
    return made


@st.composite
def networks(draw: st.DrawFn) -> tuple[Layout, list[int], list[int]]:
    """A small network, some of its valves closed, some stuck; loops, double pipes and islands included."""
    nodes = draw(st.integers(2, 9))
    node = st.integers(0, nodes - 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), min_size=1, max_size=14))
    joints = st.tuples(st.integers(0, len(ends) - 1), st.integers(0, 1))
    valves = draw(st.lists(joints, unique=True, max_size=2 * len(ends)))
    sources = draw(st.lists(node, unique=True, min_size=1, max_size=2))
    some = st.lists(st.integers(0, max(0, len(valves) - 1)), unique=True, max_size=len(valves))
    closed, stuck = (draw(some) if valves else [] for _ in range(2))
    return layout_of(nodes, ends, valves, sources), closed, stuck


def parts(segments: Segments, numbers: np.ndarray) -> set[int]:
    junctions, links = segments.parts_of(numbers)
    return set(junctions.tolist()) | {segments.nodes + link for link in links.tolist()}


def traced(
    layout: Layout, closed: list[int], stuck: list[int], targets: list[int]
) -> tuple[Segments, Closure]:
    segments = segmented(layout)
    valves = len(layout.valve_link)
    now = standing(segments, flags(valves, closed), flags(valves, stuck))
    return segments, trace(segments, now, np.unique(segments.of[targets]))


@given(networks(), st.data())
@settings(deadline=None, max_examples=120)
def test_it_answers_as_the_oracle_does(
    network: tuple[Layout, list[int], list[int]], data: st.DataObject
) -> None:
    layout, closed, stuck = network
    part = st.integers(0, layout.nodes + len(layout.ends) - 1)
    targets = data.draw(st.lists(part, min_size=1, max_size=2, unique=True))
    segments, found = traced(layout, closed, stuck, targets)
    plain = Plain(layout, closed, stuck)
    inside = plain.closed_part(targets)
    wet, left = plain.wet(), plain.wet(without=inside)
    around = plain.around(inside)
    assert parts(segments, found.inside) == inside
    assert parts(segments, found.lost) == wet - left - inside
    assert parts(segments, found.dry) == wet - left
    assert set(found.close.tolist()) == {v for v, far in around.items() if v not in closed and far in left}
    assert set(found.spare.tolist()) == {
        v for v, far in around.items() if v not in closed and far not in left
    }
    assert found.at_source == bool(plain.sources & inside)


@given(networks(), st.data())
@settings(deadline=None, max_examples=120)
def test_with_flaps_it_answers_as_the_oracle_does(
    network: tuple[Layout, list[int], list[int]], data: st.DataObject
) -> None:
    """Water comes one way through pumps and check valves; what is shut off ends at valves all the same."""
    layout, closed, stuck = network
    links = st.integers(0, len(layout.ends) - 1)
    flaps = np.array(data.draw(st.lists(links, unique=True, max_size=4)), np.int32)
    layout = dataclasses.replace(layout, one_way=flaps)
    part = st.integers(0, layout.nodes + len(layout.ends) - 1)
    targets = data.draw(st.lists(part, min_size=1, max_size=2, unique=True))
    segments, found = traced(layout, closed, stuck, targets)
    plain = Plain(layout, closed, stuck)
    inside = plain.closed_part(targets)
    wet, left = plain.wet(), plain.wet(without=inside)
    around = plain.around(inside)
    assert parts(segments, found.inside) == inside
    assert parts(segments, found.dry) == wet - left
    assert set(found.close.tolist()) == {v for v, far in around.items() if v not in closed and far in left}
    both, _ = against_drawing(segments)
    none = flags(len(layout.valve_link), [])
    either = Plain(dataclasses.replace(layout, one_way=flaps[:0])).wet()
    supplied = standing(both, none, none).supplied
    assert parts(both, np.flatnonzero(supplied)) == either, "a wrong drawing leaves nobody dry"


@given(networks(), st.data())
@settings(deadline=None, max_examples=80)
def test_the_valves_shut_it_off_and_none_of_them_is_too_many(
    network: tuple[Layout, list[int], list[int]], data: st.DataObject
) -> None:
    layout, closed, stuck = network
    target = data.draw(st.integers(0, layout.nodes + len(layout.ends) - 1))
    _, found = traced(layout, closed, stuck, [target])
    plain = Plain(layout, closed, stuck)
    if found.at_source:
        return
    close = found.close.tolist()
    assert not set(close) & (set(closed) | plain.stuck), "each is open and can be shut"
    assert target not in plain.wet(close)
    for valve in close:
        assert target in plain.wet([each for each in close if each != valve]), "needed"
    for valve in found.held.tolist():
        assert valve in closed
        opened = Plain(layout, set(closed) - {valve}, stuck)
        assert target in opened.wet(close), "it has to stay shut"


@given(networks(), st.data())
@settings(deadline=None, max_examples=40)
def test_no_other_choice_of_valves_closes_less(
    network: tuple[Layout, list[int], list[int]], data: st.DataObject
) -> None:
    """Whatever set of valves shuts it off, everything in the closed part is without water."""
    layout, closed, stuck = network
    target = data.draw(st.integers(0, layout.nodes + len(layout.ends) - 1))
    segments, found = traced(layout, closed, stuck, [target])
    plain = Plain(layout, closed, stuck)
    usable = [v for v in range(plain.valves) if v not in plain.closed | plain.stuck][:7]
    inside = parts(segments, found.inside)
    for size in range(len(usable) + 1):
        for choice in itertools.combinations(usable, size):
            left = plain.wet(choice)
            if target not in left:
                assert not inside & left


@given(networks(), st.data())
@settings(deadline=None, max_examples=60)
def test_a_valve_that_sticks_leads_to_the_same_as_one_that_was_known_to(
    network: tuple[Layout, list[int], list[int]], data: st.DataObject
) -> None:
    layout, closed, stuck = network
    target = data.draw(st.integers(0, layout.nodes + len(layout.ends) - 1))
    segments = segmented(layout)
    count = len(layout.valve_link)
    now = standing(segments, flags(count, closed), flags(count, stuck))
    found = trace(segments, now, segments.of[[target]])
    for valve in found.close.tolist():
        told = if_stuck(segments, now, found, valve)
        _, known = traced(layout, closed, [*stuck, valve], [target])
        assert told.close.tolist() == known.close.tolist()
        assert told.inside.tolist() == known.inside.tolist()
        assert set(found.dry.tolist()) <= set(told.dry.tolist()), "it only gets worse"


@given(networks())
@settings(deadline=None)
def test_the_compiled_search_equals_its_twin(network: tuple[Layout, list[int], list[int]]) -> None:
    assert warm_up() == "numba"
    layout, closed, _ = network
    segments = segmented(layout)
    barred = np.isin(segments.valve, closed)
    walls = flags(segments.count, [int(segments.of[0])])
    start = np.arange(segments.count, dtype=np.int32)[::3]
    rows = (segments.indptr, segments.other, segments.via, start, barred, walls)
    assert (reached(*rows) == reached_plain(*rows)).all()


def test_before_the_compiler_is_ready_the_plain_search_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_ready", [])
    _, found = traced(layout_of(2, [(0, 1)], [(0, 0)], [0]), [], [], [1])
    assert found.close.tolist() == [0]


@given(st.integers(1, 30), st.data())
def test_components_are_those_of_a_plain_union(count: int, data: st.DataObject) -> None:
    one = st.integers(0, count - 1)
    edges = data.draw(st.lists(st.tuples(one, one), max_size=60))
    named = list(range(count))
    for a, b in edges:
        old, new = named[b], named[a]
        named = [new if name == old else name for name in named]
    tail, head = (np.array([edge[side] for edge in edges], np.int64) for side in (0, 1))
    found = components(count, tail, head).tolist()
    order = list(dict.fromkeys(named))
    assert found == [order.index(name) for name in named]


# Pictures that one can check in one's head ----------------------------------------------------------

Picture = Callable[[], Layout]


def street() -> Layout:
    r"""Source 0 ─v0─ 1 ─ 2 ─v1─ 3 ─v2─ 4, all in a line: link k joins k and k + 1."""
    return layout_of(5, [(0, 1), (1, 2), (2, 3), (3, 4)], [(0, 0), (2, 0), (3, 0)], [0])


def hill() -> Layout:
    r"""Source 0 ─v0─ 1 ─flap→ 2 ─v1─ 3 ─v2─ 4, a source: to 2 from both, to 1 from 0 alone."""
    layout = layout_of(5, [(0, 1), (1, 2), (2, 3), (3, 4)], [(0, 0), (2, 0), (3, 1)], [0, 4])
    return dataclasses.replace(layout, one_way=np.array([1], np.int32))


def test_what_lies_before_a_check_valve_has_no_water_from_behind_it() -> None:
    before = 1
    for layout, wet in ((hill(), False), (dataclasses.replace(hill(), one_way=np.empty(0, np.int32)), True)):
        segments = segmented(layout)
        now = standing(segments, flags(3, [0]), flags(3, []))
        assert (before in parts(segments, np.flatnonzero(now.supplied))) == wet


def test_what_is_shut_off_behind_a_check_valve_is_still_parted_by_valves() -> None:
    _, found = traced(hill(), [], [], [2])
    assert found.close.tolist() == [0, 1], "a flap that may leak protects nobody"


def test_a_pump_drawn_the_other_way_round_counts_both_ways_and_is_told() -> None:
    drawn = layout_of(3, [(1, 0), (1, 2)], [(1, 0)], [0])
    segments, turned = against_drawing(segmented(dataclasses.replace(drawn, one_way=np.array([0], np.int32))))
    assert turned.tolist() == [0]
    assert standing(segments, flags(1, []), flags(1, [])).supplied.all()
    assert against_drawing(segmented(hill()))[1].tolist() == []


def test_a_dead_end_is_shut_off_from_the_side_of_the_source_alone() -> None:
    segments, found = traced(street(), [], [], [5 + 1])
    assert found.close.tolist() == [0]
    assert found.spare.tolist() == [1], "beyond it is nobody's water"
    assert parts(segments, found.lost) == {3, 4, 5 + 2, 5 + 3}


def test_the_next_valve_is_closed_when_one_sticks() -> None:
    _, found = traced(street(), [], [1], [5 + 2])
    assert found.close.tolist() == [0]
    _, found = traced(street(), [], [0, 1], [5 + 2])
    assert found.at_source and found.close.tolist() == []


def ring() -> Layout:
    """Source 0 at junction 0 of a ring 0-1-2-3-0 with a valve at each end of each link."""
    ends = [(0, 1), (1, 2), (2, 3), (3, 0)]
    return layout_of(4, ends, [(link, end) for link in range(4) for end in (0, 1)], [0])


def test_a_ring_loses_one_pipe_and_nobody_else() -> None:
    _, found = traced(ring(), [], [], [4 + 1])
    assert found.close.tolist() == [2, 3]
    assert found.lost.tolist() == []


def test_two_shut_offs_of_a_ring_cut_off_what_lies_between() -> None:
    """Neither of them alone takes anybody else's water."""
    layout = ring()
    segments, both = traced(layout, [], [], [4 + 0, 4 + 2])
    assert parts(segments, both.lost) == {1, 2, 4 + 1}
    assert both.close.tolist() == [0, 5], "the valves on the far sides need not be shut"
    _, one = traced(layout, [], [], [4 + 0])
    assert one.lost.tolist() == []


def test_a_valve_that_is_closed_elsewhere_is_reckoned_with() -> None:
    layout = ring()
    segments, found = traced(layout, [6], [], [4 + 0])
    assert parts(segments, found.lost) == {1, 2, 3, 4 + 1, 4 + 2}
    assert found.held.tolist() == [6]


def test_what_had_no_water_before_is_not_counted() -> None:
    _, found = traced(street(), [0], [], [5 + 1])
    assert found.dry.tolist() == []
    assert found.held.tolist() == [0] and found.close.tolist() == []


def test_without_a_known_source_the_border_is_closed_and_nobody_else_is_counted() -> None:
    layout = layout_of(5, [(0, 1), (1, 2), (2, 3), (3, 4)], [(0, 0), (2, 0), (3, 0)], [])
    segments, found = traced(layout, [], [], [5 + 1])
    assert found.close.tolist() == [0, 1]
    assert found.lost.tolist() == [] and parts(segments, found.dry) == {1, 2, 5, 5 + 1}
