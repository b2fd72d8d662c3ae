"""The demo city's pipe network: invented, under its real streets.

A pipe lies under every street that cars use; at each junction all of them but one have a valve there (the
"N − 1 rule"). Water comes in at three places on the border. Every door of the city is a connection; one is a
hospital, some are schools and shops, and a few people depend on their water.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from demo.morning import Door

SEED = 7
FOOT = frozenset(("footway", "path", "pedestrian", "steps"))
MAINS = frozenset(("primary", "secondary", "primary_link", "secondary_link"))
HYDRANT_EVERY = 6
"""Junctions for each hydrant."""
Feature = dict[str, Any]


def make_network(streets: Path, doors: Iterable[Door], attribution: str) -> bytes:
    """The network as the importer takes it: GeoJSON with all layers. The same streets give the same bytes."""
    city = json.loads(streets.read_text(encoding="utf-8"))
    scale, kinds = city["scale"], city["kinds"]
    bent = len(city["edge"]) - 1  # the columns before its shape
    edges = [edge for edge in city["edges"] if kinds[edge[3]] not in FOOT and edge[0] != edge[1]]
    edges = _joined(edges)
    places = [(lon / scale, lat / scale) for lon, lat in city["nodes"]]
    dice = random.Random(SEED)
    features: list[Feature] = []
    around: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for number, edge in enumerate(edges, 1):
        bends = [
            (lon / scale, lat / scale) for lon, lat in zip(edge[bent::2], edge[bent + 1 :: 2], strict=True)
        ]
        line = [places[edge[0]], *bends, places[edge[1]]]
        code = f"P{number:04}"
        width = 300 if kinds[edge[3]] in MAINS else 150
        ends = {"start": f"J{edge[0]:04}", "end": f"J{edge[1]:04}"}
        features.append(
            _feature("pipe", code, "LineString", line, diameter_mm=width, length_m=edge[2], **ends)
        )
        for end in (0, 1):
            around[edge[end]].append((code, end))
    valves = 0
    for node in sorted(around):
        pipes = around[node]
        dice.shuffle(pipes)
        for code, _ in pipes[1:]:
            valves += 1
            said = {
                "pipe": code,
                "node": f"J{node:04}",
                "state": "working" if dice.random() < 0.7 else "unknown",
            }
            features.append(_feature("valve", f"V{valves:04}", "Point", places[node], **said))
    hydrants = sorted(around)[::HYDRANT_EVERY]
    features += [_feature("hydrant", f"H{n:03}", "Point", places[node]) for n, node in enumerate(hydrants, 1)]
    for number, door in enumerate(doors, 1):
        kind = dice.choices(("home", "business", "school", "dependant"), (860, 120, 10, 10))[0]
        features.append(
            _feature("connection", f"C{number:04}", "Point", (door.lon, door.lat), **{"class": kind})
        )
    features[-1]["properties"]["class"] = "hospital"
    west, east = (pick(around, key=lambda node: places[node][0]) for pick in (min, max))
    north = max(around, key=lambda node: places[node][1])
    for number, node in enumerate(dict.fromkeys((west, north, east)), 1):
        features.append(_feature("source", f"I{number}", "Point", places[node], kind="inlet"))
    collection = {"type": "FeatureCollection", "attribution": attribution, "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _joined(edges: list[Any]) -> list[Any]:
    """The streets of the largest part that hangs together."""
    beside: dict[int, list[int]] = defaultdict(list)
    for edge in edges:
        beside[edge[0]].append(edge[1])
        beside[edge[1]].append(edge[0])
    largest: set[int] = set()
    left = set(beside)
    while left:
        part, todo = set(), [min(left)]
        while todo:
            node = todo.pop()
            if node not in part:
                part.add(node)
                todo += beside[node]
        left -= part
        largest = max(largest, part, key=len)
    return [edge for edge in edges if edge[0] in largest]


def _feature(layer: str, code: str, kind: str, coordinates: Any, /, **more: Any) -> Feature:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"layer": layer, "code": code} | more, "geometry": geometry}
