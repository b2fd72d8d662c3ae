"""What of a shape a tile shows: cut at its edge, as coarse as its places, whole numbers, sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from field.ogc.tiles.encoding import Value
from field.ogc.tiles.tile import BUFFER, EXTENT, Tile

LEAST_AREA: Final = 4.0
"""Square places; what is smaller is a speck on no screen."""
CELL: Final = 64
"""Places to a side within which points are told as one, with their number: four pixels of a usual map."""
Feature = tuple[BaseGeometry, dict[str, Value | None]]


def area_in(tile: Tile, shape: BaseGeometry) -> BaseGeometry | None:
    """A polygon or multipolygon in WGS-84 degrees as the tile shows it; None where nothing is left of it."""
    placed = shapely.transform(shape, tile.places)
    edge = (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    west, south, east, north = placed.bounds
    if west < edge[0] or south < edge[1] or east > edge[2] or north > edge[3]:
        placed = shapely.make_valid(shapely.clip_by_rect(placed, *edge))
    drawn = shapely.set_precision(shapely.simplify(placed, 1.0), 1.0)
    parts = [
        shapely.geometry.polygon.orient(part, 1.0)
        for part in shapely.get_parts(shapely.get_parts(drawn))
        if part.geom_type == "Polygon" and part.area >= LEAST_AREA
    ]
    return shapely.MultiPolygon(parts) if parts else None


def points_in(
    tile: Tile, points: Sequence[tuple[float, float]], properties: Iterable[Mapping[str, Any]]
) -> list[Feature]:
    """Points in WGS-84 degrees. Those of one cell are one point in their middle, with ``count`` and whether
    any is ``late``; one alone has its own properties."""
    if not points:
        return []
    places = tile.places(np.array(points, np.float64).reshape(-1, 2))
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, (x, y) in enumerate(np.floor(places / CELL).astype(int).tolist()):
        if -BUFFER <= places[at, 0] <= EXTENT + BUFFER and -BUFFER <= places[at, 1] <= EXTENT + BUFFER:
            cells[x, y].append(at)
    told = list(properties)
    found: list[Feature] = []
    for members in cells.values():
        middle = shapely.Point(np.rint(places[members].mean(axis=0)))
        if len(members) == 1:
            found.append((middle, {"count": 1, **told[members[0]]}))
        else:
            late = any(told[at].get("late") for at in members)
            found.append((middle, {"count": len(members), "late": late}))
    return found
