"""Reading the grid from rows, and keeping what is costly to build from them.

The zone of an address is asked for all day and the zones change once in months, so each process keeps one
index, named after the newest import; a newer import anywhere makes every process build its own again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid import zones as pure
from field.grid.files.records import AMOUNTS, RepRow, UnitRow, ZoneRow
from field.grid.tables import Cell, ColumnMapping, GridImport, Rep, Zone
from kernel.database import is_settled
from kernel.files.apart import work_aside
from kernel.sql.columns import WGS84

SEEN = "grid"
"""Under this name a session, which is one transaction, keeps the grid that it works with."""
OUTLINE_SCALE = 100_000
"""Parts of a degree in an outline: a metre, which no screen shows."""


def text_of_shape(shape: BaseGeometry) -> str:
    """A WGS-84 geometry for ``ST_GeomFromEWKT``: hexadecimal EWKB, made before the writer's lock is taken."""
    return str(shapely.to_wkb(shapely.set_srid(shape, WGS84), hex=True, include_srid=True))


def text_of_point(lon: float, lat: float) -> str:
    """The same of a point."""
    return text_of_shape(shapely.Point(lon, lat))


def area_of(geometry: MultiPolygon) -> WKBElement:
    """A WGS-84 multipolygon as a column value."""
    return from_shape(geometry, srid=WGS84)


def point_of(lon: float, lat: float) -> WKBElement:
    """A WGS-84 point as a column value."""
    return from_shape(shapely.Point(lon, lat), srid=WGS84)


@dataclasses.dataclass(frozen=True)
class ZoneBrief:
    """What placing needs of a zone."""

    station: str
    office: str
    owner_id: UUID | None


@dataclasses.dataclass(frozen=True)
class Grid:
    """All active zones as one immutable whole. ``shapes`` holds each zone's GeoJSON geometry by code."""

    version: UUID | None
    index: pure.ZoneIndex
    ids: dict[str, UUID]
    shapes: dict[str, dict[str, Any]]
    briefs: dict[UUID, ZoneBrief]

    @cached_property
    def outlines(self) -> bytes:
        """All outlines as JSON, in steps from corner to corner: a fifth of GeoJSON. Made once for a grid."""
        zones = {zone.code: _steps(self.shapes[zone.code]) for zone in self.index.zones}
        version = str(self.version) if self.version else None
        told = {"version": version, "scale": OUTLINE_SCALE, "zones": zones}
        return json.dumps(told, separators=(",", ":")).encode()

    def zone_id_of(self, lon: float, lat: float) -> UUID | None:
        """The id of the zone a point belongs to; None outside every zone."""
        found = self.index.zone_of(lon, lat)
        return self.ids[found.code] if found else None


EMPTY = Grid(None, pure.ZoneIndex(()), {}, {}, {})


class GridCache:
    """The newest :class:`Grid`, built at most once per import and process."""

    def __init__(self) -> None:
        self._grid = EMPTY
        self._building = asyncio.Lock()

    async def current(self, session: AsyncSession) -> Grid:
        """The grid as ``session`` sees it first; costs one small query while nothing was imported."""
        seen: Grid | None = session.info.get(SEEN)
        if seen is not None:
            return seen
        version = await grid_version(session)
        grid = self._grid
        if grid.version != version:
            async with self._building:  # a page asks for several things at once, that all need it
                grid = self._grid if self._grid.version == version else await self._built(session, version)
        session.info[SEEN] = grid
        return grid

    async def _built(self, session: AsyncSession, version: UUID | None) -> Grid:
        rows = (await session.execute(_WHOLE)).all()
        grid = await work_aside(_build, version, rows)
        if is_settled(session):
            self._grid = grid
        return grid


_WHOLE = select(
    *(Zone.id, Zone.code, Zone.company, Zone.office, Zone.station, Zone.sub_area),
    *(Zone.owner_code, Zone.owner_id, Zone.area),
).where(Zone.active)


def _build(version: UUID | None, rows: Sequence[Any]) -> Grid:
    geometries = {row.code: to_shape(row.area) for row in rows}
    zones = [
        pure.Zone(
            code=row.code,
            geometry=geometries[row.code],
            company=row.company,
            office=row.office,
            station=row.station,
            sub_area=row.sub_area,
            rep=row.owner_code,
        )
        for row in rows
    ]
    shapes = {code: _geojson(geometry) for code, geometry in geometries.items()}
    briefs = {row.id: ZoneBrief(row.station, row.office, row.owner_id) for row in rows}
    return Grid(version, pure.ZoneIndex(zones), {row.code: row.id for row in rows}, shapes, briefs)


def _geojson(geometry: Any) -> dict[str, Any]:
    """RFC 7946 §3.1, with coordinates to a tenth of a metre: it is drawn, not surveyed."""
    return dict(shapely.geometry.mapping(shapely.set_precision(geometry, 1e-6, mode="valid_output")))


def _steps(shape: dict[str, Any]) -> list[list[list[int]]]:
    """Polygons → rings → ``[x, y, dx, dy …]``, without the corner that closes a ring."""
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [[_ring(ring) for ring in polygon] for polygon in polygons]


def _ring(ring: Sequence[Sequence[float]]) -> list[int]:
    places = np.rint(np.asarray(ring)[:-1] * OUTLINE_SCALE).astype(np.int64)
    steps: list[int] = np.diff(places, axis=0, prepend=0).ravel().tolist()
    return steps


_NEWEST = select(GridImport.id).order_by(GridImport.id.desc()).limit(1)


async def grid_version(session: AsyncSession, *, held: bool = False) -> UUID | None:
    """The id of the newest import of either kind: zones change with one, their owners with the other.

    ``held``: no other import is stored before this transaction ends.
    """
    if held:
        # Whoever has waited for the row sees only after that whether there is a newer one.
        (await session.scalars(_NEWEST.with_for_update())).first()
    return (await session.scalars(_NEWEST)).first()


async def zone_at(session: AsyncSession, lon: float, lat: float) -> Zone | None:
    """The zone a point belongs to, asked of the database; the same rule as :class:`ZoneIndex`.

    The bounds come first: SQLite has no spatial index, and there each exact test costs a decoded geometry.
    The smallest code is found here and not by the database, whose collation may order codes in its own way.
    """
    inside = (
        select(Zone)
        .where(Zone.active, Zone.min_lon <= lon, Zone.max_lon >= lon)
        .where(Zone.min_lat <= lat, Zone.max_lat >= lat)
        .where(func.ST_Intersects(Zone.area, point_of(lon, lat)))
    )
    return min(await session.scalars(inside), key=lambda zone: zone.code, default=None)


async def stored_zones(session: AsyncSession) -> list[ZoneRow]:
    """The active zones as the importer's rows, to compare a file with."""
    columns = (*(getattr(Zone, name) for name in _ZONE_FIELDS), Zone.record, Zone.owner_code, Zone.area)
    rows = (await session.execute(select(*columns).where(Zone.active))).all()
    return await work_aside(_zone_rows, rows)


_ZONE_FIELDS = (
    *("code", "name", "name_zh_hant", "name_en", "company", "office", "station", "sub_area"),
    *AMOUNTS,
)


def _zone_row(named: dict[str, Any], owner: str | None, area: WKBElement) -> ZoneRow:
    return ZoneRow(**named, rep=owner, geometry=_multipolygon(area), feature=0)


def _zone_rows(rows: Sequence[Any]) -> list[ZoneRow]:
    names = (*_ZONE_FIELDS, "record")
    found = [_zone_row(dict(zip(names, row, strict=False)), row[-2], row[-1]) for row in rows]
    return sorted(found, key=lambda row: row.code)


def _multipolygon(area: WKBElement) -> MultiPolygon:
    shape = to_shape(area)
    assert isinstance(shape, MultiPolygon)
    return shape


async def kept_columns(session: AsyncSession) -> dict[str, dict[str, str]]:
    """Which columns held what in the last file of zones that was taken with such a mapping."""
    return {
        row.field: {"column": row.column_name} if row.column_name else {"value": row.value}
        for row in await session.scalars(select(ColumnMapping))
    }


async def stored_units(session: AsyncSession) -> list[UnitRow]:
    """The units above the zones as the importer's rows."""
    return [
        UnitRow(row.level, row.code, row.parent, row.name, row.name_zh_hant, row.name_en)
        for row in await session.scalars(select(Cell).order_by(Cell.level, Cell.code))
    ]


async def stored_reps(session: AsyncSession) -> list[RepRow]:
    """The active representatives as the importer's rows, without usernames: those are the accounts'."""
    owned: dict[UUID, list[str]] = {}
    query = select(Zone.owner_id, Zone.code).where(Zone.active, Zone.owner_id.is_not(None))
    for owner_id, code in sorted((await session.execute(query)).all(), key=lambda row: row[1]):
        if owner_id is not None:
            owned.setdefault(owner_id, []).append(code)
    columns = [getattr(Rep, name) for name in _REP_FIELDS]
    found = (await session.execute(select(Rep.id, *columns).where(Rep.active))).all()
    rows = [
        RepRow(
            **dict(zip(_REP_FIELDS, row[1:], strict=True)),
            username="",
            zones=tuple(owned.get(row[0], ())),
            line=0,
        )
        for row in found
    ]
    return sorted(rows, key=lambda row: row.code)


_REP_FIELDS = (
    "code",
    "name",
    "name_en",
    "phone",
    "station",
    "skills",
    "parts",
    "shift_start",
    "shift_end",
    "home_lon",
    "home_lat",
    "contractor",
)
