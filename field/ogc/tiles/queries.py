"""The layers of a tile, read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select

from field.grid.tables import Zone
from field.ogc.queries import Reading
from field.ogc.tiles.cutting import area_in, points_in
from field.ogc.tiles.encoding import encoded
from field.ogc.tiles.tile import Tile
from field.task.tables import Task
from field.task.task import FINAL
from kernel.files.apart import work_aside

KEPT: Final = 1000
"""Tiles that a worker keeps of one grid."""

Drawn = tuple[BaseGeometry, Mapping[str, Any]]


def tag_of(version: UUID | None, layer: str) -> str:
    """Tiles of the ground are those of one grid."""
    return f'W/"{version}-{layer}"'


async def ground_tile(reading: Reading, layer: str, tile: Tile) -> tuple[bytes, str]:
    """Zones or territories in a tile, and the tag that says of which grid they are."""
    grid = await reading.grid()
    reading.kept.turn_to(grid.version)
    key = (layer, tile, reading.public)
    tag = tag_of(grid.version, layer)
    if (known := reading.kept.tiles.get(key)) is not None:
        return known, tag
    if layer == "zones":
        shapes = await _zones(reading, tile)
    else:
        box = shapely.box(*tile.box)
        every = await reading.kept.territories(grid)
        shapes = [(shape, {"code": code}) for code, shape in every.items() if shapely.intersects(shape, box)]
    made = await work_aside(_areas, layer, tile, shapes)
    if reading.kept.version == grid.version:
        kept = reading.kept.tiles
        while len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[key] = made
    return made, tag


async def _zones(reading: Reading, tile: Tile) -> list[Drawn]:
    grid = await reading.grid()
    found = {zone.code: zone for zone in grid.index.meeting((tile.box,))}
    columns = (Zone.code, Zone.name, Zone.name_en, Zone.station)
    query = select(*columns).where(Zone.active)
    if len(found) < len(grid.ids):
        query = query.where(Zone.code.in_(found))
    drawn: list[Drawn] = []
    for row in await reading.session.execute(query):
        zone = found.get(row.code)
        if zone is not None:
            owner = {} if reading.public else {"owner": zone.rep}
            drawn.append((zone.geometry, {**row._mapping, **owner}))
    return sorted(drawn, key=lambda each: str(each[1]["code"]))


def _areas(layer: str, tile: Tile, shapes: Sequence[Drawn]) -> bytes:
    placed = ((area_in(tile, shape), dict(told)) for shape, told in shapes)
    return encoded(layer, ((shape, told) for shape, told in placed if shape is not None))


async def task_tile(reading: Reading, tile: Tile) -> tuple[bytes, str]:
    """Open tasks in a tile; the tag is of what it holds."""
    west, south, east, north = tile.box
    columns = (Task.id, Task.lon, Task.lat, Task.state, Task.category, Task.severity, Task.late_since)
    query = (
        select(*columns)
        .where(Task.state.not_in(FINAL), Task.companion.is_(False))
        .where(Task.lon >= west, Task.lon <= east, Task.lat >= south, Task.lat <= north)
        .order_by(Task.id)
    )
    rows = (await reading.session.execute(query)).all()
    made = await work_aside(_points, tile, rows)
    return made, f'"{hashlib.sha256(made).hexdigest()[:32]}"'


def _points(tile: Tile, rows: Sequence[Any]) -> bytes:
    told = [
        {
            "id": str(row.id),
            "state": row.state.value,
            "category": row.category,
            "severity": row.severity,
            "late": row.late_since is not None,
        }
        for row in rows
    ]
    return encoded("tasks", points_in(tile, [(row.lon, row.lat) for row in rows], told))
