"""The zone of a point is the same by SQL on either database and by the index in memory."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from field.grid.commands import import_zones
from field.grid.store import GridCache, grid_version, zone_at
from field.grid.tables import Zone
from kernel.actors import SYSTEM
from kernel.clock import ManualClock
from kernel.database import Database
from tests.rig.foundations import Foundation
from tests.rig.town import SIDE, SOUTH, WEST, ZONES, Town, zone_file
from tests.unit.grid.files import zone
from tests.unit.grid.files import zone_file as zones_of


async def test_a_thousand_points_have_the_zone_that_the_index_says(town: Town) -> None:
    draw = random.Random(7)
    east, north = WEST + len(ZONES) * SIDE, SOUTH + SIDE
    points = [
        (draw.uniform(WEST - 0.003, east + 0.003), draw.uniform(SOUTH - 0.003, north + 0.003))
        for _ in range(1000)
    ]
    async with town.database.reading() as session:
        grid = await town.services.grid.current(session)
        for lon, lat in points:
            found, expected = await zone_at(session, lon, lat), grid.index.zone_of(lon, lat)
            assert (found.code if found else None) == (expected.code if expected else None)


@pytest.mark.parametrize("lat", [SOUTH, SOUTH + SIDE / 2, SOUTH + SIDE])
async def test_a_point_on_a_border_belongs_to_the_smallest_code(town: Town, lat: float) -> None:
    async with town.database.reading() as session:
        found = await zone_at(session, 7.41, lat)
        grid = await town.services.grid.current(session)
        assert found is not None
        assert found.code == "A1"
        by_index = grid.index.zone_of(7.41, lat)
        assert by_index is not None and by_index.code == "A1"


async def test_a_copy_is_kept_until_the_next_import(town: Town) -> None:
    cache = GridCache()
    async with town.database.reading() as session:
        first = await cache.current(session)
        assert await cache.current(session) is first
    town.clock.advance(1)
    await town.database.run(import_zones, SYSTEM, zone_file(A1={"name_en": "Harbour"}))
    async with town.database.reading() as session:
        second = await cache.current(session)
        assert second is not first
        assert second.version == await grid_version(session) != first.version


async def test_a_border_has_one_zone_under_any_collation(full: Foundation, clock: ManualClock) -> None:
    """English rules put A-2 behind A1 and a5 before B4; code points do not."""
    codes = ("A1", "A-2", "b3", "B4", "a5", "B6")
    database = Database(full.database_url, clock)
    collate = "ALTER TABLE zone ALTER COLUMN code TYPE varchar(32) COLLATE {}"
    features = [zone(code, round(7.40 + 0.01 * column, 6), 43.70) for column, code in enumerate(codes)]
    try:
        async with database.engine.begin() as connection:
            await connection.execute(text(collate.format('"en-x-icu"')))
        await database.run(import_zones, SYSTEM, zones_of(features))
        cache = GridCache()
        async with database.reading() as session:
            ordered = list(await session.scalars(select(Zone.code).order_by(Zone.code)))
            assert ordered != sorted(codes), "the database orders codes in its own way"
            grid = await cache.current(session)
            for column, (west, east) in enumerate(pairwise(codes), 1):
                lon = round(7.40 + 0.01 * column, 6)
                found, by_index = await zone_at(session, lon, 43.705), grid.index.zone_of(lon, 43.705)
                assert found is not None and by_index is not None
                assert found.code == by_index.code == min(west, east)
    finally:
        async with database.engine.begin() as connection:
            await connection.execute(text(collate.format('"default"')))
        await database.close()
