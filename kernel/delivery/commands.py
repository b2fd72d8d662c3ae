"""Writing words that are to leave, taking them to a gateway, and noting what became of them.

Handing over happens between two transactions, never in one: :func:`take_due` notes the attempt and holds the
words back from others for :data:`ATTEMPT_LEASE`; :func:`note_answer` ends it. Who dies in between leaves them
waiting, and they are due again when the lease is over.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import aliased

from kernel.database import UnitOfWork
from kernel.delivery.delivery import TABLE, USUAL_USE, Answer, Handover, State, Word, pause_after
from kernel.delivery.tables import Delivery

log = structlog.get_logger(__name__)

ATTEMPT_LEASE = timedelta(seconds=30)
"""Longer than any gateway lets an attempt take."""
TOPIC = "sent"
DELIVERY = "delivery"
"""As the hint names it that goes with every word written."""


async def send_sms(
    uow: UnitOfWork, to: str, text: str, request_id: UUID | None, lasts: timedelta = USUAL_USE
) -> None:
    """Have ``text`` sent to the phone number ``to`` (E.164) once this transaction stands.

    After ``lasts`` it is of no more use, and is not sent.
    """
    write_delivery(uow, "sms", to, text, request_id, lasts)


def write_delivery(
    uow: UnitOfWork, channel: str, to: str, text: str, request_id: UUID | None, lasts: timedelta
) -> None:
    """Have ``text`` handed to the gateway of ``channel`` once this transaction stands."""
    row = Delivery(
        id=uow.new_id(),
        channel=channel,
        to=to,
        text=text,
        request_id=request_id,
        state=State.WAITING,
        written_at=uow.now,
        expires_at=uow.now + lasts,
        due_at=uow.now,
        attempts=0,
        answer="",
        ended_at=None,
    )
    uow.session.add(row)
    uow.changed(DELIVERY, row.id, TOPIC)


def is_due(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """What may be handed over now: its time has come, and nothing older waits for the same recipient."""
    older = aliased(Delivery)
    before = exists().where(older.to == Delivery.to, older.state == State.WAITING, older.id < Delivery.id)
    return (Delivery.state == State.WAITING) & (Delivery.due_at <= now) & ~before


async def take_due(uow: UnitOfWork, at_most: int, keeps: Container[str]) -> list[Handover]:
    """Begin attempts at what is due; what came too late ends here."""
    await uow.hold("delivery")
    rows = await uow.session.scalars(
        select(Delivery).where(is_due(uow.now)).order_by(Delivery.due_at, Delivery.id).limit(at_most)
    )
    taken = []
    for row in rows:
        if row.expires_at <= uow.now:
            _end(uow, row, Answer(Word.LATE, row.answer), keeps)
            continue
        row.attempts += 1
        row.due_at = uow.now + ATTEMPT_LEASE
        taken.append(
            Handover(str(row.id), row.channel, row.to, row.text, row.attempts, uow.now, row.expires_at)
        )
    return taken


async def note_answer(uow: UnitOfWork, attempt: Handover, answer: Answer, keeps: Container[str]) -> None:
    """Note what the gateway said; nothing, where the attempt was given up or its words erased meanwhile."""
    row = await uow.session.get(Delivery, UUID(attempt.id), with_for_update=True)
    if row is None or row.state is not State.WAITING or row.attempts != attempt.attempt:
        return
    if TABLE[row.state, answer.word].to is State.WAITING:
        row.answer, row.due_at = answer.words, uow.now + pause_after(row.attempts)
    else:
        _end(uow, row, answer, keeps)


def _end(uow: UnitOfWork, row: Delivery, answer: Answer, keeps: Container[str]) -> None:
    row.state, row.answer, row.ended_at = TABLE[row.state, answer.word].to, answer.words, uow.now
    if row.state is not State.SENT:
        log.warning("delivery_given_up", id=str(row.id), fate=row.state.value, attempts=row.attempts)
    if row.channel not in keeps:
        row.text = ""
    uow.changed(DELIVERY, row.id, TOPIC)


async def forget_secret(uow: UnitOfWork, request_id: UUID, secret: str) -> None:
    """Take ``secret`` out of what was sent about a request: a link that was opened is nobody's business.

    What still waits with it is needed no more.
    """
    query = select(Delivery).where(Delivery.request_id == request_id).with_for_update()
    for row in await uow.session.scalars(query):
        if secret not in row.text:
            continue
        row.text = row.text.replace(secret, "…")
        if row.state is State.WAITING:
            row.state, row.ended_at = TABLE[row.state, Word.NOT_NEEDED].to, uow.now


async def forget_messages(uow: UnitOfWork, request_id: UUID) -> None:
    """Delete what was sent, or waits to be, about a request."""
    await uow.session.execute(delete(Delivery).where(Delivery.request_id == request_id))
    uow.changed(DELIVERY, request_id, TOPIC)
