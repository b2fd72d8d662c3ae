"""Wrong passwords: a few are free, then each doubles the time until the next may be tried.

Counted twice. At one name from one address the wait grows quickly and far: that is somebody at a keyboard, or
one machine. At one name from anywhere it starts later and stays shorter: guesses may come from a thousand
addresses, and their wait is also that of the person whose name it is. Where that person has signed in lately
only their own address counts, so that strangers cannot lock them out of their office.

A guess is counted before it is looked at, and forgotten when it was right; all of it fades within a day.
Redis may be wiped at any moment, which forgives; with Redis away each worker counts for itself.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from kernel.clock import Clock
from kernel.errors import RateLimited

KEPT_S = 86_400
KNOWN_S = 30 * 86_400
FIRST_WAIT_S = 2.0
MEMORY_LIMIT = 10_000

_TAKE = """
local wait = 0
for i, key in ipairs(KEYS) do
  wait = math.max(wait, tonumber(redis.call('HGET', key, 'until') or '0') - tonumber(ARGV[1]))
end
if wait > 0 then return tostring(wait) end
for i, key in ipairs(KEYS) do
  local free, longest = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local over = redis.call('HINCRBY', key, 'tries', 1) - free
  if over >= 0 then
    local next = math.min(longest, tonumber(ARGV[2]) * 2 ^ math.min(over, 30))
    redis.call('HSET', key, 'until', tostring(tonumber(ARGV[1]) + next))
  end
  redis.call('EXPIRE', key, 86400)
end
return '0'
"""


class TooManyGuesses(RateLimited):
    """Too many wrong passwords for this name; please wait, or ask for a sign-in link."""

    code: ClassVar[str] = "too_many_guesses"


class Patience(NamedTuple):
    """``free`` tries, then waits that double up to ``longest_s``."""

    free: int
    longest_s: float


FROM_ONE_ADDRESS = Patience(5, 900.0)
FROM_ANYWHERE = Patience(20, 300.0)


class Guesses:
    """Counts the tries at names. ``name`` and ``address`` may be any text without personal meaning."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis, self._clock = redis, clock
        self._take = redis.register_script(_TAKE)
        self._tries: dict[str, tuple[int, float]] = {}
        """For want of Redis: tries, and until when the next must wait."""

    async def take(self, name: str, address: str) -> None:
        """Count one try.

        Raises:
            TooManyGuesses: with ``retry_after`` in whole seconds, and ``minutes``, rounded up.
        """
        counted = {f"curbstop:guess:{name}:{address}": FROM_ONE_ADDRESS}
        now = self._clock.now().timestamp()
        try:
            if not await self._redis.exists(self._known(name, address)):
                counted[f"curbstop:guess:{name}"] = FROM_ANYWHERE
            patience = [number for each in counted.values() for number in each]
            wait = float(await self._take(keys=list(counted), args=[now, FIRST_WAIT_S, *patience]))
        except (RedisError, OSError):
            wait = self._take_here(counted | {f"curbstop:guess:{name}": FROM_ANYWHERE}, now)
        if wait > 0:
            raise TooManyGuesses(retry_after=int(wait) + 1, minutes=int(wait / 60) + 1)

    async def right(self, name: str, address: str) -> None:
        """The last try was right: forget this address' tries, and know it from now on."""
        for key in (f"curbstop:guess:{name}:{address}", f"curbstop:guess:{name}"):
            self._tries.pop(key, None)
        try:
            await self._redis.delete(f"curbstop:guess:{name}:{address}", f"curbstop:guess:{name}")
            await self._redis.set(self._known(name, address), 1, ex=KNOWN_S)
        except (RedisError, OSError):
            pass  # they are forgotten in a day

    @staticmethod
    def _known(name: str, address: str) -> str:
        return f"curbstop:signed-in:{name}:{address}"

    def _take_here(self, counted: dict[str, Patience], now: float) -> float:
        wait = max(self._tries.get(key, (0, 0.0))[1] - now for key in counted)
        if wait > 0:
            return wait
        if len(self._tries) >= MEMORY_LIMIT:
            self._tries.clear()
        for key, patience in counted.items():
            tries = self._tries.get(key, (0, 0.0))[0] + 1
            over = tries - patience.free
            until = now + min(patience.longest_s, FIRST_WAIT_S * 2 ** min(over, 30)) if over >= 0 else 0.0
            self._tries[key] = tries, until
        return 0.0
