"""Turns at something scarce, given fairly: to whoever has had least of it lately.

A queue served in order lets one caller with many orders, or with a few that take long, hold up everybody.
Here each turn is charged, in seconds, to the one who asked and to the crowd that they came with (an address:
sessions are free, addresses less so). The next turn goes to the crowd that was charged least, and in it to
the one who was; what was charged is forgotten by half every :data:`HALF_LIFE_S`. A crowd that has had much
holds one turn at a time, so that the others never all wait for its own.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from kernel.errors import RateLimited, Unavailable

HALF_LIFE_S = 30.0
HEAVY_S = 3.0
"""Seconds lately had, from which on a crowd holds one turn at a time."""
FORGOTTEN = 0.01


class Asker(NamedTuple):
    """Who asks for a turn: ``crowd`` and ``one`` are any names."""

    crowd: str
    one: str


class _Had:
    """Seconds had by each name, fading."""

    def __init__(self) -> None:
        self._had: dict[str, tuple[float, float]] = {}

    def of(self, name: str, now: float) -> float:
        seconds, at = self._had.get(name, (0.0, now))
        return float(seconds * 0.5 ** ((now - at) / HALF_LIFE_S))

    def charge(self, name: str, seconds: float, now: float) -> None:
        self._had[name] = (self.of(name, now) + seconds, now)

    def forget(self, now: float) -> None:
        self._had = {name: had for name, had in self._had.items() if self.of(name, now) > FORGOTTEN}


@dataclass(eq=False)
class _Wait:
    asker: Asker
    number: int
    given: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Turns:
    """``at_once`` turns; at most ``waiting`` wait for one, and of one asker ``waiting_of_one``."""

    def __init__(self, at_once: int, *, waiting: int = 256, waiting_of_one: int = 16) -> None:
        self._at_once, self._most, self._most_of_one = at_once, waiting, waiting_of_one
        self._waits: list[_Wait] = []
        self._held: Counter[str] = Counter()
        self._crowds, self._ones = _Had(), _Had()
        self._numbers = itertools.count()

    @asynccontextmanager
    async def turn(self, asker: Asker, within_s: float) -> AsyncIterator[None]:
        """Hold one turn inside.

        Raises:
            RateLimited: this asker waits for many already.
            Unavailable: too many wait, or it was not their turn ``within_s`` seconds.
        """
        await self._take(asker, within_s)
        began = _now()
        try:
            yield
        finally:
            self._give_back(asker, began)

    async def _take(self, asker: Asker, within_s: float) -> None:
        if sum(wait.asker.one == asker.one for wait in self._waits) >= self._most_of_one:
            raise RateLimited(retry_after=3)
        if len(self._waits) >= self._most:
            raise Unavailable(retry_after=5)
        wait = _Wait(asker, next(self._numbers))
        self._waits.append(wait)
        self._give()
        try:
            async with asyncio.timeout(within_s):
                await wait.given
        except BaseException as error:
            if wait in self._waits:
                self._waits.remove(wait)
            else:  # it was given in the very moment that nobody wanted it any more
                self._give_back(asker, _now())
            if isinstance(error, TimeoutError):
                raise Unavailable(retry_after=5) from None
            raise

    def _give_back(self, asker: Asker, began: float) -> None:
        now = _now()
        self._held[asker.crowd] -= 1
        self._held += Counter()  # nobody is kept who holds none
        for had, name in ((self._crowds, asker.crowd), (self._ones, asker.one)):
            had.charge(name, now - began, now)
            had.forget(now)
        self._give()

    def _give(self) -> None:
        while self._held.total() < self._at_once and (wait := self._next()) is not None:
            self._waits.remove(wait)
            self._held[wait.asker.crowd] += 1
            wait.given.set_result(None)

    def _next(self) -> _Wait | None:
        now = _now()

        def rank(wait: _Wait) -> tuple[float, float, float, int]:
            crowd, one = wait.asker
            return (self._held[crowd], self._crowds.of(crowd, now), self._ones.of(one, now), wait.number)

        ready = [wait for wait in self._waits if not self._has_enough(wait.asker.crowd, now)]
        return min(ready, key=rank, default=None)

    def _has_enough(self, crowd: str, now: float) -> bool:
        return self._held[crowd] > 0 and self._crowds.of(crowd, now) > HEAVY_S


def _now() -> float:
    return asyncio.get_running_loop().time()
