"""Which web worker runs a room: claims that live as long as their worker does.

A worker's life is one key that it renews each second and that expires after :data:`LIFE_S`; a room's claim
names its worker, and holds while that worker lives. So a thousand rooms cost a worker one renewal. Each
change of holder gives the claim a higher **token** (:mod:`kernel.events.fence`): what an old holder still
says is recognised by its lower one, and what it still tries to write (:meth:`Claims.remember`) is refused.

==============================  ======================================================================
``room:worker:{worker}``        alive, expires after :data:`LIFE_S`
``room:claim:{room}``           hash: worker, token, memory
``room:token:{room}``           the last token given, outliving the claim
==============================  ======================================================================

Redis may be wiped at any moment: the next heartbeat sees that its key was gone and every room is claimed
again, first come first served.
"""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from kernel.clock import Clock
from kernel.events.fence import NEXT_TOKEN, lowest

LIFE_S = 3.0
HEARTBEAT_S = 0.8
KEEP_S = 24 * 3600

_CLAIM = (
    NEXT_TOKEN
    + """
local worker = redis.call('HGET', KEYS[1], 'worker')
local alive = worker and redis.call('EXISTS', ARGV[4] .. worker) == 1
if worker ~= ARGV[1] and alive then return {worker, tonumber(redis.call('HGET', KEYS[1], 'token')), ''} end
local token = tonumber(redis.call('HGET', KEYS[1], 'token') or '0')
if worker ~= ARGV[1] then
  token = next_token(KEYS[2], ARGV[2])
  redis.call('HSET', KEYS[1], 'worker', ARGV[1], 'token', string.format('%d', token))
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {ARGV[1], token, redis.call('HGET', KEYS[1], 'memory') or ''}
"""
)

_REMEMBER = """
if redis.call('HGET', KEYS[1], 'worker') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'memory', ARGV[3])
return 1
"""

_RELEASE = """
if redis.call('HGET', KEYS[1], 'worker') == ARGV[1] then return redis.call('HDEL', KEYS[1], 'worker') end
return 0
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a room. ``memory`` is what its last holder left, for the one who holds it now."""

    worker: str
    token: int
    memory: str


class Claims:
    """One worker's claims."""

    def __init__(self, redis: Redis, worker: str, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self.worker = worker
        self._claim = redis.register_script(_CLAIM)
        self._remember = redis.register_script(_REMEMBER)
        self._release = redis.register_script(_RELEASE)

    async def beat(self) -> bool:
        """Renew this worker's life; False when it had ended meanwhile, so that rooms may have been lost."""
        before = await self._redis.set(_worker_key(self.worker), "1", px=int(LIFE_S * 1000), get=True)
        return before is not None

    async def lives(self, worker: str) -> bool:
        return bool(await self._redis.exists(_worker_key(worker)))

    async def claim(self, room: str) -> Claim:
        """Take the room, or keep it; when another living worker has it, say who."""
        worker, token, memory = await self._claim(
            keys=[_room_key(room), _token_key(room)],
            args=[self.worker, lowest(self._clock), KEEP_S, _worker_key("")],
        )
        return Claim(worker, int(token), memory)

    async def remember(self, room: str, token: int, memory: str) -> bool:
        """Leave something for whoever takes the room over; False when it is no longer ours."""
        return bool(await self._remember(keys=[_room_key(room)], args=[self.worker, token, memory]))

    async def release(self, room: str) -> None:
        """Give the room up. Its memory stays."""
        await self._release(keys=[_room_key(room)], args=[self.worker])

    async def end(self) -> None:
        """This worker stops: its rooms are free at once."""
        await self._redis.delete(_worker_key(self.worker))


def _worker_key(worker: str) -> str:
    return f"room:worker:{worker}"


def _room_key(room: str) -> str:
    return f"room:claim:{room}"


def _token_key(room: str) -> str:
    return f"room:token:{room}"
