"""Wishes for a better plan, taken one after the other; each searched for in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog

from field.reoptimise.apart import SearchLost, Wanted, replan_apart
from field.reoptimise.applying import PlanBreaksRules, asked_of, put_in_force
from field.reoptimise.commands import finish, give_up, start_next
from field.reoptimise.engine.outcome import outcome_of, stored
from field.reoptimise.engine.replan import Prices, Replanned, Rest
from field.reoptimise.proposal import DayMovedOn, ProposalMoveRefused, ProposalState
from field.reoptimise.reading import StationTooLarge, read_rest
from field.reoptimise.tables import Reoptimisation
from field.services import FieldServices
from kernel.actors import SYSTEM
from kernel.database import Database
from kernel.jobs import Job, Turn

log = structlog.get_logger(__name__)

KEEP_S = 5.0
"""How often a turn is renewed while a search runs."""
PRICES = Prices()

Search = Callable[[Rest, float, int, Wanted], Awaitable[Replanned | None]]
"""What searches: see `replan_apart`."""


async def plan_waiting(
    database: Database, services: FieldServices, turn: Turn | None = None, search: Search = replan_apart
) -> int:
    """Take what waits, until nothing does. How many were searched for."""
    taken = 0
    while (row := await database.run(start_next)) is not None:
        taken += 1
        await _work(database, services, row, turn, search)
        if turn is not None and not await turn.keep():
            break
    return taken


async def _work(
    database: Database, services: FieldServices, row: Reoptimisation, turn: Turn | None, search: Search
) -> None:
    """One search, from the day as it is to what is kept of it."""
    renewed = time.monotonic()

    async def still_wanted() -> bool:
        nonlocal renewed
        if turn is not None and time.monotonic() - renewed > KEEP_S:
            renewed = time.monotonic()
            await turn.keep()
        async with database.reading() as session:
            now = await session.get(Reoptimisation, row.id)
            return now is not None and now.state is ProposalState.RUNNING and now.attempts == row.attempts

    try:
        async with database.reading() as session:
            now = database.clock.now()
            reading = await read_rest(session, services, now, asked_of(row), PRICES)
        done = await search(reading.rest, row.budget_s, row.attempts, still_wanted)
        if done is None:
            return
        outcome = outcome_of(reading.rest, done)
    except SearchLost:
        log.exception("reoptimisation_lost", id=str(row.id))
        await database.run(give_up, row.id, row.attempts, "search_lost")
        return
    except StationTooLarge as refusal:
        await database.run(give_up, row.id, row.attempts, refusal.code)
        return
    shown = stored(outcome, done)
    pays = await database.run(finish, row.id, row.attempts, outcome, shown, reading.versions, done.gain_s)
    if pays and row.by_itself:
        try:
            await put_in_force(database, services, SYSTEM, row.id, None)
        except (DayMovedOn, PlanBreaksRules, ProposalMoveRefused) as refusal:
            log.info("reoptimisation_not_applied", id=str(row.id), code=refusal.code)


async def plan_again(turn: Turn) -> None:
    """A turn of the job."""
    await plan_waiting(turn.house.database, turn.house.use(FieldServices), turn)


JOBS = (Job("reoptimise.plans", plan_again, 1.0, 2.0),)
