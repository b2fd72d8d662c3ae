"""What time brings to chains: work that is not over when it was to be, permits that end."""

from __future__ import annotations

from field.chains.following import due_chains, follow
from field.services import FieldServices
from kernel.jobs import SETTLED_S, Job, Turn, one_by_one


async def look(turn: Turn) -> None:
    """Each chain to which time has done something, in a transaction of its own."""
    database = turn.house.database
    await one_by_one(database, follow, await due_chains(database), turn.house.use(FieldServices))


JOBS = (Job("chains.due", look, 15.0, SETTLED_S),)
