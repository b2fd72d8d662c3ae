"""Calls whose technician never came."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.call.commands import return_request
from assist.queue.tables import Call
from assist.request.request import State
from assist.request.tables import DeskPresence, ServiceRequest
from kernel.actors import SYSTEM, Actor
from kernel.database import Database, UnitOfWork
from kernel.jobs import one_by_one

DESK_LOST_AFTER = timedelta(minutes=3)
"""A technician who accepted, never came into the room, and whose desk is silent: the customer goes back."""
AT_A_TIME = 100


async def take_back_abandoned(database: Database) -> int:
    """Give customers of dead desks back to the queue; how many that were.

    A desk that dies while a call is being written up keeps it: nothing is lost there, and only its
    technician, or a supervisor, gives it back.
    """
    async with database.reading() as session:
        abandoned = await _abandoned(session, database)
    return await one_by_one(database, _take_back, abandoned, SYSTEM)


async def _take_back(uow: UnitOfWork, actor: Actor, request_id: UUID) -> None:
    await return_request(uow, actor, request_id, reason="desk_lost")


async def _abandoned(session: AsyncSession, database: Database) -> list[UUID]:
    limit = database.clock.now() - DESK_LOST_AFTER
    query = (
        select(Call.request_id)
        .join(ServiceRequest, ServiceRequest.id == Call.request_id)
        .outerjoin(DeskPresence, DeskPresence.staff_id == Call.technician_id)
        .where(
            ServiceRequest.state == State.IN_CALL,
            Call.finished_at.is_(None),
            Call.technician_joined_at.is_(None),
            Call.accepted_at < limit,
            DeskPresence.seen_at.is_(None) | (DeskPresence.seen_at < limit),
        )
        .limit(AT_A_TIME)
    )
    return list(await session.scalars(query))
