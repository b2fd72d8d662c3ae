"""Hints to open pages, from the commit that they were written in to whoever listens.

They lie in a table of their own, one row for each transaction that gave some, and are gone once they are
published. The worker that wrote them has them at hand: it passes on together what many left, and reads
nothing. Rows are read where they have lain for a while: their worker died, or Redis was away.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from sqlalchemy import bindparam, delete, select

from kernel.outbox import HintRow, Left
from kernel.sql.columns import UtcDateTime
from kernel.sql.rows import few_lengths

if TYPE_CHECKING:
    from kernel.database import Database, UnitOfWork

LIVE_CHANNEL = "curbstop:hints"
"""Of Redis. Each message is a JSON list of hints: ``resource``, ``id``, ``topics``."""
BATCH = 256
"""Rows that are passed on together."""
MOST_AT_HAND = 4_096
"""Rows that a worker keeps at hand; those beyond it finds in the table."""
LEFT_BEHIND = timedelta(seconds=0.5)
"""After this long it is not their own worker who passes hints on."""

_LEFT_BEHIND = (
    select(HintRow.id, HintRow.hints)
    .where(HintRow.written_at <= bindparam("before", type_=UtcDateTime))
    .order_by(HintRow.id)
    .limit(BATCH)
)
_FORGET = delete(HintRow).where(HintRow.id.in_(bindparam("ids", expanding=True)))


class Hints:
    """One worker's part in passing hints on."""

    def __init__(self, database: Database, redis: Redis) -> None:
        self._database = database
        self._redis = redis
        self._at_hand: deque[tuple[UUID, Sequence[Any]]] = deque()

    def take(self, left: Left) -> None:
        """Keep at hand what a commit of this worker left."""
        if left.hints_id is not None and len(self._at_hand) < MOST_AT_HAND:
            self._at_hand.append((left.hints_id, msgspec.to_builtins(left.hints)))

    async def publish(self) -> list[UUID]:
        """Publish what is at hand; the rows, which are to be forgotten (:func:`forget`).

        Raises:
            redis.RedisError: Redis is away. What was at hand stays in the table.
        """
        rows = [self._at_hand.popleft() for _ in range(min(BATCH, len(self._at_hand)))]
        return await self._publish(rows)

    async def pass_on_left_behind(self, age: timedelta = LEFT_BEHIND) -> int:
        """Publish what has lain in the table for ``age``; the number of rows."""
        before = self._database.clock.now() - age
        async with self._database.glance() as session:
            rows = (await session.execute(_LEFT_BEHIND, {"before": before})).all()
        published = await self._publish([(id, hints) for id, hints in rows])
        if published:
            await self._database.run(forget, published)
        return len(published)

    async def _publish(self, rows: Sequence[tuple[UUID, Sequence[Any]]]) -> list[UUID]:
        if rows:
            await self._redis.publish(LIVE_CHANNEL, json.dumps(_each_once(rows), ensure_ascii=False))
        return [id for id, _hints in rows]


def _each_once(rows: Iterable[tuple[UUID, Iterable[Any]]]) -> list[Any]:
    """The hints of all ``rows``, in their order: who was told to read a thing need not hear it twice."""
    found = {(hint["resource"], hint["id"], *hint["topics"]): hint for _id, hints in rows for hint in hints}
    return list(found.values())


async def forget(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Let go of rows that were published."""
    connection = await uow.session.connection()
    await connection.execute(_FORGET, {"ids": few_lengths(ids)})
