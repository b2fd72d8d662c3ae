"""The queue: taking a place, giving it up, keeping it alive, and losing it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from assist.queue.queries import wait_for
from assist.queue.tables import QueueEntry
from assist.queue.waiting import PLACE_KEPT, is_lost
from assist.request.kinds import Priority
from assist.request.moving import move, request_for
from assist.request.request import Happening, State
from assist.request.tables import DeskPresence, ServiceRequest
from kernel.actors import Actor
from kernel.database import UnitOfWork

TOUCH_EVERY = timedelta(seconds=10)
"""A sign of life is written down at most this often: an open page asks again at every hint."""


async def enter_queue(
    uow: UnitOfWork, actor: Actor, request_id: UUID, surplus: bool = False
) -> ServiceRequest:
    """Ask for a person. Asking again keeps the place. `surplus`: see `place_in_queue`."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.WAITING:
        return row
    await place_in_queue(uow, actor, row, surplus)
    return row


async def reopen(uow: UnitOfWork, actor: Actor, request_id: UUID) -> ServiceRequest:
    """It is not solved: a person again, ahead of those who have just come. Saying so twice is no fault."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.WAITING:
        return row
    row.priority = max(row.priority, int(Priority.SOON))
    await place_in_queue(uow, actor, row, happening=Happening.REOPENED)
    row.outcome, row.outcome_note, row.visit = None, "", None
    return row


async def place_in_queue(
    uow: UnitOfWork,
    actor: Actor,
    row: ServiceRequest,
    surplus: bool = False,
    happening: Happening = Happening.QUEUED,
) -> None:
    """Give `row` a new place, and keep what wait was told with it.

    `surplus` says that what is claimed here is one claim too many (see `assist.queue.waiting`).
    """
    await move(uow, actor, row, happening, priority=row.priority, safety_stop=row.safety_stop)
    entry = await uow.session.get(QueueEntry, row.id)
    if entry is None:
        entry = QueueEntry(request_id=row.id)
        uow.session.add(entry)
    entry.entered_at = entry.last_contact_at = uow.now
    entry.left_at, entry.surplus = None, surplus
    await uow.session.flush()
    wait = await wait_for(uow.session, row.id, uow.now)
    entry.promised_low_s, entry.promised_high_s = (wait.low_s, wait.high_s) if wait else (None, None)


async def leave_queue(uow: UnitOfWork, actor: Actor, request_id: UUID) -> ServiceRequest:
    """Give the place up and go back to the guide. Leaving twice is no fault."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.GUIDING:
        return row
    await move(uow, actor, row, Happening.QUEUE_LEFT)
    await _vacate(uow, row.id)
    return row


def wants_touch(entry: QueueEntry | None, now: datetime) -> bool:
    """Whether a customer's sign of life should be written down."""
    return entry is not None and entry.left_at is None and now - entry.last_contact_at >= TOUCH_EVERY


def wants_desk_touch(seen: DeskPresence | None, now: datetime) -> bool:
    """Whether a desk's sign of life should be written down."""
    return seen is None or now - seen.seen_at >= TOUCH_EVERY


async def touch_place(uow: UnitOfWork, request_id: UUID) -> None:
    """The customer's phone is there: the place is kept from now."""
    await uow.session.execute(
        update(QueueEntry)
        .where(QueueEntry.request_id == request_id, QueueEntry.left_at.is_(None))
        .values(last_contact_at=uow.now)
    )


async def touch_desk(
    uow: UnitOfWork, actor: Actor, skills: list[str] | None = None, languages: list[str] | None = None
) -> None:
    """A technician's desk is open; skills and languages stay as they are when not given."""
    seen = await uow.session.get(DeskPresence, actor.id)
    if seen is None:
        seen = DeskPresence(staff_id=actor.id, skills=[], languages=[])
        uow.session.add(seen)
    seen.seen_at = uow.now
    if skills is not None:
        seen.skills = skills
    if languages is not None:
        seen.languages = languages


async def lose_place(uow: UnitOfWork, actor: Actor, request_id: UUID) -> None:
    """Fifteen minutes without a sign of life: the place goes to the next. Who met danger keeps it, unless it
    was one claim too many."""
    row = await request_for(uow, actor, request_id)
    entry = await uow.session.get(QueueEntry, row.id)
    if row.state is not State.WAITING or entry is None:
        return
    if not is_lost(row.priority, entry.surplus, entry.last_contact_at, uow.now):
        return
    await move(uow, actor, row, Happening.PLACE_LOST)
    await _vacate(uow, row.id)


async def lost_places(uow: UnitOfWork, limit: int = 100) -> list[UUID]:
    """Requests whose place has to be given up now."""
    query = (
        select(QueueEntry.request_id)
        .join(ServiceRequest, ServiceRequest.id == QueueEntry.request_id)
        .where(
            QueueEntry.left_at.is_(None),
            QueueEntry.last_contact_at < uow.now - PLACE_KEPT,
            ServiceRequest.state == State.WAITING,
            (ServiceRequest.priority < Priority.DANGER) | QueueEntry.surplus,
        )
        .limit(limit)
    )
    return list(await uow.session.scalars(query))


async def _vacate(uow: UnitOfWork, request_id: UUID) -> None:
    entry = await uow.session.get_one(QueueEntry, request_id)
    entry.left_at = uow.now
