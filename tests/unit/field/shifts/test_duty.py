"""Rosters become working days: cycles, exceptions, holidays, nights, and days with a clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from field.shifts.roster.duty import (
    OFF,
    Book,
    Duty,
    Pattern,
    Rest,
    WorkingDay,
    in_time,
    shifts_of,
    wrong_with,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Days on which Berlin's clocks go forward and back, at 01:00 UTC."""
EIGHT_TO_FIVE = Duty(((480, 1020),), Rest(690, 810, 30))
NIGHT = Duty(((1320, 1800),))


def day(book: Book, on: date, zone: ZoneInfo = SHANGHAI) -> WorkingDay:
    [found] = shifts_of(book, on, on, zone)
    return found


def hours(found: WorkingDay) -> float:
    return (found.end - found.start).total_seconds() / 3600


def test_two_weeks_in_a_cycle_begin_with_the_week_of_the_first_day() -> None:
    late = Duty(((720, 1200),))
    pattern = Pattern(date(2026, 11, 18), None, 2, {(0, 2): EIGHT_TO_FIVE, (1, 2): late})
    book = Book((480, 1050), [pattern])
    assert [book.duty_on(date(2026, 11, 18) + timedelta(days=7 * k)) for k in range(4)] == [
        EIGHT_TO_FIVE,
        late,
        EIGHT_TO_FIVE,
        late,
    ]
    assert book.duty_on(date(2026, 11, 19)) is OFF
    assert book.duty_on(date(2026, 11, 17)) == Duty(((480, 1050),)), "before it the usual hours count"


def test_the_nearest_word_about_a_date_counts() -> None:
    on, part = date(2026, 11, 18), Duty(((480, 720),))
    watch = Duty(((480, 1020),), on_call=(1020, 1920))
    old = Pattern(date(2026, 1, 1), None, 1, {(0, 2): EIGHT_TO_FIVE})
    new = Pattern(date(2026, 11, 1), on, 1, {(0, 2): watch})
    book = Book((480, 1050), [new, old])
    assert book.duty_on(on) == watch
    assert book.duty_on(on + timedelta(days=7)) == EIGHT_TO_FIVE
    assert Book((0, 60), [old, new], holidays={on}).duty_on(on) == Duty(on_call=(1020, 1920))
    assert Book((0, 60), [new], {on: part}, holidays={on}).duty_on(on) == part
    assert Book((0, 60), [new], {on: part}, absent={on}).duty_on(on) is OFF


def test_a_night_over_a_clock_change_has_the_length_that_is_worked() -> None:
    book = Book((0, 60), [Pattern(date(2026, 1, 1), None, 1, {(0, k): NIGHT for k in range(7)})])
    assert hours(day(book, SPRING - timedelta(days=1), BERLIN)) == 7
    assert hours(day(book, AUTUMN - timedelta(days=1), BERLIN)) == 9
    assert hours(day(book, AUTUMN, BERLIN)) == 8


def test_eight_stays_eight_on_both_days() -> None:
    for on in (SPRING, AUTUMN):
        found = in_time(EIGHT_TO_FIVE, on, BERLIN)
        assert (found.start.astimezone(BERLIN).hour, found.end.astimezone(BERLIN).hour) == (8, 17)
        assert found.rest is not None and found.rest.seconds == 1800


def test_what_the_clock_swallows_is_empty_and_never_backwards() -> None:
    swallowed = in_time(Duty(((150, 195),)), SPRING, BERLIN)
    assert not swallowed.works and swallowed.worked_s == 0


def test_between_two_spans_is_the_break() -> None:
    found = in_time(Duty(((420, 660), (900, 1140))), date(2026, 11, 18), SHANGHAI)
    assert found.rest is not None and found.rest.earliest == found.rest.latest
    assert (found.rest.seconds, found.worked_s) == (4 * 3600, 8 * 3600)


def test_overtime_lengthens_a_day_that_is_worked_and_no_other() -> None:
    on = date(2026, 11, 18)
    until = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert day(Book((480, 1020), overtime={on: until}), on).end == until
    assert not day(Book((480, 1020), exceptions={on: OFF}, overtime={on: until}), on).works
    early = datetime(2026, 11, 18, 8, tzinfo=UTC)
    assert day(Book((480, 1020), overtime={on: early}), on).end > early


@given(
    start=st.integers(0, 1439),
    length=st.integers(1, 960),
    earliest=st.integers(0, 900),
    window=st.integers(0, 300),
    rest=st.integers(5, 240),
    on=st.sampled_from([SPRING, AUTUMN, *(d - timedelta(days=1) for d in (SPRING, AUTUMN))]),
)
@settings(max_examples=400, deadline=None)
def test_what_is_not_refused_makes_a_day_in_order(
    start: int, length: int, earliest: int, window: int, rest: int, on: date
) -> None:
    pause = Rest(start + earliest, start + earliest + window, rest)
    duty = Duty(((start, start + length),), pause)
    found = in_time(duty, on, BERLIN)
    assert found.start <= found.end
    local = (found.end.astimezone(BERLIN).utcoffset() or timedelta()) - (
        found.start.astimezone(BERLIN).utcoffset() or timedelta()
    )
    if found.works:
        assert abs((found.end - found.start) - (timedelta(minutes=length) - local)) <= timedelta(hours=1)
    if wrong_with(duty):
        return
    if found.rest is not None:
        assert found.start <= found.rest.earliest <= found.rest.latest
        assert found.rest.latest + timedelta(seconds=found.rest.seconds) <= found.end
    else:
        assert on in (SPRING, SPRING - timedelta(days=1)), "only a clock that is put forward takes a break"


def test_all_that_cannot_be_meant_is_said_at_once() -> None:
    codes = [
        each.code
        for each in wrong_with(
            Duty(((480, 1500), (1400, 1550)), Rest(800, 700, 600), (1000, 900), "anywhere", "station"),
            stations_place=False,
        )
    ]
    assert codes == [
        "spans_overlap",
        "shift_too_long",
        "bad_rest_length",
        "rest_window_reversed",
        "rest_without_one_span",
        "bad_on_call",
        "station_has_no_place",
        "begins_nowhere",
    ]
    assert wrong_with(EIGHT_TO_FIVE) == wrong_with(NIGHT) == wrong_with(OFF) == []
    assert [each.code for each in wrong_with(Duty(((480, 1020),), Rest(400, 500, 30)))] == [
        "rest_outside_shift"
    ]
