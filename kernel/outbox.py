"""Events leave through the outbox, and take effect once.

The road of an event::

    command ──same transaction──▶ outbox row ──relay──▶ Redis stream ──▶ handler group
                                                                         └─same transaction─▶ inbox row

*At least once* comes from the relay: a row is marked published only after Redis has it, and is sent
again when a handler group has not confirmed it in time, so that Redis may lose everything at any moment.
*Once* comes from the inbox (:mod:`kernel.inbox`).

Hints to open pages (:class:`~kernel.contracts.Changed`) take the same road as far as the relay, which
publishes them to whoever is listening and forgets them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel import contracts
from kernel.base import Base
from kernel.columns import JsonColumn, UtcDateTime
from kernel.contracts import Changed, Event
from kernel.ids import uuid7


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

    __table_args__ = (Index("ix_outbox_settled_at_id", "settled_at", "id"),)


def _leaves(kind: type[Event]) -> list[type[Event]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return below or [kind]


EVENT_TYPES: dict[str, type[Event]] = {kind.type: kind for kind in _leaves(contracts.Event)}
"""Wire name → class, for every event of :mod:`kernel.contracts`."""


def outbox_row(happened: Event, now: datetime) -> OutboxRow:
    """The row that carries ``happened`` out."""
    body = msgspec.to_builtins(happened)
    return OutboxRow(id=uuid7(now), type=happened.type, version=happened.version, body=body, created_at=now)


def read_event(type: str, body: dict[str, Any]) -> Event:
    """The event that a row or a stream entry carries.

    Raises:
        KeyError: an unknown type, from a newer release; it is left for a worker that knows it.
        msgspec.ValidationError: a body that does not fit the type.
    """
    return msgspec.convert(body, EVENT_TYPES[type], strict=False)


def is_hint(row: OutboxRow) -> bool:
    """Whether a row is only a hint to open pages, done with once it is published."""
    return row.type == Changed.type
