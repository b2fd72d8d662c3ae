"""Credentials for a TURN server, for networks that block UDP.

coturn's ``use-auth-secret``: the name says until when it holds, the password proves that we said so
(draft-uberti-behave-turn-rest-00 §2.2). Nothing is stored; what is stolen from it is worth minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Credentials:
    """A TURN user: ``username``, ``password``, and until when they are valid (UTC)."""

    username: str
    password: str
    expires_at: datetime


def credentials(secret: str, holder: str, now: datetime) -> Credentials:
    """Credentials that hold for :data:`LIFETIME`. ``holder`` is in the TURN server's log: an opaque id."""
    expires_at = now + LIFETIME
    username = f"{int(expires_at.timestamp())}:{holder}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return Credentials(username, base64.b64encode(digest).decode(), expires_at)
