"""Factors by the hour of the wall clock, as the pace of one day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from field.road.pace import EVEN
from field.road.profile import HOURS, SATURDAY, SUNDAY, WORKING_DAY, kind_of, pace_for

EVEN_DAY = (1000,) * HOURS
RUSH = tuple(2000 if hour in (7, 8) else 1000 for hour in range(HOURS))
FACTORS = {WORKING_DAY: RUSH, SATURDAY: EVEN_DAY, SUNDAY: EVEN_DAY}
PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 3, 23)


def at(day: date, hour: int, timezone: ZoneInfo = PARIS) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=timezone).timestamp())


@pytest.mark.parametrize("timezone", ["Europe/Paris", "Asia/Shanghai", "Asia/Kolkata", "America/New_York"])
def test_the_rush_is_where_the_wall_clock_says(timezone: str) -> None:
    zone = ZoneInfo(timezone)
    pace = pace_for(FACTORS, MONDAY, zone)
    for hour, minutes in ((6, 30), (7, 60), (8, 60), (9, 30)):
        leave = at(MONDAY, hour, zone)
        assert pace.arrival(leave, 1800) == leave + minutes * 60, hour


def test_the_rush_is_at_seven_on_both_sides_of_a_change_of_clocks() -> None:
    sunday = date(2026, 3, 29)
    slow = {WORKING_DAY: RUSH, SATURDAY: RUSH, SUNDAY: RUSH}
    pace = pace_for(slow, sunday, PARIS)
    for day in (sunday - timedelta(days=1), sunday, sunday + timedelta(days=1)):
        leave = at(day, 7)
        assert pace.arrival(leave, 3600) == leave + 7200, day
        assert pace.arrival(at(day, 9), 3600) == at(day, 10)


def test_a_holiday_is_a_sunday_and_a_saturday_is_none() -> None:
    assert kind_of(MONDAY, ()) == WORKING_DAY
    assert kind_of(MONDAY, {MONDAY}) == SUNDAY
    assert kind_of(MONDAY + timedelta(days=5), ()) == SATURDAY
    assert kind_of(MONDAY + timedelta(days=6), ()) == SUNDAY
    leave = at(MONDAY, 7)
    assert pace_for(FACTORS, MONDAY, PARIS, {MONDAY}).arrival(leave, 1800) == leave + 1800


def test_who_works_into_the_next_day_meets_its_rush() -> None:
    pace = pace_for(FACTORS, MONDAY, PARIS)
    leave = at(MONDAY + timedelta(days=1), 7)
    assert pace.arrival(leave, 1800) == leave + 3600


def test_factors_that_are_all_one_cost_nothing() -> None:
    assert pace_for({kind: EVEN_DAY for kind in FACTORS}, MONDAY, PARIS) is EVEN
