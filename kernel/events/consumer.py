"""The consumers: events from the stream to the handlers of a group, each once and in its order.

The relay (:mod:`kernel.events.bus`) brings them there; what a consumer loses, the relay brings again.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import bindparam, select

from kernel.database import Database, UnitOfWork
from kernel.events.inbox import Early, FailedEvent, HandlerGroup
from kernel.events.lease import Leases
from kernel.outbox import OutboxRow, read_event
from kernel.process.cancelling import heed_cancellation
from kernel.sql.rows import few_lengths

log = structlog.get_logger(__name__)

STREAM = "curbstop:events"
LEASE_MS = 3000
GATHER_S = 0.05
"""The time between two turns of the relay or of a consumer, at least, while there is no more waiting than one
turn takes."""
ENTRIES = 20
"""Entries that a consumer takes in one turn."""

_BY_ID = select(OutboxRow).where(OutboxRow.id.in_(bindparam("ids", expanding=True)))


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
    return await deliver_about(database, group, subject)


async def deliver_about(database: Database, group: HandlerGroup, subject: str) -> bool:
    """Hand one group all that waits for it about one thing, in its order, until a handler fails."""
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
        self._ours_since = -math.inf

    async def run(self) -> None:
        """Consume until cancelled, through any absence of Redis."""
        while True:
            heed_cancellation()
            try:
                await self._ensure_group()
                while await self._is_ours():
                    begun = time.monotonic()
                    if 0 < await self.take() < ENTRIES:
                        await asyncio.sleep(begun + GATHER_S - time.monotonic())
                    heed_cancellation()
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    log.warning("consumer_refused", group=self._group.name, error=str(error))
            except (RedisError, OSError) as error:
                log.warning("consumer_redis_away", group=self._group.name, error=type(error).__name__)
            except Exception:
                log.exception("consumer_failed", group=self._group.name)
            await asyncio.sleep(0.3 + random.random() * 0.4)

    async def _is_ours(self) -> bool:
        """Whether the group's lease is this worker's; renewed long before it ends, not with every turn."""
        now = time.monotonic()
        if now - self._ours_since > LEASE_MS / 1000 / 6:
            held = await self._leases.acquire(f"consumer:{self._group.name}", LEASE_MS)
            self._ours_since = now if held else -math.inf
        return self._ours_since > -math.inf

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(STREAM, self._group.name, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take(self, block_ms: int = 1000) -> int:
        """Handle what has arrived; the number of entries seen.

        Nothing is confirmed to Redis (``NOACK``): what was read and not handled, since a handler failed or
        the worker died, is an unsettled row of the outbox, and the relay sends it again.
        """
        answer: Any = await self._redis.xreadgroup(
            self._group.name, self._leases.holder, {STREAM: ">"}, count=ENTRIES, block=block_ms, noack=True
        )
        streams = answer.items() if isinstance(answer, dict) else answer or ()
        entries = [fields for _stream, batch in streams for _id, fields in batch]
        ours = [fields for fields in entries if fields and self._is_for_us(fields)]
        rows = await self._bodies([UUID(fields["id"]) for fields in ours if not fields.get("subject")])
        for fields in ours:
            if fields.get("subject"):
                await deliver_about(self._database, self._group, fields["subject"])
        for row in rows:
            await deliver(self._database, self._group, row.id, row.type, row.body, row.subject)
        return len(entries)

    def _is_for_us(self, fields: dict[str, str]) -> bool:
        if fields["type"] not in self._group.types:
            return False
        return self._group.name not in fields.get("not_for", "").split()

    async def _bodies(self, ids: Sequence[UUID]) -> list[OutboxRow]:
        """The events as they lie in the outbox, in this order. One that is there no more was settled long
        ago."""
        if not ids:
            return []
        async with self._database.glance() as session:
            rows = await session.scalars(_BY_ID, {"ids": few_lengths(ids)})
            found = {row.id: row for row in rows}
        return [found[id] for id in ids if id in found]
