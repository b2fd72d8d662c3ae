"""Requests that nobody rated in time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from assist.rating.commands import close_unrated
from assist.request.request import State
from assist.request.tables import ServiceRequest
from kernel.actors import SYSTEM
from kernel.database import Database
from kernel.jobs import one_by_one

RATING_WAITED = timedelta(days=3)
AT_A_TIME = 100


async def close_long_resolved(database: Database) -> int:
    """Close what nobody has rated for days; how many that were."""
    query = select(ServiceRequest.id).where(
        ServiceRequest.state == State.RESOLVED,
        ServiceRequest.changed_at < database.clock.now() - RATING_WAITED,
    )
    async with database.reading() as session:
        unrated = list(await session.scalars(query.limit(AT_A_TIME)))
    return await one_by_one(database, close_unrated, unrated, SYSTEM)
