"""What is known of getting about without streets: the straight line, on foot and as a stated estimate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from field.road.streets import EARTH_M, Point

Source = Literal["road_graph", "haversine"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

WALK_MS = 1.25
CROOKED = 1.3
STROLL_M = 150.0


class Haversine:
    """Great-circle distance × `factor` at `kmh`, plus `stop_s`: the fallback without a road graph.

    The defaults fit a scooter among the demo city's doors (median error 20 %); elsewhere they are a guess.
    """

    source: Source = "haversine"

    def __init__(self, factor: float = 1.4, kmh: float = 30.0, stop_s: float = 210.0) -> None:
        self._seconds_per_m = factor / (kmh / 3.6)
        self._stop_s = stop_s

    @property
    def still_s(self) -> int:
        """See `field.road.travel.Travel.still_s`."""
        return round(self._stop_s)

    def seconds(self, points: Sequence[Point]) -> Ints:
        """See `Travel.seconds`."""
        return self._ridden(great_circle(np.asarray(points, np.float64).reshape(-1, 2)))

    def around(self, place: Point, others: Floats) -> Ints:
        """See `Travel.around`: as long there as back."""
        once = self._ridden(apart(np.asarray(place, np.float64), others))
        return np.stack([once, once])

    def legs(self, starts: Sequence[Point], ends: Sequence[Point]) -> list[int]:
        """See `Travel.legs`."""
        a, b = (np.asarray(each, np.float64).reshape(-1, 2) for each in (starts, ends))
        found: list[int] = self._ridden(apart(a, b)).tolist()
        return found

    def at_hand(self, points: Sequence[Point], *, around: bool = False) -> bool:
        """See `Travel.at_hand`: there is nothing to search."""
        return True

    def learn(self, points: Sequence[Point], *, around: bool = False) -> None:
        """See `Travel.learn`."""

    def _ridden(self, metres: Floats) -> Ints:
        ridden = metres * self._seconds_per_m + self._stop_s
        return np.rint(np.minimum(ridden, stroll_s(metres))).astype(np.int32)

    def path(self, a: Point, b: Point) -> list[Point]:
        """See `Travel.path`: the straight line, for want of streets."""
        return [a, b]

    def reaches(self, point: Point) -> bool:
        """See `Travel.reaches`: nothing is known of what could be in the way."""
        return True


def great_circle(lonlat: Floats) -> Floats:
    """Pairwise great-circle distances in metres: [n, n]."""
    return apart(lonlat[:, None], lonlat[None])


def apart(a: Floats, b: Floats) -> Floats:
    """Great-circle distances in metres between places, (…, 2) each."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(each[..., axis]) for each in (a, b) for axis in (0, 1))
    h = np.sin((lat_a - lat_b) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_a - lon_b) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.minimum(1.0, np.sqrt(h))))


def stroll_s(metres: Floats) -> Floats:
    """Seconds on foot; endless beyond `STROLL_M`."""
    return np.where(metres <= STROLL_M, metres * (CROOKED / WALK_MS), np.inf)
