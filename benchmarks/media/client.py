"""A WebRTC client that moves packets instead of pictures: real ICE checks, real DTLS, real SRTP.

Much lighter than a browser or aiortc's peer connection, so that it can be counted on for load, and
deterministic, so that a test can say which packet has to arrive.
"""

import asyncio
import contextlib
import hashlib
import hmac
import os
import secrets
import socket
import struct
import zlib
from collections.abc import Callable
from typing import Any

from assist.webrtc.node.adapter import Certificate, SecureTransport
from benchmarks.media import sdp

_COOKIE = 0x2112A442


class Client:
    """One peer connection. ``lose_out`` and ``lose_in`` say which datagrams the network swallows.

    With ``counts_only`` media packets are counted; only the first fifty are decrypted.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.fragment, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.certificate = Certificate()
        self.session, self.version = secrets.randbits(40), 0
        self.lines: list[sdp.Line] = []
        self.remote: sdp.Remote | None = None
        self.connected = asyncio.Event()
        self.on_rtp: Callable[[bytes], None] = lambda _: None
        self.on_rtcp: Callable[[bytes], None] = lambda _: None
        self.lose_out: Callable[[bytes], bool] = lambda _: False
        self.lose_in: Callable[[bytes], bool] = lambda _: False
        self.answered_checks = 0
        self.nominates, self.priority = True, 0x7E7F1EFF
        self._answered = asyncio.Event()
        self.counts_only, self.counted = False, 0
        self._buffer = bytearray(2048)
        self._view = memoryview(self._buffer)
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._transport = SecureTransport(self.certificate, self._send)
        self._tasks: list[asyncio.Task[Any]] = []
        self.sock = self._open()

    def _open(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), 4 << 20)
        sock.bind((self._host, 0))
        sock.setblocking(False)
        self._loop.add_reader(sock.fileno(), self._readable, sock)
        return sock

    def move(self) -> None:
        """Go to another address, as a phone that leaves the wireless network does."""
        self._loop.remove_reader(self.sock.fileno())
        self.sock.close()
        self.sock = self._open()

    # ---- signalling

    def description(self, *lines: sdp.Line, setup: str = "actpass") -> str:
        """Our SDP with these lines."""
        self.lines = list(lines)
        self.version += 1
        prints = self.certificate.fingerprint
        return sdp.write(lines, self.fragment, self.password, prints, setup, self.session, self.version)

    def restart(self) -> None:
        """New ICE credentials, for the next description."""
        self.fragment, self.password = secrets.token_hex(4), secrets.token_hex(12)

    async def connect(self, remote_description: str, seconds: float = 10.0) -> None:
        """Take the other side's SDP; the first time, run ICE and DTLS."""
        self.remote = sdp.read(remote_description)
        if self._tasks:
            return
        self._tasks.append(self._loop.create_task(self._keep_checking()))
        async with asyncio.timeout(seconds):
            await self._answered.wait()
            active = self.remote.setup != "active"
            if not await self._transport.handshake((self.remote.fingerprint,), active):
                raise ConnectionError("DTLS failed")
        self.connected.set()

    async def _keep_checking(self) -> None:
        """Checks until answered, then consent every two seconds (RFC 7675)."""
        while True:
            self.check()
            await asyncio.sleep(2.0 if self.answered_checks else 0.05)

    def check(self) -> None:
        """One connectivity check: nominating, or one of consent (RFC 7675)."""
        assert self.remote is not None
        username = f"{self.remote.fragment}:{self.fragment}".encode()
        body = struct.pack("!HH", 0x0006, len(username)) + username + bytes(-len(username) % 4)
        body += struct.pack("!HHI", 0x0024, 4, self.priority) + struct.pack("!HHQ", 0x802A, 8, 1)
        if self.nominates:
            body += struct.pack("!HH", 0x0025, 0)
        head = struct.pack("!HHI12s", 1, len(body) + 24, _COOKIE, os.urandom(12))
        digest = hmac.new(self.remote.password.encode(), head + body, hashlib.sha1).digest()
        body += struct.pack("!HH", 0x0008, 20) + digest
        head = struct.pack("!HH", 1, len(body) + 8) + head[4:]
        check = zlib.crc32(head + body) ^ 0x5354554E
        self._send(head + body + struct.pack("!HHI", 0x8028, 4, check))

    async def close(self) -> None:
        """Say goodbye and go."""
        for task in self._tasks:
            task.cancel()
        await self._transport.close()
        self.vanish()

    def vanish(self) -> None:
        """Go without a word."""
        for task in self._tasks:
            task.cancel()
        self._transport.abandon()
        self._loop.remove_reader(self.sock.fileno())
        self.sock.close()

    # ---- packets

    @property
    def outbound(self) -> Any:
        """pylibsrtp's outgoing session."""
        assert self._transport.outbound is not None
        return self._transport.outbound.inner

    def encrypt(self, packet: bytes) -> bytes:
        """SRTP."""
        return bytes(self.outbound.protect(packet))

    def send_rtp(self, packet: bytes) -> None:
        """Encrypt and send."""
        self._send(self.encrypt(packet))

    def send_rtcp(self, packet: bytes) -> None:
        """Encrypt and send."""
        self._send(bytes(self.outbound.protect_rtcp(packet)))

    def _send(self, datagram: bytes) -> None:
        if self.remote is not None and not self.lose_out(datagram):
            with contextlib.suppress(OSError):
                self.sock.sendto(datagram, self.remote.address)

    def _readable(self, sock: socket.socket) -> None:
        buffer, view = self._buffer, self._view
        for _ in range(100):
            try:
                size = sock.recv_into(buffer)
            except OSError:
                return
            if self.counts_only and 127 < buffer[0] < 192 and not 191 < buffer[1] < 224:
                self.counted += 1
                if self.counted > 50:
                    continue
            datagram = bytes(view[:size])
            if self.lose_in(datagram):
                continue
            self.take(datagram)

    def take(self, datagram: bytes) -> None:
        """A datagram has come."""
        first = datagram[0]
        if first < 4:
            self._take_stun(datagram)
        elif 19 < first < 64:
            self._transport.deliver(datagram)
        elif self._transport.inbound is not None:
            if 191 < datagram[1] < 224:
                plain = self._transport.inbound.unprotect_rtcp(datagram)
                if plain is not None:
                    self.on_rtcp(plain)
            else:
                self.on_rtp(bytes(self._transport.inbound.inner.unprotect(datagram)))

    def _take_stun(self, datagram: bytes) -> None:
        kind = struct.unpack_from("!H", datagram)[0]
        if kind == 0x0101:
            self.answered_checks += 1
            self._answered.set()
        elif kind == 0x0001:  # a full agent checks us, too
            self._send(_success(datagram, self.sock.getsockname(), self.password))


def _success(request: bytes, address: tuple[str, int], password: str) -> bytes:
    mapped = struct.pack("!BBH", 0, 1, address[1] ^ (_COOKIE >> 16))
    mapped += bytes(
        a ^ b for a, b in zip(socket.inet_aton(address[0]), _COOKIE.to_bytes(4, "big"), strict=True)
    )
    body = struct.pack("!HH", 0x0020, len(mapped)) + mapped
    head = struct.pack("!HH", 0x0101, len(body) + 24) + request[4:20]
    body += struct.pack("!HH", 8, 20) + hmac.new(password.encode(), head + body, hashlib.sha1).digest()
    head = struct.pack("!HH", 0x0101, len(body) + 8) + request[4:20]
    return head + body + struct.pack("!HHI", 0x8028, 4, zlib.crc32(head + body) ^ 0x5354554E)
