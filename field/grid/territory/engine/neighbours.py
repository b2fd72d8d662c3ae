"""Which zones are beside each other on the ground, how far they share a border, and where their middles are.

A border is walked in short steps: where a step's middle lies within a few metres of another zone, the two
share that step. So small gaps and overlaps, which files have, do not matter, and zones that touch at a corner
only are no neighbours.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from field.grid.zones import METRES_PER_DEGREE

NEAR_M: Final = 3.0
"""So near to another zone a border is shared with it."""
SHARED_M: Final = 10.0
"""So much of it has to be shared."""
STEPS: Final = 48
"""Into which a border is divided at least."""


@dataclasses.dataclass(frozen=True)
class Border:
    """Between two zones by number, the first the smaller. ``metres`` shared; 0 across water or a gap, where a
    part of the map that lies by itself is joined at its nearest place."""

    one: int
    other: int
    metres: float


@dataclasses.dataclass(frozen=True)
class Ground:
    """Where the zones lie: borders, their middles in metres [Z] from the middle of all, and in degrees, and
    their areas in square metres."""

    borders: tuple[Border, ...]
    places: tuple[tuple[float, float], ...]
    points: tuple[tuple[float, float], ...]
    areas: tuple[float, ...]


def ground_of(shapes: Sequence[BaseGeometry]) -> Ground:
    """Look at the zones' shapes, in WGS-84 degrees."""
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(np.array(shapes, object)))
    origin = np.array([(west + east) / 2, (south + north) / 2])
    scale = METRES_PER_DEGREE * np.array([math.cos(math.radians(float(origin[1]))), 1.0])
    flat = np.array([shapely.transform(shape, lambda at: (at - origin) * scale) for shape in shapes], object)
    middles = shapely.get_coordinates(shapely.centroid(flat))
    inside = shapely.get_coordinates(shapely.point_on_surface(flat)) / scale + origin
    return Ground(
        borders=tuple(_joined(_shared(flat), flat, middles)),
        places=tuple((float(x), float(y)) for x, y in middles),
        points=tuple((float(lon), float(lat)) for lon, lat in inside),
        areas=tuple(max(1.0, float(area)) for area in shapely.area(flat)),
    )


def _shared(flat: np.ndarray) -> dict[tuple[int, int], float]:
    tree = shapely.STRtree(flat)
    shapely.prepare(flat)
    found: dict[tuple[int, int], float] = {}
    for number, shape in enumerate(flat):
        outline = shapely.segmentize(shape.boundary, max(shape.length / STEPS, NEAR_M))
        points, line = shapely.get_coordinates(shapely.get_parts(outline), return_index=True)
        same = line[:-1] == line[1:]
        first, second = points[:-1][same], points[1:][same]
        length = np.hypot(*(second - first).T)
        steps, others = tree.query(shapely.points((first + second) / 2), predicate="dwithin", distance=NEAR_M)
        metres = np.bincount(others, length[steps], len(flat))
        for other in np.flatnonzero(metres >= SHARED_M).tolist():
            if other != number:
                pair = (min(number, other), max(number, other))
                found[pair] = max(found.get(pair, 0.0), float(metres[other]))
    return found


def _joined(shared: dict[tuple[int, int], float], flat: np.ndarray, middles: np.ndarray) -> list[Border]:
    """The borders, and one more for each part of the map that lies by itself: to its nearest neighbour."""
    group = list(range(len(flat)))

    def root(zone: int) -> int:
        while group[zone] != zone:
            group[zone] = zone = group[group[zone]]
        return zone

    for one, other in shared:
        group[root(one)] = root(other)
    while len(roots := {root(zone) for zone in range(len(flat))}) > 1:
        parts: dict[int, list[int]] = {each: [] for each in roots}
        for zone in range(len(flat)):
            parts[root(zone)].append(zone)
        small = min(parts.values(), key=len)
        rest = np.array(sorted(set(range(len(flat))) - set(small)))
        tree = shapely.STRtree(flat[rest])
        zones, nearest = tree.query_nearest(flat[small], all_matches=False)
        gaps = shapely.distance(flat[np.array(small)[zones]], flat[rest[nearest]])
        at = int(gaps.argmin())
        one, other = small[int(zones[at])], int(rest[nearest[at]])
        shared[min(one, other), max(one, other)] = 0.0
        group[root(one)] = root(other)
    return [Border(one, other, metres) for (one, other), metres in sorted(shared.items())]
