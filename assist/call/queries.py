"""Calls of a request."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.queue.tables import Call


async def current_call(session: AsyncSession, request_id: UUID) -> Call | None:
    """The request's last call."""
    # Ids follow the clock, which may have been set back since: what goes on is newer than what has ended.
    newest = (Call.finished_at.is_(None).desc(), Call.id.desc())
    query = select(Call).where(Call.request_id == request_id).order_by(*newest).limit(1)
    return (await session.scalars(query)).first()
