"""One question for many who ask at the same time.

Whoever asks while an earlier question is under way waits for it to end, and goes along with the next one.
Who asks alone asks at once. So nobody is answered with what was read before they asked, and the more ask,
the less each costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Asking(Generic[K, V]):
    """``ask`` is given different keys, at most ``together`` of them, and answers those that it knows."""

    def __init__(self, ask: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, together: int = 64) -> None:
        self._ask = ask
        self._together = together
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._under_way: asyncio.Task[None] | None = None

    async def answer(self, key: K) -> V | None:
        """What is known of ``key`` now; None: nothing. Raises what the question raised."""
        if (future := self._waiting.get(key)) is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._go_on())
        # Several may wait for the same answer: one who is called off takes it from nobody.
        return await asyncio.shield(future)

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[: self._together]
                await self._ask_for({key: self._waiting.pop(key) for key in keys})
        finally:
            self._under_way = None

    async def _ask_for(self, asked: Mapping[K, asyncio.Future[V | None]]) -> None:
        try:
            known = await self._ask(list(asked))
        except BaseException as error:
            for future in asked.values():
                future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
                future.exception()  # so that nobody need be there to hear of it
            if not isinstance(error, Exception):
                raise
        else:
            for key, future in asked.items():
                future.set_result(known.get(key))
