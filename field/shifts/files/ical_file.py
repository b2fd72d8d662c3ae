"""Shifts out of a calendar (iCalendar, RFC 5545): each event is a shift, a break or a time on call.

What it is says `CATEGORIES` or `SUMMARY`: "on call" and "break" (or the words of our own calendar), otherwise
a shift. Whose it is says the representative's code in `X-CURBSTOP-REP` or, where the whole file is one
person's, whoever takes it in. Repeating events are expanded by python-dateutil for half a year ahead; only
rules by the day or the week are followed (others, which could take for ever, are refused). All-day events are
days off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar

from field.shifts.files.records import FILE_BYTES, MOST_FAULTS, MOST_ROWS, Entry, ShiftFile
from field.shifts.roster.duty import DAY_MIN, OFF, Duty, Rest, Span, wrong_with
from kernel.files.findings import Findings, shown

MOST_EVENTS: Final = 5_000
AHEAD: Final = timedelta(days=183)
LONGEST: Final = timedelta(days=2)
OLDEST: Final = timedelta(days=3660)
"""How long ago the first of a repeating event may be."""
MOST_INTERVAL: Final = 52
_PARTS: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}
_ON_CALL: Final = ("on call", "on-call", "oncall", "standby", "待命", "值班")
_REST: Final = ("break", "rest", "lunch", "休息", "午休")


def read_calendar(data: bytes, *, today: date, timezone: str, rep: str = "") -> ShiftFile:
    """Read a calendar. Never raises for what is in `data`. `rep`: whose it is where an event does not say."""
    findings, zone = Findings(MOST_FAULTS), ZoneInfo(timezone)
    if len(data) > FILE_BYTES:
        findings.fault("file_too_large", "file", bytes=len(data), most=FILE_BYTES)
        return ShiftFile((), findings.faults)
    try:
        events = list(islice(Calendar.from_ical(data).walk("VEVENT"), MOST_EVENTS + 1))
    except Exception as error:  # the parser raises what it meets: ValueError, KeyError, IndexError …
        findings.fault("not_a_calendar", "file", reason=shown(str(error)))
        return ShiftFile((), findings.faults)
    if not events:
        findings.fault("no_rows", "file")
    if len(events) > MOST_EVENTS:
        findings.fault("too_many_rows", "file", rows=len(events), most=MOST_EVENTS)
        return ShiftFile((), findings.faults)
    found: dict[tuple[str, date], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    rows = 0
    for nth, event in enumerate(events, 1):
        where = f"feature {nth}"
        try:
            for kind, day, span in _times(event, today, zone, where, findings):
                rows += 1
                if rows > MOST_ROWS:
                    findings.fault("too_many_rows", "file", rows=rows, most=MOST_ROWS)
                    return ShiftFile((), findings.faults)
                whose = str(event.get("X-CURBSTOP-REP", rep)).strip()
                if not whose:
                    findings.fault("shift_without_rep", where)
                    break
                found[whose, day][kind].append((span, where))
        except Exception as error:
            findings.fault("bad_event", where, reason=shown(f"{type(error).__name__}: {error}"))
    entries = [_entry(whose, day, kinds, findings) for (whose, day), kinds in sorted(found.items())]
    return ShiftFile(tuple(entries), findings.faults)


def _times(
    event: Any, today: date, zone: ZoneInfo, where: str, findings: Findings
) -> Iterator[tuple[str, date, Span | None]]:
    """What the event is, on which day, and from when until when, as often as it comes."""
    start = event.decoded("DTSTART")
    if not isinstance(start, datetime):
        for day in _days(event, datetime.combine(start, time()), today, zone, where, findings):
            yield "off", day.date(), None
        return
    end = event.decoded("DTEND") if "DTEND" in event else start + event.decoded("DURATION")
    lasts = end - start
    if not timedelta() < lasts <= LONGEST:
        findings.fault("bad_span", where)
        return
    local = _wall(start, zone)
    for begins in _days(event, local, today, zone, where, findings):
        minutes = begins.hour * 60 + begins.minute
        yield _kind(event), begins.date(), (minutes, minutes + int(lasts.total_seconds()) // 60)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The utility's wall clock at that moment; a time without a zone is its own."""
    return (
        moment.replace(tzinfo=None) if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)
    )


def _days(
    event: Any, start: datetime, today: date, zone: ZoneInfo, where: str, findings: Findings
) -> Iterator[datetime]:
    """The starts from today on, in wall-clock time."""
    first, last = datetime.combine(today, time()), datetime.combine(today + AHEAD, time())
    rule = event.get("RRULE")
    if rule is None:
        if first <= start <= last:
            yield start
        return
    if start < first - OLDEST or not _followed(rule) or "RDATE" in event:
        findings.fault("bad_repetition", where)
        return
    until = rule.get("UNTIL")
    if until:
        ends = until[0] if isinstance(until[0], datetime) else datetime.combine(until[0], time(23, 59, 59))
        rule = {**rule, "UNTIL": [_wall(ends, zone)]}
    text = ";".join(f"{name}={_value(values)}" for name, values in rule.items())
    dates = rruleset()
    dates.rrule(rrulestr(f"RRULE:{text}", dtstart=start))
    for left_out in _excluded(event):
        dates.exdate(
            _wall(left_out, zone) if isinstance(left_out, datetime) else datetime.combine(left_out, time())
        )
    yield from islice(dates.between(first, last, inc=True), AHEAD.days + 1)


def _followed(rule: Any) -> bool:
    """Whether the rule is one that comes to an end soon: some rules never match, and are followed to the year
    9999 before that is known.
    """
    if isinstance(rule, list) or not set(map(str.upper, rule)) <= _PARTS:
        return False
    every, often = rule.get("INTERVAL", [1])[0], str((rule.get("FREQ") or [""])[0]).upper()
    if not 1 <= int(every) <= MOST_INTERVAL:
        return False
    return often == "WEEKLY" or (often == "DAILY" and ("BYDAY" not in rule or int(every) == 1))


def _value(values: Any) -> str:
    listed = values if isinstance(values, list) else [values]
    return ",".join(
        each.strftime("%Y%m%dT%H%M%S") if isinstance(each, datetime) else str(each) for each in listed
    )


def _excluded(event: Any) -> Iterator[Any]:
    given = event.get("EXDATE", [])
    for each in given if isinstance(given, list) else [given]:
        yield from (one.dt for one in each.dts)


def _kind(event: Any) -> str:
    categories = event.get("CATEGORIES")
    named = " ".join(map(str, getattr(categories, "cats", []))) + " " + str(event.get("SUMMARY", ""))
    text = named.lower()
    if any(word in text for word in _ON_CALL):
        return "on_call"
    return (
        "rest"
        if any(word in text.split() or (not word.isascii() and word in text) for word in _REST)
        else "shift"
    )


def _entry(rep: str, day: date, kinds: dict[str, list[Any]], findings: Findings) -> Entry:
    """One day out of all events that begin on it."""
    every = [place for listed in kinds.values() for _, place in listed]
    where = every[0]
    spans = sorted(span for span, _ in kinds.get("shift", ()) if span)
    rest, on_call = kinds.get("rest", [None])[0], kinds.get("on_call", [None])[0]
    pause = None
    if rest is not None and len(spans) == 1:
        (start, end), _ = rest
        if start < spans[0][0]:
            start, end = start + DAY_MIN, end + DAY_MIN
        pause = Rest(start, start, end - start)
    duty = Duty(tuple(spans), pause, on_call[0] if on_call else None) if "off" not in kinds else OFF
    for wrong in wrong_with(duty):
        findings.fault(wrong.code, where, **wrong.params)
    return Entry(where, rep, day, 0, day.weekday(), None, duty)
