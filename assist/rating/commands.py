"""The customer's rating, and the end without one."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from assist.rating.tables import Rating
from assist.request.moving import move, note, request_for, request_topic
from assist.request.rating_link import ask_how_it_went, held_by_its_customer
from assist.request.request import Happening, State, WrongState
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from kernel.actors import Actor
from kernel.contracts import RequestClosed
from kernel.database import UnitOfWork
from kernel.errors import Refused


class PhoneMissing(Refused):
    """There is no telephone number to which this could be sent."""

    code: ClassVar[str] = "phone_missing"


async def rate(
    uow: UnitOfWork, actor: Actor, request_id: UUID, score: int, comment: str = ""
) -> ServiceRequest:
    """The customer says how it went, 1 to 5, and the request is closed. Rating twice keeps the first.

    A rating that came over a link which staff have seen is kept, marked, and counts for nothing.
    """
    row = await request_for(uow, actor, request_id)
    if row.state is State.CLOSED and await uow.session.get(Rating, row.id) is not None:
        return row
    counts = await held_by_its_customer(uow, row)
    step = await move(uow, actor, row, Happening.RATED, score=score, counts=counts)
    uow.session.add(Rating(request_id=row.id, score=score, comment=comment, counts=counts, given_at=uow.now))
    uow.emit(RequestClosed(request_id=row.id, step=step, score=score if counts else None))
    return row


async def send_rating_link(uow: UnitOfWork, actor: Actor, request_id: UUID, services: AssistServices) -> None:
    """Ask the customer how it went, by a link of their own that is shown to nobody here.

    Raises `WrongState` while there is nothing to rate, `PhoneMissing`.
    """
    row = await request_for(uow, actor, request_id)
    if row.state is not State.RESOLVED:
        raise WrongState(state=row.state.value, happening="rating_link")
    if not await ask_how_it_went(uow, services, row, "rating"):
        raise PhoneMissing()
    await note(uow, actor, row, "rating_link_sent")
    uow.changed("request", row.id, request_topic(row.id))


async def close_unrated(uow: UnitOfWork, actor: Actor, request_id: UUID) -> None:
    """The customer has had long enough to say something."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.RESOLVED:
        step = await move(uow, actor, row, Happening.RATING_LAPSED)
        uow.emit(RequestClosed(request_id=row.id, step=step, score=None))
