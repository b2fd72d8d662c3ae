"""Streets as data: read from an OpenStreetMap extract, kept in a small JSON file.

A street edge runs between two junctions (or ways' ends) and keeps its shape for drawing. Rules for one-ways
and access follow the OSM wiki's "Key:oneway" and "Key:access". Turn restrictions and slopes are not read.
"""

from __future__ import annotations

import gzip
import itertools
import json
import math
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

Point = tuple[float, float]
"""(longitude, latitude) in WGS-84 degrees."""

FORMAT = "curbstop-streets/1"
EARTH_M = 6_371_008.8
EDGE_COLUMNS = ["tail", "head", "metres", "kind", "name", "one_way", "tunnel", "limit_kmh", "lon, lat …"]
SCALE = 1_000_000  # stored coordinates are whole micro-degrees, about 0.1 m

DRIVABLE = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
)
WALKABLE = ("pedestrian", "footway", "path", "steps")


@dataclass(frozen=True, slots=True)
class Street:
    """One edge. `shape` runs from node `tail` to node `head`; `limit_kmh` is 0 where no limit is mapped."""

    tail: int
    head: int
    metres: float
    kind: str
    name: str
    one_way: bool
    tunnel: bool
    limit_kmh: int
    shape: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Streets:
    """A street network: node places, edges, and the words that must be shown with it."""

    nodes: tuple[Point, ...]
    edges: tuple[Street, ...]
    attribution: str


class StreetsUnreadable(ValueError):
    """The file is not a street network this version can read."""


def haversine_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres."""
    lat_a, lat_b = math.radians(a[1]), math.radians(b[1])
    dlon = math.radians(b[0] - a[0])
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(dlon / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(h)))


def length_m(shape: Sequence[Point]) -> float:
    """Length of a line in metres."""
    return sum(haversine_m(a, b) for a, b in itertools.pairwise(shape))


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _allowed(tags: Mapping[str, str]) -> bool:
    kind = tags.get("highway")
    if tags.get("area") == "yes":
        return False
    if kind in WALKABLE:
        return True
    # The narrower key wins: "access=private, motor_vehicle=yes" is open to us.
    access = tags.get("motor_vehicle", tags.get("vehicle", tags.get("access", "yes")))
    return kind in DRIVABLE and access not in ("no", "private")


def _direction(tags: Mapping[str, str]) -> int:
    """1 along the way only, -1 against it only, 0 both."""
    one_way = tags.get("oneway", "")
    if one_way in ("-1", "reverse"):
        return -1
    if one_way in ("yes", "true", "1"):
        return 1
    if one_way == "no":
        return 0
    implied = tags.get("junction") in ("roundabout", "circular")
    return 1 if implied or tags.get("highway", "").startswith("motorway") else 0


def _limit(tags: Mapping[str, str]) -> int:
    text = tags.get("maxspeed", "")
    return int(text) if text.isdecimal() else 0


def read_osm(path: Path) -> Streets:
    """Streets of an OSM XML file (`.osm` or `.osm.gz`).

    Raises `StreetsUnreadable` when the file is not XML or holds no street.
    """
    places: dict[str, Point] = {}
    ways: list[tuple[list[str], dict[str, str]]] = []
    try:
        with _open(path) as file:
            for _, element in ElementTree.iterparse(file):
                if element.tag == "node":
                    places[element.get("id", "")] = (
                        round(float(element.get("lon", "")), 6),
                        round(float(element.get("lat", "")), 6),
                    )
                elif element.tag == "way":
                    tags = {tag.get("k", ""): tag.get("v", "") for tag in element.findall("tag")}
                    if _allowed(tags):
                        ways.append(([nd.get("ref", "") for nd in element.findall("nd")], tags))
                if element.tag in ("node", "way", "relation"):
                    element.clear()
    except (ElementTree.ParseError, OSError, EOFError, ValueError) as error:
        raise StreetsUnreadable(f"{path.name}: {error}") from error
    # An extract cut at its border names nodes it does not hold.
    complete = [([ref for ref in refs if ref in places], tags) for refs, tags in ways]
    return _cut_at_junctions(places, complete, "© OpenStreetMap contributors, ODbL 1.0")


def _cut_at_junctions(
    places: Mapping[str, Point], ways: Iterable[tuple[list[str], dict[str, str]]], attribution: str
) -> Streets:
    kept = [(refs, tags) for refs, tags in ways if len(refs) >= 2]
    if not kept:
        raise StreetsUnreadable("no street found")
    uses = Counter(ref for refs, _ in kept for ref in refs)
    uses.update(ref for refs, _ in kept for ref in (refs[0], refs[-1]))
    number: dict[str, int] = {}
    nodes: list[Point] = []
    edges: list[Street] = []

    def node(ref: str) -> int:
        if ref not in number:
            number[ref] = len(nodes)
            nodes.append(places[ref])
        return number[ref]

    for refs, tags in kept:
        direction = _direction(tags)
        ordered = refs[::-1] if direction < 0 else refs
        start = 0
        for end in range(1, len(ordered)):
            if uses[ordered[end]] < 2:
                continue
            shape = tuple(places[ref] for ref in ordered[start : end + 1])
            edges.append(
                Street(
                    tail=node(ordered[start]),
                    head=node(ordered[end]),
                    metres=round(length_m(shape), 1),
                    kind=tags["highway"],
                    name=tags.get("name", ""),
                    one_way=direction != 0,
                    tunnel=tags.get("tunnel", "no") != "no",
                    limit_kmh=_limit(tags),
                    shape=shape,
                )
            )
            start = end
    return Streets(tuple(nodes), tuple(edges), attribution)


def dump_streets(streets: Streets) -> bytes:
    """The network as JSON text: the same streets always give the same bytes."""
    kinds = sorted({edge.kind for edge in streets.edges})
    names = sorted({edge.name for edge in streets.edges})
    rows = []
    for edge in streets.edges:
        inner = [round(value * SCALE) for point in edge.shape[1:-1] for value in point]
        rows.append(
            [
                edge.tail,
                edge.head,
                edge.metres,
                kinds.index(edge.kind),
                names.index(edge.name),
                int(edge.one_way),
                int(edge.tunnel),
                edge.limit_kmh,
                *inner,
            ]
        )
    nodes = [[round(lon * SCALE), round(lat * SCALE)] for lon, lat in streets.nodes]
    head = {
        "format": FORMAT,
        "attribution": streets.attribution,
        "scale": SCALE,
        "kinds": kinds,
        "names": names,
        "edge": EDGE_COLUMNS,
    }
    lines = [
        json.dumps(head, ensure_ascii=False, indent=0)[:-2] + ",",
        '"nodes": [',
        _rows(nodes),
        "],",
        '"edges": [',
        _rows(rows),
        "]}",
        "",
    ]
    return "\n".join(lines).encode()


def _rows(rows: Iterable[Sequence[object]]) -> str:
    return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)


def load_streets(path: Path) -> Streets:
    """Read what `dump_streets` wrote (`.json` or `.json.gz`); raises `StreetsUnreadable`."""
    try:
        with _open(path) as file:
            data = json.load(file)
        if data["format"] != FORMAT:
            raise StreetsUnreadable(f"{path.name}: format {data['format']!r}, expected {FORMAT!r}")
        nodes = tuple((lon / SCALE, lat / SCALE) for lon, lat in data["nodes"])
        edges = []
        for tail, head, metres, kind, name, one_way, tunnel, limit, *inner in data["edges"]:
            degrees = [value / SCALE for value in inner]
            between = zip(degrees[::2], degrees[1::2], strict=True)
            edges.append(
                Street(
                    tail,
                    head,
                    float(metres),
                    data["kinds"][kind],
                    data["names"][name],
                    bool(one_way),
                    bool(tunnel),
                    limit,
                    (nodes[tail], *between, nodes[head]),
                )
            )
        return Streets(nodes, tuple(edges), data["attribution"])
    except (KeyError, IndexError, TypeError, ValueError, OSError, EOFError) as error:
        if isinstance(error, StreetsUnreadable):
            raise
        raise StreetsUnreadable(f"{path.name}: {type(error).__name__}: {error}") from error
