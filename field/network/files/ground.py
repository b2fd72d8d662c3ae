"""Metres around one place, and lines cut at places along them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from field.network.files.records import Floats, Place

DEGREE_M = 6_371_008.7714 * math.pi / 180
"""Metres of a degree of latitude, on a sphere of the earth's mean radius."""


@dataclasses.dataclass(frozen=True)
class Ground:
    """Plane metres around a place: equirectangular, right to a thousandth within some fifty kilometres."""

    lon: float
    lat: float

    @staticmethod
    def around(places: Floats) -> Ground:
        """``places``: float64 [n, 2], longitude and latitude; the middle of their bounds."""
        if not len(places):
            return Ground(0.0, 0.0)
        middle = (places.min(axis=0) + places.max(axis=0)) / 2
        return Ground(float(middle[0]), float(middle[1]))

    def metres(self, places: Floats) -> Floats:
        """Longitude and latitude, float64 [n, 2], to x and y."""
        east = DEGREE_M * math.cos(math.radians(self.lat))
        return np.asarray((places - (self.lon, self.lat)) * (east, DEGREE_M))

    def degrees(self, metres: Floats) -> Floats:
        """The other way round."""
        east = DEGREE_M * math.cos(math.radians(self.lat))
        return np.asarray(metres / (east, DEGREE_M) + (self.lon, self.lat))


def cut(line: Sequence[Place], along: Floats, at: Sequence[float]) -> list[list[Place]]:
    """A line's parts between its two ends and the places ``at`` (metres from its start, ascending).

    ``along``: metres from the start to each of the line's points.
    """
    parts: list[list[Place]] = []
    begun = [line[0]]
    point = 1
    for metres in at:
        while point < len(line) - 1 and along[point] < metres:
            begun.append(line[point])
            point += 1
        place = _between(line[point - 1], line[point], float(along[point - 1]), float(along[point]), metres)
        parts.append([*begun, place])
        begun = [place]
    return [*parts, [*begun, *line[point:]]]


def _between(a: Place, b: Place, from_m: float, to_m: float, metres: float) -> Place:
    share = 0.0 if to_m <= from_m else min(1.0, max(0.0, (metres - from_m) / (to_m - from_m)))
    return round(a[0] + (b[0] - a[0]) * share, 8), round(a[1] + (b[1] - a[1]) * share, 8)
