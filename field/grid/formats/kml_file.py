"""KML (OGC 12-007r2): placemarks with polygons, as map services and Google Earth save them.

Read by a parser that builds nothing: a document that declares entities is refused before it is parsed,
depth and numbers are bounded. Values come from ``ExtendedData`` (``Data`` and ``SimpleData``), and ``name``
and ``description`` of the placemark.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.parsers import expat

from field.grid.files.records import Limits
from kernel.files.findings import Findings

DEPTH: Final = 64
VALUE_LENGTH: Final = 2_000
COLUMNS: Final = 200

_BEGINNING: Final = re.compile(
    rb"\s*(<\?xml[^>]{0,200}\?>\s*)?(<!--.{0,4000}?-->\s*)*<(\w+:)?kml\b", re.DOTALL
)
_DECLARED: Final = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def looks_like_kml(data: bytes) -> bool:
    """Whether the bytes begin as a KML document does."""
    head = data[:8192].lstrip(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode()
    declared = re.match(rb"\s*(<\?xml[^>]*\?>\s*)?<!(DOCTYPE|ENTITY)", head, re.IGNORECASE)
    return _BEGINNING.match(head) is not None or (declared is not None and b"kml" in head.lower())


class _Refused(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class _Reader:
    def __init__(self, limits: Limits) -> None:
        self.features: list[dict[str, Any]] = []
        self.columns: dict[str, None] = {}
        self.path: list[str] = []
        self._limits = limits
        self._positions = 0
        self._text: list[str] = []
        self._length = 0
        self._values: dict[str, str] = {}
        self._named = ""
        self._polygons: list[list[Any]] = []
        self._others: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.path.append(name)
        if len(self.path) > DEPTH:
            raise _Refused("kml_too_deep", most=DEPTH)
        self._text, self._length = [], 0
        if name == "Placemark":
            self._values, self._polygons, self._others = {}, [], []
        elif name == "Polygon":
            self._polygons.append([])
        elif name in ("Data", "SimpleData"):
            self._named = attributes.get("name", "")
        elif name in ("Point", "LineString", "Model"):
            self._others.append(name)

    def text(self, piece: str) -> None:
        if self.path[-1] == "coordinates" or self._length < VALUE_LENGTH:
            self._text.append(piece)
            self._length += len(piece)

    def end(self, tag: str) -> None:
        name = self.path.pop()
        text = "".join(self._text).strip()
        above = self.path[-1] if self.path else ""
        if name == "SimpleData" or (name == "value" and above == "Data"):
            self._keep(self._named, text)
        elif name in ("name", "description") and above == "Placemark":
            self._keep(name, text)
        elif name == "coordinates" and "Polygon" in self.path and self._polygons:
            self._polygons[-1].append(self._ring(text))
        elif name == "Placemark":
            self._placemark()
        self._text, self._length = [], 0

    def _keep(self, name: str, text: str) -> None:
        if name and text:
            self.columns.setdefault(name)
            self._values[name] = text[:VALUE_LENGTH]
        if len(self.columns) > COLUMNS:
            raise _Refused("too_many_columns", columns=len(self.columns), most=COLUMNS)

    def _ring(self, text: str) -> list[Any]:
        places = text.split()
        self._positions += len(places)
        if self._positions > self._limits.vertices:
            raise _Refused("too_many_vertices", most=self._limits.vertices)
        return [_position(place) for place in places]

    def _placemark(self) -> None:
        if len(self.features) == self._limits.features:
            most = self._limits.features
            raise _Refused("too_many_features", features=most + 1, most=most)
        if self._polygons:
            geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": self._polygons}
        else:
            geometry = {"type": (self._others or ["null"])[0]}
        self.features.append({"type": "Feature", "properties": self._values, "geometry": geometry})


def _position(text: str) -> list[Any]:
    numbers: list[Any] = []
    for part in text.split(",")[:2]:
        try:
            numbers.append(float(part))
        except ValueError:
            numbers.append(part[:40])
    return numbers


def features_of_kml(text: str, limits: Limits, findings: Findings) -> tuple[list[str], list[dict[str, Any]]]:
    """Columns and GeoJSON features; empty with the fault noted."""
    if _DECLARED.search(text):
        findings.fault("kml_entities", "file")
        return [], []
    reader = _Reader(limits)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"), count=1).encode(), True)
    except expat.ExpatError as error:
        findings.fault("bad_xml", f"line {error.lineno}", column=error.offset)
        return [], []
    except _Refused as refused:
        findings.fault(refused.code, "file", **refused.params)
        return [], []
    if not reader.features:
        findings.fault("no_features", "file, features")
    return list(reader.columns), reader.features
