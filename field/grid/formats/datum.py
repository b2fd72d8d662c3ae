"""GCJ-02 and BD-09, the shifted coordinates of Chinese maps, back to WGS-84.

Neither is published. The formulas are those that were found from outside and that map programs have shared
since about 2010 (described in Wikipedia, "Restrictions on geographic data in China", § GCJ-02 and § BD-09):
WGS-84 plus a smooth shift of 300 to 800 m, worked out on the ellipsoid of Krasovsky 1940 (GCJ-02), and on top
of that a second one in polar form (BD-09). Forwards they are exact; backwards the shift is taken off again
until the way forwards leads to the given place, to within a hundredth of a millimetre. Against the maps
themselves they are good to one or two metres. Outside the frame in which the shift is made there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
"""n × 2: longitude, latitude."""

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271
"""The frame within which maps of China are shifted."""

_AXIS_M: Final = 6_378_245.0
_ECCENTRICITY_2: Final = 0.00669342162296594323
_TURN: Final = np.pi * 3000.0 / 180.0
_CLOSE: Final = 1e-10
_ROUNDS: Final = 30


def within_frame(places: Degrees) -> bool:
    """Whether all places lie where coordinates are shifted."""
    lon, lat = places[:, 0], places[:, 1]
    return bool(np.all((lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)))


def gcj02_from_wgs84(places: Degrees) -> Degrees:
    """The shift of GCJ-02, forwards."""
    lon, lat = places[:, 0], places[:, 1]
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    curve = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    meridian = _AXIS_M * (1.0 - _ECCENTRICITY_2) / (curve * np.sqrt(curve))
    parallel = _AXIS_M / np.sqrt(curve) * np.cos(radians)
    return np.column_stack([lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)])


def bd09_from_gcj02(places: Degrees) -> Degrees:
    """The second shift, of BD-09, forwards."""
    lon, lat = places[:, 0], places[:, 1]
    far = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _TURN)
    return np.column_stack([far * np.cos(angle) + 0.0065, far * np.sin(angle) + 0.006])


def bd09_from_wgs84(places: Degrees) -> Degrees:
    """Both shifts."""
    return bd09_from_gcj02(gcj02_from_wgs84(places))


def wgs84_from_gcj02(places: Degrees) -> Degrees:
    """GCJ-02 degrees in WGS-84. The places must lie :func:`within_frame`."""
    return _backwards(gcj02_from_wgs84, places)


def wgs84_from_bd09(places: Degrees) -> Degrees:
    """BD-09 degrees in WGS-84. The places must lie :func:`within_frame`."""
    return _backwards(bd09_from_wgs84, places)


def _backwards(shift: Callable[[Degrees], Degrees], places: Degrees) -> Degrees:
    found = places.copy()
    for _ in range(_ROUNDS):
        rest = places - shift(found)
        found += rest
        if not len(rest) or float(np.abs(rest).max()) < _CLOSE:
            break
    return found


AS_WGS84: Final = ("wgs84", "cgcs2000")
"""Within two metres of each other, and stored as they are."""
SHIFTED: Final = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}
EPSG: Final = re.compile(r"(?:EPSG:|urn:ogc:def:crs:EPSG:[0-9.]*:)?(\d{4,6})", re.IGNORECASE)


def is_datum(name: str) -> bool:
    """Whether a name is one that can be converted: wgs84, cgcs2000, gcj02, bd09, an EPSG code."""
    return name.casefold() in (*AS_WGS84, *SHIFTED) or EPSG.fullmatch(name) is not None
