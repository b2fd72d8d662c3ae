"""A pipe network for the town of :mod:`tests.rig.town`, small enough to do in one's head.

One main runs east through the middle of all four zones, fed by an inlet at its west end. In the middle of
each zone a street leads off to the north; the streets of A1 and A2 are joined at their ends, so that these
two are a ring. A valve (``v``) stands at the beginning of every pipe but the first::

               ┌────── N1 ──────┐
              S-A1             S-A2             S-B1             S-B2
               v                v                v                v
    inlet ─ M0 ┴ v M1 ─ v M2 ── ┴ v M3 ─ v M4 ── ┴ v M5 ─ v M6 ── ┴ v M7

The valve of pipe ``P`` is called ``VP``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.rig.town import SIDE, SOUTH, WEST, ZONES

MIDDLE = SOUTH + SIDE / 2
NORTH = SOUTH + SIDE * 0.8
Feature = dict[str, Any]


def feature(layer: str, code: str, kind: str, coordinates: Any, /, **more: Any) -> Feature:
    geometry = None if coordinates is None else {"type": kind, "coordinates": coordinates}
    properties = {"layer": layer, "code": code} | more
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _at(column: float) -> float:
    return round(WEST + column * SIDE, 7)


def pipes() -> list[Feature]:
    """Main, streets, and what makes a ring of two of them."""
    made = [
        feature(
            "pipe", f"M{k}", "LineString", [[_at(k / 2), MIDDLE], [_at((k + 1) / 2), MIDDLE]], diameter_mm=300
        )
        for k in range(8)
    ]
    for zone, (_, column) in ZONES.items():
        line = [[_at(column + 0.5), MIDDLE], [_at(column + 0.5), NORTH]]
        made.append(feature("pipe", f"S-{zone}", "LineString", line, diameter_mm=100))
    ring = [[_at(0.5), NORTH], [_at(1.5), NORTH]]
    return [*made, feature("pipe", "N1", "LineString", ring, diameter_mm=100)]


def valves() -> list[Feature]:
    """Each a hand's breadth from where its pipe begins."""
    off = 0.000002
    main = [
        feature("valve", f"VM{k}", "Point", [_at(k / 2) + off, MIDDLE], state="working", pipe=f"M{k}")
        for k in range(1, 8)
    ]
    streets = [
        feature("valve", f"VS-{zone}", "Point", [_at(column + 0.5), MIDDLE + off], pipe=f"S-{zone}")
        for zone, (_, column) in ZONES.items()
    ]
    return [*main, *streets]


def people() -> list[Feature]:
    """Three homes on each street; a hospital on that of B1, a dependant on that of A1; a hydrant on N1."""
    made = []
    for zone, (_, column) in ZONES.items():
        for house in range(3):
            place = [_at(column + 0.5) + 0.0001, MIDDLE + 0.0008 * (house + 1)]
            kind = {("B1", 0): "hospital", ("A1", 0): "dependant"}.get((zone, house), "home")
            made.append(feature("connection", f"C-{zone}-{house}", "Point", place, **{"class": kind}))
    return [*made, feature("hydrant", "H1", "Point", [_at(1.0), NORTH])]


def source() -> list[Feature]:
    return [feature("source", "inlet", "Point", [WEST, MIDDLE], kind="inlet")]


def collection(features: Iterable[Feature], **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | more).encode()


def network_file() -> bytes:
    """All layers in one file."""
    return collection([*pipes(), *valves(), *people(), *source()])
