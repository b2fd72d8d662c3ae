"""Coordinate systems by their EPSG code, and the Chinese ones that have none: converted at the edge to
WGS-84.

What a caller names goes before what the file says. The datum of a file that is no GeoJSON is always asked
for: a Shapefile whose ``.prj`` says WGS 84 may still have been drawn on a shifted map.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import numpy as np

from field.grid.formats.datum import AS_WGS84, EPSG, SHIFTED, Degrees, within_frame
from kernel.files.findings import Findings, shown

FARTHEST: Final = 1e9
"""No system has numbers beyond this."""
ROUGH_M: Final = 5.0
"""A way from one datum to the other that is known to be worse is told."""


@cache
def _system(code: int) -> Any:
    """None where there is none of that code. PROJ is only loaded where an EPSG code is named."""
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        return pyproj.CRS.from_epsg(code)
    except CRSError:
        return None


def name_of(said: str) -> str:
    """What a file says of its system (WKT, or ``EPSG:n``) as an EPSG code, where there is one for it."""
    if EPSG.fullmatch(said):
        return said.upper()
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        code = pyproj.CRS.from_user_input(said).to_epsg(min_confidence=60)
    except (CRSError, UnicodeError):
        return ""
    return f"EPSG:{code}" if code else ""


def title_of(name: str) -> str:
    """``EPSG:4547``: "CGCS2000 / 3-degree Gauss-Kruger CM 114E"; empty of what is none."""
    found = EPSG.fullmatch(name)
    system = _system(int(found[1])) if found else None
    return str(system.name) if system else ""


def converted(features: list[dict[str, Any]], name: str, findings: Findings) -> bool:
    """Put all positions of the features into WGS-84, longitude first; False with the fault noted."""
    wanted = name.casefold()
    if wanted in AS_WGS84:
        return True
    places = list(_positions(features))
    numbers = np.array([place[:2] for place in places], dtype=np.float64).reshape(-1, 2)
    if wanted in SHIFTED:
        if not within_frame(numbers):
            findings.fault("datum_not_here", "file, crs", crs=name)
            return False
        moved = SHIFTED[wanted](numbers)
    else:
        projected = _projected(numbers, name, findings)
        if projected is None:
            return False
        moved = projected
    for place, (lon, lat) in zip(places, moved.tolist(), strict=True):
        place[:2] = lon, lat
    return True


def _projected(numbers: Degrees, name: str, findings: Findings) -> Degrees | None:
    found = EPSG.fullmatch(name)
    system = _system(int(found[1])) if found else None
    if system is None:
        findings.fault("wrong_crs", "file, crs", crs=shown(name))
        return None
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        way = pyproj.Transformer.from_crs(system, 4326, always_xy=True)
        lon, lat = way.transform(numbers[:, 0], numbers[:, 1])
    except ProjError:
        findings.fault("wrong_crs", "file, crs", crs=shown(name))
        return None
    if not (np.all(np.isfinite(lon)) and np.all(np.isfinite(lat))):
        findings.fault("outside_system", "file, crs", crs=name, title=system.name)
        return None
    if way.accuracy > ROUGH_M:
        findings.warning("rough_datum", "file, crs", crs=name, metres=round(way.accuracy))
    return np.column_stack([lon, lat])


def _positions(features: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Every position that is one, as the list that is to be changed."""
    left: list[Any] = [
        geometry.get("coordinates")
        for feature in features
        if isinstance(feature, dict) and isinstance(geometry := feature.get("geometry"), dict)
    ]
    while left:
        value = left.pop()
        if not isinstance(value, list):
            continue
        if len(value) > 1 and all(_is_number(each) for each in value[:2]):
            yield value
        else:
            left.extend(value)


def _is_number(value: Any) -> bool:
    """Whether it can be a coordinate: what is larger is told by whoever checks the ranges."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < FARTHEST
