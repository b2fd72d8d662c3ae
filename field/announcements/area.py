"""The ground of an announcement: zones, a polygon that somebody drew, or what a shut-off leaves dry.

WGS-84 degrees throughout. A place on the border is inside: it is better to be told for nothing.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

from field.grid.zones import METRES_PER_DEGREE
from kernel.errors import Fault

MOST_KM2: Final = 20_000.0
LEAST_M2: Final = 100.0
DETAIL: Final = 1e-6
"""A tenth of a metre."""
BESIDE_PIPE_M: Final = 60.0
"""Who lives so near to a pipe without water is taken to hang on it: the reach of a place's pipe."""

Ring = Sequence[tuple[float, float]]


@dataclasses.dataclass(frozen=True)
class Area:
    """`source`: zones, drawn or trace; `zones`: codes that it is made of, or touches; `connections`: without
    water, None where nobody can say; `classes`: of them, by kind of connection, as counts alone."""

    source: str
    zones: tuple[str, ...]
    geometry: Mapping[str, Any]
    bounds: tuple[float, float, float, float]
    connections: int | None = None
    classes: Mapping[str, int] = dataclasses.field(default_factory=dict)


def area_of(source: str, ground: BaseGeometry, zones: Sequence[str]) -> Area:
    """An area on this ground."""
    parts = shapely.set_precision(_surface(ground), DETAIL)
    west, south, east, north = parts.bounds
    return Area(source, tuple(zones), mapping(_surface(parts)), (west, south, east, north))


def _surface(ground: BaseGeometry) -> MultiPolygon:
    parts = [
        each
        for each in (ground.geoms if hasattr(ground, "geoms") else (ground,))
        if isinstance(each, Polygon) and not each.is_empty
    ]
    return MultiPolygon(parts)


def drawn(ring: Ring) -> tuple[Polygon | None, list[Fault]]:
    """The polygon of a ring that somebody drew; closed or not. With every fault of it."""
    corners = list(ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring)
    if len(set(corners)) < 3:
        return None, [Fault("area_too_few_corners", "body.area.ring")]
    polygon = Polygon(corners)
    if not polygon.is_valid:
        return None, [Fault("area_crosses_itself", "body.area.ring")]
    square_m = _square_m(polygon)
    if square_m < LEAST_M2 or square_m > MOST_KM2 * 1e6:
        return None, [Fault("area_size", "body.area.ring", params={"km2": round(square_m / 1e6, 3)})]
    return polygon, []


def beside(lines: Sequence[Sequence[tuple[float, float]]]) -> BaseGeometry:
    """The ground beside pipes."""
    pipes = shapely.union_all([shapely.LineString(line) for line in lines])
    lat = pipes.centroid.y
    wide = math.cos(math.radians(lat))
    plain = shapely.transform(pipes, lambda at: at * (wide * METRES_PER_DEGREE, METRES_PER_DEGREE))
    ground = shapely.simplify(shapely.buffer(plain, BESIDE_PIPE_M, quad_segs=4), 2.0)
    return shapely.transform(ground, lambda at: at / (wide * METRES_PER_DEGREE, METRES_PER_DEGREE))


def _square_m(ground: BaseGeometry) -> float:
    wide = math.cos(math.radians(ground.centroid.y))
    return float(ground.area) * METRES_PER_DEGREE**2 * wide


def holds(geometry: Mapping[str, Any], lon: float, lat: float) -> bool:
    """Whether a place lies in it, or on its border."""
    return bool(shapely.intersects_xy(shape(geometry), lon, lat))


def meet(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two areas have ground in common; a border alone is none."""
    return bool(shapely.relate_pattern(shape(a), shape(b), "T********"))
