"""Ways ridden through the hours: second by second, there and back, and as the checker rides them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.reoptimise.check.roads import Roads
from field.road.pace import EVEN, STEP_S, Pace
from tests.unit.field.oracle import second_by_second

ORIGIN = 1_000_000
SPEEDS = st.lists(st.integers(333, 2000), min_size=1, max_size=8)
STILL = st.sampled_from((0, 45, 120))
MOMENTS = st.integers(ORIGIN - 2 * STEP_S, ORIGIN + 10 * STEP_S)
WAYS = st.integers(0, 9000)


@given(SPEEDS, STILL, MOMENTS, WAYS)
def test_a_way_is_ridden_second_by_second_at_the_speed_of_each(
    speeds: list[int], still: int, leave: int, way: int
) -> None:
    pace = Pace.of(ORIGIN, speeds, still)
    assert pace.arrival(leave, way) == second_by_second(pace, leave, way)


@given(SPEEDS, STILL, MOMENTS, st.integers(0, 600), WAYS)
def test_who_leaves_later_never_arrives_earlier(
    speeds: list[int], still: int, leave: int, later: int, way: int
) -> None:
    pace = Pace.of(ORIGIN, speeds, still)
    assert pace.arrival(leave, way) <= pace.arrival(leave + later, way)


@given(SPEEDS, STILL, MOMENTS, WAYS)
def test_the_latest_departure_is_the_last_that_arrives_in_time(
    speeds: list[int], still: int, moment: int, way: int
) -> None:
    pace = Pace.of(ORIGIN, speeds, still)
    leave = pace.departure(moment, way)
    assert pace.arrival(leave, way) <= moment < pace.arrival(leave + 1, way)


@given(SPEEDS, STILL, st.lists(st.tuples(MOMENTS, st.one_of(WAYS, st.just(10_000_000))), max_size=20))
def test_columns_are_ridden_as_each_way_alone(
    speeds: list[int], still: int, trips: list[tuple[int, int]]
) -> None:
    pace = Pace.of(ORIGIN, speeds, still)
    moments, ways = np.array(trips, np.int64).reshape(-1, 2).T
    assert pace.arrivals(moments, ways).tolist() == [pace.arrival(*trip) for trip in trips]
    assert pace.departures(moments, ways).tolist() == [pace.departure(*trip) for trip in trips]


@given(SPEEDS, STILL, MOMENTS, WAYS)
def test_the_checker_rides_as_the_planner_does(speeds: list[int], still: int, moment: int, way: int) -> None:
    pace = Pace.of(ORIGIN, speeds, still)
    roads = Roads(
        tuple((ORIGIN + k * STEP_S, ORIGIN + (k + 1) * STEP_S, speed) for k, speed in enumerate(speeds)),
        still,
    )
    assert roads.arrival(moment, way) == pace.arrival(moment, way)
    assert roads.departure(moment, way) == pace.departure(moment, way)


def test_a_way_of_two_hours_gets_slower_where_the_rush_begins() -> None:
    pace = Pace.of(0, [1000, 500, 1000])
    assert pace.arrival(1800, 3600) == 1800 + 1800 + 3600
    assert pace.departure(7200, 3600) == 1800


def test_what_is_walked_and_parked_takes_as_long_at_every_hour() -> None:
    pace = Pace.of(0, [500] * 3, still_s=120)
    assert pace.arrival(0, 120) == 120
    assert pace.arrival(0, 220) == 120 + 200


def test_hours_that_are_all_the_same_are_no_hours() -> None:
    assert Pace.of(ORIGIN, [1000] * 24) is EVEN
    assert EVEN.arrival(5, 7) == 12 and EVEN.departure(12, 7) == 5


def test_nobody_stands_still_for_an_hour() -> None:
    with pytest.raises(ValueError):
        Pace.of(0, [1000, 0])
