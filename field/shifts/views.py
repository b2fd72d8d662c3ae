"""The answers' shapes of shifts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from field.board.views import View

Source = Literal["usual", "pattern", "exception", "holiday", "absent"]


class BreakView(View):
    """It begins between `earliest` and `latest` and lasts `minutes`."""

    earliest: datetime
    latest: datetime
    minutes: int


class ShiftView(View):
    """A day. `starts_at` = `ends_at`: nothing to work. `source`: which word about the day counts; `duty`: it,
    in wall-clock times. `exception_id`, `version`: of what makes this day different, if something does.
    `begins`, `ends`: `home`, `station`, `anywhere`, or a place.
    """

    day: date
    source: Source
    starts_at: datetime
    ends_at: datetime
    worked_min: int
    rest: BreakView | None
    on_call_from: datetime | None
    on_call_until: datetime | None
    overtime_until: datetime | None
    duty: dict[str, Any]
    exception_id: UUID | None
    version: int | None


class PatternView(View):
    """A pattern that counts now or later."""

    id: UUID
    valid_from: date
    valid_until: date | None
    weeks: int
    duties: list[dict[str, Any]]
    version: int


class OvertimeView(View):
    """A wish for overtime, and what was decided."""

    id: UUID
    rep_id: UUID
    rep_name: str
    day: date
    until_at: datetime
    state: str
    asked_at: datetime
    asked_by_rep: bool
    decided_at: datetime | None
    version: int


class RepWeekView(View):
    """A representative's days. `stops`: visits planned on each day, in the days' order."""

    rep_id: UUID
    code: str
    name: str
    name_en: str
    station: str
    days: list[ShiftView]
    stops: list[int]


class HolidayView(View):
    day: date
    name: str


class DepotView(View):
    """Where a station is."""

    station: str
    lon: float
    lat: float


class ShiftsView(View):
    """Days from `first` on. `stations`: all there are; `truncated`: not all people are shown."""

    today: date
    first: date
    last: date
    timezone: str
    stations: list[str]
    holidays: list[HolidayView]
    depots: list[DepotView]
    reps: list[RepWeekView]
    overtime: list[OvertimeView]
    truncated: bool


class OwnShiftsView(View):
    """The caller's own days, and the overtime they asked for."""

    today: date
    first: date
    last: date
    timezone: str
    days: list[ShiftView]
    overtime: list[OvertimeView]
    calendar_since: datetime | None


class CalendarLinkView(View):
    """The secret address of one's calendar: shown once."""

    url: str


class ShiftChangeView(View):
    """What an import makes of a representative's days: `before` and `after` in wall-clock times."""

    where: str
    code: str
    day: str
    before: str
    after: str


class ShiftImportView(View):
    """What a file would change, or has; nothing was stored of a dry run."""

    dry_run: bool
    patterns: int
    exceptions: int
    unchanged: int
    changes: list[ShiftChangeView]
