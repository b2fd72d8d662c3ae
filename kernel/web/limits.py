"""Rate limits: a token bucket per caller and purpose, shared by all workers through Redis.

With Redis away each worker counts for itself: weaker, and never open.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from kernel.clock import Clock
from kernel.errors import RateLimited, Unavailable
from kernel.identity.guesses import Guesses
from kernel.process.bucket import Bucket

_TAKE = """
local bucket = redis.call('HMGET', KEYS[1], 'level', 'at')
local now, burst, per_second = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local level = burst
if bucket[1] then
  local passed = math.max(0, now - tonumber(bucket[2]))
  level = math.min(burst, tonumber(bucket[1]) + passed * per_second)
end
local allowed = level >= 1
if allowed then level = level - 1 end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / per_second) + 1)
if allowed then return '0' end
return tostring((1 - level) / per_second)
"""

MEMORY_LIMIT = 10_000
UPLOADS_AT_ONCE = 200
"""In one worker: with 64 KiB each in memory, and a few more in the line they come by, some 50 MB."""
UPLOADS_OF_ONE = 100
"""Of one address, which a whole mobile network may share."""


@dataclass(frozen=True)
class Limit:
    """At most ``burst`` calls at once, refilled at ``per_minute``; counted per address.

    ``per_person`` counts those who are known for themselves: thousands may share one address.
    """

    name: str
    per_minute: float
    burst: int
    per_person: bool = False


def counted_as(host: str) -> str:
    """Whom an address counts for: an IPv6 subscriber has at least a /64 network (RFC 6177), and is one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))


class RateLimiter:
    """Takes a token from a caller's bucket, or says how long to wait."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._take = redis.register_script(_TAKE)
        self._clock = clock
        self._local: dict[str, Bucket] = {}
        self.guesses = Guesses(redis, clock)

    async def take(self, limit: Limit, caller: str) -> None:
        """Count one call of ``caller``.

        Raises:
            RateLimited: with ``retry_after`` in whole seconds.
        """
        key, rate = f"curbstop:limit:{limit.name}:{caller}", limit.per_minute / 60
        now = self._clock.now().timestamp()
        try:
            wait = float(await self._take(keys=[key], args=[now, limit.burst, rate]))
        except (RedisError, OSError):
            wait = self._take_here(key, limit.burst, rate)
        if wait > 0:
            raise RateLimited(retry_after=int(wait) + 1)

    def _take_here(self, key: str, burst: int, rate: float) -> float:
        now = self._clock.monotonic()
        if len(self._local) >= MEMORY_LIMIT:
            self._local.clear()
        bucket = self._local.setdefault(key, Bucket.full(rate, burst, now))
        return 0.0 if bucket.take(now) else bucket.wait_s()


class Uploads:
    """Counts the files that one worker is being sent: each holds some memory, and its size of the disk."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    @contextmanager
    def one_more(self, caller: str) -> Iterator[None]:
        """Hold a place inside.

        Raises:
            Unavailable: there are too many; ``retry_after`` says when to come again.
        """
        if self._of.total() >= UPLOADS_AT_ONCE or self._of[caller] >= UPLOADS_OF_ONE:
            raise Unavailable(retry_after=2)
        self._of[caller] += 1
        try:
            yield
        finally:
            self._of[caller] -= 1
            self._of += Counter()  # nobody is kept who sends nothing
