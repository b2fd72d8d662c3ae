"""The simulated day's clock, as the installation shows it too."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


def in_truth() -> datetime:
    """What time it really is: the simulation is a stranger, and has a clock of its own."""
    return datetime.now(UTC)


class DayClock:
    """Shows ``start`` at the moment ``since`` (real) and goes ``scale`` times as fast from then on."""

    def __init__(self, start: datetime, since: datetime, scale: float) -> None:
        self.start, self.since, self.scale = start, since, scale
        # From here on by the monotonic clock: nobody who sets the machine's clock moves the day.
        self._shown_at_zero = start + (in_truth() - since) * scale
        self._zero = time.monotonic()

    def now(self) -> datetime:
        return self._shown_at_zero + timedelta(seconds=(time.monotonic() - self._zero) * self.scale)

    async def sleep(self, seconds: float) -> None:
        """Let that many of the day's seconds pass."""
        await asyncio.sleep(max(0.0, seconds) / self.scale)

    async def until(self, moment: datetime) -> float:
        """Wait for a moment of the day; by how many of the day's seconds it is late then."""
        await self.sleep((moment - self.now()).total_seconds())
        return max(0.0, (self.now() - moment).total_seconds())
