"""From a GeoJSON geometry to a valid WGS-84 multipolygon, or the faults that make it impossible (RFC
7946 § 3.1.6).

Rings may run either way round, as the RFC asks readers to accept; a third coordinate (height) is dropped.
"""

import itertools
import math
import re
from typing import Any, Final

import shapely
from shapely import MultiPolygon, Polygon
from shapely.validation import explain_validity

from field.grid.files.borders.ground import drawn
from field.grid.files.borders.meetings import is_entangled
from field.grid.files.borders.mends import Mends, offer, untangled
from kernel.files.findings import Findings, shown

_VALIDITY: Final = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "rings_nested",
    "Nested shells": "rings_nested",
    "Duplicate Rings": "rings_nested",
    "Interior is disconnected": "interior_split",
}

_METRES_FROM: Final = 360.0
_HALF_ROUND: Final = 180.0
_WIDEST_ZONE: Final = 5.0
"""Degrees: some 500 km. A metering district is a few kilometres wide."""
_MERCATOR_EDGE: Final = 20_037_508.35

Ring = list[tuple[float, float]]


def vertices_of(geometry: Any) -> int:
    """How many positions a GeoJSON (multi)polygon has, an empty ring for one; 0 for anything else."""
    if not isinstance(geometry, dict) or not isinstance(geometry.get("coordinates"), list):
        return 0
    polygons = (
        geometry["coordinates"] if geometry.get("type") == "MultiPolygon" else [geometry["coordinates"]]
    )
    return sum(
        max(1, len(ring))
        for polygon in polygons
        if isinstance(polygon, list)
        for ring in polygon
        if isinstance(ring, list)
    )


def read_geometry(
    geometry: Any, number: int, findings: Findings, chosen: Mends, *, ranged: bool = True
) -> MultiPolygon | None:
    """The geometry of a feature as a valid MultiPolygon, or None with the faults noted, and what would mend
    them.

    `ranged` False: the coordinates are known to be in another system, whose ranges are not looked at again.
    """
    where = f"feature {number}, geometry"
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        findings.fault("wrong_geometry", where, found=shown(kind or "null"))
        return None
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        findings.fault("empty_geometry", where)
        return None
    polygons = [_read_polygon(part, number, findings, chosen) for part in parts]
    if any(polygon is None for polygon in polygons):
        return None
    sound = [polygon for polygon in polygons if polygon is not None]
    if not ranged or not _in_range(sound, where, findings):
        return None
    shape = MultiPolygon([Polygon(rings[0], rings[1:]) for rings in sound])
    return _valid(shape, number, findings, chosen)


def _read_polygon(value: Any, feature: int, findings: Findings, chosen: Mends) -> list[Ring] | None:
    where = f"feature {feature}, geometry"
    if not isinstance(value, list) or not value:
        findings.fault("empty_geometry", where)
        return None
    rings = [_read_ring(ring, number, feature, findings, chosen) for number, ring in enumerate(value, 1)]
    sound = [ring for ring in rings if ring is not None]
    return sound if len(sound) == len(rings) else None


def _read_ring(value: Any, number: int, feature: int, findings: Findings, chosen: Mends) -> Ring | None:
    where = f"feature {feature}, geometry"
    if not isinstance(value, list):
        findings.fault("bad_position", where, ring=number, position=1)
        return None
    ring: Ring = []
    for at, position in enumerate(value, 1):
        pair = _read_position(position)
        if pair is None:
            findings.fault("bad_position", where, ring=number, position=at)
            return None
        ring.append(pair)
    if len(ring) < 4:
        findings.fault("ring_too_short", where, ring=number, positions=len(ring))
        return None
    if ring[0] == ring[-1]:
        return ring
    closed = [*ring, ring[0]]
    if not chosen.wants("close", feature):
        lon, lat = ring[-1]
        offers = [offer("close", feature, after=Polygon(closed))]
        findings.fault("ring_not_closed", where, ring=number, lon=lon, lat=lat, mends=offers)
        return None
    chosen.done("close", feature, before=None, after=Polygon(closed))
    return closed


def _read_position(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) < 2:
        return None
    pair = []
    for each in value[:2]:
        if isinstance(each, bool) or not isinstance(each, int | float):
            return None
        try:
            number = float(each)
        except OverflowError:
            return None
        if not math.isfinite(number):
            return None
        pair.append(number)
    return pair[0], pair[1]


def _in_range(polygons: list[list[Ring]], where: str, findings: Findings) -> bool:
    points = [point for rings in polygons for ring in rings for point in ring]
    bad = next(((x, y) for x, y in points if abs(x) > 180 or abs(y) > 90), None)
    if _crosses_the_date_line(polygons):
        findings.fault("crosses_antimeridian", where)
        return False
    width, height = _size(polygons)
    if bad is None:
        if max(width, height) <= _WIDEST_ZONE:
            return True
        findings.fault("zone_too_wide", where, width=round(width, 1), height=round(height, 1))
        return False
    x, y = bad
    if max(width, height) <= _WIDEST_ZONE and all(abs(y) <= 180 and abs(x) <= 90 for x, y in points):
        findings.fault("coordinates_swapped", where, x=x, y=y)
    elif any(abs(x) > _METRES_FROM or abs(y) > _METRES_FROM for x, y in points):
        mercator = all(abs(x) <= _MERCATOR_EDGE and abs(y) <= _MERCATOR_EDGE for x, y in points)
        findings.fault("coordinates_in_metres", where, x=x, y=y, guess="EPSG:3857" if mercator else "")
    elif max(width, height) > _WIDEST_ZONE:
        findings.fault("coordinates_of_a_plan", where, x=x, y=y)
    else:
        findings.fault("coordinates_out_of_range", where, x=x, y=y)
    return False


def _crosses_the_date_line(polygons: list[list[Ring]]) -> bool:
    """Whether a ring runs across 180° of longitude: by a step of more than half the world, as RFC 7946
    § 3.1.9 would have it cut, or by going on beyond 180°.
    """
    for rings in polygons:
        for ring in rings:
            if any(abs(y) > 90 for _, y in ring):
                continue
            steps = itertools.pairwise(x for x, _ in ring)
            if any(_HALF_ROUND < abs(x - u) < 360 and abs(abs(x - u) - 360) < _WIDEST_ZONE for x, u in steps):
                return True
            low, high = min(x for x, _ in ring), max(x for x, _ in ring)
            if high - low < _WIDEST_ZONE and (low < 180 < high or low < -180 < high):
                return True
    return False


def _size(polygons: list[list[Ring]]) -> tuple[float, float]:
    """Degrees from west to east and from south to north; a zone cut at 180° lies on both edges of the map."""
    xs = [x for rings in polygons for ring in rings for x, _ in ring]
    ys = [y for rings in polygons for ring in rings for _, y in ring]
    width = max(xs) - min(xs)
    if width > _HALF_ROUND:
        width = min(width, max(x % 360 for x in xs) - min(x % 360 for x in xs))
    return width, max(ys) - min(ys)


def _valid(shape: MultiPolygon, number: int, findings: Findings, chosen: Mends) -> MultiPolygon | None:
    """Every polygon of its own, then all together, so that two broken parts give two faults."""
    where = f"feature {number}, geometry"
    if is_entangled(shape):
        findings.fault("outline_entangled", where)
        return None
    if shapely.is_valid(shape):
        return shape
    after = untangled(shape)
    if after is not None and chosen.wants("untangle", number):
        chosen.done("untangle", number, before=None, after=after)
        return after
    offers = [offer("untangle", number, after=after)] if after is not None else []
    sound = True
    for part, polygon in enumerate(shape.geoms, 1):
        sound &= _explained(polygon, part, where, findings, offers)
    if sound:
        _explained(shape, 0, where, findings, offers)
    return None


def _explained(
    shape: Polygon | MultiPolygon, part: int, where: str, findings: Findings, offers: list[Any]
) -> bool:
    if shapely.is_valid(shape):
        return True
    # GEOS names the fault and the place: "Self-intersection[7.42 43.73]".
    found = re.fullmatch(r"([^\[]+)\[(\S+) (\S+)\]", explain_validity(shape))
    code = _VALIDITY.get(found[1], "invalid_ring") if found else "invalid_ring"
    lon, lat = (float(found[2]), float(found[3])) if found else (0.0, 0.0)
    told = {"part": part, "lon": round(lon, 7), "lat": round(lat, 7)}
    findings.fault(code, where, **told, shape=drawn(shape), mends=offers)
    return False
