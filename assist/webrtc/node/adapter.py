"""The only module that touches what aiortc, pylibsrtp and aioice do not promise to keep.

Used from them: the SDP parser, the certificate, the DTLS transport and the SRTP sessions it makes, and
libsrtp's functions themselves. `PINNED` names the versions that this was read against; a test compares
them with what is installed and checks that every private name still exists.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import pylibsrtp
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.sdp import MediaDescription, SessionDescription
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

from assist.webrtc.node.description import (
    MAX_CODECS,
    MAX_LINES,
    MAX_SDP_BYTES,
    MAX_SSRCS,
    Codec,
    Direction,
    OfferDescription,
    OfferLine,
    SdpInvalid,
    SdpTooLarge,
    SdpUnsupported,
)

PINNED: Final = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}

protect: Final = lib.srtp_protect
unprotect: Final = lib.srtp_unprotect
"""(session, buffer, length) → 0 or an error; in place, ``length`` is read and written."""

SRTP_ROOM: Final = pylibsrtp.SRTP_MAX_TRAILER_LEN
"""Bytes that `protect` may add."""

MAX_WAITING_DATAGRAMS = 64


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


class Certificate:
    """The node's certificate, one per process start; clients know it by its fingerprint in the answer."""

    def __init__(self) -> None:
        self._certificate = RTCCertificate.generateCertificate()
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
        self._dtls = RTCDtlsTransport(self._datagrams, [certificate.inner])  # type: ignore[arg-type]
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


def parse_offer(text: str) -> OfferDescription:
    """Read an SDP offer.

    Raises `SdpTooLarge`, `SdpInvalid` or `SdpUnsupported`, and nothing else: the parser below is known to
    answer bad input with AssertionError, StopIteration, IndexError, KeyError and AttributeError beside
    ValueError.
    """
    if len(text) > MAX_SDP_BYTES or len(text.encode("utf-8", "replace")) > MAX_SDP_BYTES:
        raise SdpTooLarge(f"more than {MAX_SDP_BYTES} bytes")
    if text.count("\nm=") > MAX_LINES:
        raise SdpTooLarge(f"more than {MAX_LINES} m-lines")
    if "\nm=application" in text:
        raise SdpUnsupported("data channels are not offered here: chat and marks go over the WebSocket")
    try:
        return _description(SessionDescription.parse(text))
    except (SdpInvalid, SdpTooLarge, SdpUnsupported):
        raise
    except Exception as fault:
        raise SdpInvalid(f"unreadable ({type(fault).__name__})") from fault


def _description(parsed: SessionDescription) -> OfferDescription:
    if not parsed.media:
        raise SdpInvalid("no m-line")
    for media in parsed.media:
        if media.kind not in ("audio", "video"):
            raise SdpUnsupported("only audio and video")
    lead = next((media for media in parsed.media if media.port and media.ice), parsed.media[0])
    fragment, dtls = lead.ice and lead.ice.usernameFragment, lead.dtls
    if not fragment or not lead.ice or not lead.ice.password:
        raise SdpInvalid("no ICE user name fragment and password")
    if lead.ice.iceLite:
        raise SdpUnsupported("both sides would be ICE-lite")
    if dtls is None or not dtls.fingerprints:
        raise SdpInvalid("no DTLS fingerprint and role")
    mids = [media.rtp.muxId for media in parsed.media]
    if not all(mids) or len(set(mids)) != len(mids):
        raise SdpInvalid("every m-line needs a mid of its own")
    bundled = next((group.items for group in parsed.group if group.semantic == "BUNDLE"), [])
    if len(mids) > 1 and not set(bundled) >= {m.rtp.muxId for m in parsed.media if m.port}:
        raise SdpUnsupported("all m-lines have to be in one BUNDLE group")
    prints = dict.fromkeys((f.algorithm.lower(), f.value.upper()) for f in dtls.fingerprints)
    return OfferDescription(
        session=(parsed.origin or "").split(" IN ")[0].rpartition(" ")[0],
        fragment=str(fragment),
        fingerprints=tuple(prints),
        active=dtls.role == "server",
        lines=tuple(_line(media) for media in parsed.media),
    )


def _line(media: MediaDescription) -> OfferLine:
    if len(media.rtp.codecs) > MAX_CODECS or len(media.ssrc) > MAX_SSRCS:
        raise SdpTooLarge(f"more than {MAX_CODECS} codecs or {MAX_SSRCS} sources on an m-line")
    stopped = media.port == 0
    if not stopped and not media.rtcp_mux:
        raise SdpUnsupported("RTP and RTCP have to share one port (rtcp-mux)")
    if not stopped and "SAVP" not in media.profile:
        raise SdpUnsupported("media has to be encrypted")
    pair = next((group.items for group in media.ssrc_group if group.semantic == "FID"), [])
    ssrc = int(pair[0]) if len(pair) == 2 else (media.ssrc[0].ssrc if media.ssrc else None)
    return OfferLine(
        mid=media.rtp.muxId,
        kind="audio" if media.kind == "audio" else "video",
        direction=_DIRECTIONS[media.direction or "sendrecv"],
        stopped=stopped,
        profile=media.profile,
        formats=tuple(str(item) for item in media.fmt),
        codecs=tuple(_codecs(media)),
        extensions={e.uri: e.id for e in media.rtp.headerExtensions if 0 < e.id < 15},
        ssrc=ssrc,
        rtx_ssrc=int(pair[1]) if len(pair) == 2 else None,
    )


_DIRECTIONS: dict[str, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}


def _codecs(media: MediaDescription) -> Iterator[Codec]:
    """The codecs of an m-line in the order of its formats, each with its retransmission payload type."""
    listed = {codec.payloadType: codec for codec in media.rtp.codecs}
    rtx = {
        str(codec.parameters["apt"]): number
        for number, codec in listed.items()
        if codec.name.lower() == "rtx" and "apt" in codec.parameters
    }
    for number in media.fmt:
        codec = listed.get(number)
        if codec is None or codec.name.lower() == "rtx":
            continue
        yield Codec(
            payload_type=number,
            name=codec.name.lower(),
            clock_rate=codec.clockRate,
            channels=codec.channels or 1,
            parameters={k: None if v is None else str(v) for k, v in codec.parameters.items()},
            feedback=frozenset(f"{f.type} {f.parameter or ''}".strip() for f in codec.rtcpFeedback),
            rtx=rtx.get(str(number)),
        )
