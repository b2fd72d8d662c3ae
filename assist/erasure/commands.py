"""Erasing what tells of a person, once a request is over.

A request keeps what happened (states, owners, times, category, fault, score); everything that says who it
happened to, where, and in whose words or pictures is taken out, here and, through an event, wherever else a
copy lies:

* here, in one transaction: contact and place, chat, notes, the rating's comment, stills and the marks on
  them, messages as they were sent, links and sessions, and what events still on their way say of it;
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
from sqlalchemy import delete, select

from assist.chat.tables import Message
from assist.rating.commands import close_unrated
from assist.rating.tables import Rating
from assist.request.access import visible_request
from assist.request.moving import note, request_topic
from assist.request.request import FINAL, State
from assist.request.tables import Customer, ServiceRequest
from assist.stills.tables import Mark, Still
from assist.verdict.tables import VerdictRow
from kernel.actors import SYSTEM, Actor, Role
from kernel.contracts import PicturesErased, RequestErased
from kernel.database import Database, UnitOfWork
from kernel.delivery.commands import forget_messages
from kernel.errors import CurbstopError, Forbidden, Refused
from kernel.identity.links import forget_links
from kernel.identity.sessions import forget_sessions
from kernel.outbox import forget_private
from kernel.sql.columns import BlobId

log = structlog.get_logger(__name__)

OVER = FINAL | {State.RESOLVED}
ERASERS = (Role.SUPERVISOR, Role.ADMIN)
TOLD_OF_VISIT = frozenset({"task_id", "state", "rep_name", "rep_staff_id", "eta"})
"""What is kept of the field's news: everything but words."""
AT_A_TIME = 100


class RequestOpen(Refused):
    """This request is not over yet; end it first, then its data can be erased."""

    code: ClassVar[str] = "request_open"


async def erase_request(uow: UnitOfWork, actor: Actor, request_id: UUID) -> datetime:
    """Erase the personal data of a request that is over; when that was done.

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
    await _erase_words(uow, row)
    files = await _erase_pictures(uow, row.id)
    await forget_messages(uow, row.id)
    await forget_private(uow.session, row.id)
    row.erased_at = uow.now
    row.started_with = None
    step = await note(uow, actor, row, "erased")
    uow.emit(RequestErased(request_id=row.id, step=step))
    if files:
        uow.emit(PicturesErased(blob_ids=tuple(sorted(files))))
    uow.changed("request", row.id, request_topic(row.id))
    await uow.audit(actor, "request_erased", f"request:{row.id}")
    # Last: the page that asked for it is signed out by this.
    await forget_links(uow, row.id)
    await forget_sessions(uow, row.id)
    return row.erased_at


async def _erase_words(uow: UnitOfWork, row: ServiceRequest) -> None:
    customer = await uow.session.get_one(Customer, row.customer_id)
    customer.name = customer.phone = customer.building = customer.equipment = ""
    customer.description = customer.address = customer.place_source = ""
    customer.lon = customer.lat = None
    row.outcome_note = ""
    if row.visit is not None:
        row.visit = {name: value for name, value in row.visit.items() if name in TOLD_OF_VISIT}
    if verdict := await uow.session.get(VerdictRow, row.id):
        verdict.note, verdict.still_ids = "", []
    if rating := await uow.session.get(Rating, row.id):
        rating.comment = ""
    await uow.session.execute(delete(Message).where(Message.request_id == row.id))


async def _erase_pictures(uow: UnitOfWork, request_id: UUID) -> set[BlobId]:
    """Forget which files the stills are, and what was drawn on them; the files' names."""
    stills = (await uow.session.scalars(select(Still).where(Still.request_id == request_id))).all()
    await uow.session.execute(delete(Mark).where(Mark.still_id.in_([still.id for still in stills])))
    files = {still.blob_id for still in stills if still.blob_id}
    for still in stills:
        still.blob_id, still.size, still.erased_at = BlobId(""), 0, uow.now
    return files


async def erase_lapsed(database: Database, retention: timedelta) -> int:
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
            await database.run(erase_request, SYSTEM, request_id)
            done += 1
        except CurbstopError as refusal:  # the others need not wait for it; the next sweep tries again
            log.warning("retention_skipped", request=str(request_id), code=refusal.code)
    return done
