"""Polygons in well-known binary (OGC 06-103r4 § 8) and well-known text (§ 7), as GeoJSON has them.

Rings are taken as they are, open or crossing themselves: what is wrong with them is told by whoever checks
the geometry, once for all formats, and not by a library's exception. Heights are left out.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import numpy as np

Geometry = dict[str, Any]

_NAMES: Final = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
    10: "CurvePolygon",
    12: "MultiSurface",
}
_WORD: Final = re.compile(r"\s*(?:SRID=(\d{1,9})\s*;)?\s*([A-Za-z]+)\s*(ZM|Z|M)?\s*(.*)", re.DOTALL)
_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_PLACE: Final = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}\s*")
_ONLY_BRACKETS: Final = re.compile(r"[\[\], \t\r\n]*")


def geometry_of_wkb(data: bytes) -> Geometry | None:
    """The geometry as GeoJSON; one that is no (multi)polygon by its name alone; None of what is no WKB."""
    try:
        found, _ = _read(data, 0, 0)
    except (IndexError, ValueError):
        return None
    return found


def _read(data: bytes, at: int, depth: int) -> tuple[Geometry, int]:
    if depth > 2 or len(data) < at + 5:
        raise ValueError("no geometry")
    order = "<" if data[at] == 1 else ">"
    kind, at = _whole(data, at + 1, order)
    # ISO counts Z, M and ZM in thousands; extended WKB has them, and an SRID, in the highest bits.
    plain = (kind & 0x0FFFFFFF) % 1000
    high = (kind & 0x0FFFFFFF) // 1000
    size = 2 + (high in (1, 3)) + (high in (2, 3)) + bool(kind & 0x80000000) + bool(kind & 0x40000000)
    if kind & 0x20000000:
        at += 4
    name = _NAMES.get(plain, f"type {plain}")
    if name == "Polygon":
        rings, at = _rings(data, at, order, size)
        return {"type": name, "coordinates": rings}, at
    if name == "MultiPolygon":
        count, at = _whole(data, at, order)
        parts = []
        for _ in range(count):
            part, at = _read(data, at, depth + 1)
            parts.append(part.get("coordinates") if part["type"] == "Polygon" else None)
        return {"type": name, "coordinates": parts}, at
    return {"type": name, "coordinates": []}, at


def _rings(data: bytes, at: int, order: str, size: int) -> tuple[list[Any], int]:
    count, at = _whole(data, at, order)
    if count > len(data):
        raise ValueError("more rings than bytes")
    rings = []
    for _ in range(count):
        points, at = _whole(data, at, order)
        end = at + points * size * 8
        if end > len(data):
            raise ValueError("a ring ends after the geometry")
        numbers = np.frombuffer(data, f"{order}f8", points * size, at)
        rings.append(numbers.reshape(points, size)[:, :2].tolist())
        at = end
    return rings, at


def _whole(data: bytes, at: int, order: str) -> tuple[int, int]:
    if len(data) < at + 4:
        raise ValueError("cut short")
    return int.from_bytes(data[at : at + 4], "little" if order == "<" else "big"), at + 4


def geometry_of_wkt(text: str) -> tuple[Geometry | None, str]:
    """The geometry as GeoJSON, and the system that it names itself (``SRID=4547;…``: "EPSG:4547"); None of
    what is no WKT. One that is no (multi)polygon has its name alone."""
    found = _WORD.fullmatch(text)
    if found is None:
        return None, ""
    said = f"EPSG:{found[1]}" if found[1] else ""
    word = found[2].upper()
    name = next((name for name in _NAMES.values() if name.upper() == word), None)
    if name is None:
        return None, said
    if name not in ("Polygon", "MultiPolygon") or found[4].strip().upper() == "EMPTY":
        return {"type": name, "coordinates": []}, said
    coordinates = _nested(found[4], 3 if name == "Polygon" else 4)
    return ({"type": name, "coordinates": coordinates} if coordinates is not None else None), said


def _nested(text: str, deep: int) -> list[Any] | None:
    """``((1 2, 3 4))`` as lists in lists; None of anything else."""
    brackets = text.replace("(", "[").replace(")", "]")
    listed, places = _PLACE.subn(r"[\1,\2]", brackets)
    if not places or not _ONLY_BRACKETS.fullmatch(_PLACE.sub("", brackets)):
        return None
    try:
        value = json.loads(listed)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and _depth(value) == deep else None


def _depth(value: Any) -> int:
    deep = 0
    while isinstance(value, list):
        deep += 1
        value = value[0] if value else None
    return deep
