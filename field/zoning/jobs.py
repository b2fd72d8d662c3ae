"""What time brings to territories: proposals are worked out, days begin, people are told, tasks move on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from field.grid.tables import Rep
from field.grid.territory.proposal import ProposalState
from field.grid.territory.tables import OwnerNotice, TerritoryProposal
from field.services import FieldServices
from field.zoning.absences import move_tasks
from field.zoning.commands import begin_territories
from field.zoning.computing import compute_asked
from kernel.database import Database, UnitOfWork
from kernel.i18n import text
from kernel.jobs import SETTLED_S, Job, Turn, one_by_one
from kernel.push.commands import send_push

LASTS = timedelta(hours=24)
AT_ONCE = 50
HOLD_S = 5.0


async def compute(turn: Turn) -> None:
    """Proposals that were asked for. A large one takes longer than a turn is held, so it is held on."""
    holding = asyncio.create_task(_hold(turn))
    try:
        await compute_asked(turn.house.database, turn.house.use(FieldServices))
    finally:
        holding.cancel()


async def _hold(turn: Turn) -> None:
    while True:
        await asyncio.sleep(HOLD_S)
        await turn.keep()


async def begin_due(database: Database, services: FieldServices) -> int:
    """Published territories whose day has come."""
    today = services.day_of(database.clock.now())
    async with database.reading() as session:
        due = select(TerritoryProposal.id).where(
            TerritoryProposal.state == ProposalState.PUBLISHED, TerritoryProposal.begins_on <= today
        )
        ids = list(await session.scalars(due))
    return await one_by_one(database, begin_territories, ids, services)


async def tell_due(database: Database) -> int:
    """Notices that were not pushed yet."""
    async with database.reading() as session:
        waiting = select(OwnerNotice.id).where(~OwnerNotice.pushed).order_by(OwnerNotice.id).limit(AT_ONCE)
        ids = list(await session.scalars(waiting))
    return await one_by_one(database, tell_owner, ids)


async def tell_owner(uow: UnitOfWork, id: UUID) -> bool:
    """Have one notice pushed to the phone, for whoever agreed; the page shows it in any case."""
    notice = await uow.session.get(OwnerNotice, id, with_for_update=True)
    if notice is None or notice.pushed:
        return False
    rep = await uow.session.get_one(Rep, notice.rep_id)
    day, key = notice.begins_on.isoformat(), "push.zones_stay" if notice.withdrawn else "push.zones"

    def words(language: str) -> dict[str, str]:
        body = text(language, "rep", f"{key}.body", day=day)
        return {
            "task": f"zones-{notice.proposal_id}",
            "severity": "minor",
            "title": text(language, "rep", f"{key}.title"),
            "body": body,
        }

    notice.pushed = True
    await send_push(uow, rep.staff_id, words, LASTS)
    return True


async def _begin(turn: Turn) -> None:
    await begin_due(turn.house.database, turn.house.use(FieldServices))


async def _tell(turn: Turn) -> None:
    await tell_due(turn.house.database)


async def _move(turn: Turn) -> None:
    await move_tasks(turn.house.database, turn.house.use(FieldServices))


JOBS = (
    Job("zoning.compute", compute, 1.0),
    Job("zoning.begin", _begin, 20.0, SETTLED_S),
    Job("zoning.tell", _tell, 2.0, SETTLED_S),
    Job("zoning.move", _move, 5.0, SETTLED_S),
)
