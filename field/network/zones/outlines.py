"""Outlines around groups of junctions: each place near a pipe belongs to the group whose pipe is nearest.

Points along all pipes have a cell each (Voronoi); a group's cells together, as far as the pipes reach,
are its outline. So outlines never overlap, and groups that meet share their border.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from field.network.engine.segments import Ints
from field.network.files.build import Network
from field.network.files.ground import Ground
from field.network.files.records import Floats

REACH_M: Final = 60.0
"""Metres from a pipe that still belong to it."""
STEP_M: Final = 25.0
"""Metres between the points along a pipe."""
MOST_POINTS: Final = 300_000
YARD_M2: Final = 250_000.0
"""A hole smaller than this, a block between streets, belongs to whoever is around it."""
LEAST_M2: Final = 400.0
"""A piece smaller than this is none."""
COARSE_M: Final = 3.0
MOST_CORNERS: Final = 5_000
"""Of one outline: it is drawn coarser until it has no more."""


def outlines(network: Network, of: Ints, reach_m: float = REACH_M) -> dict[int, BaseGeometry]:
    """By group: a MultiPolygon in WGS-84 degrees. Links between two groups belong to each by half."""
    places = np.array([place for link in network.links for place in link.line], np.float64)
    ground = Ground.around(places)
    sizes = [len(link.line) for link in network.links]
    metres = np.split(ground.metres(places), np.cumsum(sizes)[:-1])
    lines = [shapely.linestrings(line) for line in metres]
    points, groups = _points(network, lines, of)
    if not len(points):
        return {}
    cells = _cells(points, groups)
    ground_near = _near(lines, reach_m)
    shapes = {group: _clean(shapely.intersection(cell, ground_near)) for group, cell in cells.items()}
    kept = {group: shape for group, shape in shapes.items() if not shape.is_empty}
    coarse = COARSE_M
    simpler = shapely.coverage_simplify(list(kept.values()), coarse)
    while shapely.get_num_coordinates(simpler).max(initial=0) > MOST_CORNERS and coarse < REACH_M:
        coarse *= 2
        simpler = shapely.coverage_simplify(list(kept.values()), coarse)
    return {
        group: shapely.transform(_clean(shape), ground.degrees)
        for group, shape in zip(kept, simpler, strict=True)
    }


def _points(network: Network, lines: list[BaseGeometry], of: Ints) -> tuple[Floats, Ints]:
    """Places along the links with the group of the nearer end, each place once."""
    lengths = shapely.length(lines)
    step = max(STEP_M, float(lengths.sum()) / MOST_POINTS)
    found: list[Floats] = []
    groups: list[Ints] = []
    for link, line, length in zip(network.links, lines, lengths.tolist(), strict=True):
        many = max(2, int(length / step) + 1)
        # The ends are the junctions; of a link with no length there is one.
        shares = (np.arange(many) + 0.5) / many
        own = np.where(shares < 0.5, of[link.start], of[link.end])
        keep = own >= 0
        if keep.any():
            found.append(shapely.get_coordinates(shapely.line_interpolate_point(line, shares[keep] * length)))
            groups.append(own[keep].astype(np.int32))
    if not found:
        return np.empty((0, 2)), np.empty(0, np.int32)
    places: Floats = np.round(np.concatenate(found), 2).astype(np.float64)
    _, first = np.unique(places, axis=0, return_index=True)
    return places[first], np.concatenate(groups)[first]


def _cells(points: Floats, groups: Ints) -> dict[int, BaseGeometry]:
    """The cells of each group as one."""
    if len(np.unique(groups)) == 1:
        edge = shapely.MultiPoint(points).envelope.buffer(10_000)
        return {int(groups[0]): edge}
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(points), extend_to=shapely.MultiPoint(points).envelope.buffer(5_000), ordered=True
    )
    parts = shapely.get_parts(cells)
    return {
        int(group): shapely.coverage_union_all(parts[groups == group]) for group in np.unique(groups).tolist()
    }


def _near(lines: list[BaseGeometry], reach_m: float) -> BaseGeometry:
    """The ground within reach of any pipe, with the blocks between them."""
    around = shapely.union_all(shapely.buffer(lines, reach_m, quad_segs=2))
    filled = [
        shapely.Polygon(
            part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area >= YARD_M2]
        )
        for part in shapely.get_parts(around)
    ]
    near = shapely.union_all(filled)
    shapely.prepare(near)
    return near


def _clean(shape: BaseGeometry) -> BaseGeometry:
    """Areas alone, without crumbs."""
    parts = [
        part
        for part in shapely.get_parts(shapely.get_parts(shape))
        if part.geom_type == "Polygon" and part.area >= LEAST_M2
    ]
    return shapely.MultiPolygon(parts)
