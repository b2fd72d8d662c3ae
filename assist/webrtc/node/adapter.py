"""The only module that touches what aiortc, pylibsrtp and aioice do not promise to keep.

Used from them: the certificate and the set-up of OpenSSL that it makes, the DTLS transport with its check
of the peer's certificate and the SRTP sessions it makes, and libsrtp's functions themselves. `PINNED` names
the versions that this was read against; a test compares them with what is installed and checks that every
private name still exists.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import pylibsrtp
from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    X509_DIGEST_ALGORITHMS,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
    State,
    certificate_digest,
)
from OpenSSL import SSL
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

PINNED: Final = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}

protect: Final = lib.srtp_protect
unprotect: Final = lib.srtp_unprotect
"""(session, buffer, length) → 0 or an error; in place, ``length`` is read and written."""

SRTP_ROOM: Final = pylibsrtp.SRTP_MAX_TRAILER_LEN
"""Bytes that `protect` may add."""

MAX_WAITING_DATAGRAMS = 64

HASHES: Final = tuple(X509_DIGEST_ALGORITHMS)
"""Of fingerprints, the weakest first. SHA-1 proves nothing any more."""
_CIPHERS: Final = b":".join(
    b"ECDHE-%s-%s" % (signature, cipher)
    for cipher in (b"AES128-GCM-SHA256", b"CHACHA20-POLY1305", b"AES128-SHA", b"AES256-SHA")
    for signature in (b"ECDSA", b"RSA")
)
"""RSA is for peers that answer as the server with such a certificate (RFC 8827 section 6.5 has them both)."""


class SrtpSession:
    """One direction of SRTP: the raw session for the packet loop, and SRTCP for everyone else."""

    def __init__(self, session: Any) -> None:
        self.inner: Any = session
        self.raw: Any = session._srtp[0]

    def protect_rtcp(self, packet: bytes) -> bytes:
        """Encrypt a compound RTCP packet."""
        return bytes(self.inner.protect_rtcp(packet))

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """Decrypt; None if it is not authentic."""
        try:
            return bytes(self.inner.unprotect_rtcp(packet))
        except (pylibsrtp.Error, ValueError):
            return None

    def forget(self, ssrc: int) -> None:
        """Free the keys and the replay window of one stream."""
        with contextlib.suppress(pylibsrtp.Error):
            self.inner.remove_stream(ssrc)


def buffer(size: int) -> tuple[Any, memoryview]:
    """A fixed piece of memory as libsrtp takes it and as Python writes it."""
    memory = ffi.new("char[]", size)
    return memory, memoryview(ffi.buffer(memory))


def pointers(memory: Any, count: int) -> list[Any]:
    """``memory + i`` for i below ``count``, made once: pointer arithmetic costs an object each time."""
    return [memory + offset for offset in range(count)]


def length_cell() -> Any:
    """An ``int *`` for libsrtp's length arguments."""
    return ffi.new("int *")


PROTECT_SYMBOL: Final = "curbstop_srtp_protect"
UNPROTECT_SYMBOL: Final = "curbstop_srtp_unprotect"


def srtp_symbols() -> dict[str, int]:
    """Addresses of libsrtp's functions as plain C, for compiled code; raises if one is not there."""
    named = {PROTECT_SYMBOL: "srtp_protect", UNPROTECT_SYMBOL: "srtp_unprotect"}
    return {
        symbol: int(ffi.cast("uintptr_t", ffi.cast("void *", ffi.addressof(lib, name))))
        for symbol, name in named.items()
    }


def session_address(raw: Any) -> int:
    """A raw session as a number, for compiled code."""
    return int(ffi.cast("uintptr_t", raw))


class _Certificate(RTCCertificate):
    """Makes one set-up of OpenSSL for all its connections: that takes longer than a key exchange."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_cipher_list(_CIPHERS)
            # Nobody comes back with a session of before, and what is kept for that would have to be bounded.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


class _Dtls(RTCDtlsTransport):
    """aiortc's, except for whom it takes a certificate to be of."""

    def _validate_peer_identity(self, remoteParameters: RTCDtlsParameters) -> None:
        """Of the fingerprints with the strongest hash one has to be the certificate's: a description may name
        more certificates than the one that is used (RFC 8122 section 5.1).
        """
        named = [(each.algorithm.lower(), each.value.upper()) for each in remoteParameters.fingerprints]
        known = [(HASHES.index(name), value) for name, value in named if name in HASHES]
        strongest = max((place for place, _ in known), default=-1)
        certificate = self._ssl.get_peer_certificate(as_cryptography=True) if self._ssl else None
        if certificate is not None and strongest >= 0:
            found = certificate_digest(certificate, HASHES[strongest])
            if (strongest, found) in known:
                return
        self._set_state(State.FAILED)


class Certificate:
    """The node's certificate, one per process start; clients know it by its fingerprint in the answer."""

    def __init__(self) -> None:
        self._certificate: RTCCertificate = _Certificate.generateCertificate()
        self._certificate._create_ssl_context(SRTP_PROFILES)  # now, and not in the first caller's packets
        prints = {f.algorithm: f.value for f in self._certificate.getFingerprints()}
        self.fingerprint: str = prints["sha-256"]

    @property
    def inner(self) -> RTCCertificate:
        """aiortc's own object."""
        return self._certificate


class _Datagrams:
    """Stands where RTCDtlsTransport expects an ICE transport: a bounded queue in, a function out."""

    role = "controlled"
    state = "completed"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_now = send
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING_DATAGRAMS)

    def put(self, datagram: bytes | None) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(datagram)

    async def _recv(self) -> bytes:
        datagram = await self._queue.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._send_now(datagram)

    def close(self) -> None:
        """End whoever waits for a datagram, and let go of the one who sends.

        That is the peer, which holds us: in a circle its keys and buffers would stay until the garbage
        collector's next long round, which is rare.
        """
        self.put(None)
        self._send_now = lambda _: None


class SecureTransport:
    """DTLS with one peer, and the SRTP keys that come out of it (RFC 5764).

    No SCTP runs over it: application data is thrown away unread.
    """

    def __init__(self, certificate: Certificate, send: Callable[[bytes], None]) -> None:
        self._datagrams = _Datagrams(send)
        self._dtls = _Dtls(self._datagrams, [certificate.inner])  # type: ignore[arg-type]
        self.inbound: SrtpSession | None = None
        self.outbound: SrtpSession | None = None

    def deliver(self, datagram: bytes) -> None:
        """A DTLS datagram has come from the peer's proven address."""
        self._datagrams.put(datagram)

    async def handshake(self, fingerprints: tuple[tuple[str, str], ...], active: bool) -> bool:
        """Whether DTLS came up and the peer's certificate has these fingerprints."""
        self._dtls._set_role("client" if active else "server")
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(name, value) for name, value in fingerprints])
        await self._dtls.start(parameters)
        if self._dtls.state != "connected":
            return False
        self.inbound = SrtpSession(self._dtls._rx_srtp)
        self.outbound = SrtpSession(self._dtls._tx_srtp)
        return True

    async def ended(self) -> None:
        """Returns when the peer has ended DTLS by itself (close_notify)."""
        task = self._dtls._task
        if task is not None:
            await asyncio.wait([task])

    def abandon(self) -> None:
        """Stop without a word."""
        if self._dtls._task is not None:
            self._dtls._task.cancel()

    async def close(self) -> None:
        """Say goodbye and stop."""
        await self._dtls.stop()
        self._datagrams.close()
