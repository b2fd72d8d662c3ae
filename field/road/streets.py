"""Streets as data, kept in a small JSON file.

A street edge runs between two junctions (or ways' ends) and keeps its shape for drawing. What reads extracts
of OpenStreetMap is in :mod:`field.road.mapped`. Slopes are not kept.
"""

from __future__ import annotations

import gzip
import itertools
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from field.road.tagging import DRIVABLE, WALKABLE

__all__ = ["DRIVABLE", "WALKABLE", "Point", "Street", "Streets", "StreetsUnreadable", "Turn"]

Point = tuple[float, float]
"""(longitude, latitude) in WGS-84 degrees."""

FORMAT = "curbstop-streets/3"
OLDER = {"curbstop-streets/1": 2, "curbstop-streets/2": 0}
"""Formats still read, and how many columns an edge lacks in them before its shape, but for `against`.

The first knows no ferries, water, and streets closed to one kind of vehicle; both know no turns and gates.
"""
EARTH_M = 6_371_008.8
EDGE_COLUMNS = [
    *("tail", "head", "metres", "kind", "name", "one_way", "tunnel", "limit_kmh", "closed", "seconds"),
    "against",
    "lon, lat …",
]
SCALE = 1_000_000  # stored coordinates are whole micro-degrees, about 0.1 m


@dataclass(frozen=True, slots=True)
class Street:
    """One edge. `shape` runs from node `tail` to node `head`; `limit_kmh` is 0 where no limit is mapped.

    `closed`: to whom, bits of :data:`field.road.tagging.MODES`. `seconds`: how long a ferry takes; 0 on land.
    `against`: who may go against a one-way, bits of the same.
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
    against: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn restriction for `modes`: `path` must not be ridden on, or with `only` its end alone may follow.

    `path`: rides one after the other, each ``2 * edge`` along the edge's shape, ``2 * edge + 1`` against it.
    """

    path: tuple[int, ...]
    only: bool
    modes: int


@dataclass(frozen=True, slots=True)
class Streets:
    """A street network: node places, edges, and the words that must be shown with it."""

    nodes: tuple[Point, ...]
    edges: tuple[Street, ...]
    attribution: str
    water: tuple[tuple[Point, ...], ...] = ()
    """Shores and rivers as lines: nobody walks across them."""
    turns: tuple[Turn, ...] = ()
    gates: tuple[tuple[int, int], ...] = ()
    """Nodes that cannot be passed, and by whom: bits of :data:`field.road.tagging.MODES`."""


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


def open_file(path: Path) -> IO[bytes]:
    """The file, unpacked if it ends in `.gz`."""
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


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
                edge.against,
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
    turns = [[turn.modes, int(turn.only), *turn.path] for turn in streets.turns]
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
        "],",
        '"turns": [',
        _rows(turns),
        "],",
        '"gates": [',
        _rows(streets.gates),
        "]}",
        "",
    ]
    return "\n".join(lines).encode()


def _rows(rows: Iterable[Sequence[object]]) -> str:
    return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)


def load_streets(path: Path) -> Streets:
    """Read what `dump_streets` wrote (`.json` or `.json.gz`); raises `StreetsUnreadable`."""
    try:
        with open_file(path) as file:
            data = json.load(file)
        older = OLDER.get(data["format"])
        if data["format"] != FORMAT and older is None:
            raise StreetsUnreadable(f"{path.name}: format {data['format']!r}, expected {FORMAT!r}")
        nodes = tuple((lon / SCALE, lat / SCALE) for lon, lat in data["nodes"])
        edges = []
        for tail, head, metres, kind, name, one_way, tunnel, limit, *more in data["edges"]:
            inner: list[int] = [0] * (older or 0) + more
            closed, seconds = inner.pop(0), inner.pop(0)
            against = inner.pop(0) if older is None else 0
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
                    against,
                )
            )
        turns = tuple(
            Turn(tuple(path), bool(only), modes)
            for modes, only, *path in data.get("turns", ())
            if max(path) < 2 * len(edges) and min(path) >= 0
        )
        gates = tuple((node, modes) for node, modes in data.get("gates", ()) if nodes[node])
        water = _water(data.get("water", ()))
        return Streets(nodes, tuple(edges), data["attribution"], water, turns, gates)
    except (KeyError, IndexError, TypeError, ValueError, OSError, EOFError) as error:
        if isinstance(error, StreetsUnreadable):
            raise
        raise StreetsUnreadable(f"{path.name}: {type(error).__name__}: {error}") from error


def _water(lines: Iterable[Sequence[Any]]) -> tuple[tuple[Point, ...], ...]:
    return tuple(
        tuple((lon / SCALE, lat / SCALE) for lon, lat in zip(line[::2], line[1::2], strict=True))
        for line in lines
    )
