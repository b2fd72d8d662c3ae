"""Areas, lengths and small drawings of WGS-84 shapes, for telling what is wrong and where."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from field.grid.zones import METRES_PER_DEGREE

DRAWN: Final = 80
"""Points of a drawing at most."""


def square_metres(shape: BaseGeometry) -> float:
    """Area on the ground of a small WGS-84 geometry, m²; good to 1 % for zones of a city's size."""
    return float(areas_m2(np.array([shape], dtype=object))[0])


def areas_m2(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """The same of many."""
    if not len(shapes):
        return np.zeros(0)
    bounds = shapely.bounds(shapes)
    middle = np.nan_to_num((bounds[:, 1] + bounds[:, 3]) / 2)
    squeeze = np.cos(np.radians(middle))
    found: NDArray[np.float64] = shapely.area(shapes) * METRES_PER_DEGREE**2 * squeeze
    return found


def metres(degrees: float, lat: float) -> float:
    """A short length in degrees, east to west and north to south alike, m: never too long."""
    return degrees * METRES_PER_DEGREE * math.cos(math.radians(lat))


def areal(shape: BaseGeometry) -> MultiPolygon:
    """The polygons of a shape; lines and points, which an exact cut leaves behind, are dropped."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if isinstance(part, Polygon)]
    return MultiPolygon([part for part in parts if not part.is_empty])


def drawn(shape: BaseGeometry, points: int = DRAWN) -> dict[str, Any]:
    """A shape as GeoJSON to draw it by: with few points, to a tenth of a metre."""
    tolerance = 1e-6
    small = shape
    while shapely.get_num_coordinates(small) > points and tolerance < 1.0:
        small = shapely.simplify(shape, tolerance, preserve_topology=False)
        tolerance *= 4
    if small.is_empty or shapely.get_num_coordinates(small) > points:
        small = shapely.box(*shape.bounds)
    rounded = shapely.transform(small, lambda places: np.round(places, 6))
    return dict(shapely.geometry.mapping(rounded))
