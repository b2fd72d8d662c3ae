"""Events leave through the outbox, and take effect once.

The road of an event::

    command ──same transaction──▶ outbox row ──relay──▶ Redis stream ──▶ handler group
                                                                         └─same transaction─▶ inbox row

*At least once* comes from the relay: a row is marked published only after Redis has it, and is sent
again when a handler group has not confirmed it in time, so that Redis may lose everything at any moment.
*Once* comes from the inbox: a handler's effects and the row that says "this group has handled this
event" are one transaction, and a second delivery finds the row and does nothing.

Hints to open pages (:class:`~kernel.contracts.Changed`) take the same road as far as the relay, which
publishes them to whoever is listening and forgets them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel import contracts
from kernel.columns import JsonColumn, UtcDateTime
from kernel.contracts import Changed, Event
from kernel.database import Base, Database, UnitOfWork
from kernel.ids import uuid7

E = TypeVar("E", bound=Event)
Handler = Callable[[UnitOfWork, Any, Any], Awaitable[None]]


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


class InboxRow(Base):
    """A group has handled an event."""

    __tablename__ = "inbox"

    group: Mapped[str] = mapped_column("handler_group", String(32), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedEvent(Base):
    """An event whose handler keeps failing: kept, counted and shown, never dropped."""

    __tablename__ = "failed_event"

    group: Mapped[str] = mapped_column("handler_group", String(32), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    attempts: Mapped[int]
    last_error: Mapped[str]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


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


class HandlerGroup:
    """The handlers of one wing. Each event is handled once per group, whatever happens."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: dict[str, Handler] = {}
        self._services: Any = None

    def on(self, kind: type[E]) -> Callable[[Callable[[UnitOfWork, E, Any], Awaitable[None]]], Handler]:
        """Register a handler ``async def handler(uow, event, services)`` for events of ``kind``."""

        def register(handler: Callable[[UnitOfWork, E, Any], Awaitable[None]]) -> Handler:
            if kind.type in self._handlers:
                raise ValueError(f"group {self.name} already handles {kind.type}")
            self._handlers[kind.type] = handler
            return handler

        return register

    def bind(self, services: object) -> HandlerGroup:
        """Say what the handlers get as their third argument."""
        self._services = services
        return self

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._handlers)

    async def handle(self, database: Database, event_id: UUID, happened: Event) -> bool:
        """Handle one event in one transaction; False when it had been handled before."""
        return await database.run(self._handle_once, event_id, happened)

    async def _handle_once(self, uow: UnitOfWork, event_id: UUID, happened: Event) -> bool:
        if await uow.session.get(InboxRow, (self.name, event_id)) is not None:
            return False
        uow.session.add(InboxRow(group=self.name, event_id=event_id, handled_at=uow.now))
        await uow.session.flush()
        await self._handlers[happened.type](uow, happened, self._services)
        return True


def is_hint(row: OutboxRow) -> bool:
    """Whether a row is only a hint to open pages, done with once it is published."""
    return row.type == Changed.type
