"""Identifiers and secrets.

Identifiers are UUIDv7 (RFC 9562 §5.7): ordered by creation, so that an index grows at its end and a
listing by id is a listing by time. Secrets are opaque random tokens, of which only a hash is stored.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import datetime
from uuid import UUID

RANDOM_BITS = 74
TOKEN_BYTES = 24
"""192 random bits: beyond guessing, and short enough for a QR code that a phone reads at once."""


class _Sequence:
    """The 74 bits after the time: random for a new millisecond, counted on within one.

    So ids made by one process keep the order in which they were made (RFC 9562 §6.2, method 2), and the
    events of one transaction leave in the order in which they happened.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = -1
        self._bits = 0

    def after(self, millisecond: int) -> int:
        with self._lock:
            if millisecond == self._millisecond:
                self._bits = (self._bits + 1 + secrets.randbits(32)) % (1 << RANDOM_BITS)
            else:
                # The top bit stays clear: room to count in without running over.
                self._millisecond, self._bits = millisecond, secrets.randbits(RANDOM_BITS - 1)
            return self._bits


_sequence = _Sequence()


def uuid7(now: datetime) -> UUID:
    """A UUIDv7 for the moment ``now``: milliseconds since the epoch, then 74 bits that only grow."""
    millisecond = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    bits = _sequence.after(millisecond)
    high = (millisecond << 16) | (0x7 << 12) | (bits >> 62)
    low = (0b10 << 62) | (bits & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)


def new_token() -> str:
    """A fresh secret for a link or a session, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored instead of a token (SHA-256, 32 bytes).

    The token carries 192 random bits, so a slow password hash would add nothing.
    """
    # Any text has a hash, even one that is no Unicode: JSON can carry half a surrogate pair.
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
