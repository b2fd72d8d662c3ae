"""Both foundations are what they say: fresh, complete, and alike."""

from __future__ import annotations

import redis.asyncio
from sqlalchemy import text

from kernel.database import Database
from tests.rig.foundations import Foundation


async def test_the_database_has_its_tables_and_no_rows(database: Database) -> None:
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar() == 0


async def test_spatial_sql_means_the_same(database: Database) -> None:
    around = "ST_GeomFromText('POLYGON((7.41 43.72, 7.44 43.72, 7.44 43.75, 7.41 43.75, 7.41 43.72))', 4326)"
    inside = "ST_GeomFromText('POINT(7.42 43.73)', 4326)"
    async with database.reading() as session:
        answer = (await session.execute(text(f"SELECT ST_Contains({around}, {inside})"))).scalar()
    assert bool(answer)


async def test_redis_answers_and_starts_empty(
    foundation: Foundation, redis_client: redis.asyncio.Redis
) -> None:
    assert await redis_client.ping()
    assert await redis_client.dbsize() == 0
