"""The moves of the search: what is compiled does what is written, and what is written finds what trying
everything finds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.route import Route
from field.reoptimise.engine import moves
from field.reoptimise.engine.compiled import PLAIN, quick_moves
from field.reoptimise.engine.draft import ABSENT, BEGIN, BY, NOWHERE, STOP, Draft, Terms
from field.reoptimise.engine.improve import Heat, copy, improve, laid_out
from field.reoptimise.engine.replan import Prices, Rest, Table, Wish
from tests.unit.field.oracle import at_a_pace, best_by_trying_all, random_case
from tests.unit.field.reoptimise.days import after_steps, plane_day, random_rest


@pytest.mark.parametrize("seed", range(6))
def test_what_is_compiled_takes_the_same_steps_as_what_is_written(seed: int) -> None:
    table = Table.of(random_rest(seed, hours=seed % 3 == 0))
    outcomes = [
        improve(table.terms, table.order, after_steps(120), each, seed=seed, fill=seed % 2 == 0)
        for each in (PLAIN, quick_moves())
    ]
    assert outcomes[0] == outcomes[1]


def test_the_cheapest_place_is_the_one_that_trying_all_finds() -> None:
    compared = placed = 0
    for seed in range(800):
        case = at_a_pace(random_case(seed), seed) if seed % 2 else random_case(seed)
        # A door of its own: two visits to one door have an order that is not a matter of cost.
        here = len(case.travel)
        travel = np.pad(case.travel, (0, 1), constant_values=7)
        travel[here, here] = 0
        travel[:here, here] += case.travel[case.new.point]
        travel[here, :here] += case.travel[:, case.new.point]
        new = dataclasses.replace(case.new, point=here, held=False, windows=())
        weights = Weights(case.weights.owner_s, case.weights.delay_permille, 0)
        barred = frozenset(case.declined) | case.terms.barred.keys()
        wish = Wish(case.owner, barred, weights, case.terms.surcharge)
        prices = Prices(late_permille=0)
        rest = Rest(case.routes, travel, case.now, {new.task_id: wish}, [new], prices=prices)
        if new.latest < case.now:
            continue
        expected = best_by_trying_all(
            case.routes, new, travel, case.now, case.owner, case.declined, weights, case.terms
        )
        table = Table.of(rest)
        draft, _ = laid_out(table.terms, table.order, PLAIN, 1)
        stop = len(table.visits) - 1
        for row, index in enumerate(table.people):
            cost, place = place_of(table.terms, draft, stop, row)
            price = int(table.terms.price[stop, row])
            best = expected[index]
            assert (best is None) == (place < 0 or price == NOWHERE), (seed, index)
            if best is not None:
                assert cost + price == best[0], (seed, index)
                placed += 1
            compared += 1
    assert compared > 500 and placed > 100


@pytest.mark.parametrize("seed", range(8))
def test_after_any_steps_all_that_is_remembered_is_what_it_would_be_worked_out_anew(seed: int) -> None:
    table = Table.of(random_rest(seed, 6, 8, hours=seed % 2 == 1))
    terms = table.terms
    draft, scratch = laid_out(terms, table.order, PLAIN, seed)
    kept, best = copy(draft), copy(draft)
    for _ in range(60):
        moves.step(terms, draft, kept, best, scratch, 200.0)
        sizes = draft.size.tolist()
        order = [draft.gaps[rep, :size, STOP].tolist() for rep, size in enumerate(sizes)]
        anew, fresh = laid_out(terms, order, PLAIN, 1)
        assert fresh.tally[moves.CURRENT] == scratch.tally[moves.CURRENT]
        assert (anew.rep == draft.rep).all() and (anew.left == draft.left).all()
        for rep, size in enumerate(sizes):
            assert (anew.gaps[rep, :size] == draft.gaps[rep, :size]).all()
            assert (draft.gaps[rep, :size, BEGIN] <= draft.gaps[rep, :size, BY]).all(), "in time"
            for stop in range(len(draft.rep)):
                stamp, *remembered = scratch.memo[stop, rep].tolist()
                if stamp == draft.stamp[rep] and draft.rep[stop] == ABSENT:
                    assert tuple(remembered) == place_of(terms, draft, stop, rep)


def place_of(terms: Terms, draft: Draft, stop: int, rep: int) -> tuple[int, int]:
    """The cheapest place of a stop in a route."""
    return moves.best_place(
        terms.travel,
        terms.reach,
        terms.stops,
        terms.late,
        terms.pace,
        terms.demand,
        draft.left,
        draft.gaps,
        int(draft.size[rep]),
        stop,
        rep,
    )


def test_a_search_comes_near_the_best_order_there_is() -> None:
    rest = plane_day(3, 1, 8)
    table = Table.of(rest)
    found = improve(table.terms, table.order, after_steps(3000), quick_moves(), heat=Heat(300, 1), fill=True)
    route = Route(rest.routes[0].rep, tuple(rest.loose))
    assert found.total == _shortest(route, rest)


def _shortest(route: Route, rest: Rest) -> int:
    """The travel of the shortest round trip, by dynamic programming over sets (Held & Karp 1962)."""
    points = [visit.point for visit in route.visits]
    home = route.rep.start_point
    best = {(1 << k, k): int(rest.travel[home, point]) for k, point in enumerate(points)}
    for size in range(2, len(points) + 1):
        nxt: dict[tuple[int, int], int] = {}
        for (done, last), cost in best.items():
            if done.bit_count() != size - 1:
                continue
            for k, point in enumerate(points):
                if not done & 1 << k:
                    key = (done | 1 << k, k)
                    value = cost + int(rest.travel[points[last], point])
                    nxt[key] = min(value, nxt.get(key, value))
        best = nxt
    return min(cost + int(rest.travel[points[last], home]) for (_, last), cost in best.items())
