"""The relay: events from the outbox into Redis Streams, where the consumers find them.

With Redis away nothing is lost and, for handlers in this process, nothing even waits: the relay hands
events to its own handler groups directly when the stream cannot be reached. The inbox makes the double
delivery that may follow harmless.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import Select, String, Uuid, bindparam, delete, func, insert, select, update

from kernel.database import Database, UnitOfWork
from kernel.events.consumer import GATHER_S, STREAM, deliver
from kernel.events.hints import Hints, forget
from kernel.events.inbox import FailedEvent, HandlerGroup, InboxRow
from kernel.outbox import EVENT_TYPES, PRIVATE_TYPES, Left, OutboxRow, without_private
from kernel.process.cancelling import heed_cancellation
from kernel.sql.columns import UtcDateTime
from kernel.sql.rows import few_lengths

log = structlog.get_logger(__name__)

BATCH = 200
STREAM_LENGTH = 100_000
RESEND_AFTER = timedelta(seconds=5)
KEEP_SETTLED = timedelta(days=7)
SLOWEST_RESEND = timedelta(seconds=60)
LOOK_EVERY_S = 0.5
"""How often the relay looks for what others left: events and hints of a worker that died, what has been
handled, what has to be sent again."""


# Every event comes by here: these are built once.
_MARK = (
    update(OutboxRow)
    .where(OutboxRow.id.in_(bindparam("ids", expanding=True)))
    .values(published_at=bindparam("now", type_=UtcDateTime))
)
_HEARD = insert(InboxRow).from_select(
    ["handler_group", "event_id", "handled_at"],
    select(
        bindparam("of_group", type_=String),
        bindparam("of_event", type_=Uuid),
        bindparam("now", type_=UtcDateTime),
    ).where(
        ~select(InboxRow.event_id)
        .where(
            InboxRow.group == bindparam("of_group", type_=String),
            InboxRow.event_id == bindparam("of_event", type_=Uuid),
        )
        .exists()
    ),
)
"""Note that a group need not hear of an event; that it was noted before, when the event was sent before."""
_UNPUBLISHED = (
    select(OutboxRow)
    .where(OutboxRow.settled_at.is_(None), OutboxRow.published_at.is_(None))
    .order_by(OutboxRow.id)
    .limit(BATCH)
)
# By when they were sent last: those that keep failing are sent again, and so go to the end of the line.
_SENT = (
    select(OutboxRow)
    .where(OutboxRow.settled_at.is_(None), OutboxRow.published_at.is_not(None))
    .order_by(OutboxRow.published_at, OutboxRow.id)
    .limit(BATCH)
)
_ONE_SENT = _SENT.with_only_columns(OutboxRow.id).limit(1)
_HANDLED = (
    select(InboxRow.event_id, func.count())
    .where(InboxRow.event_id.in_(bindparam("ids", expanding=True)))
    .group_by(InboxRow.event_id)
)
_FAILURES = (
    select(FailedEvent.event_id, func.max(FailedEvent.attempts))
    .where(FailedEvent.event_id.in_(bindparam("ids", expanding=True)))
    .group_by(FailedEvent.event_id)
)
_FORGET = delete(OutboxRow).where(OutboxRow.settled_at < bindparam("before", type_=UtcDateTime))


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
                hinted = await self._hints.publish()
                due = begun - looked >= LOOK_EVERY_S
                looks, self._emitted = due or self._emitted, False
                moved = max(len(hinted), await self._pass_events_on(hinted, looks=looks))
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

    async def _pass_events_on(self, hinted: Sequence[UUID] = (), *, looks: bool = True) -> int:
        """Publish the events that wait; their number. ``hinted``: hints to forget in the same transaction."""
        rows: Sequence[OutboxRow] = ()
        if looks:
            async with self._database.glance() as session:
                rows = (await session.scalars(_UNPUBLISHED)).all()
        if rows:
            disregarded = self._disregarded(rows)
            await self._publish(rows, disregarded)
            await self._database.run(
                _mark_published, [row.id for row in rows], self._unwanted(rows), disregarded, hinted
            )
        elif hinted:
            await self._database.run(forget, hinted)
        return len(rows)

    def _disregarded(self, rows: Sequence[OutboxRow]) -> dict[UUID, list[str]]:
        """The groups that an event is no concern of, though they listen to its like; by event."""
        found = {
            row.id: [group.name for group in self._groups if group.disregards(row.type, row.body)]
            for row in rows
        }
        return {id: names for id, names in found.items() if names}

    def _unwanted(self, rows: Sequence[OutboxRow]) -> list[UUID]:
        """Rows that nobody has to handle: events no group listens to.

        An event of a newer release is not ours to judge: workers of both run while it is rolled out.
        """
        unheard = EVENT_TYPES.keys() - self._wanted
        return [row.id for row in rows if row.type in unheard]

    @property
    def _wanted(self) -> set[str]:
        return {type_ for group in self._groups for type_ in group.types}

    async def _publish(self, rows: Sequence[OutboxRow], disregarded: Mapping[UUID, Sequence[str]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for row in rows:
                # The body stays behind: a stream keeps its entries, and some tell of a person.
                entry = {"id": str(row.id), "type": row.type, "subject": row.subject or ""}
                if row.id in disregarded:
                    entry["not_for"] = " ".join(disregarded[row.id])
                pipe.xadd(STREAM, entry, maxlen=STREAM_LENGTH, approximate=True)  # type: ignore[arg-type]
            await pipe.execute()

    async def _sweep(self) -> None:
        async with self._database.glance() as session:
            waiting = (await session.scalars(_ONE_SENT)).first()
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


async def _mark_published(
    uow: UnitOfWork,
    ids: list[UUID],
    unwanted: list[UUID],
    disregarded: Mapping[UUID, Sequence[str]],
    hinted: Sequence[UUID],
) -> None:
    if hinted:
        await forget(uow, hinted)
    connection = await uow.session.connection()
    await connection.execute(_MARK, {"ids": few_lengths(ids), "now": uow.now})
    heard = [
        {"of_group": name, "of_event": id, "now": uow.now}
        for id, names in disregarded.items()
        for name in names
    ]
    if heard:
        await connection.execute(_HEARD, heard)
    if unwanted:
        settled = update(OutboxRow).where(OutboxRow.id.in_(unwanted))
        await uow.session.execute(settled.values(settled_at=uow.now))
        private = select(OutboxRow).where(OutboxRow.id.in_(unwanted), OutboxRow.type.in_(PRIVATE_TYPES))
        for row in await uow.session.scalars(private):
            row.body = without_private(row.type, row.body)


async def _settle_and_resend(uow: UnitOfWork, groups: Sequence[HandlerGroup]) -> None:
    """Settle rows that all groups have; make rows that some group still lacks due again."""
    rows = (await uow.session.scalars(_SENT)).all()
    lacking = await _settle(uow, rows, groups)
    failures = await _by_event(uow, _FAILURES, lacking)
    for row in lacking:
        patience = min(RESEND_AFTER * 2 ** min(failures.get(row.id, 0), 5), SLOWEST_RESEND)
        if row.published_at is not None and row.published_at + patience < uow.now:
            row.published_at = None
    await uow.session.execute(_FORGET, {"before": uow.now - KEEP_SETTLED})


async def _settle_handled(uow: UnitOfWork, ids: Sequence[UUID], groups: Sequence[HandlerGroup]) -> None:
    waiting = select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.settled_at.is_(None))
    await _settle(uow, (await uow.session.scalars(waiting)).all(), groups)


async def _settle(
    uow: UnitOfWork, rows: Sequence[OutboxRow], groups: Sequence[HandlerGroup]
) -> list[OutboxRow]:
    """Settle those of ``rows`` that every group which wants them has handled; the others."""
    handled = await _by_event(uow, _HANDLED, rows)
    lacking = []
    for row in rows:
        needed = sum(row.type in group.types for group in groups)
        if handled.get(row.id, 0) < needed or row.type not in EVENT_TYPES:
            lacking.append(row)
        else:
            row.settled_at = uow.now
            row.body = without_private(row.type, row.body)
    return lacking


async def _by_event(uow: UnitOfWork, query: Select[UUID, int], rows: Sequence[OutboxRow]) -> dict[UUID, int]:
    if not rows:
        return {}
    ids = few_lengths([row.id for row in rows])
    return {event_id: number for event_id, number in await uow.session.execute(query, {"ids": ids})}


async def oldest_waiting(database: Database) -> datetime | None:
    """When the oldest unsettled event was written; None when all is settled."""
    async with database.reading() as session:
        return (
            await session.execute(
                select(func.min(OutboxRow.created_at)).where(OutboxRow.settled_at.is_(None))
            )
        ).scalar_one_or_none()
