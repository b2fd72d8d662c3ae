"""Files of shifts: tables and calendars as people's programs write them, each fault, and hostile ones."""

from __future__ import annotations

import time
from datetime import date

import pytest

from field.shifts.files.ical_file import read_calendar
from field.shifts.files.shift_file import read_shift_table, written_table
from field.shifts.roster.duty import OFF, Duty, Rest

HEAD = (
    "rep,weekday,date,week,start,end,start2,end2,"
    "rest_from,rest_until,rest_min,on_call_from,on_call_until,begins,ends"
)
TODAY = date(2026, 11, 21)


def table(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


def calendar(*events: str) -> bytes:
    inside = "\r\n".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}\r\nEND:VCALENDAR\r\n".encode()


def test_rows_by_weekday_and_by_date() -> None:
    file = read_shift_table(
        table(
            "ann,1,,,08:00,17:00,,,11:30,13:00,30,,,home,home",
            "ann,tue,,2,22:00,06:00,,,,,,,,station,7.42 43.7",
            "bob,,2026-12-01,,7:00,11:00,15:00,19:00,,,,19:00,07:00,,anywhere",
            "bob,,2026-12-02,,,,,,,,,,,,",
        )
    )
    assert file.faults == ()
    monday, tuesday, split, off = file.entries
    assert (monday.weekday, monday.duty) == (0, Duty(((480, 1020),), Rest(690, 780, 30)))
    assert (tuesday.week, tuesday.weekday) == (1, 1)
    assert tuesday.duty == Duty(((1320, 1800),), begins="station", ends=(7.42, 43.7))
    assert split.day == date(2026, 12, 1)
    assert split.duty == Duty(((420, 660), (900, 1140)), None, (1140, 1860), "home", "anywhere")
    assert off.duty == OFF


def test_what_is_exported_is_taken_in_as_it_was() -> None:
    duties = [
        Duty(((480, 1020),), Rest(690, 780, 30)),
        Duty(((1320, 1800),), Rest(1500, 1560, 45), None, "station", (7.42, 43.7)),
        Duty(((420, 660), (900, 1140)), None, (1140, 1860), "home", "anywhere"),
        OFF,
    ]
    days = [date(2026, 12, day) for day in range(1, 5)]
    text = written_table(("ann", day, duty) for day, duty in zip(days, duties, strict=True))
    file = read_shift_table(text.encode())
    assert file.faults == ()
    assert [(entry.day, entry.duty) for entry in file.entries] == list(zip(days, duties, strict=True))


def test_every_fault_of_a_table_is_told_with_its_line() -> None:
    file = read_shift_table(
        table(
            ",1,,,08:00,17:00,,,,,,,,,",
            "ann,8,,,08:00,25:00,,,,,,,,,",
            "ann,1,2026-12-01,,08:00,17:00,,,,,,,,anywhere,nowhere",
            "ann,,2026-02-30,9,06:00,23:00,,,05:00,06:00,x,,,,",
            "ann,1",
        )
    )
    assert {(fault.where, fault.code) for fault in file.faults} >= {
        ("line 2, rep", "shift_without_rep"),
        ("line 3, weekday", "bad_weekday"),
        ("line 3, end", "bad_span_cells"),
        ("line 4, date", "weekday_or_date"),
        ("line 4, begins", "begins_nowhere"),
        ("line 4, ends", "bad_shift_place"),
        ("line 5, date", "bad_date"),
        ("line 5, week", "bad_count"),
        ("line 5, start", "shift_too_long"),
        ("line 5, rest_min", "bad_count"),
        ("line 6", "wrong_cell_count"),
    }


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\xfe", b"PK\x03\x04zip", b"rep;weekday\n", b"BEGIN:VCALENDAR"]
)
def test_what_is_no_file_of_shifts_is_said_to_be_none(data: bytes) -> None:
    assert read_shift_table(data).faults
    assert read_calendar(data, today=TODAY, timezone="Asia/Shanghai").faults


def test_a_calendar_with_repeating_shifts_breaks_and_nights_on_call() -> None:
    file = read_calendar(
        calendar(
            "UID:1\r\nX-CURBSTOP-REP:ann\r\nSUMMARY:Early\r\nDTSTART;TZID=Asia/Shanghai:20261123T080000\r\n"
            "DTEND;TZID=Asia/Shanghai:20261123T170000\r\n"
            "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261203T000000Z\r\n"
            "EXDATE;TZID=Asia/Shanghai:20261125T080000",
            "UID:2\r\nX-CURBSTOP-REP:ann\r\nSUMMARY:Lunch break\r\n"
            "DTSTART:20261123T040000Z\r\nDURATION:PT30M",
            "UID:3\r\nX-CURBSTOP-REP:ann\r\nCATEGORIES:ON CALL\r\n"
            "DTSTART:20261123T170000\r\nDTEND:20261124T080000",
            "UID:4\r\nSUMMARY:Away\r\nDTSTART;VALUE=DATE:20261126",
        ),
        today=TODAY,
        timezone="Asia/Shanghai",
        rep="bob",
    )
    assert file.faults == ()
    assert [(entry.rep, entry.day) for entry in file.entries] == [
        ("ann", date(2026, 11, 23)),
        ("ann", date(2026, 11, 30)),
        ("ann", date(2026, 12, 2)),
        ("bob", date(2026, 11, 26)),
    ]
    assert file.entries[0].duty == Duty(((480, 1020),), Rest(720, 720, 30), (1020, 1920))
    assert file.entries[3].duty == OFF


EVENT = "UID:1\r\nDTSTART:20261123T080000\r\nDTEND:20261123T170000\r\nRRULE:"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=999999999",
        "FREQ=DAILY;BYSETPOS=400",
    ],
)
def test_rules_that_could_be_followed_for_ever_are_refused_at_once(rule: str) -> None:
    began = time.monotonic()
    file = read_calendar(calendar(*[EVENT + rule] * 50), today=TODAY, timezone="Asia/Shanghai", rep="ann")
    assert file.entries == () and file.faults
    assert time.monotonic() - began < 5


def test_a_rule_without_an_end_is_followed_for_half_a_year() -> None:
    file = read_calendar(calendar(EVENT + "FREQ=DAILY"), today=TODAY, timezone="Asia/Shanghai", rep="ann")
    assert (file.faults, len(file.entries)) == ((), 181)
