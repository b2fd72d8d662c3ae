"""Which hours are slow: factors for the hours of three kinds of day, made into the pace of one day.

A factor is in permille of the time a way takes on empty roads: 2000 where it takes twice as long. Hours are
those of the wall clock; where a clock is put forward or back, each hour has the factor that its name has.
"""

import dataclasses
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from field.road.pace import STEP_S, UNIT, Pace

WORKING_DAY: Final = "working_day"
SATURDAY: Final = "saturday"
SUNDAY: Final = "sunday"
KINDS: Final = (WORKING_DAY, SATURDAY, SUNDAY)
"""A holiday is a Sunday."""

LEAST: Final = 500
MOST: Final = 3000
HOURS: Final = 24
DAYS_BEFORE: Final = 1
DAYS: Final = 4
"""A night's work may begin the day before, and a late day lasts into the next ones."""
KEPT: Final = 64

Factors = Mapping[str, Collection[int]]
"""By kind of day, one for each hour."""


def kind_of(day: date, holidays: Collection[date]) -> str:
    """The kind of a day."""
    if day in holidays or day.weekday() == 6:
        return SUNDAY
    return SATURDAY if day.weekday() == 5 else WORKING_DAY


def days_around(day: date) -> tuple[date, ...]:
    """The days whose kind matters for the pace of one."""
    return tuple(day + timedelta(days=at - DAYS_BEFORE) for at in range(DAYS))


def pace_for(
    factors: Factors, day: date, timezone: ZoneInfo, holidays: Collection[date] = (), still_s: int = 0
) -> Pace:
    """The pace of a working day, from the midnight before to two days later, in seconds of Unix time."""
    known = {kind: tuple(each) for kind, each in factors.items()}
    origin = int(datetime.combine(days_around(day)[0], time(), timezone).timestamp())
    speeds = []
    for hour in range(DAYS * HOURS):
        local = datetime.fromtimestamp(origin + hour * STEP_S, UTC).astimezone(timezone)
        speeds.append(round(UNIT * UNIT / known[kind_of(local.date(), holidays)][local.hour]))
    return Pace.of(origin, speeds, still_s)


@dataclasses.dataclass
class Paces:
    """The paces that a worker keeps, by the number of the profile, the day and the holidays around it."""

    timezone: ZoneInfo
    kept: OrderedDict[tuple[int, date, int], Pace] = dataclasses.field(default_factory=OrderedDict)

    def keep(self, key: tuple[int, date, int], pace: Pace) -> None:
        """Keep a pace; the ones used least recently go first."""
        self.kept[key] = pace
        while len(self.kept) > KEPT:
            self.kept.popitem(last=False)
