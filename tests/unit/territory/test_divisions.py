"""Zones are divided among representatives: whole, even, compact, close to yesterday's, as the rules allow."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.grid.territory.engine import flips
from field.grid.territory.engine.alternatives import alternatives, spread_over
from field.grid.territory.engine.figures import apart, faults_of, figures_of, loads_of, pressing
from field.grid.territory.engine.flips import Wish, cost_of, improve
from field.grid.territory.engine.problem import NOBODY, Problem, pack
from field.grid.territory.engine.start import afresh, mended
from tests.unit.territory.maps import drawn, lattice, read

QUICK = Wish(flips=400)


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    assert flips.warm_up() == "numba"


def oracle_cost(problem: Problem, owner: list[int], wish: Wish) -> float:
    """The cost as the text above the search says it, from nothing."""
    cost = 0.0
    whole = sum(
        load * ((x - problem.x.mean()) ** 2 + (y - problem.y.mean()) ** 2)
        for load, x, y in zip(problem.load, problem.x, problem.y, strict=True)
    )
    for rep in range(problem.reps):
        mine = [zone for zone in range(problem.zones) if owner[zone] == rep]
        load = sum(problem.load[zone] for zone in mine)
        over = abs(load / problem.target[rep] - 1) - wish.tolerance
        if over > 0:
            cost += wish.balance * (over + 10 * over**2)
        if mine:
            middle_x = sum(problem.load[z] * problem.x[z] for z in mine) / load
            middle_y = sum(problem.load[z] * problem.y[z] for z in mine) / load
            spread = sum(
                problem.load[z] * ((problem.x[z] - middle_x) ** 2 + (problem.y[z] - middle_y) ** 2)
                for z in mine
            )
            cost += wish.spread * spread / (whole / problem.reps) if whole else 0.0
    ties = cut = 0.0
    for zone in range(problem.zones):
        for at in range(problem.first[zone], problem.first[zone + 1]):
            ties += problem.tie[at]
            cut += problem.tie[at] * (owner[zone] != owner[problem.beside[at]])
    cost += wish.cut * cut / ties if ties else 0.0
    moved = sum(before not in (NOBODY, now) for before, now in zip(problem.yesterday, owner, strict=True))
    return cost + wish.moved * moved / problem.zones


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    columns, rows = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    zones = columns * rows
    reps = draw(st.integers(1, min(zones, 6)))
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    may = dice.random((zones, reps)) < draw(st.sampled_from([1.0, 0.8, 0.4]))
    locked = [
        int(dice.choice(np.flatnonzero(may[zone]))) if may[zone].any() and dice.random() < 0.1 else NOBODY
        for zone in range(zones)
    ]
    yesterday = None
    if draw(st.booleans()):
        yesterday = dice.integers(-1, reps, zones).tolist()
    return lattice(
        columns,
        rows,
        reps,
        load=dice.uniform(0.2, 3.0, zones).tolist(),
        capacity=dice.uniform(0.5, 1.0, reps).tolist(),
        may=may,
        locked=locked,
        yesterday=yesterday,
        most_zones=draw(st.sampled_from([1_000_000, max(2, zones // reps + 1)])),
    )


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 1000))
def test_whatever_is_asked_every_alternative_keeps_every_rule(problem: Problem, seed: int) -> None:
    wishes = {"level": Wish(flips=60, moved=1.0), "afresh": Wish(flips=60)}
    for each in alternatives(problem, seed, wishes):
        assert faults_of(problem, each.owner) == []


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 1000))
def test_the_compiled_search_answers_as_the_plain_one_and_knows_its_cost(problem: Problem, seed: int) -> None:
    wish = Wish(flips=40, moved=1.0, hot=5.0)
    start = mended(problem)
    plain = improve(problem, start, wish, seed, compiled=False)
    assert plain == improve(problem, start, wish, seed, compiled=True)
    assert flips._run(problem, start, wish, seed, 40 * problem.zones, True)[1] == pytest.approx(
        oracle_cost(problem, plain, wish), rel=1e-9
    )
    assert cost_of(problem, plain, wish) == pytest.approx(oracle_cost(problem, plain, wish), rel=1e-9)
    assert oracle_cost(problem, plain, wish) <= oracle_cost(problem, start, wish) + 1e-9


def test_four_representatives_divide_a_square_into_four_squares() -> None:
    problem = lattice(6, 6, 4)
    owner = improve(problem, afresh(problem, 1), Wish(flips=3000), 1)
    figures = figures_of(problem, owner)
    assert (figures.deviation, figures.apart, figures.nobody) == (0.0, 0, 0)
    assert figures.cut == pytest.approx(12 / 60), drawn(owner, 6)


def test_who_works_half_the_time_has_half_the_work() -> None:
    problem = lattice(9, 5, 3, capacity=[1.0, 0.5, 1.0])
    owner = improve(problem, afresh(problem, 3), Wish(flips=3000), 3)
    assert loads_of(problem, owner).tolist() == [18, 9, 18]


def test_a_river_is_where_territories_meet() -> None:
    """The bridge takes long: the border lies along the water, though another is as short."""
    free = lattice(4, 4, 2)
    one = np.repeat(np.arange(16), np.diff(free.first))
    for river in ("flows east", "flows north"):
        line = (one // 4, free.beside // 4) if river == "flows east" else (one % 4, free.beside % 4)
        crosses = (np.minimum(*line) == 1) & (np.maximum(*line) == 2)
        problem = dataclasses.replace(free, tie=np.where(crosses, 0.2, 1.0))
        owner = improve(problem, afresh(problem, 1), Wish(flips=4000), 1)
        cuts = [owner[a] != owner[b] for a, b in zip(one, problem.beside, strict=True)]
        assert np.array_equal(np.array(cuts), crosses), drawn(owner, 4)


def test_a_locked_zone_stays_even_on_the_other_side_of_town() -> None:
    locked = [NOBODY] * 24
    locked[0] = 1
    yesterday = read(["bbbaaa", "bbbaaa", "bbbaaa", "bbbaaa"])
    locked[5] = 1
    problem = lattice(6, 4, 2, locked=locked, yesterday=yesterday)
    for each in alternatives(problem, 1, {"level": QUICK, "afresh": QUICK}):
        assert each.owner[0] == each.owner[5] == 1
        assert faults_of(problem, each.owner) == []


def test_yesterday_is_kept_where_it_serves() -> None:
    yesterday = read(["aaabbb", "aaabbb", "aaabbb", "aaabbb"])
    [only] = alternatives(lattice(6, 4, 2, yesterday=yesterday), 1)
    assert (only.figures.moved, list(only.owner)) == (0, yesterday)


def test_who_has_left_is_followed_by_neighbours_and_who_is_new_begins_near_home() -> None:
    yesterday = read(["aaabbb", "aaabbb", "aaabbb", "......"])
    homes = [(100.0, 100.0), (400.0, 100.0), (250.0, 300.0)]
    problem = lattice(6, 4, 3, yesterday=yesterday, homes=homes)
    owner = improve(problem, mended(problem), Wish(flips=3000), 1)
    assert faults_of(problem, owner) == []
    assert loads_of(problem, owner).tolist() == [8, 8, 8]
    assert 2 in (owner[20], owner[21]), drawn(owner, 6)


def test_what_lay_apart_yesterday_is_put_together() -> None:
    yesterday = read(["aabbaa", "aabbaa"])
    problem = lattice(6, 2, 2, yesterday=yesterday)
    assert len(apart(problem, yesterday)) == 1
    for each in alternatives(problem, 1):
        assert each.figures.apart == 0


def test_what_nobody_able_reaches_stays_nobodys_and_is_said() -> None:
    may = np.ones((4, 2), np.bool_)
    may[3] = False
    problem = lattice(4, 1, 2, may=may)
    for each in alternatives(problem, 1):
        assert (each.owner[3], each.figures.nobody) == (NOBODY, 1)


@pytest.mark.parametrize(
    ("owner", "fault"),
    [
        ([0, 1, 0, 1, 0, 1], "apart"),
        ([0, 0, 0, 1, 1], "divided"),
        ([0, 0, 0, 0, 1, 1], "not able"),
        ([1, 1, 1, 1, 1, 1], "locked"),
        ([0, 0, NOBODY, 1, 1, 1], "nobody"),
        ([0, 1, 1, 1, 1, 1], "may have"),
    ],
)
def test_the_checker_finds_what_is_wrong(owner: list[int], fault: str) -> None:
    may = np.ones((6, 2), np.bool_)
    may[3, 0] = False
    locked = [0, *[NOBODY] * 5]
    problem = lattice(6, 1, 2, may=may, locked=locked, most_zones=4)
    assert any(fault in each for each in faults_of(problem, owner))
    assert faults_of(problem, [0, 0, 0, 1, 1, 1]) == []


def test_the_ill_ones_zones_go_to_neighbours_who_are_there_and_nothing_else_moves() -> None:
    yesterday = read(["aabbcc", "aabbcc", "ddeeff", "ddeeff"])
    problem = lattice(6, 4, 6, yesterday=yesterday)
    present = [True, True, True, True, True, False]
    owner = spread_over(problem, 1, present, 1)
    assert all(now == before for now, before in zip(owner, yesterday, strict=True) if before != 1)
    took = {owner[zone] for zone in range(24) if yesterday[zone] == 1}
    assert took and took <= {0, 2, 4}


def test_an_alternative_that_another_beats_in_everything_is_left_out() -> None:
    problem = lattice(4, 1, 2, yesterday=[0, 0, 1, 1])
    best, worse = figures_of(problem, [0, 0, 1, 1]), figures_of(problem, [0, 1, 1, 1])
    assert pressing([worse, best, best]) == [False, True, False]


@pytest.mark.parametrize("wrong", [{"load": [1.0, 0.0]}, {"capacity": [0.0]}, {"locked": [1, NOBODY]}])
def test_a_problem_that_is_none_is_refused(wrong: dict[str, list[float]]) -> None:
    sound = {"load": [1.0, 1.0], "capacity": [1.0]} | wrong
    with pytest.raises(ValueError, match=r"above 0|locked"):
        pack([(0, 1, 1.0)], sound.pop("load"), [(0, 0), (1, 0)], sound.pop("capacity"), **sound)  # type: ignore[arg-type]
