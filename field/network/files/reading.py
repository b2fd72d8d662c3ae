"""An import worked out: the file read, put in the place of the layers that it brings, all of it joined, and
held against what there is. The rows come after that, a part at a time.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final

import shapely

from field.grid.files.formats import other_format
from field.network.files.build import SNAP_M, Network, joined
from field.network.files.crs import named_system
from field.network.files.inp_file import looks_like_inp, read_inp
from field.network.files.layer_file import read_layers
from field.network.files.records import LAYERS, LayerName, NetworkFile
from field.network.files.stored import packed, unpacked
from kernel.errors import Fault
from kernel.files.apart import Part, Row
from kernel.files.findings import Findings

Bounds = tuple[float, float, float, float]

AT_A_TIME: Final = 1_000
LISTED: Final = 12
"""Codes of each kind of change that are told one by one."""
ELSEWHERE_DEGREES: Final = 0.5
"""A network this far from the zones is somebody else's, or in another coordinate system."""
MOST_SNAP_M: Final = 20.0


@dataclasses.dataclass(frozen=True)
class NetworkAsked:
    """What whoever imports says about the file. ``layer``: what all of it is, where its features do not say
    so; ``crs``: the coordinate system, as an EPSG code; ``snap_m``: how near ends of pipes are joined.
    """

    dry_run: bool = False
    confirmed: bool = False
    layer: LayerName | None = None
    crs: str | None = None
    encoding: str | None = None
    snap_m: float = SNAP_M


@dataclasses.dataclass(frozen=True)
class LayerChange:
    """How many of a layer's things there are, and how they differ from before; some codes of each kind."""

    layer: LayerName
    rows: int
    added: int
    changed: int
    removed: int
    named: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class NetworkReading:
    """What an import would bring. ``layers``: what is to be kept of each layer that the file brings;
    ``codes``: of the valves that there would be.
    """

    digest: str
    changes: tuple[LayerChange, ...] = ()
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    layers: dict[LayerName, bytes] = dataclasses.field(default_factory=dict)
    rows: dict[LayerName, int] = dataclasses.field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    doubts: tuple[Fault, ...] = ()
    encoding: str = ""
    crs: str = ""


def read_file(data: bytes, asked: NetworkAsked) -> NetworkFile:
    """A file of either kind, known by how it begins."""
    if looks_like_inp(data):
        return read_inp(data, named_system, crs=asked.crs, encoding=asked.encoding)
    other = other_format(data)
    if other is not None:
        findings = Findings(1)
        findings.fault("other_format", "file", found=other, wanted="GeoJSON")
        return NetworkFile(faults=findings.faults)
    return read_layers(data, named_system, layer=asked.layer, crs=asked.crs, encoding=asked.encoding)


def told_network(
    data: bytes, asked: NetworkAsked, kept: Mapping[LayerName, bytes], zones: Bounds | None
) -> Generator[NetworkReading | Part | None, int | None, None]:
    """What the import would bring, then, for the version that is sent, its rows; at their end None."""
    digest = hashlib.sha256(data).hexdigest()
    file = read_file(data, asked)
    if file.faults:
        yield NetworkReading(
            digest, faults=file.faults, warnings=file.warnings, encoding=file.encoding, crs=file.crs
        )
        return
    before = unpacked(kept)
    brought = {name: getattr(file, name) for name in file.layers}
    whole = dataclasses.replace(before, **brought)
    if file.pipes is not None:
        whole = dataclasses.replace(whole, nodes=file.nodes)
    network = joined(whole, snap_m=asked.snap_m, brought=frozenset(file.layers))
    changes = tuple(_change(name, getattr(before, name), getattr(file, name)) for name in file.layers)
    version = yield NetworkReading(
        digest,
        changes=changes,
        counts=_counts(network),
        layers=packed(file),
        rows={name: len(getattr(file, name)) for name in file.layers},
        faults=network.faults,
        warnings=(*file.warnings, *network.warnings),
        doubts=(*_doubts_of_size(changes), *_doubts_of_place(network, zones)),
        encoding=file.encoding,
        crs=file.crs,
    )
    if version is not None:
        yield from _parts(version, network)
        yield None


def _change(name: LayerName, before: Sequence[Any] | None, after: Sequence[Any]) -> LayerChange:
    old = {row.code: row for row in before or ()}
    new = {row.code: row for row in after}
    named = {
        "added": sorted(new.keys() - old.keys()),
        "changed": sorted(code for code in new.keys() & old.keys() if new[code] != old[code]),
        "removed": sorted(old.keys() - new.keys()),
    }
    return LayerChange(
        name,
        len(new),
        added=len(named["added"]),
        changed=len(named["changed"]),
        removed=len(named["removed"]),
        named={kind: tuple(codes[:LISTED]) for kind, codes in named.items() if codes},
    )


def _counts(network: Network) -> dict[str, int]:
    found = {name: len(getattr(network, name)) for name in LAYERS}
    return found | {"nodes": len(network.nodes), "links": len(network.links)}


def _doubts_of_size(changes: Sequence[LayerChange]) -> Iterator[Fault]:
    """A file of one district in the place of all: more than half of what there is would go."""
    for change in changes:
        stored = change.rows - change.added + change.removed
        if change.removed > 1 and change.removed * 2 > stored:
            params = {"layer": change.layer, "removed": change.removed, "of": stored}
            yield Fault("network_removes_most", "file", params=params)


def _doubts_of_place(network: Network, zones: Bounds | None) -> Iterator[Fault]:
    if zones is None or not network.nodes:
        return
    west, south, east, north = zones
    places = [node.place for node in network.nodes if node.place is not None]
    lon, lat = (
        sorted(lon for lon, _ in places)[len(places) // 2],
        sorted(lat for _, lat in places)[len(places) // 2],
    )
    apart = max(west - lon, lon - east, south - lat, lat - north)
    if apart > ELSEWHERE_DEGREES:
        yield Fault("network_elsewhere", "file", params={"lon": round(lon, 4), "lat": round(lat, 4)})


def _parts(version: int, network: Network) -> Iterator[Part]:
    """The rows by table."""
    fittings = (*network.connections, *network.hydrants)
    written: tuple[tuple[str, Iterator[Row]], ...] = (
        ("network_node", _node_rows(version, network)),
        ("network_link", _link_rows(version, network)),
        (
            "network_valve",
            (
                (version, number, valve.code, valve.kind, valve.link, valve.end, *valve.place)
                for number, valve in enumerate(network.valves)
            ),
        ),
        (
            "network_fitting",
            (
                (version, number, each.code, each.kind, each.link, *each.place)
                for number, each in enumerate(fittings)
            ),
        ),
    )
    for table, rows in written:
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == AT_A_TIME:
                yield table, batch
                batch = []
        if batch:
            yield table, batch


def _node_rows(version: int, network: Network) -> Iterator[Row]:
    kinds = dict(network.sources)
    for number, node in enumerate(network.nodes):
        yield version, number, node.code, kinds.get(number, _plain(node.kind)), *(node.place or (0.0, 0.0))


def _plain(kind: str) -> str:
    """What a junction is that is no source: a reservoir that a later layer of sources leaves out is none."""
    return kind if kind == "valve" else "junction"


def _link_rows(version: int, network: Network) -> Iterator[Row]:
    for number, link in enumerate(network.links):
        pipe = network.pipes[link.pipe]
        shape = shapely.set_srid(shapely.LineString(link.line), 4326)
        yield (
            version,
            number,
            pipe.code,
            link.part,
            pipe.kind,
            link.start,
            link.end,
            link.length_m,
            pipe.diameter_mm,
            shapely.to_wkb(shape, hex=True, include_srid=True),
        )
