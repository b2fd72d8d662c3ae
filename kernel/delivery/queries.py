"""Reading what left the house, or is about to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.delivery.delivery import State
from kernel.delivery.tables import Delivery


async def sent_messages(session: AsyncSession, limit: int = 100) -> Sequence[Delivery]:
    """The newest text messages first, whatever became of them."""
    query = select(Delivery).where(Delivery.channel == "sms").order_by(Delivery.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def counted_since(session: AsyncSession, since: datetime) -> dict[State, int]:
    """How many of the text messages written since then are in each state."""
    counted = (Delivery.written_at >= since) & (Delivery.channel == "sms")
    query = select(Delivery.state, func.count()).where(counted).group_by(Delivery.state)
    return {state: number for state, number in (await session.execute(query)).all()}
