"""Mapbox Vector Tile 2.1, written: shapes in whole places of a tile, with their properties.

The specification (https://github.com/mapbox/vector-tile-spec, 2.1) is a protobuf schema of four messages; to
write it takes tags, varints and packed lists, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from field.ogc.tiles.tile import EXTENT

Value = str | int | float | bool
_POINT, _POLYGON = 1, 3
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_VARINT, _FIXED64, _BYTES = 0, 1, 2


def encoded(name: str, features: Iterable[tuple[BaseGeometry, Mapping[str, Value | None]]]) -> bytes:
    """A tile of one layer. Shapes are points or (multi)polygons with whole coordinates, y downward; polygons'
    outer rings positive by the surveyor's formula (§4.3.3.3). What is None is left out.
    """
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    parts = []
    for shape, properties in features:
        tags: list[int] = []
        for key, value in properties.items():
            if value is not None:
                tags += (
                    keys.setdefault(key, len(keys)),
                    values.setdefault((type(value), value), len(values)),
                )
        kind = _POINT if shape.geom_type == "Point" else _POLYGON
        commands = _point(shape) if kind == _POINT else [each for part in _polygons(shape) for each in part]
        feature = _packed(2, tags) + _number(3, kind) + _packed(4, commands)
        parts.append(_bytes(2, feature))
    layer = _number(15, 2) + _bytes(1, name.encode()) + b"".join(parts)
    layer += b"".join(_bytes(3, key.encode()) for key in keys)
    layer += b"".join(_bytes(4, _value(value)) for _, value in values)
    layer += _number(5, EXTENT)
    return _bytes(3, layer) if parts else b""


def _point(shape: BaseGeometry) -> list[int]:
    return [_MOVE_TO | 1 << 3, _zigzag(round(shape.x)), _zigzag(round(shape.y))]


def _polygons(shape: BaseGeometry) -> Iterator[list[int]]:
    """The commands of each ring; steps count from where the one before ended."""
    x = y = 0
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            corners = np.rint(shapely.get_coordinates(ring)[:-1]).astype(np.int64)
            steps = np.diff(corners, axis=0, prepend=[[x, y]])
            zigzag = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
            x, y = corners[-1].tolist()
            line = _LINE_TO | len(corners) - 1 << 3
            yield [_MOVE_TO | 1 << 3, *zigzag[:2], line, *zigzag[2:], _CLOSE_PATH | 1 << 3]


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _number(7, int(value))
    if isinstance(value, int):
        return _number(6, _zigzag(value))
    if isinstance(value, float):
        return _varint(3 << 3 | _FIXED64) + np.float64(value).tobytes()
    return _bytes(1, value.encode())


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


_SMALL: Final = tuple(_varint(number) for number in range(1 << 14))


def _packed(field: int, numbers: Iterable[int]) -> bytes:
    return _bytes(field, b"".join(_SMALL[n] if n < 1 << 14 else _varint(n) for n in numbers))
