"""Reading addresses out of an OpenStreetMap extract (`.osm`, `.osm.gz`), by the wiki's "Key:addr:*".

Doors are nodes and outlines with `addr:housenumber`; an outline's door is the middle of its corners. A door
without `addr:street` lies on `addr:place` (a hamlet, an estate). Every street with a name is known as well,
whether or not its doors are mapped. Interpolated numbers (`addr:interpolation`) are not read.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from typing import Final
from xml.parsers import expat

from field.grid.places.records import AddressFile, Door, StreetOf
from field.grid.places.writing import is_han, number_keys, street_words
from kernel.files.findings import Findings

MOST_BYTES: Final = 2 << 30
"""Of an unpacked extract: a large city. More is a country, and wants its city cut out first."""
MOST_NODES: Final = 12_000_000
"""Each is kept, with its place, until the ways have been read; a large city has some ten million."""
TIMES_PACKED: Final = 64
"""An extract is ten to fifteen times its packed size. One that is far more was made to fill the memory."""
FREE: Final = 1 << 20
"""Bytes that a packed extract may always have."""
MOST_OF_AN_ELEMENT: Final = 1 << 20
"""Bytes of one tag, which the parser keeps as a whole."""
MOST_TAGS: Final = 1_000
DEEPEST: Final = 16
"""Elements within each other: an extract has three."""
MOST_CORNERS: Final = 100_000
"""The wiki has 2,000 for a way; extracts that other programs have joined have more."""
_CHUNK: Final = 1 << 16
ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
Point = tuple[float, float]


class _Unreadable(ValueError):
    pass


class _TooMuch(Exception):
    pass


def looks_like_osm(data: bytes) -> bool:
    """Whether the bytes are an OSM file rather than a table."""
    return data[:2] == b"\x1f\x8b" or data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def read_osm_addresses(data: bytes) -> AddressFile:
    """Read the addresses of an extract. Never raises for what is in `data`."""
    findings = Findings(1_000)
    reader = _Reader()
    packed = data[:2] == b"\x1f\x8b"
    most = min(MOST_BYTES, FREE + TIMES_PACKED * len(data)) if packed else MOST_BYTES
    read = 0
    try:
        file = gzip.GzipFile(fileobj=io.BytesIO(data)) if packed else io.BytesIO(data)
        while chunk := file.read(_CHUNK):
            read += len(chunk)
            if read > most:
                raise _TooMuch
            reader.feed(chunk, read)
        reader.close()
    except _TooMuch:
        findings.fault("file_too_large", "file", bytes=read, most=most)
    except (expat.ExpatError, OSError, EOFError, ValueError, zlib.error):
        findings.fault("not_osm", "file")
    for street in reader.streets.values():
        street.settle()
    kept = tuple(
        sorted((s for s in reader.streets.values() if s.lon or s.lat), key=lambda street: -len(street.doors))
    )
    if not kept and not findings.faults:
        findings.fault("no_rows", "file")
    return AddressFile("osm", kept, findings.faults, findings.warnings, ATTRIBUTION)


class _Reader:
    """Takes one element at a time, and keeps no tree."""

    def __init__(self) -> None:
        self.streets: dict[tuple[str, str], StreetOf] = {}
        self._places: dict[str, Point] = {}
        self._element: str | None = None
        self._attributes: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._refs: list[str] = []
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse  # entities that grow; no extract has any
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end

    def feed(self, chunk: bytes, read: int) -> None:
        """The next piece of the file; ``read``: how many bytes have come with it.

        Raises:
            ValueError, ExpatError: it is no extract.
            _TooMuch: it has more in it than any city.
        """
        self._parser.Parse(chunk, False)
        if read - self._parser.CurrentByteIndex > MOST_OF_AN_ELEMENT:
            raise _Unreadable("a tag without an end")
        if len(self._places) > MOST_NODES:
            raise _TooMuch

    def close(self) -> None:
        """The file has ended."""
        self._parser.Parse(b"", True)

    def _refuse(self, *_: object) -> None:
        raise _Unreadable("a document type")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Unreadable("elements in elements")
        if name in ("node", "way", "relation"):
            self._element, self._attributes = name, attributes
            self._tags, self._refs = {}, []
        elif self._element is not None and name == "tag":
            self._tags[attributes.get("k", "")] = attributes.get("v", "")
        elif self._element == "way" and name == "nd":
            self._refs.append(attributes.get("ref", ""))
        if len(self._tags) > MOST_TAGS or len(self._refs) > MOST_CORNERS:
            raise _TooMuch

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name != self._element:
            return
        self._element = None
        if name == "node":
            at = _degrees(self._attributes, "lon", 180), _degrees(self._attributes, "lat", 90)
            self._places[self._attributes.get("id", "")] = at
            self._door(self._tags, at)
        elif name == "way":
            corners = [self._places[ref] for ref in self._refs if ref in self._places]
            if corners:
                self._way(self._tags, corners)

    def _way(self, tags: Mapping[str, str], corners: list[Point]) -> None:
        middle = (
            round(sum(lon for lon, _ in corners) / len(corners), 6),
            round(sum(lat for _, lat in corners) / len(corners), 6),
        )
        self._door(tags, middle)
        name = tags.get("name", "")
        if "highway" in tags and street_words(name):
            known = self._street(name, "")
            if not (known.lon or known.lat):
                known.lon, known.lat = corners[len(corners) // 2]

    def _door(self, tags: Mapping[str, str], at: Point) -> None:
        number, name = tags.get("addr:housenumber", ""), tags.get("addr:street") or tags.get("addr:place", "")
        keys = number_keys(number)
        if not keys or not street_words(name) or len(name) > 200 or len(number) > 40:
            return
        label = f"{name}{number}{'号' if number.isdecimal() else ''}" if is_han(name) else f"{number} {name}"
        town = tags.get("addr:city", "")[:80]
        self._street(name, town).doors.append(Door(label, number, keys, *at))

    def _street(self, name: str, town: str) -> StreetOf:
        street = self.streets.get((name, town))
        if street is None:
            street = self.streets[name, town] = StreetOf(name[:200], town, not is_han(name))
        return street


def _degrees(attributes: Mapping[str, str], name: str, most: int) -> float:
    value = float(attributes.get(name, ""))
    if not abs(value) <= most:  # float() also reads "nan" and "inf"
        raise _Unreadable(name)
    return round(value, 6)
