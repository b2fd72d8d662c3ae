"""What time brings to rounds: occurrences come near, and are dealt out and made tasks."""

from __future__ import annotations

from field.rounds.commands import deal_out, make_task, rounds_at_work, stops_to_make
from field.services import FieldServices
from kernel.jobs import SETTLED_S, Job, Turn, one_by_one


async def bring_near(turn: Turn) -> None:
    """Deal out what comes due, and make tasks of what is near, one in a transaction."""
    database, services = turn.house.database, turn.house.use(FieldServices)
    await one_by_one(database, deal_out, await rounds_at_work(database), services)
    for stop_id in await stops_to_make(database, services):
        if not await turn.keep():
            return
        await one_by_one(database, make_task, [stop_id], services)


JOBS = (Job("rounds.near", bring_near, 60.0, SETTLED_S),)
