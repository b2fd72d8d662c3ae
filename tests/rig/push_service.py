"""A browser and its push service on loopback: takes what is posted, and reads it as the browser would."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.rig.listener import Asked, listening
from tests.rig.servers import free_port


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hmac(key: bytes, message: bytes) -> bytes:
    made = HMAC(key, hashes.SHA256())
    made.update(message)
    return made.finalize()


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """RFC 8291 section 3.4 and RFC 8188 section 2, step by step as written there."""
    salt, record, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    as_public, sealed = body[21 : 21 + length], body[21 + length :]
    assert record == 4096 and length == 65 and len(sealed) <= record
    ua_public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), as_public)
    ecdh_secret = private.exchange(ec.ECDH(), theirs)
    prk_key = _hmac(auth, ecdh_secret)
    ikm = _hmac(prk_key, b"WebPush: info\x00" + ua_public + as_public + b"\x01")
    prk = _hmac(salt, ikm)
    cek = HKDFExpand(hashes.SHA256(), 16, b"Content-Encoding: aes128gcm\x00").derive(prk)
    nonce = HKDFExpand(hashes.SHA256(), 12, b"Content-Encoding: nonce\x00").derive(prk)
    padded = AESGCM(cek).decrypt(nonce, sealed, None)
    plain, delimiter, padding = padded.rpartition(b"\x02")
    assert delimiter and not padding.strip(b"\x00")
    return plain


def claims_of(pushed: Asked, public: bytes) -> dict[str, Any]:
    """What the sender's token says, once its signature is found to be that key's (RFC 8292)."""
    scheme, _, rest = pushed.headers["authorization"].partition(" ")
    told = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid" and unb64(told["k"]) == public
    head, claims, signature = told["t"].split(".")
    assert json.loads(unb64(head))["alg"] == "ES256"
    raw = unb64(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    try:
        key.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise AssertionError("not signed by the key that it names") from None
    found: dict[str, Any] = json.loads(unb64(claims))
    return found


@dataclass
class PushService:
    """``moods`` are the statuses of the next answers; then 201. ``private``, ``auth``: the browser's."""

    port: int = field(default_factory=free_port)
    moods: list[int] = field(default_factory=list)
    pushed: list[Asked] = field(default_factory=list)
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"sixteen bytes ok"

    def endpoint(self, name: str = "ann") -> str:
        return f"http://127.0.0.1:{self.port}/push/{name}"

    def subscription(self, name: str = "ann", language: str = "en") -> dict[str, Any]:
        """As the page sends it."""
        public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": b64(public), "auth": b64(self.auth)}
        return {"endpoint": self.endpoint(name), "keys": keys, "language": language}

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(decrypt(each.body, self.private, self.auth)) for each in self.pushed]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PushService]:
        async with listening(self.port, self._answer):
            yield self

    async def _answer(self, pushed: Asked, writer: asyncio.StreamWriter) -> bool:
        self.pushed.append(pushed)
        status = self.moods.pop(0) if self.moods else 201
        writer.write(f"HTTP/1.1 {status} .\r\nLocation: /receipt\r\nContent-Length: 0\r\n\r\n".encode())
        return True
