"""Identifiers and secrets.

Identifiers are UUIDv7 (RFC 9562 §5.7): ordered by creation, so that an index grows at its end and a
listing by id is a listing by time. Secrets are opaque random tokens, of which only a hash is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

TOKEN_BYTES = 24
"""192 random bits: beyond guessing, and short enough for a QR code that a phone reads at once."""


def uuid7(now: datetime) -> UUID:
    """A UUIDv7 for the moment ``now`` (milliseconds since the epoch, then 74 random bits)."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(74)
    high = (milliseconds << 16) | (0x7 << 12) | (random >> 62)
    low = (0b10 << 62) | (random & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)


def new_token() -> str:
    """A fresh secret for a link or a session, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored instead of a token (SHA-256, 32 bytes).

    The token carries 192 random bits, so a slow password hash would add nothing.
    """
    return hashlib.sha256(token.encode()).digest()
