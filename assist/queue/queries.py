"""The queue as customers and technicians see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.queue.tables import Call, DeskPresence, QueueEntry
from assist.queue.views import QueueEntryView, WaitView
from assist.queue.waiting import (
    MOST_SAMPLES,
    PLACE_KEPT,
    Technician,
    Wait,
    Waiting,
    is_behind,
    is_claim,
    place_of,
    wait_range,
)
from assist.request.access import visible_request
from assist.request.kinds import Priority, Skill
from assist.request.request import State
from assist.request.tables import ServiceRequest
from kernel.actors import Actor

DESK_SEEN_WITHIN = timedelta(seconds=90)
"""A desk that has not been heard of for longer takes no calls; an open one asks every 30 seconds."""


@dataclass(frozen=True)
class Desks:
    """Who is at work: for each busy technician the seconds since they accepted, and how many are free."""

    busy_for_s: tuple[float, ...]
    idle: int

    @property
    def count(self) -> int:
        return len(self.busy_for_s) + self.idle


async def waiting_now(session: AsyncSession, now: datetime) -> list[Waiting]:
    """Everyone in the queue, in no order."""
    query = (
        select(QueueEntry, ServiceRequest)
        .join(ServiceRequest, ServiceRequest.id == QueueEntry.request_id)
        .where(QueueEntry.left_at.is_(None), ServiceRequest.state == State.WAITING)
    )
    return [_waiting(entry, row, now) for entry, row in await session.execute(query)]


def _waiting(entry: QueueEntry, row: ServiceRequest, now: datetime) -> Waiting:
    claim = is_claim(Priority(row.priority), row.inviter_id is not None)
    return Waiting(
        request_id=row.id,
        entered_at=entry.entered_at,
        last_contact_at=entry.last_contact_at,
        priority=Priority(row.priority),
        skill=row.skill,
        language=row.language,
        wanted=row.inviter_id,
        behind=claim and is_behind(Priority(row.priority), entry.surplus, entry.last_contact_at, now),
    )


async def desks_now(session: AsyncSession, now: datetime) -> Desks:
    """Who could take a call, now or when theirs is over."""
    open_calls = select(Call.technician_id, func.min(Call.accepted_at)).where(Call.finished_at.is_(None))
    busy = {who: since for who, since in await session.execute(open_calls.group_by(Call.technician_id))}
    seen = select(DeskPresence.staff_id).where(DeskPresence.seen_at >= now - DESK_SEEN_WITHIN)
    idle = set(await session.scalars(seen)) - busy.keys()
    return Desks(tuple((now - since).total_seconds() for since in busy.values()), len(idle))


async def wait_for(
    session: AsyncSession, request_id: UUID, now: datetime, queue: list[Waiting] | None = None
) -> Wait | None:
    """How long `request_id` will wait from now; None for someone who does not, or with nobody at a desk."""
    place = place_of(queue if queue is not None else await waiting_now(session, now), request_id)
    if place is None:
        return None
    recent = (
        select(Call.accepted_at, Call.finished_at, Call.pickup_s)
        .where(Call.finished_at.is_not(None))
        .order_by(Call.finished_at.desc())
        .limit(MOST_SAMPLES)
    )
    calls = (await session.execute(recent)).all()
    service = [(finished - accepted).total_seconds() for accepted, finished, _ in calls if finished]
    desks = await desks_now(session, now)
    return wait_range(
        place - 1,
        desks.busy_for_s,
        desks.idle,
        service,
        [pickup for _, _, pickup in calls],
        seed=request_id.int & 0xFFFFFFFF,
    )


async def queue_entry_view(
    session: AsyncSession, actor: Actor, request_id: UUID, now: datetime
) -> QueueEntryView:
    """A customer's place and honest wait."""
    row = await visible_request(session, actor, request_id)
    entry = await session.get(QueueEntry, row.id)
    if row.state is not State.WAITING or entry is None:
        return QueueEntryView(
            state="not_waiting",
            request_state=row.state.value,
            place=None,
            wait=None,
            entered_at=None,
            kept_until=None,
        )
    queue = await waiting_now(session, now)
    wait = await wait_for(session, row.id, now, queue)
    return QueueEntryView(
        state="waiting",
        request_state=row.state.value,
        place=place_of(queue, row.id),
        wait=WaitView(low_s=wait.low_s, high_s=wait.high_s) if wait else None,
        entered_at=entry.entered_at,
        kept_until=entry.last_contact_at + PLACE_KEPT if row.priority < Priority.DANGER else None,
    )


async def technician_of(session: AsyncSession, actor: Actor) -> Technician:
    """What the caller can take."""
    seen = await session.get(DeskPresence, actor.id)
    skills = frozenset(map(Skill, seen.skills)) if seen else frozenset()
    return Technician(actor.id, skills, frozenset(seen.languages) if seen else frozenset())


async def open_calls_of(session: AsyncSession, staff_id: UUID) -> list[UUID]:
    """Requests that this technician has in a call or still has to write up."""
    query = (
        select(ServiceRequest.id)
        .where(
            ServiceRequest.technician_id == staff_id,
            ServiceRequest.owner_id == staff_id,
            ServiceRequest.state.in_((State.IN_CALL, State.WRAP_UP)),
        )
        .order_by(ServiceRequest.id)
    )
    return list(await session.scalars(query))
