"""Events leave through the outbox, and take effect once.

The road of an event::

    command ──same transaction──▶ outbox row ──relay──▶ Redis stream ──▶ handler group
                                                                         └─same transaction─▶ inbox row

*At least once* comes from the relay: a row is marked published only after Redis has it, and is sent
again when a handler group has not confirmed it in time, so that Redis may lose everything at any moment.
*Once* and *in order* come from the inbox (:mod:`kernel.events.inbox`).

What an event tells of a person (its ``private`` fields) never goes to Redis, and stays here only until every
group has handled it: the stream carries the event's id and type, and a consumer reads the row.

Hints to open pages (:class:`~kernel.contracts.Changed`) are written in the same transaction, to a table of
their own: they are published to whoever is listening, and forgotten (:mod:`kernel.events.hints`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Index, String, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel import contracts
from kernel.contracts import Changed, Event, NumberedEvent
from kernel.ids import uuid7
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime

_NUMBERED: dict[str, Any] = {
    f"{dialect}_where": text("subject IS NOT NULL") for dialect in ("postgresql", "sqlite")
}


class OutboxRow(Base):
    """An event on its way out."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When every group that wants it has handled it; until then the relay may send it again."""
    subject: Mapped[str | None] = mapped_column(String(64))
    """What a numbered event tells of, and ..."""
    step: Mapped[int | None]
    """... at which of its steps: the order in which a group handles the words about one thing."""

    __table_args__ = (
        Index("ix_outbox_settled_at_id", "settled_at", "id"),
        Index("ix_outbox_subject", "subject", "step", "id", **_NUMBERED),
    )


class HintRow(Base):
    """The hints that one transaction gave to open pages, until they are published."""

    __tablename__ = "hint"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hints: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Left:
    """What a commit left to be carried: its events, and its hints, in the row ``hints_id``."""

    events: Sequence[Event] = ()
    hints: Sequence[Changed] = ()
    hints_id: UUID | None = None


def _leaves(kind: type[Event]) -> list[type[Event]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return below or [kind]


EVENT_TYPES: dict[str, type[Event]] = {kind.type: kind for kind in _leaves(contracts.Event)}
"""Wire name → class, for every event of :mod:`kernel.contracts`."""


def outbox_row(happened: Event, now: datetime) -> OutboxRow:
    """The row that carries ``happened`` out."""
    return OutboxRow(
        id=uuid7(now),
        type=happened.type,
        version=happened.version,
        body=msgspec.to_builtins(happened),
        created_at=now,
        subject=happened.subject,
        step=happened.step if isinstance(happened, NumberedEvent) else None,
    )


def hint_row(left: Left, now: datetime) -> dict[str, Any]:
    """The row that carries the hints of ``left`` out."""
    return {"id": left.hints_id, "hints": msgspec.to_builtins(left.hints), "written_at": now}


def hinted_once(given: Iterable[Changed]) -> list[Changed]:
    """A transaction's hints: all of them about one thing are one, where the first of them was."""
    told: dict[tuple[str, str], Changed] = {}
    for hint in given:
        first = told.setdefault((hint.resource, hint.id), hint)
        topics = tuple(dict.fromkeys((*first.topics, *hint.topics)))
        told[hint.resource, hint.id] = Changed(resource=hint.resource, id=hint.id, topics=topics)
    return list(told.values())


def read_event(type: str, body: dict[str, Any]) -> Event:
    """The event that a row or a stream entry carries.

    Raises:
        KeyError: an unknown type, from a newer release; it is left for a worker that knows it.
        msgspec.ValidationError: a body that does not fit the type.
    """
    return msgspec.convert(body, EVENT_TYPES[type], strict=False)


PRIVATE_TYPES = frozenset(name for name, kind in EVENT_TYPES.items() if kind.private)
"""Wire names of the events that tell of a person."""


def without_private(type: str, body: dict[str, Any]) -> dict[str, Any]:
    """``body`` as it is kept when nobody needs the private fields any more: texts empty, the rest null."""
    private = EVENT_TYPES[type].private if type in PRIVATE_TYPES else ()
    return body | {name: "" if isinstance(body[name], str) else None for name in private if name in body}


async def forget_private(session: AsyncSession, subject: UUID) -> None:
    """Take what tells of a person out of events about a request, or a task, that are still on their way."""
    waiting = select(OutboxRow).where(OutboxRow.settled_at.is_(None), OutboxRow.type.in_(PRIVATE_TYPES))
    for row in await session.scalars(waiting):
        if str(subject) in (row.body.get("request_id"), row.body.get("task_id")):
            row.body = without_private(row.type, row.body)
