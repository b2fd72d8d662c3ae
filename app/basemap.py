"""The streets under every map: the road graph as one small file that pages can draw without tiles."""

from __future__ import annotations

import json
from pathlib import Path

from app.assets import Assets
from field.road.streets import Street, StreetsUnreadable, load_streets

NAME = "streets.json"
MOST_EDGES = 60_000
"""Beyond this a page would load and draw too much; such a city has a tile server."""

_MAIN = ("motorway", "trunk", "primary", "secondary")
_PATHS = ("footway", "path", "steps", "pedestrian", "service")
_DIGITS = 5  # about a metre


def base_map(road_graph: Path | None) -> Assets | None:
    """``/v/map/<hash>/streets.json``, or ``None`` where there is no graph, or too large a one.

    The file: ``attribution``; ``bounds`` west, south, east, north; ``lines`` by weight (``main``, ``street``,
    ``path``), each a list of ``[[lon, lat], …]``; ``names`` as ``[name, lon, lat]``, each in the middle of
    the street's longest stretch.
    """
    if road_graph is None:
        return None
    try:
        streets = load_streets(road_graph)
    except (OSError, StreetsUnreadable):
        return None
    if not streets.edges or len(streets.edges) > MOST_EDGES:
        return None
    lines: dict[str, list[list[list[float]]]] = {"main": [], "street": [], "path": []}
    longest: dict[str, Street] = {}
    for edge in streets.edges:
        lines[_weight(edge.kind)].append(
            [[round(lon, _DIGITS), round(lat, _DIGITS)] for lon, lat in edge.shape]
        )
        if edge.name and edge.metres > (longest[edge.name].metres if edge.name in longest else 0):
            longest[edge.name] = edge
    names = [[name, *_middle(edge)] for name, edge in sorted(longest.items())]
    lons, lats = zip(*streets.nodes, strict=True)
    body = {
        "attribution": streets.attribution,
        "bounds": [min(lons), min(lats), max(lons), max(lats)],
        "lines": lines,
        "names": names,
    }
    return Assets({NAME: json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()}, "/v/map")


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
