"""All zones and units of one moment in a few bytes, to be published later or to go back to."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Final

import shapely

from field.grid.files.records import AMOUNTS, UnitRow, ZoneRow

_ZONE: Final = (
    *("code", "name", "name_zh_hant", "name_en", "company", "office", "station", "sub_area", "rep"),
    *AMOUNTS,
)
_UNIT: Final = ("level", "code", "parent", "name", "name_zh_hant", "name_en")


def pack(zones: Sequence[ZoneRow], units: Sequence[UnitRow]) -> bytes:
    """Compressed JSON, a row an array; geometries in hexadecimal WKB."""
    told = {
        "zones": [
            [*(getattr(zone, name) for name in _ZONE), dict(zone.record), zone.geometry.wkb_hex]
            for zone in zones
        ],
        "units": [[getattr(unit, name) for name in _UNIT] for unit in units],
    }
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def unpack(data: bytes) -> tuple[tuple[ZoneRow, ...], tuple[UnitRow, ...]]:
    """What :func:`pack` has packed."""
    told = json.loads(zlib.decompress(data))
    zones = tuple(
        ZoneRow(
            **dict(zip(_ZONE, row, strict=False)),
            record=row[-2],
            geometry=shapely.from_wkb(row[-1]),
            feature=number,
        )
        for number, row in enumerate(told["zones"], 1)
    )
    return zones, tuple(UnitRow(*row) for row in told["units"])
