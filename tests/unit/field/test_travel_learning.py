"""Factors learnt from ways that were driven."""

from __future__ import annotations

import random
import statistics

import pytest

from field.road.profile import HOURS, KINDS, WORKING_DAY
from field.traffic.learning import LEAST_WAYS, PER_OCTAVE, Way, added, bin_of, learnt, median, tally

STILL = 120


def driven(dice: random.Random, hour: int, count: int, slow: float, spread: float = 0.15) -> list[Way]:
    """Ways of an hour in which everything takes `slow` times as long, more or less."""
    ways = []
    for _ in range(count):
        base = dice.randint(200, 1800)
        took = base * slow * 2 ** dice.gauss(0, spread)
        ways.append(Way(hour, base + STILL, round(took) + STILL))
    return ways


def test_an_hour_is_as_slow_as_it_was() -> None:
    """A rush hour, a free night and the rest of a day, each found again within a twentieth."""
    dice = random.Random(3)
    slow = {hour: 1.8 if hour in (8, 17) else 0.9 if hour < 6 else 1.2 for hour in range(HOURS)}
    days = [
        tally((way for hour in slow for way in driven(dice, hour, 15, slow[hour])), STILL) for _ in range(40)
    ]
    found = learnt({WORKING_DAY: days})[WORKING_DAY]
    for hour, each in enumerate(found):
        assert each.ways == 600
        assert each.factor == pytest.approx(1000 * slow[hour], rel=0.05)


def test_some_who_forgot_to_tap_move_nothing() -> None:
    """One in six stood at the roadside for an hour, or tapped at the wrong door."""
    dice = random.Random(5)
    ways = driven(dice, 9, 500, 1.5)
    spoilt = [Way(9, way.base_s, way.took_s + 3600) for way in driven(dice, 9, 60, 1.5)]
    early = [Way(9, way.base_s, 20) for way in driven(dice, 9, 40, 1.5)]
    factor = learnt({WORKING_DAY: [tally([*ways, *spoilt, *early], STILL)]})[WORKING_DAY][9].factor
    assert factor == pytest.approx(1500, rel=0.06)


def test_too_few_ways_say_nothing_and_few_say_half() -> None:
    dice = random.Random(7)
    rest = [way for hour in range(10, 16) for way in driven(dice, hour, 400, 1.0, 0.0)]
    few, enough = driven(dice, 7, LEAST_WAYS - 1, 2.0, 0.0), driven(dice, 8, LEAST_WAYS, 2.0, 0.0)
    found = learnt({WORKING_DAY: [tally([*rest, *few, *enough], STILL)]})[WORKING_DAY]
    assert (found[7].ways, found[7].factor) == (LEAST_WAYS - 1, None)
    # Between 2 and the 1 of the day, as far from the one as from the other.
    assert found[8].factor == pytest.approx(1000 * 2**0.5, rel=0.02)


def test_what_no_traffic_makes_is_left_out_and_so_are_steps_to_the_next_door() -> None:
    short = Way(9, STILL + 119, STILL + 500)
    stood = Way(9, STILL + 600, STILL + 6000)
    flew = Way(9, STILL + 600, STILL + 100)
    before = Way(9, STILL + 600, 30)
    assert tally([short, stood, flew, before], STILL) == {}


def test_nothing_driven_says_nothing() -> None:
    found = learnt({})
    assert list(found) == list(KINDS)
    assert all((each.ways, each.factor) == (0, None) for hours in found.values() for each in hours)


def test_a_median_out_of_bins_is_that_of_the_numbers() -> None:
    dice = random.Random(11)
    for _ in range(500):
        bins = [dice.randint(-20, 40) for _ in range(dice.randint(1, 30))]
        counted = {at: bins.count(at) for at in set(bins)}
        assert median(counted) == statistics.median(bins)


def test_days_add_up_however_they_are_split() -> None:
    dice = random.Random(13)
    ways = [way for hour in (8, 9) for way in driven(dice, hour, 200, 1.4)]
    cut = dice.randint(1, len(ways) - 1)
    assert added([tally(ways[:cut], STILL), tally(ways[cut:], STILL)]) == tally(ways, STILL)


@pytest.mark.parametrize(("ratio", "at"), [(1.0, 0), (2.0, PER_OCTAVE), (0.5, -PER_OCTAVE)])
def test_twice_as_slow_is_as_far_as_twice_as_fast(ratio: float, at: int) -> None:
    assert bin_of(ratio) == at


def test_no_factor_leaves_the_bounds_of_a_profile() -> None:
    dice = random.Random(17)
    found = learnt(
        {"sunday": [tally([*driven(dice, 4, 90, 0.3, 0.0), *driven(dice, 5, 90, 7.0, 0.0)], STILL)]}
    )
    assert [found["sunday"][hour].factor for hour in (4, 5)] == [500, 3000]
