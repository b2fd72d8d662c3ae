"""Addresses: each building on the street nearest to it, with an invented house number.

OpenStreetMap has 25 house numbers here. Ours count along the street from its western end, odd on one side
and even on the other.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from demo.blocks import plane_of
from demo.osm import Ground
from field.road.streets import DRIVABLE, Streets

FARTHEST_M = 90.0
NAMED = (*DRIVABLE, "pedestrian", "steps")


@dataclass(frozen=True, order=True)
class Address:
    """A door. `size` is the building's footprint in m²."""

    street: str
    number: int
    lon: float
    lat: float
    size: int

    @property
    def text(self) -> str:
        """As it is written here: number first."""
        return f"{self.number} {self.street}"


def make_addresses(ground: Ground, streets: Streets) -> list[Address]:
    """All addresses, by street and number."""
    plane = plane_of(ground.land)
    edges = [e for e in streets.edges if e.name and e.kind in NAMED and not e.tunnel and e.metres > 0]
    lines = [plane.metres(shapely.LineString(edge.shape)) for edge in edges]
    tree = shapely.STRtree(lines)
    sides: dict[tuple[str, int], list[tuple[float, float, float, int]]] = defaultdict(list)
    for building in ground.buildings:
        door = building.representative_point()
        flat = plane.metres(door)
        nearest = int(tree.query_nearest(flat).min())
        if flat.distance(lines[nearest]) > FARTHEST_M:
            continue
        along, side = _beside(lines[nearest], flat)
        axis = _axis(
            [line for line, edge in zip(lines, edges, strict=True) if edge.name == edges[nearest].name]
        )
        odd = side * np.sign(along @ axis) >= 0
        sides[edges[nearest].name, int(odd)].append(
            (
                round(float(np.array(flat.coords[0]) @ axis), 1),
                round(door.x, 6),
                round(door.y, 6),
                round(plane.metres(building).area),
            )
        )
    return sorted(
        Address(street, 2 * rank + (1 if odd else 2), lon, lat, size)
        for (street, odd), doors in sides.items()
        for rank, (_, lon, lat, size) in enumerate(sorted(doors))
    )


def _beside(line: Any, point: Any) -> tuple[Any, float]:
    """The street's direction next to a point, and on which side of it the point lies (sign)."""
    at = line.project(point)
    start, end = (np.array(line.interpolate(max(at + step, 0)).coords[0]) for step in (-1.0, 1.0))
    along, across = end - start, np.array(point.coords[0]) - start
    return along, float(along[0] * across[1] - along[1] * across[0])


def _axis(lines: list[Any]) -> Any:
    """The street's main direction, pointing east (its first principal component)."""
    points = np.concatenate([shapely.get_coordinates(line) for line in lines])
    _, _, directions = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    return directions[0] * (1 if directions[0][0] >= 0 else -1)


def dump_addresses(addresses: list[Address]) -> str:
    """CSV: street, number, lon, lat."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["street", "number", "lon", "lat"])
    writer.writerows([a.street, a.number, a.lon, a.lat] for a in addresses)
    return out.getvalue()
