"""Calls of a request."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.queue.tables import Call


async def current_call(session: AsyncSession, request_id: UUID) -> Call | None:
    """The request's last call."""
    query = select(Call).where(Call.request_id == request_id).order_by(Call.id.desc()).limit(1)
    return (await session.scalars(query)).first()
