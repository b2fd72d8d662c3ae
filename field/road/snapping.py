"""Where points meet streets: a spatial index over street shapes on a local plane.

The index is an STR-tree (Leutenegger, Lopez & Edgington 1997, doi:10.1109/ICDE.1997.582015) over the shapes
in metres. Nobody's door opens into a tunnel or onto a ferry, so these are never snapped to; and nobody walks
across water, so a street on the other bank is passed over for one on this side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

from field.road.streets import EARTH_M, Point, Street
from field.road.tagging import FERRY

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a point meets the street: the place on it, how far off it is, and the street's name."""

    lon: float
    lat: float
    metres: float
    street: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Points on edges, one row each: edge number, share of the edge from its tail, metres to walk there."""

    edge: npt.NDArray[np.intp]
    share: Floats
    metres: Floats


class Plane:
    """Degrees to metres on a plane touching the earth at `origin`; good to 1 in 10,000 within a city."""

    def __init__(self, origin: Point) -> None:
        self.origin = np.array(origin)
        per_degree = math.radians(1) * EARTH_M
        self.scale = np.array([per_degree * math.cos(math.radians(origin[1])), per_degree])

    def metres(self, shape: Any) -> Any:
        """The same geometry, or array of them, in metres."""
        return shapely.transform(shape, lambda degrees: (degrees - self.origin) * self.scale)

    def degrees(self, shape: Any) -> Any:
        """The same geometry, or array of them, in degrees."""
        return shapely.transform(shape, lambda metres: metres / self.scale + self.origin)


OTHER_BANK_M = 1_500.0
"""How far off a street on this side of the water is looked for, when the nearest one is across."""
SHORE_M = 1.0
"""How near to its end a way may touch water without crossing it: a quay's edge, and a rounded coordinate."""


class StreetIndex:
    """Finds the nearest street of each point, and cuts stretches out of streets for drawing."""

    def __init__(self, edges: Sequence[Street], water: Sequence[Sequence[Point]] = ()) -> None:
        every = np.array([point for edge in edges for point in edge.shape])
        middle = every.mean(axis=0)
        self._plane = Plane((float(middle[0]), float(middle[1])))
        self._names = [edge.name for edge in edges]
        self._lines = self._plane.metres(np.array([shapely.LineString(edge.shape) for edge in edges]))
        above_ground = np.flatnonzero([not edge.tunnel and edge.kind != FERRY for edge in edges])
        self._doors = above_ground if len(above_ground) else np.arange(len(edges))
        self._tree = shapely.STRtree(self._lines[self._doors])
        shores = [shapely.LineString(line) for line in water if len(line) >= 2]
        self._water = shapely.STRtree(self._plane.metres(np.array(shores))) if shores else None

    def place(self, lonlat: Floats) -> Placed:
        """The nearest place on a street for each point ([n, 2] degrees, finite)."""
        if not np.isfinite(lonlat).all():
            raise ValueError("coordinates must be finite")
        flat = self._plane.metres(shapely.points(lonlat))
        # all_matches=False answers one edge per point, in the points' order.
        _, nearest = self._tree.query_nearest(flat, all_matches=False)
        edge = self._on_this_side(flat, self._doors[nearest])
        lines = self._lines[edge]
        share = shapely.line_locate_point(lines, flat, normalized=True)
        return Placed(edge, share, shapely.distance(lines, flat))

    def _on_this_side(self, flat: Any, edge: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """The edges found, but for those across water the nearest on this side, where there is one."""
        if self._water is None:
            return edge
        edge = edge.copy()
        for row in np.flatnonzero(self._wet(shapely.shortest_line(flat, self._lines[edge]))):
            near = self._doors[self._tree.query(flat[row].buffer(OTHER_BANK_M))]
            ways = shapely.shortest_line(flat[row], self._lines[near])
            dry = np.flatnonzero(~self._wet(ways))
            if len(dry):
                edge[row] = near[dry[np.argmin(shapely.length(ways[dry]))]]
        return edge

    def _wet(self, ways: Any) -> npt.NDArray[np.bool_]:
        """Which of these straight ways (in metres) cross water. Ending on a shore is not crossing it."""
        wet = np.zeros(len(ways), np.bool_)
        if self._water is None:
            return wet
        length = shapely.length(ways)
        inner = np.flatnonzero(length > 2 * SHORE_M)
        if len(inner):
            margin = np.maximum(length[inner] * 0.02, SHORE_M)[:, None]
            start, end = shapely.get_point(ways[inner], 0), shapely.get_point(ways[inner], -1)
            a, b = shapely.get_coordinates(start), shapely.get_coordinates(end)
            inwards = (b - a) / length[inner][:, None] * margin
            within = shapely.linestrings(np.stack([a + inwards, b - inwards], axis=1))
            wet[inner[np.unique(self._water.query(within, predicate="intersects")[0])]] = True
        return wet

    def across_water(self, a: Floats, b: Floats, most_m: float) -> npt.NDArray[np.bool_]:
        """Which of ``a`` have water between them and the ``b`` beside it (…, 2 degrees each), if they are no
        farther apart than `most_m`: bool […].
        """
        near_a, near_b = np.broadcast_arrays(self._flat(a), self._flat(b))
        wet = np.zeros(near_a.shape[:-1], np.bool_)
        if self._water is not None:
            near = np.hypot(*np.moveaxis(near_a - near_b, -1, 0)) <= most_m * 1.01
            wet[near] = self._wet(shapely.linestrings(np.stack([near_a[near], near_b[near]], axis=1)))
        return wet

    def _flat(self, lonlat: Floats) -> Floats:
        return np.asarray((lonlat - self._plane.origin) * self._plane.scale)

    def farness(self, lonlat: Floats) -> list[tuple[bool, float]]:
        """How far each point is from the nearest street: whether there is water before it, and metres.

        They compare as they are: a street that one gets to is nearer than any across water.
        """
        placed = self.place(lonlat)
        ways = shapely.shortest_line(self._plane.metres(shapely.points(lonlat)), self._lines[placed.edge])
        return list(zip(self._wet(ways).tolist(), placed.metres.tolist(), strict=True))

    def snap(self, point: Point) -> Snap:
        """One point's place on the street."""
        placed = self.place(np.array([point], np.float64))
        edge, share = int(placed.edge[0]), float(placed.share[0])
        [(lon, lat)] = self.part(edge, share, share)
        return Snap(lon, lat, float(placed.metres[0]), self._names[edge])

    def part(self, edge: int, start: float, end: float) -> list[Point]:
        """The stretch of an edge between two shares of its length, in the order travelled."""
        cut = self._plane.degrees(shapely.ops.substring(self._lines[edge], start, end, normalized=True))
        return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in shapely.get_coordinates(cut)]
