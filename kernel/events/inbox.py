"""Events take effect once, however often they arrive.

A handler's effects and the inbox row that says "this group has handled this event" are one transaction:
a second delivery finds the row and does nothing. How events come here is told in :mod:`kernel.outbox`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts import Event
from kernel.database import Database, UnitOfWork
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

E = TypeVar("E", bound=Event)
Handler = Callable[[UnitOfWork, Any, Any], Awaitable[None]]


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
