"""Leases with fencing tokens, in Redis.

A holder that dies loses its lease within its time to live; a holder that only slept finds on renewal
that another has taken over, and the higher fencing token of the new holder tells late writes apart
(:mod:`kernel.events.fence`). Redis may be wiped at any moment: then every lease is free.
"""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from kernel.clock import Clock, SystemClock
from kernel.events.fence import NEXT_TOKEN, lowest

_ACQUIRE = (
    NEXT_TOKEN
    + """
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then return {0, holder} end
local token = redis.call('HGET', KEYS[1], 'token')
if not token then
  token = next_token(KEYS[2], ARGV[3])
  redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'token', string.format('%d', token))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {tonumber(token), ARGV[1]}
"""
)

_RELEASE = """
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True)
class Lease:
    """A name held for a while. ``token`` grows with every change of holder."""

    name: str
    holder: str
    token: int


class Leases:
    """Take, keep and give back leases as ``holder`` (one per process)."""

    def __init__(self, redis: Redis, holder: str, clock: Clock | None = None) -> None:
        self._redis = redis
        self._clock = clock or SystemClock()
        self.holder = holder
        self._acquire = redis.register_script(_ACQUIRE)
        self._release = redis.register_script(_RELEASE)

    async def acquire(self, name: str, ttl_ms: int) -> Lease | None:
        """Take ``name``, or keep it if it is ours already; None while someone else holds it.

        Calling it again before ``ttl_ms`` has passed is the renewal.
        """
        token, holder = await self._acquire(
            keys=self._keys(name), args=[self.holder, ttl_ms, lowest(self._clock)]
        )
        return Lease(name, holder, int(token)) if holder == self.holder else None

    async def release(self, name: str) -> None:
        await self._release(keys=self._keys(name)[:1], args=[self.holder])

    @staticmethod
    def _keys(name: str) -> list[str]:
        return [f"curbstop:lease:{name}", f"curbstop:lease-token:{name}"]
