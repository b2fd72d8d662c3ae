"""Events take effect once and in their order, however often and in whatever order they arrive.

A handler's effects and the inbox row that says "this group has handled this event" are one transaction:
a second delivery finds the row and does nothing. How events come here is told in :mod:`kernel.outbox`.

**Order.** Redis may lose an event and the relay send it again, behind newer ones; a handler may fail, and be
asked again later. A word about a thing that goes through steps (:class:`~kernel.contracts.NumberedEvent`) is
therefore measured by what lies in the outbox. The step before it was stored before it, so it is there:

- while this group has not handled an earlier word about the same thing, the word is :class:`Early` and waits;
- when this group has handled a later one, it is stale: noted as handled, and it moves nothing.

A word that keeps failing holds up what comes after it about the same thing, and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import ForeignKey, Integer, Select, String, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts import Event, NumberedEvent
from kernel.database import Database, UnitOfWork
from kernel.outbox import OutboxRow
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Event)
T = TypeVar("T")
Handler = Callable[[UnitOfWork, Any, Any], Awaitable[None]]


_SUBJECT = bindparam("subject", type_=String)


class InboxRow(Base):
    """A group has handled an event."""

    __tablename__ = "inbox"

    group: Mapped[str] = mapped_column("handler_group", String(32), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedEvent(Base):
    """An event whose handler keeps failing: kept, counted and shown, never dropped."""

    __tablename__ = "failed_event"

    group: Mapped[str] = mapped_column("handler_group", String(32), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    attempts: Mapped[int]
    last_error: Mapped[str]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Early(Exception):
    """An earlier word about the same thing has not been handled yet."""


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
            for asked in ("_outstanding", "_beside"):
                self.__dict__.pop(asked, None)
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
        """Handle one event in one transaction; False when it had been handled before.

        Raises:
            Early: nothing was done; the word before it has to be handled first.
        """
        return await database.run(self._handle_once, event_id, happened)

    async def _handle_once(self, uow: UnitOfWork, event_id: UUID, happened: Event) -> bool:
        if happened.subject is not None:
            await uow.hold(f"{self.name}:{happened.subject}")
        if await uow.session.get(InboxRow, (self.name, event_id)) is not None:
            return False
        stale = isinstance(happened, NumberedEvent) and await self._is_stale(uow.session, happened)
        uow.session.add(InboxRow(group=self.name, event_id=event_id, handled_at=uow.now))
        await uow.session.flush()
        if stale:
            log.warning("stale_event_dropped", group=self.name, event_id=str(event_id), type=happened.type)
        else:
            await self._handlers[happened.type](uow, happened, self._services)
        return True

    async def _is_stale(self, session: AsyncSession, happened: NumberedEvent) -> bool:
        """Whether a later word about the same thing has been handled.

        Raises:
            Early: an earlier one has not.
        """
        if happened.subject is None:
            return False
        asked = {"subject": happened.subject, "step": happened.step}
        missing, heard_later = (await session.execute(self._beside, asked)).one()
        if missing:
            raise Early(f"{happened.subject} before {happened.step}")
        return bool(heard_later)

    async def outstanding(self, session: AsyncSession, subject: str) -> Sequence[OutboxRow]:
        """The words about ``subject`` that this group has yet to handle, in their order."""
        return (await session.scalars(self._outstanding, {"subject": subject})).all()

    # Asked with every event, and built once.

    @cached_property
    def _outstanding(self) -> Select[OutboxRow]:
        return self._waiting(select(OutboxRow)).order_by(OutboxRow.step, OutboxRow.id)

    @cached_property
    def _beside(self) -> Select[bool, bool]:
        """Whether the word before ``step`` is missing, and whether one after it has been heard."""
        step = bindparam("step", type_=Integer)
        missing = self._waiting(select(OutboxRow.id)).where(OutboxRow.step < step)
        heard = (
            select(InboxRow.event_id)
            .join(OutboxRow, OutboxRow.id == InboxRow.event_id)
            .where(InboxRow.group == self.name, OutboxRow.subject == _SUBJECT, OutboxRow.step > step)
        )
        return select(missing.exists(), heard.exists())

    def _waiting(self, rows: Select[T]) -> Select[T]:
        """Those of the outbox that are about ``subject`` and wait for this group."""
        heard = (InboxRow.event_id == OutboxRow.id) & (InboxRow.group == self.name)
        return (
            rows.outerjoin(InboxRow, heard)
            .where(OutboxRow.subject == _SUBJECT, OutboxRow.type.in_(self.types))
            .where(OutboxRow.settled_at.is_(None), InboxRow.event_id.is_(None))
        )
