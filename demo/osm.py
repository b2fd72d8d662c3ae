"""What the demo city needs of the OpenStreetMap extract besides streets: the land and the buildings."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
import shapely.ops

MONACO = "36990"  # the relation of the principality's land boundary
GRID = 1e-6  # degrees; every cut is rounded to it, so that neighbours share their borders exactly


@dataclass(frozen=True)
class Ground:
    """The city's land, and the buildings on it in the file's order. WGS-84 degrees."""

    land: Any
    buildings: tuple[Any, ...]


def read_ground(path: Path) -> Ground:
    """Read an OSM XML extract (`.osm.gz`) that holds the boundary relation."""
    places: dict[str, tuple[float, float]] = {}
    ways: dict[str, list[str]] = {}
    built: list[str] = []
    border: list[str] = []
    with gzip.open(path) as file:
        for _, element in ElementTree.iterparse(file):
            if element.tag == "node":
                places[element.attrib["id"]] = (float(element.attrib["lon"]), float(element.attrib["lat"]))
            elif element.tag == "way":
                ways[element.attrib["id"]] = [nd.attrib["ref"] for nd in element.findall("nd")]
                if any(tag.get("k") == "building" for tag in element.findall("tag")):
                    built.append(element.attrib["id"])
            elif element.tag == "relation" and element.get("id") == MONACO:
                border = [m.attrib["ref"] for m in element.findall("member") if m.get("type") == "way"]
            if element.tag in ("node", "way", "relation"):
                element.clear()
    lines = [shapely.LineString([places[ref] for ref in ways[way]]) for way in border if way in ways]
    faces = shapely.ops.polygonize(shapely.unary_union(lines, grid_size=GRID))
    land = shapely.Polygon(max(faces, key=lambda face: face.area).exterior)
    rings = [[places[ref] for ref in ways[way]] for way in built if ways[way][0] == ways[way][-1]]
    shapes = [shapely.Polygon(ring) for ring in rings if len(ring) > 3]
    return Ground(land, tuple(s for s in shapes if s.is_valid and land.contains(s.representative_point())))
