"""A round's points are dealt to days of their windows, no fuller than need be, neighbours together."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from field.rounds.spreading import Point, due_on, spread

MONDAY = date(2026, 3, 2)


def day(ahead: int) -> date:
    return MONDAY + timedelta(days=ahead)


def test_a_round_comes_due_every_so_many_days_from_its_first() -> None:
    assert due_on(MONDAY, 7, day(-30), day(15)) == [day(0), day(7), day(14)]
    assert due_on(MONDAY, 7, day(8), day(14)) == [day(14)]
    assert due_on(MONDAY, 7, day(7), day(7)) == [day(7)]
    assert due_on(day(20), 30, day(0), day(10)) == []


def test_what_lies_together_is_done_on_one_day() -> None:
    here = [Point(f"a{n}", 7.40 + n / 10_000, 43.70, 30, day(0), day(1)) for n in range(4)]
    there = [Point(f"b{n}", 7.60 + n / 10_000, 43.90, 30, day(0), day(1)) for n in range(4)]
    chosen = spread([*here, *there], {day(0): 240, day(1): 240})
    assert len({chosen[point.key] for point in here}) == 1
    assert len({chosen[point.key] for point in there}) == 1
    assert chosen["a0"] != chosen["b0"], "and the two days share the work"


def test_a_day_without_room_takes_nothing_while_another_has_some() -> None:
    points = [Point(str(n), 7.4, 43.7, 60, day(0), day(2)) for n in range(5)]
    chosen = spread(points, {day(0): 0, day(1): 120, day(2): 180})
    assert Counter(chosen.values()) == {day(1): 2, day(2): 3}


def test_what_is_more_than_all_days_bear_is_still_given_a_day() -> None:
    points = [Point(str(n), 7.4, 43.7, 60, day(0), day(1)) for n in range(6)]
    chosen = spread(points, {day(0): 60})
    assert len(chosen) == 6


made = st.builds(
    lambda n, lon, lat, minutes, first, width: Point(
        f"p{n}", 7 + lon / 1000, 43 + lat / 1000, minutes, day(first), day(first + width)
    ),
    st.integers(0, 10_000),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(5, 120),
    st.integers(0, 6),
    st.integers(0, 6),
)
points_ = st.lists(made, max_size=40, unique_by=lambda point: point.key)
room = st.dictionaries(st.integers(0, 13).map(day), st.integers(0, 600))


@given(points_, room)
def test_every_point_has_one_day_within_its_window_and_no_day_is_filled_without_need(
    points: list[Point], free: dict[date, int]
) -> None:
    chosen = spread(points, free)
    assert set(chosen) == {point.key for point in points}
    load: Counter[date] = Counter()
    for point in points:
        assert point.first <= chosen[point.key] <= point.last
        load[chosen[point.key]] += point.minutes
    for point in points:
        given_day = chosen[point.key]
        if load[given_day] > free.get(given_day, 0):
            # Fuller than it bears: then at some moment no day of some point there had room for it.
            others = [point.first + timedelta(days=n) for n in range((point.last - point.first).days + 1)]
            spare = [d for d in others if free.get(d, 0) - load[d] >= point.minutes]
            fits_alone = free.get(given_day, 0) >= point.minutes
            assert not spare or fits_alone


@given(points_, room, st.randoms())
def test_the_same_work_gets_the_same_days_in_whatever_order_it_comes(
    points: list[Point], free: dict[date, int], dice: object
) -> None:
    mixed = list(points)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert spread(mixed, free) == spread(points, free)
