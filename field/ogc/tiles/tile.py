"""Squares of the web's map: which ground a tile shows, and where a place lies in it.

The world in spherical Mercator (EPSG:3857) is one square at zoom 0, and four times as many at each further
one; x counts from the west, y from the north. Within a tile places are whole numbers, :data:`EXTENT` to a
side, y downward.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np
import numpy.typing as npt

EXTENT: Final = 4096
BUFFER: Final = 64
"""Drawn beyond the edge, so that outlines do not show where tiles meet."""
MOST_ZOOM: Final = 22
_LAST_LATITUDE: Final = 85.05112877980659

Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Tile:
    """One square."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether there is such a square."""
        return 0 <= self.z <= MOST_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in WGS-84 degrees, with what is drawn beyond the edge."""
        over, side = BUFFER / EXTENT, 1 << self.z
        west, east = ((self.x + at) / side * 360 - 180 for at in (-over, 1 + over))
        north, south = (_latitude((self.y + at) / side) for at in (-over, 1 + over))
        return max(west, -180.0), south, min(east, 180.0), north

    def places(self, degrees: Floats) -> Floats:
        """Longitudes and latitudes [n, 2] as places in the tile [n, 2]."""
        scale = float(EXTENT << self.z)
        latitude = np.radians(np.clip(degrees[:, 1], -_LAST_LATITUDE, _LAST_LATITUDE))
        x = (degrees[:, 0] + 180) / 360 * scale - self.x * EXTENT
        y = (1 - np.arcsinh(np.tan(latitude)) / math.pi) / 2 * scale - self.y * EXTENT
        return np.column_stack((x, y))


def _latitude(down: float) -> float:
    """Of a share of the way from the north edge of the world to the south."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
