"""What a representative is told about zones: what changes from a day on, and what is covered today."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.map_views import OwnerNoticeView
from field.grid.territory.tables import OwnerNotice


async def notices_for(session: AsyncSession, rep_id: UUID) -> list[OwnerNoticeView]:
    """What the representative has not read yet, oldest first."""
    unread = select(OwnerNotice).where(OwnerNotice.rep_id == rep_id, OwnerNotice.read_at.is_(None))
    return [
        OwnerNoticeView(
            id=row.id,
            begins_on=row.begins_on,
            gained=row.gained,
            lost=row.lost,
            withdrawn=row.withdrawn,
        )
        for row in await session.scalars(unread.order_by(OwnerNotice.told_at, OwnerNotice.id))
    ]
