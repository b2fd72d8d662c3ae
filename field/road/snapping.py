"""Where points meet streets: a spatial index over street shapes on a local plane.

The index is an STR-tree (Leutenegger, Lopez & Edgington 1997, doi:10.1109/ICDE.1997.582015) over the shapes
in metres. Nobody's door opens into a tunnel, so tunnels are never snapped to.
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


class StreetIndex:
    """Finds the nearest street of each point, and cuts stretches out of streets for drawing."""

    def __init__(self, edges: Sequence[Street]) -> None:
        every = np.array([point for edge in edges for point in edge.shape])
        middle = every.mean(axis=0)
        self._plane = Plane((float(middle[0]), float(middle[1])))
        self._names = [edge.name for edge in edges]
        self._lines = self._plane.metres(np.array([shapely.LineString(edge.shape) for edge in edges]))
        above_ground = np.flatnonzero([not edge.tunnel for edge in edges])
        self._doors = above_ground if len(above_ground) else np.arange(len(edges))
        self._tree = shapely.STRtree(self._lines[self._doors])

    def place(self, lonlat: Floats) -> Placed:
        """The nearest place on a street for each point ([n, 2] degrees, finite)."""
        if not np.isfinite(lonlat).all():
            raise ValueError("coordinates must be finite")
        flat = self._plane.metres(shapely.points(lonlat))
        # all_matches=False answers one edge per point, in the points' order.
        _, nearest = self._tree.query_nearest(flat, all_matches=False)
        edge = self._doors[nearest]
        lines = self._lines[edge]
        share = shapely.line_locate_point(lines, flat, normalized=True)
        return Placed(edge, share, shapely.distance(lines, flat))

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
