"""The queue as customers and technicians see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.queue.tables import Call, QueueEntry
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
from assist.request.request import Happening, State
from assist.request.tables import DeskPresence, RequestEvent, ServiceRequest
from kernel.actors import Actor

DESK_SEEN_WITHIN = timedelta(seconds=90)
"""A desk that has not been heard of for longer takes no calls; an open one asks every 30 seconds."""


@dataclass(frozen=True)
class Desks:
    """Who is at work: for each busy technician the seconds since they accepted, and who is free."""

    busy: Mapping[UUID, float]
    idle: frozenset[UUID]

    @property
    def open(self) -> frozenset[UUID]:
        return self.idle | self.busy.keys()

    @property
    def count(self) -> int:
        return len(self.open)

    def of(self, technician: UUID) -> Desks:
        """That one desk alone."""
        busy = {who: since for who, since in self.busy.items() if who == technician}
        return Desks(busy, self.idle & {technician})


async def waiting_now(session: AsyncSession, now: datetime) -> list[Waiting]:
    """Everyone in the queue, in no order."""
    talked = exists().where(
        Call.request_id == ServiceRequest.id, Call.technician_id == ServiceRequest.inviter_id
    )
    query = (
        select(QueueEntry, ServiceRequest, talked)
        .join(ServiceRequest, ServiceRequest.id == QueueEntry.request_id)
        .where(QueueEntry.left_at.is_(None), ServiceRequest.state == State.WAITING)
    )
    return [_waiting(entry, row, now, had) for entry, row, had in await session.execute(query)]


def _waiting(entry: QueueEntry, row: ServiceRequest, now: datetime, talked: bool) -> Waiting:
    claim = is_claim(Priority(row.priority), row.inviter_id is not None)
    return Waiting(
        request_id=row.id,
        entered_at=entry.entered_at,
        last_contact_at=entry.last_contact_at,
        priority=Priority(row.priority),
        skill=row.skill,
        language=row.language,
        wanted=None if talked else row.inviter_id,
        invited_at=row.created_at if row.inviter_id and not talked else None,
        behind=claim and is_behind(Priority(row.priority), entry.surplus, entry.last_contact_at, now),
    )


async def desks_now(session: AsyncSession, now: datetime) -> Desks:
    """Who could take a call, now or when theirs is over."""
    open_calls = select(Call.technician_id, func.min(Call.accepted_at)).where(Call.finished_at.is_(None))
    busy = {who: since for who, since in await session.execute(open_calls.group_by(Call.technician_id))}
    seen = select(DeskPresence.staff_id).where(DeskPresence.seen_at >= now - DESK_SEEN_WITHIN)
    idle = set(await session.scalars(seen)) - busy.keys()
    return Desks({who: (now - since).total_seconds() for who, since in busy.items()}, frozenset(idle))


async def wait_for(
    session: AsyncSession, request_id: UUID, now: datetime, queue: list[Waiting] | None = None
) -> Wait | None:
    """How long `request_id` will wait from now; None for someone who does not, or with nobody at a desk."""
    queue = queue if queue is not None else await waiting_now(session, now)
    entry = next((one for one in queue if one.request_id == request_id), None)
    if entry is None:
        return None
    recent = (
        select(Call.accepted_at, Call.finished_at, Call.pickup_s)
        .where(Call.finished_at.is_not(None))
        .order_by(Call.finished_at.desc())
        .limit(MOST_SAMPLES)
    )
    calls = (await session.execute(recent)).all()
    service = [(finished - accepted).total_seconds() for accepted, finished, _ in calls if finished]
    pickup = [seconds for _, _, seconds in calls]
    desks = await desks_now(session, now)

    def at(some: Desks, place: int | None) -> Wait | None:
        busy, idle, seed = list(some.busy.values()), len(some.idle), request_id.int & 0xFFFFFFFF
        return wait_range((place or 1) - 1, busy, idle, service, pickup, seed=seed)

    if entry.wanted is None or entry.wanted not in desks.open:
        return at(desks, place_of(queue, request_id, desks.open))
    # Whoever is free first takes them: the technician who knows them, or anybody when it is their turn.
    own = at(desks.of(entry.wanted), place_of(queue, request_id, desks.open))
    anybody = at(desks, place_of(queue, request_id))
    return min((wait for wait in (own, anybody) if wait), key=lambda wait: wait.high_s)


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
            returned=None,
            kept_until=None,
        )
    queue = await waiting_now(session, now)
    wait = await wait_for(session, row.id, now, queue)
    desks = await desks_now(session, now)
    return QueueEntryView(
        state="waiting",
        request_state=row.state.value,
        place=place_of(queue, row.id, desks.open),
        wait=WaitView(low_s=wait.low_s, high_s=wait.high_s) if wait else None,
        entered_at=entry.entered_at,
        returned=await _why_returned(session, row.id),
        kept_until=entry.last_contact_at + PLACE_KEPT if row.priority < Priority.DANGER else None,
    )


async def _why_returned(session: AsyncSession, request_id: UUID) -> str | None:
    """The reason of whoever gave them back, if they wait because of that."""
    came = (Happening.QUEUED.value, Happening.REOPENED.value, Happening.RETURNED.value)
    query = (
        select(RequestEvent.kind, RequestEvent.detail)
        .where(RequestEvent.request_id == request_id, RequestEvent.kind.in_(came))
        .order_by(RequestEvent.number.desc())
        .limit(1)
    )
    last = (await session.execute(query)).first()
    return str(last.detail.get("reason", "other")) if last and last.kind == Happening.RETURNED else None


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
