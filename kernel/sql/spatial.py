"""Spatial SQL for SQLite, answered by Shapely, so that GeoAlchemy2 works there unchanged.

GeoAlchemy2 speaks SpatiaLite to SQLite: it wraps bound values in ``GeomFromEWKT`` and results in
``AsEWKB``, and calls ``RecoverGeometryColumn`` and friends around DDL. Registering those names, and the
predicates the queries use, on each connection is all it takes; no extension has to be loaded.

Geometries are stored as EWKB blobs. Meanings follow PostGIS (planar predicates on degrees,
``ST_DistanceSphere`` in metres), which the contract tests check against a real PostGIS.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import shapely
from shapely import wkb, wkt
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS_M = 6_371_008.7714
"""The mean radius that PostGIS' ``ST_DistanceSphere`` uses."""

_EWKT = re.compile(r"^\s*SRID\s*=\s*(-?\d+)\s*;\s*(.*)$", re.IGNORECASE | re.DOTALL)

_HEX_STARTS = ("00", "01")
"""A geometry's byte order, first in hexadecimal EWKB: PostGIS' ``ST_GeomFromEWKT`` takes it as well."""

Stored = bytes | str | None


@lru_cache(maxsize=4096)
def _load(stored: bytes | str) -> BaseGeometry:
    return wkb.loads(bytes.fromhex(stored) if isinstance(stored, str) else stored)


def _dump(geometry: BaseGeometry, srid: int = 0) -> bytes:
    if srid > 0:
        geometry = shapely.set_srid(geometry, srid)
    return bytes(shapely.to_wkb(geometry, include_srid=True))


def _from_ewkt(text: str | None, srid: int = 0) -> bytes | None:
    if text is None:
        return None
    if text[:2] in _HEX_STARTS:
        return bytes.fromhex(text)
    if match := _EWKT.match(text):
        return _dump(wkt.loads(match[2]), int(match[1]))
    return _dump(wkt.loads(text), srid)


def _from_wkb(stored: Stored, srid: int = 0) -> bytes | None:
    return None if stored is None else _dump(_load(stored), srid)


def _to_ewkb_hex(stored: Stored) -> str | None:
    # SpatiaLite answers in hexadecimal text, and GeoAlchemy2 reads just that.
    return None if stored is None else _dump(_load(stored)).hex().upper()


def sphere_distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in metres between two (lon, lat) points, by the haversine formula."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def _unary(function: Callable[[BaseGeometry], Any]) -> Callable[[Stored], Any]:
    return lambda a: None if a is None else function(_load(a))


def _binary(function: Callable[[BaseGeometry, BaseGeometry], Any]) -> Callable[[Stored, Stored], Any]:
    return lambda a, b: None if a is None or b is None else function(_load(a), _load(b))


def _distance_sphere(a: BaseGeometry, b: BaseGeometry) -> float:
    return sphere_distance_m((a.x, a.y), (b.x, b.y))


_UNARY: dict[str, Callable[[BaseGeometry], Any]] = {
    "AsBinary": lambda g: bytes(shapely.to_wkb(g, include_srid=False)),
    "ST_AsText": lambda g: g.wkt,
    "ST_AsGeoJSON": lambda g: str(shapely.to_geojson(g)),
    "ST_X": lambda g: float(shapely.get_x(g)),
    "ST_Y": lambda g: float(shapely.get_y(g)),
    "ST_SRID": lambda g: int(shapely.get_srid(g)),
    "ST_Area": lambda g: float(g.area),
    "ST_Length": lambda g: float(g.length),
    "ST_IsValid": lambda g: int(g.is_valid),
    "ST_XMin": lambda g: g.bounds[0],
    "ST_YMin": lambda g: g.bounds[1],
    "ST_XMax": lambda g: g.bounds[2],
    "ST_YMax": lambda g: g.bounds[3],
}

_BINARY: dict[str, Callable[[BaseGeometry, BaseGeometry], Any]] = {
    "ST_Contains": lambda a, b: int(a.contains(b)),
    "ST_Within": lambda a, b: int(a.within(b)),
    "ST_Covers": lambda a, b: int(a.covers(b)),
    "ST_Intersects": lambda a, b: int(a.intersects(b)),
    "ST_Equals": lambda a, b: int(a.equals(b)),
    "ST_Distance": lambda a, b: float(a.distance(b)),
    "ST_DistanceSphere": _distance_sphere,
}

_DDL_HOOKS = {
    "RecoverGeometryColumn": 5,
    "AddGeometryColumn": -1,
    "DiscardGeometryColumn": 2,
    "CreateSpatialIndex": 2,
    "DisableSpatialIndex": 2,
    "CheckSpatialIndex": 2,
}


class SqlFunctions(Protocol):
    """What :func:`register` needs of a SQLite connection."""

    def create_function(
        self, name: str, arguments: int, function: Callable[..., Any], /, *, deterministic: bool = False
    ) -> None: ...


def register(connection: SqlFunctions) -> None:
    """Teach one SQLite connection the spatial functions. Called for every new connection."""

    def add(name: str, arguments: int, function: Callable[..., Any]) -> None:
        connection.create_function(name, arguments, function, deterministic=True)

    for name in ("GeomFromEWKT", "ST_GeomFromEWKT"):
        add(name, 1, _from_ewkt)
    for name in ("GeomFromText", "ST_GeomFromText"):
        add(name, 1, _from_ewkt)
        add(name, 2, _from_ewkt)
    for name in ("GeomFromWKB", "GeomFromEWKB", "ST_GeomFromWKB", "ST_GeomFromEWKB"):
        add(name, 1, _from_wkb)
        add(name, 2, _from_wkb)
    add("AsEWKB", 1, _to_ewkb_hex)
    add("ST_AsEWKB", 1, _to_ewkb_hex)
    for name, unary in _UNARY.items():
        add(name, 1, _unary(unary))
    for name, binary in _BINARY.items():
        add(name, 2, _binary(binary))
    add("ST_DWithin", 3, lambda a, b, d: None if None in (a, b, d) else int(_load(a).distance(_load(b)) <= d))
    add("ST_SetSRID", 2, _from_wkb)
    add("ST_MakePoint", 2, lambda x, y: _dump(shapely.Point(x, y)))
    for name, arguments in _DDL_HOOKS.items():
        connection.create_function(name, arguments, lambda *_: 1)
    connection.create_function("CheckSpatialMetaData", 0, lambda: 3)
