"""Takes what is due to push services, each browser's own (RFC 8030)."""

from __future__ import annotations

import asyncio
import json
import secrets
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from kernel.database import Database
from kernel.delivery.delivery import ANSWER_LENGTH, Answer, Handover, Word, answer_of
from kernel.delivery.gateway import CONNECT_S, LONGEST_ATTEMPT_S, beginning, known_authorities
from kernel.identity.subscriptions import PushSubscription
from kernel.push.addresses import NotPublic, address_of, endpoint_of
from kernel.push.commands import LIVING, end_subscription
from kernel.push.encryption import SALT_BYTES, encoded, encrypt, vapid
from kernel.push.keys import push_key

GONE = (404, 410)
"""There is no such subscription any more (RFC 8030 section 7.3)."""
TOO_MANY = 429
"""Later (RFC 8030 section 8.4): unlike an SMS gateway of the house's own, it is nobody's last word."""


class PushGateway:
    """Encrypts each message for its browser, and posts it to where that browser listens.

    ``contact`` is for whoever runs a push service; ``loopback`` lets a test's own service be one.
    """

    keeps: frozenset[str] = frozenset()

    def __init__(self, database: Database, contact: str, *, loopback: bool = False) -> None:
        self._database = database
        self._contact = contact
        self._loopback = loopback
        self._key: ec.EllipticCurvePrivateKey | None = None
        # No proxy by the environment, and no redirection: the address has been looked at, another has not.
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(LONGEST_ATTEMPT_S, connect=CONNECT_S),
            verify=known_authorities(),
            trust_env=False,
        )

    async def key(self) -> ec.EllipticCurvePrivateKey:
        """The installation's key; made at the first start."""
        self._key = self._key or await push_key(self._database)
        return self._key

    async def hand_over(self, attempt: Handover) -> Answer:
        row = await self._receiver(UUID(attempt.to))
        if row is None:
            return Answer(Word.REFUSED, "the session is over")
        try:
            async with asyncio.timeout(LONGEST_ATTEMPT_S):
                answer, status = await self._post(row, attempt)
        except NotPublic:
            return Answer(Word.REFUSED, "not a public address")
        except (httpx.HTTPError, OSError, TimeoutError) as fault:
            return Answer(Word.UNCLEAR, type(fault).__name__)
        if status in GONE:
            await self._database.run(end_subscription, row.id)
        return answer

    async def _receiver(self, id: UUID) -> PushSubscription | None:
        query = LIVING.where(PushSubscription.id == id)
        async with self._database.reading() as session:
            return (await session.scalars(query, {"now": self._database.clock.now()})).first()

    async def _post(self, row: PushSubscription, attempt: Handover) -> tuple[Answer, int]:
        endpoint = endpoint_of(row.endpoint, loopback=self._loopback)
        address = await address_of(endpoint, loopback=self._loopback)
        key = await self.key()
        body = encrypt(
            attempt.text.encode(),
            row.receiver,
            row.auth,
            ec.generate_private_key(ec.SECP256R1()),
            secrets.token_bytes(SALT_BYTES),
        )
        headers = {
            "Host": endpoint.origin.partition("://")[2],
            "Authorization": vapid(endpoint.origin, self._contact, key, attempt.at),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            **told(attempt),
        }
        named = {"sni_hostname": endpoint.host} if endpoint.scheme == "https" else {}
        async with self._client.stream(
            "POST", endpoint.at(address), content=body, headers=headers, extensions=named
        ) as answered:
            status = answered.status_code
            words = await beginning(answered)
        if status == TOO_MANY:
            return Answer(Word.UNCLEAR, f"{status} {words}"[:ANSWER_LENGTH]), status
        return answer_of(status, words), status

    async def close(self) -> None:
        await self._client.aclose()


def told(attempt: Handover) -> dict[str, str]:
    """What the push service needs to know: how long it is worth keeping, how much it hurries, and what it
    replaces (RFC 8030 sections 5.2 to 5.4)."""
    words = json.loads(attempt.text)
    return {
        "TTL": str(max(0, int((attempt.expires_at - attempt.at).total_seconds()))),
        "Urgency": "high" if words.get("severity") == "urgent" else "normal",
        "Topic": encoded(UUID(words["task"]).bytes),
    }
