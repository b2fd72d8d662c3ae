"""Windows are offered only where a route really takes them; the clock on the wall says when they are."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.appointments.windows import (
    AS_GOOD_S,
    LEAD_S,
    MARGIN_S,
    Offer,
    Window,
    free_on,
    spread,
    still_open,
    windows_of,
)
from field.dispatch.engine.gaps import Ways, Weights
from field.dispatch.engine.proposals import pack
from field.dispatch.engine.route import RepDay, Route, Visit, insert, schedule
from kernel.settings import Settings

HOUR = 3600
SPANS = ((480, 600), (600, 720), (780, 900), (900, 1020))
MONDAY = date(2026, 3, 2)
ANN, BOB, NEW = UUID(int=1), UUID(int=2), UUID(int=9)


def by_utc(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


MIDNIGHT = int(by_utc(MONDAY, 0).timestamp())
WINDOWS = windows_of(MONDAY, SPANS, by_utc)


def rep(id: UUID, *, skill: str = "leak_repair") -> RepDay:
    return RepDay(id, MIDNIGHT + 8 * HOUR, MIDNIGHT + 17 * HOUR, 0, 0, {skill: 2})


def visit(id: UUID, point: int, *, service: int = HOUR, hours: tuple[float, float] = (0, 24)) -> Visit:
    earliest, latest = (MIDNIGHT + int(hour * HOUR) for hour in hours)
    return Visit(id, point, service, earliest, latest, "leak_repair")


def test_windows_keep_to_the_clock_on_the_wall_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Paris")

    def moment(day: date, minutes: int) -> datetime:
        return (datetime.combine(day, time(), zone) + timedelta(minutes=minutes)).astimezone(UTC)

    before, after = date(2026, 3, 28), date(2026, 3, 29)  # the night in which an hour is missing
    starts = [
        datetime.fromtimestamp(window.start, zone).strftime("%H:%M")
        for day in (before, after)
        for window in windows_of(day, SPANS, moment)
    ]
    assert starts == ["08:00", "10:00", "13:00", "15:00"] * 2
    [first, *_] = windows_of(after, SPANS, moment)
    [yesterday, *_] = windows_of(before, SPANS, moment)
    assert first.start - yesterday.start == 23 * HOUR


def test_a_window_that_nobody_can_reach_any_more_is_not_offered() -> None:
    first = WINDOWS[0]
    assert still_open(WINDOWS, first.end - MARGIN_S - LEAD_S - 1)[0] == first
    assert first not in still_open(WINDOWS, first.end - MARGIN_S - LEAD_S)


def test_a_full_morning_leaves_the_afternoon() -> None:
    travel = np.full((3, 3), 600, np.int32)
    np.fill_diagonal(travel, 0)
    morning = visit(UUID(int=3), 1, service=int(3.9 * HOUR), hours=(8, 9))
    fleet = pack([Route(rep(ANN), (morning,))], travel, MIDNIGHT)
    asked = visit(NEW, 2)
    found = list(free_on(fleet, asked, Ways.of(travel, 2), WINDOWS, MIDNIGHT, weights=Weights()))
    hours = [(offer.window.start - MIDNIGHT) // HOUR for offer in found]
    assert hours == [13, 15]


def test_who_lacks_the_skill_frees_no_window() -> None:
    travel = np.zeros((2, 2), np.int32)
    fleet = pack([Route(rep(ANN, skill="valve"))], travel, MIDNIGHT)
    asked = visit(NEW, 1)
    assert not list(free_on(fleet, asked, Ways.of(travel, 1), WINDOWS, MIDNIGHT, weights=Weights()))


stops = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(600, 2 * HOUR),
        st.sampled_from([(8.0, 17.0), (8.0, 10.0), (10.0, 12.0), (13.0, 15.0), (15.0, 17.0)]),
    ),
    max_size=6,
)
distances = st.lists(st.integers(0, 2400), min_size=36, max_size=36)


@given(first=stops, second=stops, ways=distances, service=st.integers(600, 3 * HOUR), hour=st.integers(0, 16))
def test_every_window_offered_can_be_kept_and_makes_nobody_late(
    first: list[tuple[int, int, tuple[float, float]]],
    second: list[tuple[int, int, tuple[float, float]]],
    ways: list[int],
    service: int,
    hour: int,
) -> None:
    travel = np.array(ways, np.int32).reshape(6, 6)
    np.fill_diagonal(travel, 0)
    now = MIDNIGHT + hour * HOUR
    routes = {
        id: Route(
            rep(id),
            tuple(
                visit(UUID(int=100 * id.int + at), point, service=takes, hours=hours)
                for at, (point, takes, hours) in enumerate(listed)
            ),
        )
        for id, listed in ((ANN, first), (BOB, second))
    }
    fleet = pack(list(routes.values()), travel, now)
    asked = visit(NEW, 5, service=service)
    for offer in free_on(fleet, asked, Ways.of(travel, 5), WINDOWS, now, weights=Weights()):
        taken = dataclasses.replace(asked, earliest=offer.window.start, latest=offer.window.end)
        before = schedule(routes[offer.rep_id], travel, now)
        after = schedule(insert(routes[offer.rep_id], taken, offer.position), travel, now)
        own = after.stops[offer.position]
        assert offer.window.start <= own.start_at <= offer.window.end - MARGIN_S
        late = {stop.visit.task_id: stop.late_s for stop in before.stops}
        assert all(stop.late_s <= late.get(stop.visit.task_id, 0) for stop in after.stops)
        assert after.ends_at <= max(before.ends_at, routes[offer.rep_id].rep.shift_end)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 900)), max_size=28),
    st.integers(1, 12),
)
def test_what_is_offered_is_spread_over_the_days_and_the_cheapest_of_each(
    free: list[tuple[int, int, int]], most: int
) -> None:
    offers = {}
    for ahead, place, cost in free:
        day = MONDAY + timedelta(days=ahead)
        start = int(by_utc(day, SPANS[place][0]).timestamp())
        window = Window(start, start + 2 * HOUR, day, place)
        offers[window] = Offer(window, ANN, 0, start, 0, cost)
    chosen = spread(offers.values(), most)
    assert len(chosen) == min(most, len(offers)) == len({offer.window for offer in chosen})
    counts = [
        sum(offer.window.day == day for offer in chosen) for day in {each.window.day for each in chosen}
    ]
    days = {window.day for window in offers}
    assert len(counts) == min(most, len(days))
    for day in days:
        of_day = sorted(
            (offer for offer in offers.values() if offer.window.day == day), key=lambda o: o.cost_s
        )
        taken = [offer for offer in chosen if offer.window.day == day]
        worst = max((offer.cost_s for offer in taken), default=-1)
        assert all(offer in taken or offer.cost_s >= worst - AS_GOOD_S for offer in of_day)
        spare = len(taken) == len(of_day)
        assert spare or max(counts) - len(taken) <= 1, "no day gets its third before another has its second"


def test_on_empty_days_different_times_of_day_are_offered() -> None:
    offers = [
        Offer(window, ANN, 0, window.start, 0, 120)
        for ahead in range(4)
        for window in windows_of(MONDAY + timedelta(days=ahead), SPANS, by_utc)
    ]
    assert sorted(offer.window.number for offer in spread(offers, 4)) == [0, 1, 2, 3]


def test_a_much_cheaper_window_comes_before_another_time_of_day() -> None:
    offers = [
        Offer(window, ANN, 0, window.start, 0, 60 if window.number == 2 else 900)
        for ahead in range(3)
        for window in windows_of(MONDAY + timedelta(days=ahead), SPANS, by_utc)
    ]
    assert {offer.window.number for offer in spread(offers, 3)} == {2}


def test_windows_are_set_as_people_write_them() -> None:
    assert Settings(appointment_windows=("13:00-17:30", "08:00-12:00")).appointment_spans == (
        (480, 720),
        (780, 1050),
    )


@pytest.mark.parametrize(
    "windows", [("8-10",), ("10:00-08:00",), ("08:00-10:00", "09:00-11:00"), ("23:00-24:30",)]
)
def test_windows_that_cannot_be_are_refused_at_start(windows: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="CURBSTOP_APPOINTMENT_WINDOWS"):
        Settings(appointment_windows=windows)
