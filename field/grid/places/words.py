"""A point in words: how far, and on which side, it lies from doors that people know. A small map to read
aloud.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

METRES_PER_DEGREE: Final = 6_371_008.8 * math.pi / 180.0
CELLS_PER_DEGREE: Final = 500
"""A cell is 222 m from south to north, and at 60° north 111 m from west to east."""
_ROW: Final = 1_000_000
COMPASS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
HERE_M: Final = 60.0
"""A point no farther from a door than this is at that door."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """`street` lies `metres` away from the point; the point is to the `direction` of it."""

    street: str
    metres: int
    direction: str


def cell_of(lon: float, lat: float) -> int:
    """The number of the square of the earth in which a point lies."""
    return math.floor(lat * CELLS_PER_DEGREE) * _ROW + math.floor(lon * CELLS_PER_DEGREE)


def cells_around(lon: float, lat: float, reach: int) -> list[int]:
    """The cell of a point and those around it, `reach` cells far."""
    middle = cell_of(lon, lat)
    steps = range(-reach, reach + 1)
    return [middle + north * _ROW + east for north in steps for east in steps]


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Distance on a plane through both: good to a metre within a city."""
    east = (lon - other_lon) * math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot(east, lat - other_lat) * METRES_PER_DEGREE


def direction_from(lon: float, lat: float, other_lon: float, other_lat: float) -> str:
    """Where the first point lies, seen from the second: one of `COMPASS`."""
    east = (lon - other_lon) * math.cos(math.radians((lat + other_lat) / 2))
    turn = math.degrees(math.atan2(east, lat - other_lat)) % 360
    return COMPASS[round(turn / 45) % 8]


def landmarks(
    lon: float, lat: float, doors: Iterable[tuple[str, float, float]], most: int = 2
) -> tuple[Landmark, ...]:
    """The nearest streets, by their nearest doors (street, lon, lat): each street once, the nearest first."""
    nearest: dict[str, tuple[float, float, float]] = {}
    for street, door_lon, door_lat in doors:
        metres = metres_between(lon, lat, door_lon, door_lat)
        if street not in nearest or metres < nearest[street][0]:
            nearest[street] = (metres, door_lon, door_lat)
    chosen = sorted(nearest.items(), key=lambda each: (each[1][0], each[0]))[:most]
    return tuple(
        Landmark(street, round(metres), direction_from(lon, lat, door_lon, door_lat))
        for street, (metres, door_lon, door_lat) in chosen
    )
