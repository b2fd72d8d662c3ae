"""A token bucket, with time as an argument."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Filled with ``rate`` tokens a second up to ``burst``; what is allowed takes one. ``at``: seconds."""

    rate: float
    burst: float
    level: float
    at: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> Bucket:
        return cls(rate, burst, burst, now)

    def take(self, now: float) -> bool:
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.level < 1.0:
            return False
        self.level -= 1.0
        return True

    def wait_s(self) -> float:
        """Until the next token, in seconds."""
        return max(0.0, 1.0 - self.level) / self.rate

    def wait_ms(self) -> int:
        """Until the next token, in whole milliseconds, rounded up."""
        return int(self.wait_s() * 1000) + 1
