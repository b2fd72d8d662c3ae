"""STUN as an ICE-lite agent needs it: read binding requests, write their success responses.

Sources: RFC 8489 (message format, MESSAGE-INTEGRITY, FINGERPRINT), RFC 8445 section 7.3 (connectivity
checks). Anyone can send these bytes, so nothing here raises on any input: what is not a sound request is
None.
"""

import hashlib
import hmac
import ipaddress
import struct
import zlib
from dataclasses import dataclass
from typing import Final

MAGIC_COOKIE: Final = 0x2112A442
BINDING_REQUEST: Final = 0x0001
BINDING_SUCCESS: Final = 0x0101
USERNAME: Final = 0x0006
MESSAGE_INTEGRITY: Final = 0x0008
XOR_MAPPED_ADDRESS: Final = 0x0020
PRIORITY: Final = 0x0024
USE_CANDIDATE: Final = 0x0025
FINGERPRINT: Final = 0x8028
_FINGERPRINT_XOR: Final = 0x5354554E
_HEADER_SIZE: Final = 20
_INTEGRITY_SIZE: Final = 24
_MAX_USERNAME: Final = 513  # RFC 8489 section 14.3


_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A well-formed connectivity check whose sender has not been proven yet."""

    transaction: bytes
    local_fragment: str
    remote_fragment: str
    nominates: bool
    _data: bytes
    _integrity_at: int
    priority: int = 0

    def proven_by(self, password: str) -> bool:
        """Whether MESSAGE-INTEGRITY was made with this short-term password (RFC 8489 section 14.5)."""
        expected = _integrity(self._data[: self._integrity_at], password)
        given = self._data[self._integrity_at + 4 : self._integrity_at + _INTEGRITY_SIZE]
        return hmac.compare_digest(expected, given)


def read_request(data: bytes) -> BindingRequest | None:
    """A binding request with USERNAME and MESSAGE-INTEGRITY, or None."""
    if len(data) < _HEADER_SIZE:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind != BINDING_REQUEST or cookie != MAGIC_COOKIE or length % 4 or length != len(data) - _HEADER_SIZE:
        return None
    username, nominates, priority, integrity_at = "", False, 0, 0
    position = _HEADER_SIZE
    while position + 4 <= len(data):
        attribute, size = _ATTRIBUTE.unpack_from(data, position)
        value_at = position + 4
        if value_at + size > len(data):
            return None
        if attribute == FINGERPRINT:
            # Always the last attribute; what follows it was not meant.
            if size != 4 or int.from_bytes(data[value_at : value_at + 4], "big") != _fingerprint(
                data[:position]
            ):
                return None
            break
        # What follows MESSAGE-INTEGRITY is not authenticated and therefore ignored (section 14.5).
        if not integrity_at:
            if attribute == USERNAME:
                if size > _MAX_USERNAME:
                    return None
                username = data[value_at : value_at + size].decode("utf-8", "replace")
            elif attribute == USE_CANDIDATE:
                nominates = True
            elif attribute == PRIORITY and size == 4:
                priority = int.from_bytes(data[value_at : value_at + 4], "big")
            elif attribute == MESSAGE_INTEGRITY:
                if size != 20:
                    return None
                integrity_at = position
        position = value_at + size + -size % 4
    local, colon, remote = username.partition(":")
    if not integrity_at or not colon:
        return None
    return BindingRequest(transaction, local, remote, nominates, data, integrity_at, priority)


def success(request: BindingRequest, address: tuple[str, int], password: str) -> bytes:
    """The response that tells the client which address its check came from."""
    host = ipaddress.ip_address(address[0].partition("%")[0])
    family = 1 if host.version == 4 else 2
    mask = MAGIC_COOKIE.to_bytes(4, "big") + request.transaction
    masked = bytes(a ^ b for a, b in zip(host.packed, mask, strict=False))
    mapped = struct.pack("!BBH", 0, family, address[1] ^ (MAGIC_COOKIE >> 16)) + masked
    body = _ATTRIBUTE.pack(XOR_MAPPED_ADDRESS, len(mapped)) + mapped
    message = _HEADER.pack(BINDING_SUCCESS, len(body), MAGIC_COOKIE, request.transaction) + body
    digest = _integrity(message, password)
    message = _with_length(message, len(body) + _INTEGRITY_SIZE)
    message += _ATTRIBUTE.pack(MESSAGE_INTEGRITY, 20) + digest
    check = _fingerprint(message)
    message = _with_length(message, len(body) + _INTEGRITY_SIZE + 8)
    return message + _ATTRIBUTE.pack(FINGERPRINT, 4) + check.to_bytes(4, "big")


def _with_length(message: bytes, length: int) -> bytes:
    return message[:2] + length.to_bytes(2, "big") + message[4:]


def _integrity(before: bytes, password: str) -> bytes:
    """HMAC-SHA1 over the message up to the attribute, with a length as if the attribute were the last."""
    covered = _with_length(before, len(before) - _HEADER_SIZE + _INTEGRITY_SIZE)
    return hmac.new(password.encode(), covered, hashlib.sha1).digest()


def _fingerprint(before: bytes) -> int:
    covered = _with_length(before, len(before) - _HEADER_SIZE + 8)
    return zlib.crc32(covered) ^ _FINGERPRINT_XOR
