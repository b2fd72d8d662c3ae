"""What happened is sealed a few seconds after a request's next step: nobody changes it unseen after that."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, or_, select

from assist.evidence.commands import seal
from assist.evidence.tables import EvidenceHead
from assist.request.tables import ServiceRequest
from kernel.evidence.item import Sources
from kernel.jobs import Turn, one_by_one

AT_A_TIME = 50
LOOKED_BACK = timedelta(minutes=5)
"""A transaction that began earlier can end later than one that was seen: so far back is looked again."""


async def seal_what_changed(turn: Turn) -> None:
    """Seal every request that changed since it was sealed, oldest change first."""
    database, sources = turn.house.database, turn.house.use(Sources)
    while await turn.keep():
        async with database.reading() as session:
            newest = await session.scalar(select(func.max(EvidenceHead.changed_at)))
            query = (
                select(ServiceRequest.id)
                .outerjoin(EvidenceHead, EvidenceHead.request_id == ServiceRequest.id)
                .where(or_(EvidenceHead.version.is_(None), EvidenceHead.version < ServiceRequest.version))
                .order_by(ServiceRequest.changed_at)
                .limit(AT_A_TIME)
            )
            if newest is not None:
                query = query.where(ServiceRequest.changed_at >= newest - LOOKED_BACK)
            changed = list(await session.scalars(query))
        if not changed or await one_by_one(database, seal, changed, sources) == 0:
            return
        if len(changed) < AT_A_TIME:
            return
