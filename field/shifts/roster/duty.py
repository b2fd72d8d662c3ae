"""Working days out of a roster: what a representative's week says, and what of it a date makes different.

A *duty* is a day in wall-clock minutes after local midnight: when one works, the break and its window, where
the day begins and ends, and when one is on call. A *pattern* is a cycle of one to eight weeks of duties,
from one date until another. Of what speaks about a date the nearest counts:

    an absence  >  an exception for that date  >  a holiday (nobody works; who is on call still is)
                >  the newest pattern that is valid  >  the representative's usual hours

and granted overtime then lets the day end later. A night belongs to the day on which it begins.

Absolute times are made here and nowhere else. On a day with a clock change 08:00 stays 08:00, and a shift
over the change is an hour shorter or longer. A wall-clock time that is skipped is taken as if the clock had
not been changed yet (02:30 is then 03:30), one that comes twice is the first; what so ends before it begins
is empty. Breaks last their minutes whatever the clock does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

DAY_MIN: Final = 1440
MOST_WEEKS: Final = 8
LONGEST_MIN: Final = 16 * 60
"""A day's work, from its beginning to its end, breaks included."""
LONGEST_ON_CALL_MIN: Final = DAY_MIN
SHORTEST_REST_MIN, LONGEST_REST_MIN = 5, 240

Span = tuple[int, int]
"""Minutes after local midnight, from and until; until may be on the next day (up to 2880)."""
Point = tuple[float, float]
"""Longitude and latitude, WGS-84 degrees."""
Place = Literal["home", "station", "anywhere"] | Point
"""Where a day begins or ends; anywhere is only an end: it is over at the last stop."""


@dataclasses.dataclass(frozen=True)
class Rest:
    """A break: it begins between `earliest` and `latest` (minutes after midnight) and lasts `minutes`."""

    earliest: int
    latest: int
    minutes: int


@dataclasses.dataclass(frozen=True)
class Duty:
    """One day. No `spans`: a day off. Of two spans the time between is the break."""

    spans: tuple[Span, ...] = ()
    rest: Rest | None = None
    on_call: Span | None = None
    begins: Place = "home"
    ends: Place = "home"


OFF: Final = Duty()


@dataclasses.dataclass(frozen=True)
class Pattern:
    """`duties`: (week of the cycle, weekday) → duty, both from 0, Monday first; what is not named is off.
    The first week is the one in which `valid_from` lies. `valid_until` is the last day; None: no end.
    """

    valid_from: date
    valid_until: date | None
    weeks: int
    duties: Mapping[tuple[int, int], Duty]

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def on(self, day: date) -> Duty:
        """The duty of a day on which the pattern is valid."""
        monday = self.valid_from - timedelta(days=self.valid_from.weekday())
        week = (day - monday).days // 7 % self.weeks
        return self.duties.get((week, day.weekday()), OFF)


@dataclasses.dataclass(frozen=True)
class Book:
    """All that speaks about one representative's days. `overtime`: until when, by day, as granted."""

    usual: Span
    patterns: Sequence[Pattern] = ()
    exceptions: Mapping[date, Duty] = dataclasses.field(default_factory=dict)
    holidays: Collection[date] = ()
    absent: Collection[date] = ()
    overtime: Mapping[date, datetime] = dataclasses.field(default_factory=dict)

    @property
    def is_usual(self) -> bool:
        """Whether nothing is said of any day: each is the usual one."""
        return not (self.patterns or self.exceptions or self.holidays or self.absent or self.overtime)

    def duty_on(self, day: date) -> Duty:
        """What the day is, before overtime."""
        if day in self.absent:
            return OFF
        if day in self.exceptions:
            return self.exceptions[day]
        valid = [pattern for pattern in self.patterns if pattern.holds(day)]
        newest = max(valid, key=lambda pattern: pattern.valid_from, default=None)
        duty = newest.on(day) if newest is not None else Duty((self.usual,))
        if day in self.holidays:
            return dataclasses.replace(duty, spans=(), rest=None)
        return duty


@dataclasses.dataclass(frozen=True)
class Break:
    """When a break may begin, first and last, and how long it is. In UTC."""

    earliest: datetime
    latest: datetime
    seconds: int


@dataclasses.dataclass(frozen=True)
class WorkingDay:
    """A day in absolute time (UTC); `start` = `end`: nothing to work. `on_call`: from, until."""

    day: date
    start: datetime
    end: datetime
    rest: Break | None = None
    on_call: tuple[datetime, datetime] | None = None
    begins: Place = "home"
    ends: Place = "home"

    @property
    def works(self) -> bool:
        return self.start < self.end

    @property
    def worked_s(self) -> int:
        """Paid seconds: without the break."""
        pause = self.rest.seconds if self.rest else 0
        return max(0, int((self.end - self.start).total_seconds()) - pause)


def shifts_of(book: Book, first: date, last: date, zone: ZoneInfo) -> Iterator[WorkingDay]:
    """The days from `first` to `last`, each once, in order."""
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        yield _lengthened(in_time(book.duty_on(day), day, zone), book, day)


def in_time(duty: Duty, day: date, zone: ZoneInfo) -> WorkingDay:
    """The duty on that day, in absolute time."""

    def at(minutes: int) -> datetime:
        return moment(day, minutes, zone)

    on_call = None
    if duty.on_call is not None and at(duty.on_call[0]) < at(duty.on_call[1]):
        on_call = at(duty.on_call[0]), at(duty.on_call[1])
    spans = [(at(start), at(end)) for start, end in duty.spans if at(start) < at(end)]
    if not spans:
        idle = on_call[0] if on_call else at(0)
        return WorkingDay(day, idle, idle, None, on_call, duty.begins, duty.ends)
    start, end, rest = spans[0][0], spans[-1][1], None
    if len(spans) > 1:
        leaves, returns = spans[0][1], spans[1][0]
        if leaves < returns:
            rest = Break(leaves, leaves, int((returns - leaves).total_seconds()))
    elif duty.rest is not None:
        seconds = duty.rest.minutes * 60
        latest = min(at(duty.rest.latest), end - timedelta(seconds=seconds))
        earliest = max(at(duty.rest.earliest), start)
        if earliest <= latest:  # not what a clock change has swallowed
            rest = Break(earliest, latest, seconds)
    return WorkingDay(day, start, end, rest, on_call, duty.begins, duty.ends)


def _lengthened(worked: WorkingDay, book: Book, day: date) -> WorkingDay:
    until = book.overtime.get(day)
    if until is None or not worked.works or until <= worked.end:
        return worked
    return dataclasses.replace(worked, end=until)


def moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Wall-clock minutes after the midnight with which `day` begins, in UTC."""
    return (datetime.combine(day, time(), zone) + timedelta(minutes=minutes)).astimezone(UTC)


@dataclasses.dataclass(frozen=True)
class Wrong:
    """What is wrong with a duty: a stable code, and what it was about."""

    code: str
    field: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def wrong_with(duty: Duty, stations_place: bool = True) -> list[Wrong]:
    """Everything that cannot be meant. `stations_place`: whether it is known where the station is."""
    found: list[Wrong] = []
    spans = duty.spans
    if len(spans) > 2:
        found.append(Wrong("too_many_spans", "spans", {"most": 2}))
    for start, end in spans:
        if not 0 <= start < DAY_MIN or not start < end <= 2 * DAY_MIN:
            found.append(Wrong("bad_span", "spans"))
    if any(one[1] >= two[0] for one, two in pairwise(spans)):
        found.append(Wrong("spans_overlap", "spans"))
    if spans and spans[-1][1] - spans[0][0] > LONGEST_MIN:
        found.append(Wrong("shift_too_long", "spans", {"hours": LONGEST_MIN // 60}))
    if duty.rest is not None:
        found += _wrong_rest(duty, duty.rest)
    if duty.on_call is not None:
        start, end = duty.on_call
        if not 0 <= start < DAY_MIN or not start < end <= start + LONGEST_ON_CALL_MIN:
            found.append(Wrong("bad_on_call", "on_call"))
    if not stations_place and "station" in (duty.begins, duty.ends):
        found.append(Wrong("station_has_no_place", "begins" if duty.begins == "station" else "ends"))
    if duty.begins == "anywhere":
        found.append(Wrong("begins_nowhere", "begins"))
    return found


def _wrong_rest(duty: Duty, rest: Rest) -> Iterator[Wrong]:
    if not SHORTEST_REST_MIN <= rest.minutes <= LONGEST_REST_MIN:
        yield Wrong("bad_rest_length", "rest", {"least": SHORTEST_REST_MIN, "most": LONGEST_REST_MIN})
    if rest.latest < rest.earliest:
        yield Wrong("rest_window_reversed", "rest")
    if len(duty.spans) != 1:
        yield Wrong("rest_without_one_span", "rest")
    elif rest.earliest < duty.spans[0][0] or rest.latest + rest.minutes > duty.spans[0][1]:
        yield Wrong("rest_outside_shift", "rest")
