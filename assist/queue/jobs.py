"""Places in the queue whose customers have been silent for too long."""

from __future__ import annotations

from assist.queue.commands import lose_place, lost_places
from kernel.actors import SYSTEM
from kernel.database import Database
from kernel.jobs import one_by_one


async def give_up_lost_places(database: Database) -> int:
    """Give lost places to whoever is next; how many that were."""
    return await one_by_one(database, lose_place, await database.run(lost_places), SYSTEM)
