"""Time as a dependency.

Nothing outside this file asks the operating system what time it is; everything else is handed a
:class:`Clock`. That is what lets a test wait fifteen minutes in no time at all.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the rest of the house knows about time."""

    def now(self) -> datetime:
        """The wall clock: an aware datetime in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that a test winds by hand; both readings move together."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware datetime")
        self._now = start.astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds

    def set(self, moment: datetime) -> None:
        self.advance((moment - self._now).total_seconds())


class ScaledClock:
    """A wall clock that goes ``scale`` times as fast, for days that are simulated; seconds stay seconds.

    It showed ``start`` when ``base`` showed ``since``; all processes that are told the same show the same.
    """

    def __init__(self, scale: float, start: datetime, since: datetime, base: Clock | None = None) -> None:
        self._scale = scale
        self._start = start
        self._since = since
        self._base = base or SystemClock()

    def now(self) -> datetime:
        return self._start + (self._base.now() - self._since) * self._scale

    def monotonic(self) -> float:
        return self._base.monotonic()
