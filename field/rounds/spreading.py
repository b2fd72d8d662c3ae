"""Recurring work spread over days: by due date, by place, and by what each day can still bear.

A round comes due every so many days, and each of its points may be visited within some days of that. The
points of one occurrence are dealt out to days so that

- each is on a day of its window;
- no day takes more minutes than it has free, as long as another day of the window has room;
- what lies together is done on one day: points are taken along a Z-order curve (Morton 1966), so that
  neighbours come one after the other, and go where their neighbours are unless that day is clearly fuller.

The same input gives the same days. Whether somebody is really able on that day is found out when the task is
placed; this only keeps a hundred meters from being asked for on one morning.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

FULL_WEIGHT_M: Final = 5_000
"""How far away a point has to be from a day's others to outweigh a day that is full."""
TRIP_M: Final = 2_500
"""What it costs to begin with a day on which nothing is done yet: fewer trips, each with neighbours."""
METRES_PER_DEGREE: Final = 111_320


@dataclasses.dataclass(frozen=True)
class Point:
    """Somewhere to go: `key` is the point's own within the round; `first`, `last`: the days allowed."""

    key: str
    lon: float
    lat: float
    minutes: int
    first: date
    last: date


def due_on(starts_on: date, every_days: int, first: date, last: date) -> list[date]:
    """The days from `first` to `last` on which a round comes due that began on `starts_on`."""
    behind = max(0, -(-(first - starts_on).days // every_days))
    found = []
    day = starts_on + timedelta(days=behind * every_days)
    while day <= last:
        found.append(day)
        day += timedelta(days=every_days)
    return found


def spread(points: Sequence[Point], free: Mapping[date, int]) -> dict[str, date]:
    """A day for each point, by key. `free`: minutes that each day can still bear; a day that is not in it
    bears none.
    """
    left = dict(free)
    centres: dict[date, tuple[float, float, int]] = {}
    chosen: dict[str, date] = {}
    for point in sorted(points, key=lambda each: (each.last, _along(each), each.key)):
        days = _days(point)
        roomy = [day for day in days if left.get(day, 0) >= point.minutes]
        best = min(roomy or days, key=lambda day: (_cost(point, day, free, left, centres), day))
        chosen[point.key] = best
        left[best] = left.get(best, 0) - point.minutes
        lon, lat, count = centres.get(best, (0.0, 0.0, 0))
        centres[best] = (lon + point.lon, lat + point.lat, count + 1)
    return chosen


def _days(point: Point) -> list[date]:
    return [point.first + timedelta(days=ahead) for ahead in range((point.last - point.first).days + 1)]


def _cost(
    point: Point,
    day: date,
    free: Mapping[date, int],
    left: Mapping[date, int],
    centres: Mapping[date, tuple[float, float, int]],
) -> float:
    """Metres to what is done that day, or for a new trip, and as metres how full the day would be."""
    lon, lat, count = centres.get(day, (0.0, 0.0, 0))
    away = _metres(point.lon - lon / count, point.lat - lat / count) if count else TRIP_M
    bears = max(free.get(day, 0), 1)
    full = (bears - left.get(day, 0) + point.minutes) / bears
    return away + full * FULL_WEIGHT_M


def _metres(east: float, north: float) -> float:
    return float((abs(east) + abs(north)) * METRES_PER_DEGREE)


def _along(point: Point) -> int:
    """Where a point lies on the Z-order curve, in cells of about 100 m."""
    x, y = round((point.lon + 180) * 1000), round((point.lat + 90) * 1000)
    return sum(((x >> bit) & 1) << (2 * bit) | ((y >> bit) & 1) << (2 * bit + 1) for bit in range(19))
