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
from typing import IO, Any, cast

from field.road import tagging
from field.road.tagging import DRIVABLE, WALKABLE

__all__ = ["DRIVABLE", "WALKABLE", "Point", "Street", "Streets", "StreetsUnreadable"]

Point = tuple[float, float]
"""(longitude, latitude) in WGS-84 degrees."""

FORMAT = "curbstop-streets/2"
OLDER = "curbstop-streets/1"
"""Without ferries, water, and streets closed to one kind of vehicle."""
EARTH_M = 6_371_008.8
EDGE_COLUMNS = [
    *("tail", "head", "metres", "kind", "name", "one_way", "tunnel", "limit_kmh", "closed", "seconds"),
    "lon, lat …",
]
SCALE = 1_000_000  # stored coordinates are whole micro-degrees, about 0.1 m


@dataclass(frozen=True, slots=True)
class Street:
    """One edge. `shape` runs from node `tail` to node `head`; `limit_kmh` is 0 where no limit is mapped.

    `closed`: to whom, bits of :data:`field.road.tagging.MODES`. `seconds`: how long a ferry takes; 0 on land.
    """

    tail: int
    head: int
    metres: float
    kind: str
    name: str
    one_way: bool
    tunnel: bool
    limit_kmh: int
    shape: tuple[Point, ...]
    closed: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Streets:
    """A street network: node places, edges, and the words that must be shown with it."""

    nodes: tuple[Point, ...]
    edges: tuple[Street, ...]
    attribution: str
    water: tuple[tuple[Point, ...], ...] = ()
    """Shores and rivers as lines: nobody walks across them."""


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


def read_osm(path: Path) -> Streets:
    """Streets of an OSM XML file (`.osm` or `.osm.gz`).

    Raises `StreetsUnreadable` when the file is not XML or holds no street.
    """
    places: dict[str, Point] = {}
    ways: list[tuple[list[str], dict[str, str]]] = []
    shores: list[list[str]] = []
    plain: dict[str, list[str]] = {}
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
                    refs = [nd.get("ref", "") for nd in element.findall("nd")]
                    if tagging.is_way(tags):
                        ways.append((refs, tags))
                    elif tagging.is_water(tags):
                        shores.append(refs)
                    elif not tags:
                        plain[element.get("id", "")] = (
                            refs  # perhaps a shore of a lake that a relation tells of
                        )
                elif element.tag == "relation":
                    tags = {tag.get("k", ""): tag.get("v", "") for tag in element.findall("tag")}
                    if tagging.is_water(tags):
                        members = (member.get("ref", "") for member in element.findall("member"))
                        shores += [plain[ref] for ref in members if ref in plain]
                if element.tag in ("node", "way", "relation"):
                    element.clear()
    except (ElementTree.ParseError, OSError, EOFError, ValueError) as error:
        raise StreetsUnreadable(f"{path.name}: {error}") from error
    whole = [(part, tags) for refs, tags in ways for part in _parts(refs, places)]
    water = tuple(tuple(places[ref] for ref in part) for refs in shores for part in _parts(refs, places))
    return _cut_at_junctions(places, whole, water, "© OpenStreetMap contributors, ODbL 1.0")


def _parts(refs: Sequence[str], places: Mapping[str, Point]) -> list[list[str]]:
    """A way's stretches that the extract holds.

    An extract cut at its border names nodes it does not hold. What lies between the nodes on both sides of
    such a gap is not known, least of all that it is straight: the way ends on one side and begins anew on
    the other.
    """
    runs = (list(run) for held, run in itertools.groupby(refs, lambda ref: ref in places) if held)
    return [run for run in runs if len(run) >= 2]


def _cut_at_junctions(
    places: Mapping[str, Point],
    kept: Sequence[tuple[list[str], dict[str, str]]],
    water: tuple[tuple[Point, ...], ...],
    attribution: str,
) -> Streets:
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
        direction = tagging.direction(tags)
        ordered = refs[::-1] if direction < 0 else refs
        sailing = tagging.ferry_seconds(tags, length_m([places[ref] for ref in refs]))
        per_m = sailing / max(length_m([places[ref] for ref in refs]), 1.0)
        start = 0
        for end in range(1, len(ordered)):
            if uses[ordered[end]] < 2:
                continue
            shape = tuple(places[ref] for ref in ordered[start : end + 1])
            metres = length_m(shape)
            edges.append(
                Street(
                    tail=node(ordered[start]),
                    head=node(ordered[end]),
                    metres=round(metres, 1),
                    kind=tagging.kind(tags),
                    name=tags.get("name", ""),
                    one_way=direction != 0,
                    tunnel=tags.get("tunnel", "no") != "no",
                    limit_kmh=tagging.limit_kmh(tags),
                    shape=shape,
                    closed=tagging.closed(tags),
                    seconds=round(metres * per_m),
                )
            )
            start = end
    return Streets(tuple(nodes), tuple(edges), attribution, water)


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
                edge.closed,
                edge.seconds,
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
    water = [[round(value * SCALE) for point in line for value in point] for line in streets.water]
    lines = [
        json.dumps(head, ensure_ascii=False, indent=0)[:-2] + ",",
        '"nodes": [',
        _rows(nodes),
        "],",
        '"edges": [',
        _rows(rows),
        "],",
        '"water": [',
        _rows(water),
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
        older = data["format"] == OLDER
        if data["format"] != FORMAT and not older:
            raise StreetsUnreadable(f"{path.name}: format {data['format']!r}, expected {FORMAT!r}")
        nodes = tuple((lon / SCALE, lat / SCALE) for lon, lat in data["nodes"])
        edges = []
        for tail, head, metres, kind, name, one_way, tunnel, limit, *more in data["edges"]:
            closed, seconds, *inner = [0, 0, *more] if older else more
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
                    closed,
                    seconds,
                )
            )
        return Streets(nodes, tuple(edges), data["attribution"], _water(data.get("water", ())))
    except (KeyError, IndexError, TypeError, ValueError, OSError, EOFError) as error:
        if isinstance(error, StreetsUnreadable):
            raise
        raise StreetsUnreadable(f"{path.name}: {type(error).__name__}: {error}") from error


def _water(lines: Iterable[Sequence[Any]]) -> tuple[tuple[Point, ...], ...]:
    return tuple(
        tuple((lon / SCALE, lat / SCALE) for lon, lat in zip(line[::2], line[1::2], strict=True))
        for line in lines
    )
