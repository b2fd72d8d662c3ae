"""Whom words are handed to: the port, the keeper of an installation without a gateway, and HTTP.

The HTTP gateway is the utility's own: a small address that takes a JSON object and passes it to whatever
sends text messages there. It is called as `Standard Webhooks <https://www.standardwebhooks.com>`_ says, so
that libraries can check the signature: HMAC-SHA256 over ``id.timestamp.body``, in Base64.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Protocol

import httpx

from kernel.delivery.delivery import Answer, Handover, Word, answer_of

LONGEST_ATTEMPT_S = 15.0
"""From the first byte to the last, however slowly they drip; well within the lease of an attempt."""
CONNECT_S = 5.0
ANSWER_BYTES = 2048
"""As much of an answer is read; its status has been."""
SECRET_PREFIX = "whsec_"
"""Begins a secret that is written in Base64, as the standard has it."""


class Gateway(Protocol):
    """Takes words over, once what they tell of is stored. May be given the same twice, under the same id."""

    keeps: frozenset[str]
    """The channels whose words stay in the house, for somebody to look at."""

    async def hand_over(self, attempt: Handover) -> Answer:
        """One attempt, within :data:`LONGEST_ATTEMPT_S`; what it came to. Raises nothing that is foreseen."""
        ...

    async def close(self) -> None: ...


class KeptMessages:
    """For an installation without a gateway: words stay where they were written, and none are sent."""

    keeps: frozenset[str] = frozenset({"sms"})

    async def hand_over(self, attempt: Handover) -> Answer:
        return Answer(Word.TAKEN, "kept")

    async def close(self) -> None:
        pass


@cache
def known_authorities() -> ssl.SSLContext:
    """Those whose certificates are believed without a word from the environment: read once a process."""
    return httpx.create_ssl_context(trust_env=False)


class HttpGateway:
    """Hands each message to ``url``: signed, with a key by which a repeated one is known, in bounded time."""

    keeps: frozenset[str] = frozenset()

    def __init__(self, url: str, secret: str, longest_s: float = LONGEST_ATTEMPT_S) -> None:
        self._url = url
        self._key = key_of(secret)
        self._longest_s = longest_s
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(longest_s, connect=CONNECT_S))

    async def hand_over(self, attempt: Handover) -> Answer:
        body = json.dumps(attempt.body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            async with (
                asyncio.timeout(self._longest_s),
                self._client.stream(
                    "POST", self._url, content=body, headers=self._headers(attempt, body)
                ) as told,
            ):
                return answer_of(told.status_code, await beginning(told))
        except (httpx.HTTPError, OSError, TimeoutError) as fault:
            return Answer(Word.UNCLEAR, type(fault).__name__)

    def _headers(self, attempt: Handover, body: bytes) -> dict[str, str]:
        timestamp = str(int(attempt.at.timestamp()))
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": f'"{attempt.id}"',  # a string of RFC 9651
            "Webhook-Id": attempt.id,
            "Webhook-Timestamp": timestamp,
            "Webhook-Signature": signature(self._key, attempt.id, timestamp, body),
        }

    async def close(self) -> None:
        await self._client.aclose()


class ByChannel:
    """For each channel its own gateway."""

    def __init__(self, gateways: Mapping[str, Gateway]) -> None:
        self._gateways = dict(gateways)
        self.keeps = frozenset(
            channel for channel, gateway in self._gateways.items() if channel in gateway.keeps
        )

    async def hand_over(self, attempt: Handover) -> Answer:
        return await self._gateways[attempt.channel].hand_over(attempt)

    async def close(self) -> None:
        for gateway in self._gateways.values():
            await gateway.close()


def key_of(secret: str) -> bytes:
    """The key that a shared secret stands for.

    Raises:
        ValueError: it begins as one in Base64, and is none.
    """
    if secret.startswith(SECRET_PREFIX):
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    return secret.encode()


def signature(key: bytes, id: str, timestamp: str, body: bytes) -> str:
    """``v1,`` and the HMAC-SHA256 of ``id.timestamp.body`` (seconds since the epoch) in Base64."""
    signed = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


async def beginning(told: httpx.Response) -> str:
    """The first of an answer's text. One that breaks off before that raises, and counts for nothing."""
    read = b""
    async for piece in told.aiter_bytes():
        read += piece
        if len(read) >= ANSWER_BYTES:
            break
    with suppress(UnicodeDecodeError):
        return " ".join(read[:ANSWER_BYTES].decode().split())
    return ""


def gateway_of(url: str, secret: str) -> Gateway:
    """The gateway that settings name; the keeper when they name none."""
    return HttpGateway(url, secret) if url else KeptMessages()
