"""Which coordinate system a zone file is in, and which of two numbers is the longitude.

GeoJSON has longitude first (RFC 7946 § 3.1.1) and knows only WGS 84. Its predecessor of 2008 had a member
`crs`, which map programs still write. Systems that agree with WGS 84 to within two metres are taken as it.
An URN of the EPSG stands for the registry's own order, latitude first (OGC 07-092r1); many programs write it
over longitude first all the same.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

from kernel.files.findings import Findings, shown

SAME: Final = ("4326", "4979", "4490", "4480", "4258", "4937", "4269", "6318", "7844", "6668", "4167")
"""EPSG codes: WGS 84, CGCS2000 (China), ETRS89, NAD83, GDA2020, JGD2011, NZGD2000; some with height."""

_CODES: Final = "|".join(SAME)
_LON_LAT: Final = re.compile(
    rf"((urn:(x-)?ogc:def:crs:)?OGC:(1\.3)?:?CRS:?84h?|https?://www\.opengis\.net/def/crs/OGC/1\.3/CRS84h?"
    rf"|EPSG:({_CODES})|WGS[ _]?(19)?84|GCS_WGS_1984|CGCS[ _]?2000"
    r"|GCS_China_Geodetic_Coordinate_System_2000)",
    re.IGNORECASE,
)
_LAT_LON: Final = re.compile(
    rf"(urn:(x-)?ogc:def:crs:EPSG:[0-9.]*:({_CODES})|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/({_CODES}))",
    re.IGNORECASE,
)


class Axes(Enum):
    """What a file says of its coordinates."""

    UNTOLD = "untold"
    LON_LAT = "lon_lat"
    LAT_LON = "lat_lon"
    UNKNOWN = "unknown"


def axes_of(member: Any, findings: Findings) -> Axes:
    """What the `crs` member says; UNKNOWN, with the fault noted, for a system that we do not take."""
    if member is None:
        return Axes.UNTOLD
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str):
        if _LON_LAT.fullmatch(name.strip()):
            return Axes.LON_LAT
        if _LAT_LON.fullmatch(name.strip()):
            return Axes.LAT_LON
    findings.fault("wrong_crs", "file, crs", crs=shown(name if name is not None else member))
    return Axes.UNKNOWN


def order_of(features: Sequence[Any], axes: Axes, *, strict: bool) -> tuple[bool, bool]:
    """Whether latitude comes first, and whether that is worth telling.

    `strict`: the caller has named the system, and means it. Else a file that says latitude first has it
    first when it cannot be read the other way.
    """
    if axes is not Axes.LAT_LON:
        return False, False
    if strict:
        return True, False
    positions = [pair for feature in features for pair in _positions(feature)]
    lon_first = all(abs(x) <= 180 and abs(y) <= 90 for x, y in positions)
    lat_first = all(abs(y) <= 180 and abs(x) <= 90 for x, y in positions)
    found = bool(positions) and lat_first and not lon_first
    return found, found


def _positions(feature: Any) -> list[tuple[float, float]]:
    pairs: list[tuple[float, float]] = []
    left = [_coordinates(feature)]
    while left:
        value = left.pop()
        if not isinstance(value, list):
            continue
        if len(value) > 1 and all(_is_number(each) for each in value[:2]):
            pairs.append((value[0], value[1]))
        else:
            left.extend(value)
    return pairs


def flipped(feature: Any) -> Any:
    """A feature with the first two numbers of each position exchanged."""
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        return feature
    geometry = feature["geometry"] | {"coordinates": _flip(_coordinates(feature), 0)}
    return feature | {"geometry": geometry}


def _flip(value: Any, depth: int) -> Any:
    # A position lies three deep in a Polygon, four in a MultiPolygon; nothing that counts lies deeper.
    if not isinstance(value, list) or depth > 4:
        return value
    if len(value) > 1 and all(_is_number(each) for each in value[:2]):
        return [value[1], value[0], *value[2:]]
    return [_flip(each, depth + 1) for each in value]


def _coordinates(feature: Any) -> Any:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return geometry.get("coordinates") if isinstance(geometry, dict) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
