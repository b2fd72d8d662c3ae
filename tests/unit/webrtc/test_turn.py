"""TURN credentials are what coturn's shared secret asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from assist.webrtc.turn.credentials import LIFETIME, credentials

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_the_name_says_until_when_and_the_password_proves_it() -> None:
    made = credentials("north", "device-7", NOW)
    until, _, holder = made.username.partition(":")
    assert (int(until), holder) == (int((NOW + LIFETIME).timestamp()), "device-7")
    proof = hmac.new(b"north", made.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(made.password) == proof


def test_they_hold_ten_minutes_and_change_with_secret_and_holder() -> None:
    made = credentials("north", "a", NOW)
    assert made.expires_at - NOW == timedelta(minutes=10)
    others = {credentials(s, h, NOW).password for s in ("north", "south") for h in ("a", "b")}
    assert len(others) == 4
