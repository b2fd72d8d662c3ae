"""Whether a place on earth can be meant: homes beside the zones, and zones where a utility can be.

Longitude and latitude change places easily, and in Europe and much of Africa both orders are places on earth.
So a whole file is also looked at from far: the country it falls in, whether a town of 15,000 is within 30 km,
and whether the other order would have been the likelier one. What is only unlikely is asked, not refused.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from kernel.errors import Fault

Bounds = tuple[float, float, float, float]
"""West, south, east, north, in WGS-84 degrees; east is above 180 where the box runs across that meridian."""

KM_PER_DEGREE: Final = 111.195
FAR_KM: Final = 150.0
"""Nobody begins the day farther than this from the zones."""
ELSEWHERE_KM: Final = 300.0
"""Zones farther than this from all earlier ones are another place."""
WIDE_KM: Final = 1500.0


@dataclasses.dataclass(frozen=True)
class Place:
    """`country`: ISO 3166-1 code, "" at sea; `name`: in English; `settled`: a town of 15,000 is near."""

    country: str
    name: str
    settled: bool


Atlas = Callable[[float, float], Place]


def box_around(boxes: Iterable[Bounds]) -> Bounds | None:
    """The narrowest box around others: across 180° of longitude where that is the shorter way; None of none.

    A box as wide as the world is one that was cut there (RFC 7946 § 3.1.9), and lies on both sides of it.
    """
    found = [(180.0, s, 180.0, n) if e - w > 180 else (w, s, e, n) for w, s, e, n in boxes]
    if not found:
        return None
    beyond = [(w + 360, s, e + 360, n) if e < 0 else (w, s, e, n) for w, s, e, n in found]
    return min((_hull(found), _hull(beyond)), key=lambda box: box[2] - box[0])


def _hull(boxes: Sequence[Bounds]) -> Bounds:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def km_outside(lon: float, lat: float, bounds: Bounds) -> float:
    """How far a point lies from a box, in km; 0 inside."""
    west, south, east, north = bounds
    inside = (lon - west) % 360 <= east - west
    x = 0.0 if inside else min((west - lon) % 360, (lon - east) % 360)
    y = max(south - lat, lat - north, 0.0)
    return KM_PER_DEGREE * math.hypot(x * math.cos(math.radians((south + north) / 2)), y)


def fault_of_home(lon: float, lat: float, bounds: Bounds | None) -> tuple[str, dict[str, object]] | None:
    """Why a home cannot be where it is said to be: a fault's code and parameters; None when it can.

    The coordinates are personal and not repeated.
    """
    if bounds is None:
        return None
    away = km_outside(lon, lat, bounds)
    if away <= FAR_KM:
        return None
    if abs(lon) < 1e-3 and abs(lat) < 1e-3:
        return "home_at_zero", {}
    if abs(lon) <= 90 and km_outside(lat, lon, bounds) <= FAR_KM:
        return "home_swapped", {"km": round(away)}
    return "home_far", {"km": round(away)}


def doubt_of_place(bounds: Bounds, before: Bounds | None, named: bool, atlas: Atlas) -> Fault | None:
    """What is unlikely about where the zones of a file lie; None when nothing is.

    `before`: the bounds of the zones there are, if any. `named`: the file or the caller says which comes
    first, longitude or latitude.
    """
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    lon = (lon + 180) % 360 - 180
    here = atlas(lon, lat)
    can_swap = abs(lon) <= 90
    there = atlas(lat, lon) if can_swap else Place("", "", False)
    params: dict[str, object] = {
        "lon": round(lon, 2),
        "lat": round(lat, 2),
        "country": here.name,
        "country_code": here.country,
        "other_country": there.name,
        "other_country_code": there.country,
    }
    span = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) * KM_PER_DEGREE
    if span > WIDE_KM:
        return Fault("place_wide", "file", params=params | {"km": round(span)})
    if before is not None:
        away = km_outside(lon, lat, before)
        if away <= ELSEWHERE_KM:
            return None
        if can_swap and km_outside(lat, lon, before) <= ELSEWHERE_KM:
            return Fault("place_swapped", "file", params=params)
        return Fault("place_elsewhere", "file", params=params | {"km": round(away)})
    if not here.country and not here.settled:
        code = "place_swapped" if there.settled else "place_at_sea"
        return Fault(code, "file", params=params)
    if not named and there.settled:
        return Fault("place_either" if here.settled else "place_swapped", "file", params=params)
    return None
