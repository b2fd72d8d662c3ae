"""The queue as a technician's desk shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.desk.views import QueueRowView, QueueView
from assist.queue.queries import desks_now, open_calls_of, technician_of, waiting_now
from assist.queue.waiting import Technician, Waiting, is_away, match, order_at, suits
from assist.request.tables import Customer, ServiceRequest
from assist.stills.tables import Still
from kernel.actors import Actor


async def queue_view(session: AsyncSession, actor: Actor, now: datetime) -> QueueView:
    """The queue as the caller's desk takes it, and whom the caller should take."""
    technician = await technician_of(session, actor)
    queue = order_at(await waiting_now(session, now), [technician.id])
    ids = [entry.request_id for entry in queue]
    known = (
        select(ServiceRequest, Customer)
        .join(Customer, Customer.id == ServiceRequest.customer_id)
        .where(ServiceRequest.id.in_(ids))
    )
    rows = {row.id: (row, customer) for row, customer in await session.execute(known)}
    counts = select(Still.request_id, func.count()).where(
        Still.request_id.in_(ids), Still.erased_at.is_(None)
    )
    stills = {request: count for request, count in await session.execute(counts.group_by(Still.request_id))}
    following = match(queue, technician, now)
    return QueueView(
        rows=[
            _queue_row(
                place, entry, *rows[entry.request_id], stills.get(entry.request_id, 0), technician, now
            )
            for place, entry in enumerate(queue, start=1)
        ],
        next=following.request_id if following else None,
        mine=await open_calls_of(session, actor.id),
        technicians=(await desks_now(session, now)).count,
    )


def _queue_row(
    place: int,
    entry: Waiting,
    row: ServiceRequest,
    customer: Customer,
    stills: int,
    technician: Technician,
    now: datetime,
) -> QueueRowView:
    return QueueRowView(
        request_id=row.id,
        version=row.version,
        place=place,
        name=customer.name,
        category=row.category.value,
        asker=row.asker.value,
        language=row.language,
        skill=row.skill.value,
        priority=row.priority,
        address=customer.address,
        entered_at=entry.entered_at,
        waited_s=max(int((now - entry.entered_at).total_seconds()), 0),
        away=is_away(entry, now),
        safety_stop=row.safety_stop,
        stills=stills,
        suits=suits(entry, technician, now),
        invited_by_me=entry.wanted == technician.id,
    )
