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

import msgspec
import structlog
from sqlalchemy import ForeignKey, Integer, Select, String, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts import Event, NumberedEvent
from kernel.database import Database, UnitOfWork
from kernel.outbox import OutboxRow, read_event
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Event)
T = TypeVar("T")
Handler = Callable[[UnitOfWork, Any, Any], Awaitable[None]]
Concern = Callable[[Any], bool]


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
        self._concerns: dict[str, Concern] = {}
        self._services: Any = None

    def on(
        self, kind: type[E], *, when: Callable[[E], bool] | None = None
    ) -> Callable[[Callable[[UnitOfWork, E, Any], Awaitable[None]]], Handler]:
        """Register a handler ``async def handler(uow, event, services)`` for events of ``kind``.

        ``when``: which of them are any concern of the group's, told from the event alone; the others count
        as handled without a transaction of their own. It holds for all words about one thing or for none,
        or else a word may be dropped as stale because of a later one that was no concern.
        """

        def register(handler: Callable[[UnitOfWork, E, Any], Awaitable[None]]) -> Handler:
            if kind.type in self._handlers:
                raise ValueError(f"group {self.name} already handles {kind.type}")
            self._handlers[kind.type] = handler
            if when is not None:
                self._concerns[kind.type] = when
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

    def disregards(self, type: str, body: dict[str, Any]) -> bool:
        """Whether the group listens to such events, and this one is no concern of its."""
        if type not in self._concerns:
            return False
        try:
            return not self._is_concerned(read_event(type, body))
        except msgspec.ValidationError:
            return False  # to be told, and kept, as an event that cannot be handled

    def _is_concerned(self, happened: Event) -> bool:
        concern = self._concerns.get(happened.type)
        return concern is None or concern(happened)

    async def handle(self, database: Database, event_id: UUID, happened: Event) -> bool:
        """Handle one event in one transaction; False when it had been handled before.

        Raises:
            Early: nothing was done; the word before it has to be handled first.
        """
        return await database.run(self._handle_once, event_id, happened)

    async def _handle_once(self, uow: UnitOfWork, event_id: UUID, happened: Event) -> bool:
        if happened.subject is not None:
            await uow.hold(f"{self.name}:{happened.subject}")
        stale = False
        if isinstance(happened, NumberedEvent) and happened.subject is not None:
            asked = {"event_id": event_id, "subject": happened.subject, "step": happened.step}
            heard, missing, stale = (await uow.session.execute(self._beside, asked)).one()
            if missing and not heard:
                raise Early(f"{happened.subject} before {happened.step}")
        else:
            heard = await uow.session.get(InboxRow, (self.name, event_id)) is not None
        if heard:
            return False
        uow.session.add(InboxRow(group=self.name, event_id=event_id, handled_at=uow.now))
        await uow.session.flush()
        if stale:
            log.warning("stale_event_dropped", group=self.name, event_id=str(event_id), type=happened.type)
        elif self._is_concerned(happened):
            await self._handlers[happened.type](uow, happened, self._services)
        return True

    async def outstanding(self, session: AsyncSession, subject: str) -> Sequence[OutboxRow]:
        """The words about ``subject`` that this group has yet to handle, in their order."""
        return (await session.scalars(self._outstanding, {"subject": subject})).all()

    # Asked with every event, and built once.

    @cached_property
    def _outstanding(self) -> Select[OutboxRow]:
        return self._waiting(select(OutboxRow)).order_by(OutboxRow.step, OutboxRow.id)

    @cached_property
    def _beside(self) -> Select[bool, bool, bool]:
        """Whether this word has been heard, one before ``step`` is missing, one after it has been heard."""
        step = bindparam("step", type_=Integer)
        itself = select(InboxRow.event_id).where(
            InboxRow.group == self.name, InboxRow.event_id == bindparam("event_id", type_=Uuid)
        )
        missing = self._waiting(select(OutboxRow.id)).where(OutboxRow.step < step)
        heard = (
            select(InboxRow.event_id)
            .join(OutboxRow, OutboxRow.id == InboxRow.event_id)
            .where(InboxRow.group == self.name, OutboxRow.subject == _SUBJECT, OutboxRow.step > step)
        )
        return select(itself.exists(), missing.exists(), heard.exists())

    def _waiting(self, rows: Select[T]) -> Select[T]:
        """Those of the outbox that are about ``subject`` and wait for this group."""
        heard = (InboxRow.event_id == OutboxRow.id) & (InboxRow.group == self.name)
        return (
            rows.outerjoin(InboxRow, heard)
            .where(OutboxRow.subject == _SUBJECT, OutboxRow.type.in_(self.types))
            .where(OutboxRow.settled_at.is_(None), InboxRow.event_id.is_(None))
        )
