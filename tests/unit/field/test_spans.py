"""Which windows a task may have, and what is left of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.dispatch.engine.search import Rule
from field.dispatch.placement import open_days, overdue, wanted
from field.dispatch.planning import visit_of
from field.dispatch.terms import (
    covers,
    loosen,
    set_windows,
    settle,
    spans_of,
    still_from,
    terms_of,
    window_for,
)
from field.grid.store import ZoneBrief
from field.task.spans import WindowsInvalid, faults_of, require_windows
from field.task.tables import Task
from field.task.task import TaskState

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(start: float, end: float, of: datetime = NOON) -> tuple[datetime, datetime]:
    return of + start * HOUR, of + end * HOUR


def codes(*windows: tuple[datetime, datetime]) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in faults_of(windows, NOON)]


def task(*windows: tuple[datetime, datetime]) -> Task:
    made = Task(
        id=UUID(int=1), state=TaskState.UNPLACED, type="leak", duration_s=3600, parts={}, zone_id=UUID(int=7)
    )
    set_windows(made, windows)
    return made


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = [span(5, 7), span(1, 1.1), span(1, 30), span(-3, -1), span(24 * 61, 24 * 61 + 2)]
    with pytest.raises(WindowsInvalid) as refused:
        require_windows(wrong, NOON)
    assert {(fault.code, fault.where) for fault in refused.value.faults} == {
        ("too_many_windows", "body.windows"),
        ("span_too_short", "body.windows.1"),
        ("windows_out_of_order", "body.windows.1"),
        ("span_too_long", "body.windows.2"),
        ("windows_touch", "body.windows.2"),
        ("window_over", "body.windows.3"),
        ("windows_out_of_order", "body.windows.3"),
        ("window_too_far", "body.windows.4"),
    }


def test_windows_that_touch_are_one() -> None:
    assert codes(span(1, 3), span(3, 5)) == [("windows_touch", "body.windows.1")]
    assert codes(span(1, 3), span(3.1, 5)) == []


def test_a_night_and_the_hour_that_is_lived_twice_need_no_rule() -> None:
    rome = ZoneInfo("Europe/Rome")
    # 25 October 2026: at three the clock goes back to two.
    first = datetime(2026, 10, 25, 2, 0, tzinfo=rome), datetime(2026, 10, 25, 2, 30, tzinfo=rome)
    again = tuple(each.replace(fold=1) for each in first)
    now = datetime(2026, 10, 24, 20, tzinfo=UTC)
    told = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in (first, again)]
    assert list(faults_of(told, now)) == []
    assert told[1][0] - told[0][0] == HOUR
    night = datetime(2026, 3, 10, 23, tzinfo=rome), datetime(2026, 3, 11, 1, tzinfo=rome)
    assert codes((night[0].astimezone(UTC), night[1].astimezone(UTC))) == []


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(15, 300)), min_size=1, max_size=4))
def test_what_is_let_in_is_in_order_and_apart(steps: list[tuple[int, int]]) -> None:
    at, windows = NOON, []
    for gap, long in steps:
        start = at + timedelta(minutes=gap + 1)
        at = start + timedelta(minutes=long)
        windows.append((start, at))
    assert require_windows(windows, NOON) == tuple(windows)
    moved = [(start, end + timedelta(minutes=401)) for start, end in windows]
    if len(windows) > 1:
        assert any(fault.code == "windows_touch" for fault in faults_of(moved, NOON))


def test_while_nobody_has_it_any_window_will_do_and_then_the_one_it_was_placed_into() -> None:
    made = task(span(1, 2), span(5, 6))
    assert (made.window_start, made.window_end) == (NOON + HOUR, NOON + 6 * HOUR)
    settle(made, int((NOON + 5.5 * HOUR).timestamp()))
    assert (made.window_start, made.window_end) == span(5, 6)
    loosen(made)
    assert (made.window_start, made.window_end) == (NOON + HOUR, NOON + 6 * HOUR)
    late = int((NOON + 9 * HOUR).timestamp())
    assert window_for(made, late) == spans_of(made)[-1]
    alone = task(span(1, 2))
    assert alone.windows == []
    settle(alone, late)
    assert (alone.window_start, alone.window_end) == span(1, 2)


def test_what_is_over_is_not_searched_and_what_is_all_over_is_owed_at_once() -> None:
    made = task(span(1, 2), span(5, 6), span(25, 26))
    visit = visit_of(made, 0)
    assert len(wanted(visit, made, NOON).windows) == 3
    later = wanted(visit, made, NOON + 3 * HOUR)
    assert [start for start, _ in later.windows] == [start for start, _ in spans_of(made)[1:]]
    last = wanted(visit, made, NOON + 7 * HOUR)
    assert (last.windows, last.earliest) == ((), spans_of(made)[2][0])
    assert not overdue(made, NOON + 7 * HOUR)
    assert overdue(made, NOON + 27 * HOUR)
    assert wanted(visit, made, NOON + 27 * HOUR).latest > spans_of(made)[-1][1]


def test_a_window_tomorrow_is_tried_tomorrow_even_when_todays_is_over() -> None:
    class Days:
        def day_of(self, moment: datetime) -> object:
            return moment.date()

    made = task(span(1, 2), span(25, 26))
    days = [day.day for day in open_days(Days(), made, NOON)]  # type: ignore[arg-type]
    assert days == [10, 11]
    assert [day.day for day in open_days(Days(), made, NOON + 3 * HOUR)] == [11]  # type: ignore[arg-type]


def test_not_today_leaves_what_lies_behind() -> None:
    made = task(span(1, 2), span(5, 13), span(30, 31))
    assert still_from(made, NOON + 12 * HOUR)
    assert spans_of(made)[0][0] == int((NOON + 12 * HOUR).timestamp())
    assert len(spans_of(made)) == 2
    before = made.windows
    assert not still_from(made, NOON + 99 * HOUR)
    assert made.windows == before


CONTRACT = {"types": ["leak"], "stations": ["SA"], "zones": [str(UUID(int=9))], "cost_permille": 1200}


@pytest.mark.parametrize(
    ("kind", "zone", "station", "fits"),
    [
        ("leak", UUID(int=7), "SA", True),
        ("leak", UUID(int=9), "SB", True),
        ("leak", UUID(int=7), "SB", False),
        ("leak", None, None, False),
        ("meter_swap", UUID(int=7), "SA", False),
    ],
)
def test_a_contract_covers_kinds_of_task_where_it_says(
    kind: str, zone: UUID | None, station: str | None, fits: bool
) -> None:
    assert covers(CONTRACT, kind, zone, station) is fits


def test_terms_are_the_rules_by_which_somebody_must_not_and_what_they_weigh() -> None:
    ann, bob, cyd = (UUID(int=n) for n in (1, 2, 3))
    made = task(span(1, 2))
    made.wishes = {"prefer": {str(cyd): "asked"}, "refuse": {str(ann): "complaint"}, "bonus_s": 900}
    elsewhere = dict(CONTRACT, stations=["SB"])
    terms = terms_of(
        made,
        [(ann, elsewhere), (bob, elsewhere), (cyd, CONTRACT)],
        {UUID(int=7): ZoneBrief("SA", "O", None)},
    )
    assert terms.barred == {ann: Rule.NOT_WISHED.number, bob: Rule.NOT_IN_CONTRACT.number}
    # An hour's work of a contractor who is a fifth dearer weighs twelve minutes.
    assert terms.surcharge[cyd] == 720 - 900
    assert dataclasses.asdict(terms_of(task(span(1, 2)), [], {})) == {"barred": {}, "surcharge": {}}
