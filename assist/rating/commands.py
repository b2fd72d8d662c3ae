"""The customer's rating, and the end without one."""

from __future__ import annotations

from uuid import UUID

from assist.rating.tables import Rating
from assist.request.moving import move, request_for
from assist.request.request import Happening, State
from assist.request.tables import ServiceRequest
from kernel.actors import Actor
from kernel.contracts import RequestClosed
from kernel.database import UnitOfWork
from kernel.identity.links import opened_by_shown_link


async def rate(
    uow: UnitOfWork, actor: Actor, request_id: UUID, score: int, comment: str = ""
) -> ServiceRequest:
    """The customer says how it went, 1 to 5, and the request is closed. Rating twice keeps the first.

    A rating that came over a link which staff have seen is kept, marked, and counts for nothing.
    """
    row = await request_for(uow, actor, request_id)
    if row.state is State.CLOSED and await uow.session.get(Rating, row.id) is not None:
        return row
    counts = not await opened_by_shown_link(uow.session, row.id)
    step = await move(uow, actor, row, Happening.RATED, score=score, counts=counts)
    uow.session.add(Rating(request_id=row.id, score=score, comment=comment, counts=counts, given_at=uow.now))
    uow.emit(RequestClosed(request_id=row.id, step=step, score=score if counts else None))
    return row


async def close_unrated(uow: UnitOfWork, actor: Actor, request_id: UUID) -> None:
    """The customer has had long enough to say something."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.RESOLVED:
        step = await move(uow, actor, row, Happening.RATING_LAPSED)
        uow.emit(RequestClosed(request_id=row.id, step=step, score=None))
