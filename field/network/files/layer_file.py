"""Reading a network as layers of a geographic information system: GeoJSON.

A FeatureCollection (RFC 7946). What a feature is stands in its property ``layer`` (``pipe``, ``valve``,
``hydrant``, ``connection``, ``source``), or whoever sends the file says it of all of them. A member ``crs``
(GeoJSON 2008) may name another system than WGS 84 by its EPSG code; x comes first in any. Properties::

    code          required   unique in its layer, at most 64 characters

    pipe          a LineString     length_m, diameter_mm (numbers), status: open or closed,
                                   kind: pipe, check_valve, pump, control_valve;
                                   start, end: codes of junctions, where they have any
    valve         a Point, or      state: working, unknown (the default), stuck, closed
                  pipe and node    pipe: code of the pipe that it sits on, node: at which end of it
    hydrant       a Point          pipe: as above
    connection    a Point          class: home (the default), business, school, hospital, dependant
    source        a Point          kind: reservoir, tank, inlet (the default)
"""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

import numpy as np

from field.grid.files.records import Limits
from field.grid.files.sizes import fits_json
from field.network.files.records import (
    CLASSES,
    CODE_LENGTH,
    DEFAULT_LIMITS,
    LAYERS,
    SOURCE_KINDS,
    VALVE_STATES,
    LayerName,
    Named,
    NetworkFile,
    NetworkLimits,
    PipeRow,
    Place,
    PointRow,
    System,
)
from kernel.files.encodings import read_text
from kernel.files.findings import Findings, printable, shown

_SINGULAR: Final[dict[str, LayerName]] = {name[:-1]: name for name in LAYERS}
_WORDS: Final[dict[LayerName, tuple[str, tuple[str, ...], str]]] = {
    "valves": ("state", VALVE_STATES, "unknown"),
    "hydrants": ("kind", ("hydrant",), "hydrant"),
    "connections": ("class", CLASSES, "home"),
    "sources": ("kind", SOURCE_KINDS, "inlet"),
}
"""Of each layer of points: the property that says which kind, what it may be, and what it is unsaid."""
WGS84: Final = "EPSG:4326"
_PIPE_KINDS: Final = ("pipe", "check_valve", "pump", "control_valve")


def read_layers(
    data: bytes,
    named: Named,
    *,
    layer: LayerName | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    limits: NetworkLimits = DEFAULT_LIMITS,
) -> NetworkFile:
    """Read and check a whole file of layers. Never raises for what is in ``data``.

    ``named`` knows the systems.
    """
    findings = Findings(limits.faults)
    if len(data) > limits.file_bytes:
        findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
        return NetworkFile(faults=findings.faults)
    text, read_as = read_text(data, encoding, "unknown_encoding", findings)
    collection = _collection(text, limits, findings) if text is not None else None
    if collection is None:
        return NetworkFile(faults=findings.faults, encoding=read_as)
    rows = _Rows(layer, findings)
    for number, feature in enumerate(collection["features"], 1):
        rows.take(feature, number)
    if not rows.found and not findings.faults:
        findings.fault("no_pipes", "file")
    for name, most in (("pipes", limits.pipes), ("points", limits.points)):
        found = len(rows.pipes) if name == "pipes" else sum(map(len, rows.points.values()))
        if found > most:
            findings.fault(f"too_many_{name}", "file", found=found, most=most)
    system = _system(named, crs, collection.get("crs"), rows, findings)
    if findings.faults or system is None:
        return NetworkFile(faults=findings.faults, warnings=findings.warnings, encoding=read_as)
    return rows.written(system, read_as)


def _collection(text: str, limits: NetworkLimits, findings: Findings) -> dict[str, Any] | None:
    room = Limits(features=limits.pipes + limits.points, vertices=limits.vertices)
    if not fits_json(text, room, findings):
        return None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        findings.fault("invalid_json", f"line {error.lineno}", line=error.lineno, column=error.colno)
        return None
    except (ValueError, RecursionError):
        findings.fault("invalid_json", "line 1", line=1, column=1)
        return None
    if not isinstance(value, dict) or value.get("type") != "FeatureCollection":
        kind = value.get("type") if isinstance(value, dict) else type(value).__name__
        findings.fault("not_feature_collection", "file", found=shown(kind))
        return None
    if not isinstance(value.get("features"), list):
        findings.fault(
            "not_feature_collection", "file, features", found=shown(type(value.get("features")).__name__)
        )
        return None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _system(named: Named, crs: str | None, member: Any, rows: _Rows, findings: Findings) -> System | None:
    """What whoever sends the file says, else what it says itself; without either it is WGS 84, and has to
    look like it.
    """
    if crs is not None:
        return named(crs, findings)
    if member is not None:
        properties = member.get("properties") if isinstance(member, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        return named(name if isinstance(name, str) else shown(member), findings)
    if any(abs(x) > 180 or abs(y) > 90 for x, y in rows.xy):
        findings.fault("crs_missing", "file, crs")
        return None
    return named(WGS84, findings)


class _Rows:
    """What has been read so far. Places are numbers into ``xy`` until the system is known."""

    def __init__(self, layer: LayerName | None, findings: Findings) -> None:
        self._layer = layer
        self._findings = findings
        self._first: dict[tuple[str, str], int] = {}
        self.xy: list[Place] = []
        self.pipes: list[tuple[PipeRow, slice]] = []
        self.points: dict[LayerName, list[tuple[PointRow, int | None]]] = {}
        self.found: set[LayerName] = set()

    def take(self, feature: Any, number: int) -> None:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            self._findings.fault("not_a_feature", f"feature {number}")
            return
        properties = feature.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        layer = self._layer_of(properties, number)
        code = self._code(properties, layer, number) if layer is not None else None
        if layer is None or code is None:
            return
        self.found.add(layer)
        geometry = feature.get("geometry")
        if layer == "pipes":
            self._take_pipe(code, properties, geometry, number)
        else:
            self._take_point(layer, code, properties, geometry, number)

    def written(self, system: System, read_as: str) -> NetworkFile:
        xy = np.array(self.xy, np.float64).reshape(-1, 2)
        places: list[Place] = [(lon, lat) for lon, lat in system.to_degrees(xy, self._findings).tolist()]
        pipes = tuple(_with_line(row, places[part]) for row, part in self.pipes)
        points = {
            name: tuple(
                PointRow(row.code, None if at is None else places[at], row.kind, row.pipe, row.node)
                for row, at in rows
            )
            for name, rows in self.points.items()
        }
        return NetworkFile(
            pipes=pipes if "pipes" in self.found else None,
            valves=points.get("valves"),
            hydrants=points.get("hydrants"),
            connections=points.get("connections"),
            sources=points.get("sources"),
            faults=self._findings.faults,
            warnings=self._findings.warnings,
            encoding=read_as,
            crs=system.code,
        )

    def _layer_of(self, properties: dict[str, Any], number: int) -> LayerName | None:
        if self._layer is not None:
            return self._layer
        said = properties.get("layer")
        name = said.strip().lower() if isinstance(said, str) else ""
        layer = _SINGULAR.get(name.removesuffix("s"))
        if layer is None:
            self._findings.fault("unknown_layer", f"feature {number}, layer", value=shown(said or ""))
        return layer

    def _code(self, properties: dict[str, Any], layer: LayerName, number: int) -> str | None:
        said = properties.get("code")
        if isinstance(said, int) and not isinstance(said, bool):
            said = str(said)
        code = said.strip() if isinstance(said, str) else ""
        if not code:
            self._findings.fault("missing_field", f"feature {number}, code", field="code")
            return None
        if len(code) > CODE_LENGTH or not printable(code):
            self._findings.fault("bad_id", f"feature {number}, code", value=shown(code), most=CODE_LENGTH)
            return None
        if (first := self._first.setdefault((layer, code), number)) != number:
            self._findings.fault("code_twice", f"feature {number}, code", code=shown(code), first=first)
            return None
        return code

    def _take_pipe(self, code: str, properties: dict[str, Any], geometry: Any, number: int) -> None:
        line = self._line(geometry, number)
        status = self._word(properties, "status", ("open", "closed"), "open", number)
        kind = self._word(properties, "kind", _PIPE_KINDS, "pipe", number)
        length = self._size(properties, "length_m", number)
        diameter = self._size(properties, "diameter_mm", number)
        start, end = (self._text(properties, name, number) for name in ("start", "end"))
        if line is None:
            return
        row = PipeRow(code, kind, (), start, end, length, diameter, status == "closed")  # type: ignore[arg-type]
        self.pipes.append((row, slice(len(self.xy), len(self.xy) + len(line))))
        self.xy += line

    def _take_point(
        self, layer: LayerName, code: str, properties: dict[str, Any], geometry: Any, number: int
    ) -> None:
        field, words, unsaid = _WORDS[layer]
        kind = self._word(properties, field, words, unsaid, number)
        pipe, node = (self._text(properties, name, number) for name in ("pipe", "node"))
        at = None
        if geometry is not None or not (layer == "valves" and pipe and node):
            place = self._place(geometry, number)
            if place is None:
                return
            at = len(self.xy)
            self.xy.append(place)
        self.points.setdefault(layer, []).append((PointRow(code, None, kind, pipe, node), at))

    def _line(self, geometry: Any, number: int) -> list[Place] | None:
        kind, coordinates = _geometry(geometry)
        if kind == "MultiLineString" and isinstance(coordinates, list):
            if len(coordinates) > 1:
                self._findings.fault("line_in_parts", f"feature {number}", parts=len(coordinates))
                return None
            kind, coordinates = "LineString", coordinates[0] if coordinates else []
        if kind != "LineString" or not isinstance(coordinates, list):
            self._findings.fault("not_a_line", f"feature {number}", found=shown(kind))
            return None
        line = [_position(each) for each in coordinates]
        if any(each is None for each in line):
            self._findings.fault("bad_place", f"feature {number}")
            return None
        kept = [
            place for i, place in enumerate(line) if place is not None and (i == 0 or place != line[i - 1])
        ]
        if len(kept) < 2:
            self._findings.fault("line_too_short", f"feature {number}")
            return None
        return kept

    def _place(self, geometry: Any, number: int) -> Place | None:
        kind, coordinates = _geometry(geometry)
        place = _position(coordinates) if kind == "Point" else None
        if place is None:
            code = "bad_place" if kind == "Point" else "not_a_point"
            self._findings.fault(
                code, f"feature {number}", **({} if kind == "Point" else {"found": shown(kind)})
            )
        return place

    def _word(
        self, properties: dict[str, Any], field: str, words: tuple[str, ...], unsaid: str, number: int
    ) -> str:
        said = properties.get(field)
        if said is None or said == "":
            return unsaid
        word = said.strip().lower() if isinstance(said, str) else ""
        if word not in words:
            self._findings.fault(
                "not_one_of", f"feature {number}, {field}", value=shown(said), known=", ".join(words)
            )
            return unsaid
        return word

    def _size(self, properties: dict[str, Any], field: str, number: int) -> float | None:
        said = properties.get(field)
        if said is None or said == "":
            return None
        if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < 1e9:
            self._findings.fault("not_positive", f"feature {number}, {field}", value=shown(said))
            return None
        return float(said)

    def _text(self, properties: dict[str, Any], field: str, number: int) -> str:
        said = properties.get(field)
        text = str(said).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""
        if len(text) > CODE_LENGTH or not printable(text):
            self._findings.fault("bad_id", f"feature {number}, {field}", value=shown(text), most=CODE_LENGTH)
            return ""
        return text


def _with_line(row: PipeRow, line: list[Place]) -> PipeRow:
    return PipeRow(
        row.code, row.kind, tuple(line), row.start, row.end, row.length_m, row.diameter_mm, row.closed
    )


def _geometry(geometry: Any) -> tuple[str, Any]:
    if not isinstance(geometry, dict):
        return "null", None
    kind = geometry.get("type")
    return kind if isinstance(kind, str) else "", geometry.get("coordinates")


def _position(value: Any) -> Place | None:
    """The first two numbers of a position; a height is dropped."""
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        return None
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in value):
        return None
    x, y = value[:2]
    if abs(x) > 1e9 or abs(y) > 1e9 or not (math.isfinite(x) and math.isfinite(y)):
        return None
    return float(x), float(y)
