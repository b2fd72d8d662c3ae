"""What time alone brings about; `app` calls `sweep` every few seconds on one worker."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from assist.call.commands import return_request
from assist.queue.commands import lose_place, lost_places
from assist.queue.tables import Call, DeskPresence
from assist.rating.commands import close_unrated
from assist.request.request import State
from assist.request.tables import ServiceRequest
from kernel.actors import SYSTEM
from kernel.database import UnitOfWork

DESK_LOST_AFTER = timedelta(minutes=3)
"""A technician who accepted, never came into the room, and whose desk is silent: the customer goes back."""
RATING_WAITED = timedelta(days=3)
AT_A_TIME = 100


async def sweep(uow: UnitOfWork) -> int:
    """Give up lost places, take customers back from desks that died, close what nobody rates.

    Returns how many requests moved. A desk that dies while a call is being written up keeps it: nothing is
    lost there, and only its technician, or a supervisor, gives it back.
    """
    lost = await lost_places(uow, AT_A_TIME)
    for request_id in lost:
        await lose_place(uow, SYSTEM, request_id)
    abandoned = await _abandoned_calls(uow)
    for request_id in abandoned:
        await return_request(uow, SYSTEM, request_id, reason="desk_lost")
    unrated = await _long_resolved(uow)
    for request_id in unrated:
        await close_unrated(uow, SYSTEM, request_id)
    return len(lost) + len(abandoned) + len(unrated)


async def _abandoned_calls(uow: UnitOfWork) -> list[UUID]:
    limit = uow.now - DESK_LOST_AFTER
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
    return list(await uow.session.scalars(query))


async def _long_resolved(uow: UnitOfWork) -> list[UUID]:
    query = select(ServiceRequest.id).where(
        ServiceRequest.state == State.RESOLVED, ServiceRequest.changed_at < uow.now - RATING_WAITED
    )
    return list(await uow.session.scalars(query.limit(AT_A_TIME)))
