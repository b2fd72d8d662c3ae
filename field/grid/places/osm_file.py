"""Reading addresses out of an OpenStreetMap extract (`.osm`, `.osm.gz`), by the wiki's "Key:addr:*".

Doors are nodes and outlines with `addr:housenumber`; an outline's door is the middle of its corners. A door
without `addr:street` lies on `addr:place` (a hamlet, an estate). Every street with a name is known as well,
whether or not its doors are mapped. Interpolated numbers (`addr:interpolation`) are not read.
"""

from __future__ import annotations

import gzip
import io
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Mapping
from typing import Final

from field.grid.files.findings import Findings
from field.grid.places.records import AddressFile, Door, StreetOf
from field.grid.places.writing import is_han, number_keys, street_words

MOST_BYTES: Final = 2 << 30
"""Of an unpacked extract: a large city. More is a country, and wants its city cut out first."""
ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
Point = tuple[float, float]


def looks_like_osm(data: bytes) -> bool:
    """Whether the bytes are an OSM file rather than a table."""
    return data[:2] == b"\x1f\x8b" or data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def read_osm_addresses(data: bytes) -> AddressFile:
    """Read the addresses of an extract. Never raises for what is in `data`."""
    findings = Findings(1_000)
    reader = _Reader()
    try:
        file = gzip.GzipFile(fileobj=io.BytesIO(data)) if data[:2] == b"\x1f\x8b" else io.BytesIO(data)
        for _, element in ElementTree.iterparse(file):
            reader.take(element)
            if element.tag in ("node", "way", "relation"):
                element.clear()
            if file.tell() > MOST_BYTES:
                findings.fault("file_too_large", "file", bytes=file.tell(), most=MOST_BYTES)
                break
    except (ElementTree.ParseError, OSError, EOFError, ValueError, zlib.error):
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
    def __init__(self) -> None:
        self.streets: dict[tuple[str, str], StreetOf] = {}
        self._places: dict[str, Point] = {}

    def take(self, element: ElementTree.Element) -> None:
        if element.tag == "node":
            at = (round(float(element.get("lon", "")), 6), round(float(element.get("lat", "")), 6))
            self._places[element.get("id", "")] = at
            self._door(_tags(element), at)
        elif element.tag == "way":
            corners = [
                self._places[ref]
                for nd in element.findall("nd")
                if (ref := nd.get("ref", "")) in self._places
            ]
            if corners:
                self._way(_tags(element), corners)

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


def _tags(element: ElementTree.Element) -> dict[str, str]:
    return {tag.get("k", ""): tag.get("v", "") for tag in element.findall("tag")}
