"""Zones out of a pipe network, as a file of zones: it goes the same road as one that a person brings.

A zone that there is already keeps its code, its names and the units above it. It is known by its code where
the model names its groups, and by where its junctions lie where nobody does: the zone in which most of a
group's junctions lie, each zone for one group. A new one gets the units of the zone nearest to it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from field.grid.files.codes import code_of
from field.grid.files.records import LEVELS
from field.network.files.build import Network, joined
from field.network.files.reading import NetworkAsked, read_file
from field.network.files.records import LayerName, NetworkFile
from field.network.files.stored import unpacked
from field.network.zones.grouping import LEAST, By, Grouping, grouped
from field.network.zones.outlines import REACH_M, outlines
from kernel.errors import Fault
from kernel.files.findings import Findings, shown

Json = dict[str, Any]
MOST_FAULTS: Final = 200
MOST_ZONES: Final = 5_000
MOST_LISTED: Final = 100


@dataclasses.dataclass(frozen=True)
class Known:
    """A zone that there is."""

    code: str
    names: Mapping[str, str]
    units: Mapping[str, str]
    geometry: BaseGeometry


@dataclasses.dataclass(frozen=True)
class Wanted:
    """How zones are to be derived; see :mod:`field.network.zones.grouping`."""

    by: By
    meters: frozenset[str] = frozenset()
    least: int = LEAST
    reach_m: float = REACH_M


@dataclasses.dataclass(frozen=True)
class Derived:
    """`zones`: a GeoJSON FeatureCollection; `junctions`: of the network; `left`: those in no zone."""

    zones: Json | None = None
    count: int = 0
    junctions: int = 0
    left: int = 0
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def zones_of_file(data: bytes, *, asked: NetworkAsked, wanted: Wanted, known: Sequence[Known]) -> Derived:
    """Out of a file that nobody has stored. Never raises for what is in it."""
    file = read_file(data, asked)
    if file.faults:
        return Derived(faults=file.faults, warnings=file.warnings)
    return zones_of_network(file, asked.snap_m, wanted, known)


def zones_of_layers(
    pipes: bytes, *, others: Mapping[LayerName, bytes], snap_m: float, wanted: Wanted, known: Sequence[Known]
) -> Derived:
    """Out of the network as it is stored."""
    return zones_of_network(unpacked({"pipes": pipes, **others}), snap_m, wanted, known)


def zones_of_network(file: NetworkFile, snap_m: float, wanted: Wanted, known: Sequence[Known]) -> Derived:
    """Out of what a file, or the stored layers, say."""
    network = joined(file, snap_m=snap_m)
    if network.faults:
        return Derived(faults=network.faults, warnings=network.warnings)
    findings = Findings(MOST_FAULTS)
    found = grouped(network, wanted.by, wanted.meters, wanted.least)
    missing = sorted(wanted.meters - {pipe.code for pipe in network.pipes})
    for code in missing:
        findings.fault("unknown_link", "file", code=shown(code))
    if not found.names:
        findings.fault("nothing_to_derive", "file", by=wanted.by)
    elif len(found.names) > MOST_ZONES:
        findings.fault("too_many_features", "file", features=len(found.names), most=MOST_ZONES)
    codes = _codes(network, found, known, findings) if not findings.faults else {}
    if findings.faults:
        return Derived(faults=findings.faults)
    shapes = outlines(network, found.of, wanted.reach_m)
    features = _features(network, found, codes, shapes, known)
    left = int((found.of < 0).sum())
    if left:
        findings.warning("junctions_left", "file", junctions=left)
    return Derived(
        zones={"type": "FeatureCollection", "features": features},
        count=len(features),
        junctions=len(network.nodes),
        left=left,
        warnings=findings.warnings,
    )


def _codes(network: Network, found: Grouping, known: Sequence[Known], findings: Findings) -> dict[int, str]:
    """The code of each group."""
    if any(found.names):
        codes = {}
        for group, name in enumerate(found.names):
            code = code_of(name)
            if code is None:
                findings.fault("bad_code", "file", value=shown(name))
            else:
                codes[group] = code
        return codes
    places = np.array([node.place or (np.nan, np.nan) for node in network.nodes], np.float64)
    points = shapely.points(places)
    tree = shapely.STRtree([zone.geometry for zone in known])
    at, zones = tree.query(points, predicate="intersects")
    votes = Counter(
        (int(found.of[node]), zone)
        for node, zone in zip(at.tolist(), zones.tolist(), strict=True)
        if found.of[node] >= 0
    )
    codes = {}
    for (group, zone), _ in sorted(votes.items(), key=lambda each: (-each[1], each[0])):
        if group not in codes and known[zone].code not in codes.values():
            codes[group] = known[zone].code
    taken = {zone.code.casefold() for zone in known} | {code.casefold() for code in codes.values()}
    sizes = np.bincount(found.of[found.of >= 0], minlength=len(found.names))
    number = 0
    for group in sorted(range(len(found.names)), key=lambda each: (-int(sizes[each]), each)):
        while group not in codes:
            number += 1
            if f"n{number:02}" not in taken:
                codes[group] = f"N{number:02}"
    return codes


def _features(
    network: Network,
    found: Grouping,
    codes: Mapping[int, str],
    shapes: Mapping[int, BaseGeometry],
    known: Sequence[Known],
) -> list[Json]:
    by_code = {zone.code: zone for zone in known}
    tree = shapely.STRtree([zone.geometry for zone in known]) if known else None
    metres, closed = _lengths(network, found)
    junctions = np.bincount(found.of[found.of >= 0], minlength=len(found.names))
    features = []
    for group in sorted(shapes, key=lambda each: codes[each]):
        code, shape = codes[group], shapes[group]
        zone = by_code.get(code)
        near = known[int(tree.nearest(shape))] if tree is not None and zone is None else zone
        properties: Json = {"code": code, **(zone.names if zone else {"name": code, "name_en": code})}
        properties |= {level: near.units[level] for level in LEVELS} if near else {}
        properties |= {"main_length_m": round(metres[group], 1), "junctions": int(junctions[group])}
        valves = [each for each in sorted(closed[group]) if code_of(each) == each]
        if valves and len(valves) <= MOST_LISTED:
            properties["boundary_valves"] = ";".join(valves)
        geometry = shapely.geometry.mapping(shapely.set_precision(shape, 1e-7))
        features.append({"type": "Feature", "properties": properties, "geometry": dict(geometry)})
    return features


def _lengths(network: Network, found: Grouping) -> tuple[list[float], list[set[str]]]:
    """Metres of pipe of each group, and the pipes or valves closed between it and others."""
    metres = [0.0] * len(found.names)
    closed: list[set[str]] = [set() for _ in found.names]
    shut = {valve.link: valve.code for valve in network.valves if valve.kind == "closed"}
    for number, link in enumerate(network.links):
        groups = (int(found.of[link.start]), int(found.of[link.end]))
        for group in groups:
            if group >= 0:
                metres[group] += link.length_m / 2
        pipe = network.pipes[link.pipe]
        if groups[0] != groups[1] and (number in shut or pipe.closed):
            for group in groups:
                if group >= 0:
                    closed[group].add(pipe.code if pipe.closed else shut[number])
    return metres, closed
