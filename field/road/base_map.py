"""The streets under every map: the road graph drawn as one small file that pages can show without tiles.

Cutting the sea out of an extract's shores takes seconds, so the picture is made once, where the streets file
is made, and lies beside it. It names the very streets it was drawn from: beside others it counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import shapely

from field.road.streets import Street, Streets, load_streets

DRAWN = "base_map.json"
"""The picture's name, beside the streets file."""
MOST_EDGES = 60_000
"""Beyond this a page would load and draw too much; such a city has a tile server."""

_MAIN = ("motorway", "trunk", "primary", "secondary")
_PATHS = ("footway", "path", "steps", "pedestrian", "service")
_DIGITS = 5  # about a metre
_MARGIN = 0.02  # degrees of sea beyond the last street
_SMALLEST = 2e-7  # square degrees, some 2,000 m²: a pond is no landmark
_STREETS_IN_WATER = 60.0
"""Degrees of street a square degree: a town has some thousand."""


def draw_base_map(streets: Streets, drawn_of: str) -> bytes:
    """The picture, as JSON.

    ``drawn_of``, what it was drawn from (:func:`digest_of` the streets file); ``attribution``; ``bounds``
    west, south, east, north; ``lines`` by weight (``main``, ``street``, ``path``), each a list of
    ``[[lon, lat], …]``; ``water``, rings of sea and lakes; ``names`` as ``[name, lon, lat]``, each in the
    middle of the street's longest stretch.
    """
    lines: dict[str, list[list[list[float]]]] = {"main": [], "street": [], "path": []}
    longest: dict[str, Street] = {}
    for edge in streets.edges:
        if edge.kind == "ferry":
            continue
        lines[_weight(edge.kind)].append(
            [[round(lon, _DIGITS), round(lat, _DIGITS)] for lon, lat in edge.shape]
        )
        if edge.name and edge.metres > (longest[edge.name].metres if edge.name in longest else 0):
            longest[edge.name] = edge
    names = [[name, *_middle(edge)] for name, edge in sorted(longest.items())]
    lons, lats = zip(*streets.nodes, strict=True)
    body = {
        "drawn_of": drawn_of,
        "attribution": streets.attribution,
        "bounds": [min(lons), min(lats), max(lons), max(lats)],
        "lines": lines,
        "water": _water(streets),
        "names": names,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(streets_file: bytes) -> str:
    """By which a picture knows its streets."""
    return hashlib.sha256(streets_file).hexdigest()


def base_map_of(road_graph: Path) -> bytes | None:
    """The picture of a streets file: the one that lies beside it, if drawn of this one, else a new one.

    None where there is no street, or are too many.

    Raises:
        OSError: there is no such file.
        StreetsUnreadable: it is no streets file.
    """
    digest = digest_of(road_graph.read_bytes())
    try:
        drawn = road_graph.with_name(DRAWN).read_bytes()
        if json.loads(drawn)["drawn_of"] == digest:
            return drawn
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none lies there: it is drawn now
    streets = load_streets(road_graph)
    if not streets.edges or len(streets.edges) > MOST_EDGES:
        return None
    return draw_base_map(streets, digest)


def _weight(kind: str) -> str:
    if kind.removesuffix("_link") in _MAIN:
        return "main"
    return "path" if kind in _PATHS else "street"


def _middle(edge: Street) -> tuple[float, float]:
    lon, lat = edge.shape[len(edge.shape) // 2]
    if len(edge.shape) == 2:
        (a, b), (c, d) = edge.shape
        lon, lat = (a + c) / 2, (b + d) / 2
    return round(lon, _DIGITS), round(lat, _DIGITS)


def _water(streets: Streets) -> list[list[list[float]]]:
    """Sea and lakes: what the shores cut out of the map, and no street runs through.

    An extract has no polygon of the sea, only its coast, which ends where the extract does; it is drawn on
    to the frame from there. On which side the sea is, is told by where the streets are. A bridge or a tunnel
    across is little beside a town's streets.
    """
    shores = [shapely.LineString(line) for line in streets.water if len(line) >= 2]
    if not shores:
        return []
    lons, lats = zip(*streets.nodes, strict=True)
    frame = shapely.box(min(lons) - _MARGIN, min(lats) - _MARGIN, max(lons) + _MARGIN, max(lats) + _MARGIN)
    coast = shapely.get_parts(shapely.line_merge(shapely.union_all(shores)))
    ends = [shapely.Point(line.coords[at]) for line in coast if not line.is_closed for at in (0, -1)]
    onward = [shapely.shortest_line(end, frame.exterior) for end in ends]
    faces = shapely.get_parts(
        shapely.polygonize(shapely.get_parts(shapely.union_all([*coast, frame.exterior, *onward])))
    )
    dry = [
        edge for edge in streets.edges if not edge.tunnel and edge.kind != "ferry" and len(edge.shape) >= 2
    ]
    tree = shapely.STRtree([shapely.LineString(edge.shape) for edge in dry])
    wet = []
    for face in faces:
        if face.area < _SMALLEST or not face.within(frame):
            continue
        inside = tree.geometries[tree.query(face, predicate="contains")]
        if float(shapely.length(inside).sum()) < face.area * _STREETS_IN_WATER:
            ring = shapely.get_coordinates(face.exterior)
            wet.append([[round(float(lon), _DIGITS), round(float(lat), _DIGITS)] for lon, lat in ring])
    return wet
