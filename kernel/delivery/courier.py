"""The courier: takes what is due to the gateway, beside the relay, in every web worker.

Any number of workers may run one: whoever takes words holds them for the time of an attempt. A gateway that
hangs keeps :data:`AT_ONCE` attempts busy and no transaction; words for others wait for a free hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import structlog
from sqlalchemy import bindparam, select

from kernel.database import Database
from kernel.delivery.commands import is_due, note_answer, take_due
from kernel.delivery.delivery import Answer, Handover, Word
from kernel.delivery.gateway import Gateway
from kernel.delivery.tables import Delivery
from kernel.process.cancelling import heed_cancellation
from kernel.sql.columns import UtcDateTime

log = structlog.get_logger(__name__)

AT_ONCE = 8
LOOK_EVERY_S = 1.0
_DUE = select(Delivery.id).where(is_due(bindparam("now", type_=UtcDateTime))).limit(1)


class Courier:
    """Hands over what is due until cancelled; what it had under way is then due again after its lease."""

    def __init__(self, database: Database, gateway: Gateway) -> None:
        self._database = database
        self._gateway = gateway
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Something was written: look at once."""
        self._wake.set()

    async def run(self) -> None:
        try:
            while True:
                heed_cancellation()
                self._wake.clear()
                try:
                    await self.hand_over_due()
                except Exception:
                    log.exception("courier_failed")
                    await asyncio.sleep(1)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
        finally:
            await _cancelled(self._under_way)

    async def hand_over_due(self) -> list[asyncio.Task[None]]:
        """Begin as many attempts as there are free hands and words due; the tasks that make them."""
        free = AT_ONCE - len(self._under_way)
        if free <= 0 or not await self._anything_due():
            return []
        attempts = await self._database.run(take_due, free, self._gateway.keeps)
        begun = [asyncio.create_task(self._attempt(attempt)) for attempt in attempts]
        self._under_way.update(begun)
        for task in begun:
            task.add_done_callback(self._ended)
        return begun

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()  # a hand is free, and the next words for that recipient may be due

    async def _anything_due(self) -> bool:
        """Asked without a transaction: mostly there is nothing, and others are waiting to write."""
        async with self._database.glance() as session:
            return (await session.scalars(_DUE, {"now": self._database.clock.now()})).first() is not None

    async def _attempt(self, attempt: Handover) -> None:
        try:
            answer = await self._gateway.hand_over(attempt)
        except Exception as fault:  # whether it was taken nobody knows
            log.exception("gateway_failed", id=attempt.id)
            answer = Answer(Word.UNCLEAR, type(fault).__name__)
        try:
            await self._database.run(note_answer, attempt, answer, self._gateway.keeps)
        except Exception:  # it is due again when the lease of this attempt is over
            log.exception("answer_not_noted", id=attempt.id)


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
