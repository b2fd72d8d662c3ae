"""The zone of a point is the same by SQL on either database and by the index in memory."""

from __future__ import annotations

import random

import pytest

from field.grid.commands import import_zones
from field.grid.store import GridCache, grid_version, zone_at
from kernel.actors import SYSTEM
from tests.rig.town import SIDE, SOUTH, WEST, ZONES, Town, zone_file


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
