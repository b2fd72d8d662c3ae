"""Two people at one moment: the cheapest two, held to what trying everything finds."""

from __future__ import annotations

import dataclasses
import random
from uuid import UUID

import numpy as np
import pytest

from field.dispatch.engine import pairs
from field.dispatch.engine.gaps import Ask, Weights, ask_for
from field.dispatch.engine.pairs import Offers, pair_plain
from field.dispatch.engine.pairs_compiled import compile_pairs
from field.dispatch.engine.proposals import Companion, pack, propose
from field.dispatch.engine.route import Second, Visit, insert, schedule
from field.dispatch.engine.search import Rule
from tests.unit.field.oracle import SKILLS, Case, broken_rules, random_case
from tests.unit.field.pair_oracle import cheapest_pairs
from tests.unit.field.town import clock, day, number, streets, visit

DAYS = 2_000


def asked(seed: int) -> tuple[Case, Second]:
    case = random_case(seed, most_reps=4, most_visits=4)
    dice = random.Random(seed + 7)
    second = Second(
        skill=dice.choice((None, None, *SKILLS)),
        level=dice.randint(1, 3),
        declined_by=frozenset(route.rep.rep_id for route in case.routes if dice.random() < 0.1),
    )
    new = dataclasses.replace(case.new, second=second)
    if seed % 2:  # what nearly anybody could lead
        new = dataclasses.replace(new, skill=None, parts={})
    return dataclasses.replace(case, new=new), second


@pytest.mark.timeout(300)
def test_the_cheapest_two_are_what_trying_everything_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    ready: list[pairs.Pairing] = []
    monkeypatch.setattr(pairs, "_ready", ready)
    assert pairs.warm_up() == "numba"
    ways_to_find = (pair_plain, ready[0])
    found_some = alone = 0
    for seed in range(DAYS):
        case, second = asked(seed)
        best = zip(case.routes, cheapest_pairs(case, second), strict=True)
        wanted = {route.rep.rep_id: each[0] for route, each in best if each is not None}
        fleet = pack(case.routes, case.travel, case.now)
        for find in ways_to_find:
            ready[:] = [find]
            found = propose(
                fleet,
                case.new,
                case.travel,
                owner=case.owner,
                declined_by=case.declined,
                terms=case.terms,
                weights=case.weights,
                limit=len(case.routes),
            )
            assert {each.rep_id: each.cost_s for each in found.best} == wanted, (seed, find)
        found_some += bool(wanted)
        alone += any(each.rule.code == Rule.NO_SECOND.value for each in found.passed_over)
    assert found_some > DAYS / 10
    assert alone > DAYS / 50


def test_both_begin_at_one_moment_and_no_rule_is_broken() -> None:
    looked = 0
    for seed in range(400):
        case, second = asked(seed)
        fleet = pack(case.routes, case.travel, case.now)
        found = propose(fleet, case.new, case.travel, declined_by=case.declined, terms=case.terms)
        of = {route.rep.rep_id: route for route in case.routes}
        for best in found.best:
            assert best.companion is not None and best.companion.rep_id != best.rep_id
            fixed = dataclasses.replace(
                case.new, earliest=best.starts_at, latest=best.starts_at, windows=(), second=None
            )
            along = dataclasses.replace(fixed, skill=second.skill, level=second.level, parts={})
            places = ((best.rep_id, fixed, best.position), _place(best.companion, along))
            for rep_id, new, position in places:
                before = of[rep_id]
                after = insert(before, new, position)
                assert broken_rules(before, after, new, case.travel, case.now) == []
                assert schedule(after, case.travel, case.now).stops[position].start_at == best.starts_at
            looked += 1
    assert looked > 40


def _place(companion: Companion, along: Visit) -> tuple[UUID, Visit, int]:
    return companion.rep_id, along, companion.position


def test_plain_and_compiled_answer_alike_where_many_could() -> None:
    compiled = compile_pairs()
    for seed in range(60):
        dice = np.random.default_rng(seed)
        rows = 12
        leads, seconds = (_scattered(dice, rows, 40) for _ in range(2))
        seconds = seconds.taken(np.argsort(seconds.least, kind="stable"))
        ask, second = _asks(seed)
        plain = pair_plain(leads, seconds, ask, second, 0, rows)
        found = compiled(
            [getattr(leads, name) for name in pairs.COLUMNS],
            [getattr(seconds, name) for name in pairs.COLUMNS],
            (ask.service, max(ask.earliest, 0)),
            (ask.delay_permille, ask.idle_permille),
            (second.delay_permille, second.idle_permille),
            rows,
        )
        paired = plain[0] >= 0
        for one, other in zip(plain, found, strict=True):
            assert (one[paired] == other[paired]).all()
        assert (found[0] == plain[0]).all()


def _asks(seed: int) -> tuple[Ask, Ask]:
    case, _ = asked(seed)
    fleet = pack(case.routes, case.travel, case.now)
    new = dataclasses.replace(case.new, earliest=0, latest=40_000, service_s=900, windows=())
    ask = dataclasses.replace(ask_for(fleet, new, None, (), Weights()), idle_permille=500)
    return dataclasses.replace(ask, delay_permille=100), ask


def _scattered(dice: np.random.Generator, rows: int, count: int) -> Offers:
    low = np.sort(dice.integers(0, 30_000, count))
    flat = dice.integers(0, 4_000, count)
    columns = {
        "row": np.sort(dice.integers(0, rows, count)),
        "gap": dice.integers(0, 6, count),
        "low": low,
        "high": low + dice.integers(0, 6_000, count),
        "flat": flat,
        "extra": flat,
        "arrive": low,
        "onward": dice.integers(0, 900, count),
        "rest_from": np.zeros(count, np.int64),
        "rest_s": np.zeros(count, np.int64),
        "next_start": low + dice.integers(0, 6_000, count),
        "least": flat,
    }
    return Offers(**{name: np.asarray(values, np.int64) for name, values in columns.items()})


def test_nobody_is_their_own_companion_and_why_not_is_said() -> None:
    only = [day(rep="Wu", skills={"leak_repair": 2})]
    new = dataclasses.replace(visit("B", skill="leak_repair"), second=Second())
    found = propose(pack(only, streets(), clock(8)), new, streets())
    assert found.best == ()
    assert [each.rule.code for each in found.passed_over] == ["no_second"]


def test_a_helping_hand_needs_no_skill_and_a_second_specialist_does() -> None:
    two = [day(rep="Wu", skills={"leak_repair": 2}), day(rep="Lin", skills={})]
    fleet = pack(two, streets(), clock(8))
    new = visit("B", skill="leak_repair")
    hand = propose(fleet, dataclasses.replace(new, second=Second()), streets())
    assert [(each.rep_id, each.companion and each.companion.rep_id) for each in hand.best] == [
        (number("Wu"), number("Lin"))
    ]
    specialist = propose(fleet, dataclasses.replace(new, second=Second("leak_repair")), streets())
    assert specialist.best == ()
    assert {each.rep_id: each.rule.code for each in specialist.passed_over} == {
        number("Wu"): "no_second",
        number("Lin"): "no_skill",
    }


def test_the_one_who_is_free_sooner_waits_for_the_other() -> None:
    busy = visit("D", window=(clock(9), clock(9)), minutes=60)
    two = [day(rep="Wu", skills={"leak_repair": 2}), day(busy, rep="Lin", skills={})]
    new = visit("A", skill="leak_repair", window=(clock(9), clock(12)))
    found = propose(
        pack(two, streets(), clock(8)), dataclasses.replace(new, second=Second()), streets()
    ).best[0]
    assert found.starts_at == clock(10, 6)
    assert found.companion == Companion(number("Lin"), 1, 0)
