"""When a representative works, and on which days a task may still be started."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from field.dispatch.placement import days_to_try, open_days
from field.road.travel import Haversine
from field.services import FieldServices
from field.task.tables import Task
from kernel.erasing import Erasers
from kernel.pictures.blobs import Blobs


def services(zone: str) -> FieldServices:
    return FieldServices(
        travel=Haversine(), blobs=Blobs(Path("unused")), timezone=ZoneInfo(zone), erasers=Erasers(())
    )


def test_the_working_day_is_the_utilitys_own() -> None:
    before_midnight_in_shanghai = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    assert services("Asia/Shanghai").day_of(before_midnight_in_shanghai) == date(2026, 11, 21)
    assert services("Asia/Shanghai").day_of(before_midnight_in_shanghai + timedelta(minutes=1)).day == 22
    assert services("Europe/Monaco").day_of(before_midnight_in_shanghai).day == 21


@pytest.mark.parametrize(("day", "utc_hour"), [(date(2026, 3, 28), 7), (date(2026, 3, 29), 6)])
def test_eight_in_the_morning_stays_eight_when_the_clocks_change(day: date, utc_hour: int) -> None:
    starts = services("Europe/Monaco").moment(day, 8 * 60)
    assert (starts.hour, starts.utcoffset()) == (utc_hour, timedelta())


def test_a_shift_may_last_until_midnight() -> None:
    assert services("Asia/Shanghai").moment(date(2026, 11, 21), 1440) == datetime(
        2026, 11, 21, 16, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("opens_h", "closes_h", "days"),
    [
        (-2, 4, [21]),
        (0, 24, [21, 22]),
        (24, 30, [22]),
        (-50, -26, [21]),  # long past: today is what is left
        (0, 24 * 30, list(range(21, 28))),
    ],
)
def test_the_days_tried_are_those_of_the_window(opens_h: int, closes_h: int, days: list[int]) -> None:
    now = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    task = Task(window_start=now + timedelta(hours=opens_h), window_end=now + timedelta(hours=closes_h))
    assert [day.day for day in open_days(services("Asia/Shanghai"), task, now)] == days


def test_what_is_overdue_is_tried_from_today_on() -> None:
    now = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    task = Task(window_start=now - timedelta(hours=50), window_end=now - timedelta(hours=26))
    assert [day.day for day in days_to_try(services("Asia/Shanghai"), task, now)] == list(range(21, 28))
    task.window_end = now
    assert [day.day for day in days_to_try(services("Asia/Shanghai"), task, now)] == [21], "it opens still"
