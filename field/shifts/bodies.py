"""What the API of shifts takes. Times are `HH:MM` of the utility's wall clock."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from field.bodies import Body, Code, Lat, Line, Lon, Moment, Version
from field.shifts.roster.duty import MOST_WEEKS

Clock = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class SpanBody(Body):
    """From and until; an `end` that is not after `start` is on the next day."""

    start: Clock
    end: Clock


class RestBody(Body):
    """A break: it begins between `earliest` and `latest`."""

    earliest: Clock
    latest: Clock
    minutes: Annotated[int, Field(ge=1, le=720)]


class PointBody(Body):
    """A place. WGS-84 degrees."""

    lon: Lon
    lat: Lat


Place = Literal["home", "station", "anywhere"] | PointBody


class DutyBody(Body):
    """One day. No `spans`: a day off; of two the time between is the break."""

    spans: Annotated[list[SpanBody], Field(max_length=4, default_factory=list)]
    rest: RestBody | None = None
    on_call: SpanBody | None = None
    begins: Place = "home"
    ends: Place = "home"


class PatternDayBody(DutyBody):
    """A day of the cycle: `week` from 0, `weekday` 0 (Monday) to 6."""

    week: Annotated[int, Field(ge=0, lt=MOST_WEEKS)] = 0
    weekday: Annotated[int, Field(ge=0, le=6)]


class PatternBody(Body):
    """A cycle of `weeks` from `valid_from` on; the one of that representative and day is replaced. A day that
    is not named is off. `valid_until`: the last day.
    """

    valid_from: Day
    valid_until: Day | None = None
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)] = 1
    duties: Annotated[list[PatternDayBody], Field(max_length=7 * MOST_WEEKS)]
    version: Version | None = None


class ExceptionBody(Body):
    """What one day is, whatever the pattern says."""

    day: Day
    duty: DutyBody
    version: Version | None = None


class HolidayBody(Body):
    """A day on which nobody works by the pattern."""

    day: Day
    name: Annotated[Line, Field(max_length=80)]


class HolidaysBody(Body):
    """All holidays from today on; those that are left out are none any more."""

    holidays: Annotated[list[HolidayBody], Field(max_length=400)]


class DepotBody(PointBody):
    """Where a station's people begin who do not do so at home."""

    station: Code


class OvertimeBody(Body):
    """Until when; the day is the one on which the shift began."""

    day: Day
    until: Moment


class SeenBody(Body):
    version: Version | None = None


class VersionQuery(Body):
    version: Version | None = None


class WeekQuery(Body):
    """`first`: the first day, today when left out; `station`: its people alone."""

    first: Day | None = None
    days: Annotated[int, Field(ge=1, le=42)] = 7
    station: Code | None = None


class ShiftTableQuery(WeekQuery):
    """`surface`: whose session is meant, where a link to a file cannot say so in a header."""

    surface: Annotated[str, Field(max_length=16)] | None = None


class SpanQuery(Body):
    """`first`: the first day, today when left out."""

    first: Day | None = None
    days: Annotated[int, Field(ge=1, le=92)] = 28


class ShiftImportQuery(Body):
    """`dry_run`: check and compare, and store nothing. `rep_id`: whose an iCalendar file is, unless it says
    so.
    """

    dry_run: bool = False
    rep_id: UUID | None = None
