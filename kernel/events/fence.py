"""Fencing tokens, in Redis: whoever takes a thing over gets a higher one than anybody had before.

What an old holder still says or writes is known by its lower token, however long it slept (Kleppmann,
"How to do distributed locking", 2016). Redis may be wiped at any moment: then tokens start again from the
clock, so that they never run backwards.

:data:`NEXT_TOKEN` is the beginning of a Lua script that gives one out, in the same step in which it notes the
new holder.
"""

from __future__ import annotations

from kernel.clock import Clock

NEXT_TOKEN = """
local function next_token(key, floor)
  local token = math.max(tonumber(redis.call('GET', key) or '0') + 1, tonumber(floor))
  redis.call('SET', key, string.format('%d', token), 'PX', 86400000)
  return token
end
"""
"""``next_token(key, floor)``: the token after the last one of ``key``, and not below ``floor``. The last one
is kept for a day, longer than what it fences."""


def lowest(clock: Clock) -> int:
    """The ``floor`` that a wiped Redis starts from. Nobody takes a thing over once a second for long."""
    return int(clock.now().timestamp())
