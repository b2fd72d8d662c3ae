"""The engine's insertions against the long way round, and its two searches against each other."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.dispatch.engine import search as searching
from field.dispatch.engine.columns import columns_of, lay_out
from field.dispatch.engine.gaps import NEVER, Ways, asks_for
from field.dispatch.engine.layout_compiled import compile_layout
from field.dispatch.engine.proposals import pack, propose
from field.dispatch.engine.route import in_each_window, insert, schedule
from field.dispatch.engine.search import Rule, Search, search_each, search_plain
from field.dispatch.engine.search_compiled import compile_search
from field.task.task import TaskState
from tests.unit.field.oracle import (
    Case,
    at_a_pace,
    best_by_trying_all,
    broken_rules,
    immovable,
    live,
    random_case,
)

CASES = 10_000


@pytest.fixture(scope="module")
def compiled() -> Search:
    pytest.importorskip("numba")
    return compile_search()


def answers(case: Case, search: Search) -> dict[str, list[int]]:
    fleet = pack(case.routes, case.travel, case.now)
    asks = asks_for(fleet, case.new, case.owner, case.declined, case.weights, case.terms)
    ways = Ways.of(case.travel, case.new.point)
    found = search_each(fleet.gaps, asks, ways, search)
    return {each.name: getattr(found, each.name).tolist() for each in dataclasses.fields(found)}


Days = Callable[[int], Case]


def even(seed: int) -> Case:
    return random_case(seed)


def paced(seed: int) -> Case:
    return at_a_pace(random_case(seed), seed)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("day", [even, paced])
def test_both_searches_find_what_trying_everything_finds(compiled: Search, day: Days) -> None:
    """Cost, position and start of the best place in every route, in 10,000 days of every shape."""
    placed, several, refused = 0, 0, {rule: 0 for rule in Rule}
    for seed in range(CASES):
        case = day(seed)
        plain = answers(case, search_plain)
        assert answers(case, compiled) == plain, seed
        expected = best_by_trying_all(
            case.routes,
            case.new,
            case.travel,
            case.now,
            case.owner,
            case.declined,
            case.weights,
            case.terms,
        )
        several += bool(case.new.windows)
        for row, best in enumerate(expected):
            rule = Rule.numbered(plain["rule"][row])
            got = plain["cost"][row], plain["position"][row], plain["start"][row]
            assert (got if rule is Rule.OK else None) == best, (seed, row)
            refused[rule] += 1
            placed += best is not None
    # The cases are worth something only if every outcome occurs among them.
    assert placed > CASES / 10
    assert several > CASES / 3
    assert refused.pop(Rule.NO_SECOND) == 0  # said of what needs two: test_pairs
    assert min(refused.values()) > 20, refused


@pytest.mark.parametrize("day", [even, paced])
def test_routes_are_laid_out_alike_by_columns_and_row_by_row(day: Days) -> None:
    """Every number of every gap, in 10,000 days of every shape, with room for more stops than there are."""
    pytest.importorskip("numba")
    by_rows = compile_layout()
    rests = frozen = 0
    for seed in range(CASES):
        case = day(seed)
        crew, stops = columns_of(case.routes, case.travel)
        soon = (0, 300, 1800)[seed % 3]
        plain, compiled = lay_out(crew, stops, case.now, soon), by_rows(crew, stops, case.now, soon)
        for (name, column), other in zip(plain.items(), compiled.values(), strict=True):
            np.testing.assert_array_equal(column, other, err_msg=f"{name} of day {seed}")
        rests += int((plain["rest_gap"] >= 0).sum())
        frozen += int((~plain["open"][:, 0] & (stops.count > 0)).sum())
    assert rests > CASES / 10
    assert frozen > CASES / 10


@given(st.integers(0, 2**63), st.booleans())
@settings(max_examples=600, deadline=None)
def test_what_is_proposed_breaks_no_rule_and_moves_no_frozen_visit(seed: int, hours: bool) -> None:
    case = random_case(seed, most_reps=5, most_visits=8)
    case = at_a_pace(case, seed) if hours else case
    fleet = pack(case.routes, case.travel, case.now)
    found = propose(
        fleet,
        case.new,
        case.travel,
        owner=case.owner,
        declined_by=case.declined,
        terms=case.terms,
        weights=case.weights,
    )
    routes = {route.rep.rep_id: route for route in case.routes}
    for proposal in found.best:
        before = routes[proposal.rep_id]
        assert proposal.rep_id not in case.terms.barred
        new = next(one for one in in_each_window(case.new) if proposal.starts_at <= one.latest)
        after = insert(before, new, proposal.position)
        assert broken_rules(before, after, new, case.travel, case.now) == []
        frozen = immovable(before, live(before, case.travel, case.now), case.now)
        assert after.visits[:frozen] == before.visits[:frozen]
        stop = schedule(after, case.travel, case.now).stops[proposal.position]
        assert (stop.start_at, stop.finish_at) == (proposal.starts_at, proposal.finishes_at)


@given(st.integers(0, 2**63))
@settings(max_examples=200, deadline=None)
def test_everybody_is_accounted_for_once_and_the_best_come_first(seed: int) -> None:
    case = random_case(seed, most_reps=8)
    found = propose(pack(case.routes, case.travel, case.now), case.new, case.travel)
    named = [each.rep_id for each in found.best] + [each.rep_id for each in found.passed_over]
    assert sorted(named) == sorted(route.rep.rep_id for route in case.routes)
    assert [each.cost_s for each in found.best] == sorted(each.cost_s for each in found.best)
    costlier = [each for each in found.passed_over if each.rule.code == "costlier"]
    assert not costlier or len(found.best) == 3


@given(st.integers(0, 2**63), st.booleans())
@settings(max_examples=400, deadline=None)
def test_the_schedule_is_the_day_as_lived(seed: int, hours: bool) -> None:
    case = at_a_pace(random_case(seed), seed) if hours else random_case(seed)
    for route in case.routes:
        times, lived = schedule(route, case.travel, case.now), live(route, case.travel, case.now)
        assert [stop.start_at for stop in times.stops] == lived.starts
        assert times.frozen == immovable(route, lived, case.now)
        assert times.base_s == lived.travel
        assert hours or times.travel_s == lived.travel
        assert [stop.leave_at for stop in times.stops if stop.visit.state is TaskState.ASSIGNED] == [
            leave
            for leave, visit in zip(lived.leaves, route.visits, strict=True)
            if visit.state is TaskState.ASSIGNED
        ]
        assert not route.visits or times.ends_at == lived.ends


@given(st.integers(0, 2**63), st.booleans())
@settings(max_examples=600, deadline=None)
def test_all_days_laid_out_at_once_stand_as_each_alone(seed: int, hours: bool) -> None:
    case = random_case(seed, most_reps=6, most_visits=8)
    case = at_a_pace(case, seed) if hours else case
    gaps = pack(case.routes, case.travel, case.now).gaps
    for row, route in enumerate(case.routes):
        times, size = schedule(route, case.travel, case.now), len(route.visits)
        pause = next((place for place, visit in enumerate(route.visits) if visit.is_rest), -1)
        # What goes before the break goes on to the stop behind it.
        onto = [place + (place == pause) for place in range(size + 1)]
        limits = [*(stop.latest_start for stop in times.stops), times.end_limit]
        assert gaps.limit[row, : size + 1].tolist() == [limits[place] for place in onto]
        starts = [*(stop.start_at for stop in times.stops), NEVER]
        assert gaps.next_start[row, : size + 1].tolist() == [starts[place] for place in onto]
        ways = [stop.base_s for stop in times.stops]
        assert gaps.base[row, :size].tolist() == [
            ways[place] if place < size else gaps.base[row, size] for place in onto[:size]
        ]
        free = [route.rep.shift_start, *(stop.finish_at for stop in times.stops)]
        assert gaps.leave[row, : size + 1].tolist() == [max(at, case.now) for at in free]
        held = [visit.held for visit in route.visits] + [False]
        assert gaps.open[row].tolist()[: size + 1] == [
            place >= times.frozen and not held[onto[place]] for place in range(size + 1)
        ]
        assert not gaps.open[row, size + 1 :].any()
        assert gaps.rest_gap[row] == pause
        if pause >= 0:
            assert gaps.rest_by[row] == max(route.visits[pause].latest, starts[pause])


def test_of_many_the_nearest_are_named_and_the_others_counted() -> None:
    case = random_case(5, most_reps=9)
    fleet = pack(case.routes, case.travel, case.now)
    ways = Ways.of(case.travel, case.new.point)
    whole = propose(fleet, case.new, ways, limit=1)
    order = np.arange(len(case.routes))[::-1]
    short = propose(fleet, case.new, ways, limit=1, order=order, named=2)
    assert len(short.passed_over) == 2
    assert {each.rep_id for each in short.passed_over} <= {each.rep_id for each in whole.passed_over}
    told = len(short.best) + len(short.passed_over) + sum(short.others.values())
    assert told == len(case.routes) > 4


def test_without_numba_the_plain_search_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_ready", [])
    monkeypatch.setitem(sys.modules, "numba", None)
    assert searching.warm_up() == "python"
    case = random_case(7)
    found = propose(pack(case.routes, case.travel, case.now), case.new, case.travel)
    assert len(found.best) + len(found.passed_over) == len(case.routes)
    assert searching._ready == []


def test_after_warming_up_the_compiled_search_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(searching, "_ready", [])
    case = random_case(7)
    fleet = pack(case.routes, case.travel, case.now)
    before = propose(fleet, case.new, case.travel)
    assert searching.warm_up() == "numba" == searching.warm_up()
    assert len(searching._ready) == 1
    assert propose(fleet, case.new, case.travel) == before


def test_a_read_only_or_sliced_travel_matrix_is_fine(compiled: Search) -> None:
    case = random_case(11)
    wide = np.zeros((len(case.travel) + 2, len(case.travel) + 2), np.int32)
    wide[:-2, :-2] = case.travel
    sliced = wide[:-2, :-2]
    sliced.flags.writeable = False
    assert answers(dataclasses.replace(case, travel=sliced), compiled) == answers(case, search_plain)
