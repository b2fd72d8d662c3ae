"""The call: a technician takes a customer, they meet in the room, it ends, or the customer goes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist.call.queries import current_call
from assist.call.tables import ConnectionStep
from assist.queue.tables import Call, QueueEntry
from assist.queue.waiting import AWAY_AFTER
from assist.request.access import require
from assist.request.messages import tell_customer
from assist.request.moving import move, request_for, request_topic
from assist.request.request import Happening, State
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import Refused
from kernel.identity.staff import Staff

AT_WORK = frozenset({State.IN_CALL, State.WRAP_UP})


class AlreadyAccepted(Refused):
    """Another technician has just taken this customer."""

    code: ClassVar[str] = "already_accepted"


async def accept_request(
    uow: UnitOfWork, actor: Actor, request_id: UUID, services: AssistServices, version: int | None = None
) -> ServiceRequest:
    """Take a waiting customer. Of several technicians exactly one gets them; asking twice is no fault.

    Raises `AlreadyAccepted`, with the name of who was first; `WrongState` when nobody is waiting there.
    """
    row = await request_for(uow, actor, request_id)
    if row.state in AT_WORK and row.technician_id is not None:
        if row.technician_id == actor.id == row.owner_id:
            return row
        taker = await uow.session.get(Staff, row.technician_id)
        raise AlreadyAccepted(by=taker.name if taker else "")
    row = await request_for(uow, actor, request_id, version)
    require(actor, row, Happening.ACCEPTED)
    entry = await uow.session.get_one(QueueEntry, row.id)
    free_since = await _free_since(uow.session, actor.id, entry)
    call = Call(
        id=uow.new_id(),
        request_id=row.id,
        technician_id=actor.id,
        accepted_at=uow.now,
        pickup_s=(uow.now - free_since).total_seconds(),
    )
    row.technician_id = actor.id
    await move(uow, actor, row, Happening.ACCEPTED, call_id=str(call.id))
    uow.session.add(call)
    entry.left_at = uow.now
    if uow.now - entry.last_contact_at > AWAY_AFTER:
        await tell_customer(uow, services, row, "technician_ready", technician=actor.name_in(row.language))
    return row


async def _free_since(session: AsyncSession, technician_id: UUID, entry: QueueEntry) -> datetime:
    """When this technician could have taken this customer: both were there, and nobody was before them."""
    finished = await session.scalar(
        select(func.max(Call.finished_at)).where(Call.technician_id == technician_id)
    )
    # By the key, which grows with time: all calls there ever were are not looked through for it.
    last_taken = await session.scalar(select(Call.accepted_at).order_by(Call.id.desc()).limit(1))
    return max(moment for moment in (entry.entered_at, finished, last_taken) if moment is not None)


async def mark_joined(uow: UnitOfWork, actor: Actor, request_id: UUID) -> None:
    """Someone has joined the room of the call. The first time counts; without a call it means nothing."""
    row = await request_for(uow, actor, request_id)
    call = await current_call(uow.session, row.id)
    if row.state not in AT_WORK or call is None:
        return
    if actor.kind == "customer" and call.customer_joined_at is None:
        call.customer_joined_at = uow.now
        uow.changed("request", row.id, request_topic(row.id))
    if actor.id == call.technician_id and call.technician_joined_at is None:
        call.technician_joined_at = uow.now
        uow.changed("request", row.id, request_topic(row.id))


async def end_call(
    uow: UnitOfWork, actor: Actor, request_id: UUID, reason: str = "ended", version: int | None = None
) -> ServiceRequest:
    """End the call; the technician goes on to write it up. Ending an ended call is no fault.

    `reason` is a short code: ended, customer_left, connection_lost and the like.
    """
    row = await request_for(uow, actor, request_id)
    if row.state is State.WRAP_UP:
        return row
    row = await request_for(uow, actor, request_id, version)
    await move(uow, actor, row, Happening.CALL_ENDED, reason=reason)
    if call := await current_call(uow.session, row.id):
        call.ended_at, call.end_reason = uow.now, reason
    return row


async def resume_call(
    uow: UnitOfWork, actor: Actor, request_id: UUID, services: AssistServices, version: int | None = None
) -> ServiceRequest:
    """Take the call up again while it is being written up: the customer's phone is back."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.IN_CALL and row.owner_id == actor.id:
        return row
    row = await request_for(uow, actor, request_id, version)
    await move(uow, actor, row, Happening.CALL_RESUMED)
    if call := await current_call(uow.session, row.id):
        call.ended_at = call.end_reason = None
    await tell_customer(uow, services, row, "technician_ready", technician=actor.name_in(row.language))
    return row


async def return_request(
    uow: UnitOfWork, actor: Actor, request_id: UUID, reason: str = "", version: int | None = None
) -> ServiceRequest:
    """Give a customer back to the queue, where they have the place they had before."""
    row = await request_for(uow, actor, request_id, version)
    await move(uow, actor, row, Happening.RETURNED, reason=reason)
    await finish_call(uow, row.id)
    await uow.session.execute(
        update(QueueEntry)
        .where(QueueEntry.request_id == row.id)
        .values(left_at=None, last_contact_at=uow.now)
        .execution_options(synchronize_session=False)
    )
    return row


async def finish_call(uow: UnitOfWork, request_id: UUID) -> None:
    """The technician is free again."""
    call = await current_call(uow.session, request_id)
    if call is not None and call.finished_at is None:
        call.ended_at = call.ended_at or uow.now
        call.finished_at = uow.now


async def record_connection_step(
    uow: UnitOfWork, actor: Actor, request_id: UUID, step: str, detail: Mapping[str, object] | None = None
) -> None:
    """Keep one step of the way into the call (or down its ladder), for open join telemetry."""
    row = await request_for(uow, actor, request_id)
    uow.session.add(
        ConnectionStep(
            id=uow.new_id(),
            request_id=row.id,
            actor_kind=actor.kind,
            step=step,
            detail=dict(detail or {}),
            at=uow.now,
        )
    )
