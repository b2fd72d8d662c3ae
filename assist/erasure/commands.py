"""Erasing what tells of a person, once a request is over.

A request keeps what happened (states, owners, times, category, fault, score); everything that says who it
happened to, where, and in whose words or pictures is taken out, here and, through an event, wherever else a
copy lies:

* here, in one transaction, each capability what it keeps (:mod:`kernel.erasing`): contact and place, chat,
  notes, the rating's comment, stills and the marks on them, messages as they were sent, links and sessions,
  and what events still on their way say of it;
* in the field: its task (`RequestErased`); in the folder of pictures: the files (`PicturesErased`). Both go
  through the outbox, and so are tried again until they are done.

There is no way back, and doing it twice is doing it once. A request whose rating is still awaited is closed
with it: nobody would be left to give one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from sqlalchemy import select

from assist.rating.commands import close_unrated
from assist.request.access import visible_request
from assist.request.moving import note, request_topic
from assist.request.request import FINAL, State
from assist.request.tables import ServiceRequest
from kernel.actors import SYSTEM, Actor, Role
from kernel.contracts import PicturesErased, RequestErased
from kernel.database import Database, UnitOfWork
from kernel.erasing import Erasers
from kernel.errors import CurbstopError, Forbidden, Refused

log = structlog.get_logger(__name__)

OVER = FINAL | {State.RESOLVED}
ERASERS = (Role.SUPERVISOR, Role.ADMIN)
AT_A_TIME = 100


class RequestOpen(Refused):
    """This request is not over yet; end it first, then its data can be erased."""

    code: ClassVar[str] = "request_open"


async def erase_request(uow: UnitOfWork, erasers: Erasers, actor: Actor, request_id: UUID) -> datetime:
    """Erase the personal data of a request that is over; when that was done.

    `erasers` are every capability's.

    Raises `Forbidden` for staff who are not answerable for it, `RequestOpen`.
    """
    row = await visible_request(uow.session, actor, request_id, lock=True)
    if actor.kind == "staff" and not actor.has(*ERASERS):
        raise Forbidden()
    if row.erased_at is not None:
        return row.erased_at
    if row.state not in OVER:
        raise RequestOpen(state=row.state.value)
    if row.state is State.RESOLVED:
        await close_unrated(uow, SYSTEM, row.id)
    row.erased_at = uow.now
    step = await note(uow, actor, row, "erased")
    uow.emit(RequestErased(request_id=row.id, step=step))
    uow.changed("request", row.id, request_topic(row.id))
    await uow.audit(actor, "request_erased", f"request:{row.id}")
    # Last: the page that asked for it is signed out by this.
    if files := await erasers.erase(uow, "request", row.id):
        uow.emit(PicturesErased(blob_ids=tuple(sorted(files))))
    return row.erased_at


async def erase_lapsed(database: Database, erasers: Erasers, retention: timedelta) -> int:
    """Erase what has been kept for `retention` since it ended; how many requests that were."""
    async with database.reading() as session:
        query = (
            select(ServiceRequest.id)
            .where(ServiceRequest.erased_at.is_(None))
            .where(ServiceRequest.ended_at < database.clock.now() - retention)
            .order_by(ServiceRequest.ended_at)
            .limit(AT_A_TIME)
        )
        lapsed = (await session.scalars(query)).all()
    done = 0
    for request_id in lapsed:
        try:
            await database.run(erase_request, erasers, SYSTEM, request_id)
            done += 1
        except CurbstopError as refusal:  # the others need not wait for it; the next sweep tries again
            log.warning("retention_skipped", request=str(request_id), code=refusal.code)
    return done
