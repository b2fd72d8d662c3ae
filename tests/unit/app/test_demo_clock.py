"""Whenever the demo is started, it is a working morning in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.clock import MORNING, WORKING, opening_before, zone_for

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(MOMENTS)
def test_it_is_always_morning(now: datetime) -> None:
    zone = zone_for(now, "Asia/Shanghai")
    assert now.astimezone(ZoneInfo(zone)).hour in MORNING
    assert timedelta(hours=1) <= now - opening_before(now, zone) < timedelta(hours=4)


@pytest.mark.parametrize("hour", MORNING)
def test_the_utility_s_own_zone_is_kept_where_it_is_morning_there(hour: int) -> None:
    now = datetime(2026, 11, 21, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert zone_for(now, "Asia/Shanghai") == "Asia/Shanghai"


@given(MOMENTS, st.integers(0, 48 * 60))
def test_a_day_once_begun_goes_on_until_it_is_over(now: datetime, minutes: int) -> None:
    zone = zone_for(now, "Asia/Shanghai")
    later = now + timedelta(minutes=minutes)
    chosen = zone_for(later, "Asia/Shanghai", zone)
    assert later.astimezone(ZoneInfo(chosen)).hour in WORKING
    if later.astimezone(ZoneInfo(zone)).hour in WORKING:
        assert chosen == zone
