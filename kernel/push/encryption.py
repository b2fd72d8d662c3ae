"""What a push service is handed: a message that only the browser can read, and a proof of who sends it.

The message is encrypted as RFC 8291 says (``aes128gcm`` of RFC 8188, one record), the proof is a signed token
of RFC 8292 (VAPID). Pure: keys, salt and moment are arguments.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES = 65
"""An uncompressed point of P-256 (RFC 8291 section 3.1)."""
AUTH_BYTES = 16
SALT_BYTES = 16
RECORD_BYTES = 4096
"""As much as every push service takes (RFC 8030 section 7.2, RFC 8291 section 4)."""
MOST_PLAIN_BYTES = RECORD_BYTES - 16 - 1 - 86
"""Less the tag, the padding's delimiter, and the header."""
TOKEN_LIFETIME = timedelta(hours=12)
"""At most a day is allowed (RFC 8292 section 2)."""

_LAST_RECORD = b"\x02"


def encrypt(
    plain: bytes, receiver: bytes, auth: bytes, sender: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The body to post. ``receiver`` and ``auth`` are the browser's; ``sender`` is made for this message.

    Raises:
        ValueError: ``receiver`` is no point of the curve, or there is too much to say.
    """
    if len(plain) > MOST_PLAIN_BYTES:
        raise ValueError(f"{len(plain)} bytes are more than one record takes")
    own = public_bytes(sender)
    shared = sender.exchange(ec.ECDH(), point(receiver))
    secret = _derived(shared, auth, b"WebPush: info\x00" + receiver + own, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(own)]) + own
    return header + AESGCM(key).encrypt(nonce, plain + _LAST_RECORD, None)


def vapid(origin: str, contact: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> str:
    """The ``Authorization`` that tells the push service at ``origin`` who we are (RFC 8292 section 3).

    ``contact``: a ``mailto:`` or ``https:`` address for whoever runs that service.
    """
    claims = {"aud": origin, "exp": int((now + TOKEN_LIFETIME).timestamp()), "sub": contact}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={encoded(public_bytes(key))}"


def point(receiver: bytes) -> ec.EllipticCurvePublicKey:
    """The public key that the bytes stand for.

    Raises:
        ValueError: they are not 65, or no point of the curve.
    """
    if len(receiver) != POINT_BYTES:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def decoded(text: str) -> bytes:
    """base64url without padding (RFC 7515), as browsers write their keys.

    Raises:
        ValueError: it is not that.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encoded(raw: bytes) -> str:
    """The other way."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
