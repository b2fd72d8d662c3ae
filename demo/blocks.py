"""The city as blocks: the faces between streets, weighed by what stands on them, and who borders whom.

A block without streets inside (a park, a harbour front) can be as large as a zone; it is cut further, halfway
between groups of its buildings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

from demo.osm import GRID, Ground
from field.road.snapping import Plane
from field.road.streets import DRIVABLE, Streets

LARGEST_M2 = 12_000.0
LARGEST_HOUSE_M2 = 2_500.0  # a stadium is not ten apartment houses
MAIN = ("primary", "secondary", "tertiary")
# What a metre of zone border costs by what it runs along: a main road is the best border, a line through a
# block the worst.
BORDER_COST = {"main": 0.35, "street": 0.7, "path": 1.0, "none": 2.5}


@dataclass(frozen=True)
class Blocks:
    """Blocks and their neighbourhood. `centre` in metres on a local plane; `weight` is m² of buildings."""

    shapes: tuple[Any, ...]
    centre: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    neighbours: tuple[dict[int, float], ...]
    """For each block: neighbour → cost of a zone border between the two."""


def plane_of(land: Any) -> Plane:
    """The plane touching the city's middle."""
    return Plane(land.centroid.coords[0])


def make_blocks(ground: Ground, streets: Streets) -> Blocks:
    """Cut the land along its streets."""
    plane = plane_of(ground.land)
    lines = [shapely.LineString(edge.shape) for edge in streets.edges if not edge.tunnel and edge.metres > 0]
    faces = _faces([*lines, ground.land.exterior], ground.land)
    houses = [house.representative_point() for house in ground.buildings]
    cuts = [line for face in faces for line in _cut(face, houses, plane)]
    faces = _faces([*lines, ground.land.exterior, *cuts], ground.land)
    tree = shapely.STRtree(faces)
    weight = np.array([plane.metres(face).area * 0.03 for face in faces])
    for house, shape in zip(houses, ground.buildings, strict=True):
        found = tree.query(house, predicate="intersects")
        weight[int(found.min())] += min(plane.metres(shape).area, LARGEST_HOUSE_M2)
    centre = np.array([plane.metres(face).representative_point().coords[0] for face in faces])
    return Blocks(tuple(faces), centre, weight, _neighbours(faces, streets, plane))


def _faces(lines: list[Any], land: Any) -> list[Any]:
    faces = shapely.ops.polygonize(shapely.unary_union(lines, grid_size=GRID))
    inside = [face for face in faces if land.contains(face.representative_point())]
    return sorted(inside, key=lambda face: (face.bounds, face.area))


def _cut(face: Any, houses: list[Any], plane: Plane) -> list[Any]:
    """Lines through a block that is too large, halfway between groups of its buildings."""
    groups = math.ceil(plane.metres(face).area / LARGEST_M2)
    shapely.prepare(face)
    own = np.array([plane.metres(house).coords[0] for house in houses if face.contains(house)])
    if groups < 2 or len(own) < 2:
        return []
    middles = _middles(own, min(groups, len(own)))
    cells = shapely.voronoi_polygons(
        shapely.multipoints(middles), extend_to=plane.metres(face), only_edges=True
    )
    return [plane.degrees(cells).intersection(face)]


def _middles(points: npt.NDArray[np.float64], groups: int) -> npt.NDArray[np.float64]:
    """k-means, started with the farthest points so that no seed is needed."""
    chosen = [0]
    while len(chosen) < groups:
        gaps = np.min([np.hypot(*(points - points[i]).T) for i in chosen], axis=0)
        chosen.append(int(np.argmax(gaps)))
    middles = points[chosen]
    for _ in range(20):
        nearest = np.argmin(((points[:, None] - middles) ** 2).sum(axis=2), axis=1)
        middles = np.array(
            [points[nearest == k].mean(axis=0) if (nearest == k).any() else middles[k] for k in range(groups)]
        )
    return middles


def _neighbours(faces: list[Any], streets: Streets, plane: Plane) -> tuple[dict[int, float], ...]:
    edges = [edge for edge in streets.edges if not edge.tunnel and edge.metres > 0]
    tree = shapely.STRtree([plane.metres(shapely.LineString(edge.shape)) for edge in edges])
    neighbours: list[dict[int, float]] = [{} for _ in faces]
    first, second = shapely.STRtree(faces).query(faces, predicate="touches")
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if a < b:
            # Measured on the degree grid, where shared borders are equal to the last bit.
            shared = plane.metres(shapely.intersection(faces[a], faces[b]))
            if shared.length > 1:
                middle = shapely.line_interpolate_point(_longest(shared), 0.5, normalized=True)
                near = tree.query(middle, predicate="dwithin", distance=1.0)
                kinds = {edges[int(i)].kind.removesuffix("_link") for i in near}
                cost = shared.length * BORDER_COST[_border(kinds)]
                neighbours[a][b] = neighbours[b][a] = float(cost)
    return tuple(neighbours)


def _longest(shared: Any) -> Any:
    parts = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    return max(
        shapely.get_parts(shapely.line_merge(shapely.MultiLineString(parts))), key=lambda part: part.length
    )


def _border(kinds: set[str]) -> str:
    if kinds & set(MAIN):
        return "main"
    if kinds & set(DRIVABLE):
        return "street"
    return "path" if kinds else "none"
