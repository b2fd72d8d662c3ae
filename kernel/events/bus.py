"""The relay and the consumers: events from the outbox to their handlers, through Redis Streams.

With Redis away nothing is lost and, for handlers in this process, nothing even waits: the relay hands
events to its own handler groups directly when the stream cannot be reached. The inbox makes the double
delivery that may follow harmless.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Select, delete, func, select, update

from kernel.database import Database, UnitOfWork
from kernel.events.hints import Hints
from kernel.events.inbox import Early, FailedEvent, HandlerGroup, InboxRow
from kernel.events.lease import Leases
from kernel.outbox import EVENT_TYPES, PRIVATE_TYPES, Left, OutboxRow, read_event, without_private
from kernel.process.cancelling import heed_cancellation
from kernel.sql.rows import few_lengths

log = structlog.get_logger(__name__)

STREAM = "curbstop:events"
BATCH = 200
STREAM_LENGTH = 100_000
RESEND_AFTER = timedelta(seconds=5)
KEEP_SETTLED = timedelta(days=7)
SLOWEST_RESEND = timedelta(seconds=60)
LEASE_MS = 3000
LOOK_EVERY_S = 0.5
"""How often the relay looks for what others left: events and hints of a worker that died, what has been
handled, what has to be sent again."""
GATHER_S = 0.05
"""The time between two turns of the relay, at least, while there is no more waiting than one turn takes."""


def connect_redis(url: str) -> Redis:
    """A client that fails fast: retrying is decided here, where it is known what may be repeated."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=10,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=15,
    )


class Relay:
    """Carries outbox rows to Redis, settles those that every group has handled, and passes hints on.

    Any number of workers may run one: a row sent twice takes effect once.
    """

    def __init__(self, database: Database, redis: Redis, groups: Sequence[HandlerGroup]) -> None:
        self._database = database
        self._redis = redis
        self._groups = tuple(groups)
        self._hints = Hints(database, redis)
        self._wake = asyncio.Event()
        self._emitted = False

    def wake(self, left: Left) -> None:
        """Something was written: pass it on soon."""
        self._hints.take(left)
        self._emitted = self._emitted or bool(left.events)
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        looked = 0.0
        while True:
            heed_cancellation()
            begun = time.monotonic()
            try:
                moved = await self._hints.pass_on()
                due = begun - looked >= LOOK_EVERY_S
                if due or self._emitted:
                    self._emitted = False
                    moved = max(moved, await self._pass_events_on())
                if due:
                    moved = max(moved, await self._hints.pass_on_left_behind())
                    await self._sweep()
                    looked = begun
            except (RedisError, OSError) as error:
                log.warning("relay_redis_away", error=type(error).__name__)
                await self._handle_here()
                moved = 0
                await asyncio.sleep(0.5)
            except Exception:
                log.exception("relay_failed")
                moved = 0
                await asyncio.sleep(1)
            if moved < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), timeout=LOOK_EVERY_S)
                # Many who write at once wake it once: what each left goes out in one turn.
                await asyncio.sleep(begun + GATHER_S - time.monotonic())
            self._wake.clear()

    async def pass_on(self) -> int:
        """Publish what lies in the database, events in their order; the number of rows."""
        return await self._pass_events_on() + await self._hints.pass_on_left_behind(timedelta())

    async def _pass_events_on(self) -> int:
        async with self._database.glance() as session:
            rows = (
                await session.scalars(
                    select(OutboxRow)
                    .where(OutboxRow.settled_at.is_(None), OutboxRow.published_at.is_(None))
                    .order_by(OutboxRow.id)
                    .limit(BATCH)
                )
            ).all()
        if rows:
            await self._publish(rows)
            await self._database.run(_mark_published, [row.id for row in rows], self._unwanted(rows))
        return len(rows)

    def _unwanted(self, rows: Sequence[OutboxRow]) -> list[UUID]:
        """Rows that nobody has to handle: events no group listens to.

        An event of a newer release is not ours to judge: workers of both run while it is rolled out.
        """
        unheard = EVENT_TYPES.keys() - self._wanted
        return [row.id for row in rows if row.type in unheard]

    @property
    def _wanted(self) -> set[str]:
        return {type_ for group in self._groups for type_ in group.types}

    async def _publish(self, rows: Sequence[OutboxRow]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for row in rows:
                # The body stays behind: a stream keeps its entries, and some tell of a person.
                entry = {"id": str(row.id), "type": row.type}
                pipe.xadd(STREAM, entry, maxlen=STREAM_LENGTH, approximate=True)  # type: ignore[arg-type]
            await pipe.execute()

    async def _sweep(self) -> None:
        async with self._database.glance() as session:
            waiting = (await session.scalars(_published_unsettled().limit(1))).first()
        if waiting is not None:
            await self._database.run(_settle_and_resend, self._groups)

    async def _handle_here(self) -> None:
        """Without Redis: hand waiting events to this process' own groups, and settle what they have handled.

        Hints wait for Redis: nobody listens.
        """
        async with self._database.reading() as session:
            rows = (
                await session.scalars(
                    select(OutboxRow)
                    .where(OutboxRow.settled_at.is_(None), OutboxRow.type.in_(self._wanted))
                    .order_by(OutboxRow.id)
                    .limit(BATCH)
                )
            ).all()
        for row in rows:
            for group in self._groups:
                if row.type in group.types:
                    await deliver(self._database, group, row.id, row.type, row.body, row.subject)
        if rows:
            await self._database.run(_settle_handled, [row.id for row in rows], self._groups)


def _published_unsettled() -> Select[OutboxRow]:
    # By when they were sent last: those that keep failing are sent again, and so go to the end of the line.
    return (
        select(OutboxRow)
        .where(OutboxRow.settled_at.is_(None), OutboxRow.published_at.is_not(None))
        .order_by(OutboxRow.published_at, OutboxRow.id)
    )


async def _mark_published(uow: UnitOfWork, ids: list[UUID], unwanted: list[UUID]) -> None:
    sent = update(OutboxRow).where(OutboxRow.id.in_(few_lengths(ids)))
    await uow.session.execute(sent.values(published_at=uow.now))
    if unwanted:
        settled = update(OutboxRow).where(OutboxRow.id.in_(unwanted))
        await uow.session.execute(settled.values(settled_at=uow.now))
        private = select(OutboxRow).where(OutboxRow.id.in_(unwanted), OutboxRow.type.in_(PRIVATE_TYPES))
        for row in await uow.session.scalars(private):
            row.body = without_private(row.type, row.body)


async def _settle_and_resend(uow: UnitOfWork, groups: Sequence[HandlerGroup]) -> None:
    """Settle rows that all groups have; make rows that some group still lacks due again."""
    rows = (await uow.session.scalars(_published_unsettled().limit(BATCH))).all()
    lacking = await _settle(uow, rows, groups)
    failures = await _by_event(
        uow,
        select(FailedEvent.event_id, func.max(FailedEvent.attempts))
        .where(FailedEvent.event_id.in_([row.id for row in lacking]))
        .group_by(FailedEvent.event_id),
    )
    for row in lacking:
        patience = min(RESEND_AFTER * 2 ** min(failures.get(row.id, 0), 5), SLOWEST_RESEND)
        if row.published_at is not None and row.published_at + patience < uow.now:
            row.published_at = None
    await uow.session.execute(delete(OutboxRow).where(OutboxRow.settled_at < uow.now - KEEP_SETTLED))


async def _settle_handled(uow: UnitOfWork, ids: Sequence[UUID], groups: Sequence[HandlerGroup]) -> None:
    waiting = select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.settled_at.is_(None))
    await _settle(uow, (await uow.session.scalars(waiting)).all(), groups)


async def _settle(
    uow: UnitOfWork, rows: Sequence[OutboxRow], groups: Sequence[HandlerGroup]
) -> list[OutboxRow]:
    """Settle those of ``rows`` that every group which wants them has handled; the others."""
    handled = await _by_event(
        uow,
        select(InboxRow.event_id, func.count())
        .where(InboxRow.event_id.in_([row.id for row in rows]))
        .group_by(InboxRow.event_id),
    )
    lacking = []
    for row in rows:
        needed = sum(row.type in group.types for group in groups)
        if handled.get(row.id, 0) < needed or row.type not in EVENT_TYPES:
            lacking.append(row)
        else:
            row.settled_at = uow.now
            row.body = without_private(row.type, row.body)
    return lacking


async def _by_event(uow: UnitOfWork, query: Select[UUID, int]) -> dict[UUID, int]:
    return {event_id: number for event_id, number in (await uow.session.execute(query)).all()}


async def deliver(
    database: Database,
    group: HandlerGroup,
    event_id: UUID,
    type: str,
    body: dict[str, object],
    subject: str | None = None,
) -> bool:
    """Hand one event to one group, after what the group lacks of what came before it.

    With a numbered event go all that wait about the same thing, in their order: the one that is missing lies
    in the outbox as well. False when a handler failed (noted, and tried again later): what follows it waits.
    """
    if subject is None:
        return await _hand_over(database, group, event_id, type, body)
    async with database.glance() as session:
        waiting = await group.outstanding(session, subject)
    for row in waiting:
        if not await _hand_over(database, group, row.id, row.type, row.body):
            return False
    return True


async def _hand_over(
    database: Database, group: HandlerGroup, event_id: UUID, type: str, body: dict[str, object]
) -> bool:
    try:
        await group.handle(database, event_id, read_event(type, body))
    except Early:
        return False  # another worker is at the one before it; that one, or the relay, comes back to this
    except Exception as error:
        log.exception("handler_failed", group=group.name, event_id=str(event_id), type=type)
        await database.run(_note_failure, group.name, event_id, f"{error.__class__.__name__}")
        return False
    return True


async def _note_failure(uow: UnitOfWork, group: str, event_id: UUID, error: str) -> None:
    row = await uow.session.get(FailedEvent, (group, event_id))
    if row is None:
        row = FailedEvent(group=group, event_id=event_id, attempts=0, last_error="", last_at=uow.now)
        uow.session.add(row)
    row.attempts, row.last_error, row.last_at = row.attempts + 1, error, uow.now


class Consumer:
    """Reads the stream for a handler group, handles, confirms.

    Every worker runs one; the one that holds the group's lease works, so that a group sees events in
    their order, and another takes over within seconds when it dies.
    """

    def __init__(self, database: Database, redis: Redis, group: HandlerGroup, leases: Leases) -> None:
        self._database = database
        self._redis = redis
        self._group = group
        self._leases = leases

    async def run(self) -> None:
        """Consume until cancelled, through any absence of Redis."""
        while True:
            heed_cancellation()
            try:
                await self._ensure_group()
                while await self._leases.acquire(f"consumer:{self._group.name}", LEASE_MS):
                    await self.take()
                    heed_cancellation()
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    log.warning("consumer_refused", group=self._group.name, error=str(error))
            except (RedisError, OSError) as error:
                log.warning("consumer_redis_away", group=self._group.name, error=type(error).__name__)
            except Exception:
                log.exception("consumer_failed", group=self._group.name)
            await asyncio.sleep(0.3 + random.random() * 0.4)

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(STREAM, self._group.name, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take(self, block_ms: int = 1000) -> int:
        """Handle what has arrived; the number of entries seen.

        An entry whose handler failed is confirmed all the same: the outbox row stays unsettled, and the
        relay sends it again. So does one left unconfirmed by a worker that died.
        """
        answer: Any = await self._redis.xreadgroup(
            self._group.name, self._leases.holder, {STREAM: ">"}, count=20, block=block_ms
        )
        streams = answer.items() if isinstance(answer, dict) else answer or ()
        entries = [entry for _stream, batch in streams for entry in batch]
        ours = [fields for _, fields in entries if fields and fields["type"] in self._group.types]
        rows = await self._bodies([UUID(fields["id"]) for fields in ours])
        done = []
        try:
            for entry_id, fields in entries:
                if fields and (row := rows.get(UUID(fields["id"]))) is not None:
                    await deliver(self._database, self._group, row.id, row.type, row.body, row.subject)
                done.append(entry_id)
        finally:
            if done:
                await self._redis.xack(STREAM, self._group.name, *done)
        return len(entries)

    async def _bodies(self, ids: Sequence[UUID]) -> dict[UUID, OutboxRow]:
        """The events as they lie in the outbox. One that is there no more was settled long ago."""
        if not ids:
            return {}
        async with self._database.glance() as session:
            rows = await session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids)))
            return {row.id: row for row in rows}


async def oldest_waiting(database: Database) -> datetime | None:
    """When the oldest unsettled event was written; None when all is settled."""
    async with database.reading() as session:
        return (
            await session.execute(
                select(func.min(OutboxRow.created_at)).where(OutboxRow.settled_at.is_(None))
            )
        ).scalar_one_or_none()
