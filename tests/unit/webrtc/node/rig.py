"""What the tests of the media node share: a running node, packets, and clients that publish and view."""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from assist.webrtc.control import control
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.rtp.rtcp import Nack, nack, read
from benchmarks.media import sdp
from benchmarks.media.client import Client

VIDEO_SSRC, RTX_SSRC, AUDIO_SSRC = 0x11111111, 0x22222222, 0x33333333


async def until(condition: Callable[[], Any], seconds: float = 8.0) -> None:
    """Wait for a condition of the world outside."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (the world outside tells nobody)
            await asyncio.sleep(0.01)


def video_packet(sequence: int, payload: bytes, *, number: int | None = None, marker: bool = True) -> bytes:
    """A VP8-like packet; ``number`` is its transport-wide sequence number."""
    head = 0x80 if number is None else 0x90
    packet = struct.pack(
        "!BBHII", head, (0x80 if marker else 0) | sdp.VIDEO, sequence & 0xFFFF, sequence * 90, VIDEO_SSRC
    )
    if number is not None:
        element = struct.pack("!BHx", sdp.TRANSPORT_CC_ID << 4 | 1, number & 0xFFFF)
        packet += struct.pack("!HH", 0xBEDE, 1) + element
    return packet + payload


class Publisher:
    """A client that sends one video and one audio stream, and repeats what the node asks for, by RTX."""

    def __init__(self, node: MediaNode, room: str, name: str) -> None:
        self.node, self.room, self.name = node, room, name
        self.client = Client()
        self.client.on_rtcp = self._take_rtcp
        self.sent: dict[int, bytes] = {}
        self.rtcp: list[bytes] = []
        self.key_frames_asked = 0
        self.nacked: list[int] = []
        self._number = 0
        self._rtx = 0

    def lines(self) -> list[sdp.Line]:
        return [
            sdp.Line("0", "audio", "sendonly", AUDIO_SSRC),
            sdp.Line("1", "video", "sendonly", VIDEO_SSRC, RTX_SSRC),
        ]

    async def join(self) -> control.Answer:
        offer = control.Offer(self.room, self.name, self.client.description(*self.lines()))
        answer = self.node.offer(offer)
        await self.client.connect(answer.sdp)
        await until(lambda: self.node.rooms[self.room].peers[self.name].connected)
        return answer

    def send(self, sequence: int, payload: bytes | None = None) -> None:
        body = payload if payload is not None else b"%08d" % sequence + bytes(200)
        self.sent[sequence & 0xFFFF] = body
        self._number += 1
        self.client.send_rtp(video_packet(sequence, body, number=self._number))

    async def send_many(self, count: int, first: int = 0) -> None:
        for sequence in range(first, first + count):
            self.send(sequence)
            if sequence % 5 == 4:
                await asyncio.sleep(0.005)

    def _take_rtcp(self, packet: bytes) -> None:
        self.rtcp.append(packet)
        if packet[1] == 206 and packet[0] & 0x1F == 1:
            self.key_frames_asked += 1
        for message in read(packet):
            if isinstance(message, Nack):
                self.nacked += message.sequences
                for sequence in message.sequences:
                    self._repeat(sequence)

    def _repeat(self, sequence: int) -> None:
        body = self.sent.get(sequence)
        if body is not None:
            self._rtx += 1
            head = struct.pack(
                "!BBHII", 0x80, 0x80 | sdp.VIDEO_RTX, self._rtx & 0xFFFF, sequence * 90, RTX_SSRC
            )
            self.client.send_rtp(head + sequence.to_bytes(2, "big") + body)


class Viewer:
    """A client that receives a peer's streams, and asks again for what it misses."""

    def __init__(self, node: MediaNode, room: str, name: str) -> None:
        self.node, self.room, self.name = node, room, name
        self.client = Client()
        self.client.on_rtp = self._take_rtp
        self.client.on_rtcp = self.rtcp_taken
        self.got: dict[int, bytes] = {}
        self.doubles = 0
        self.packets: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.highest: int | None = None
        self.answer: control.Answer | None = None
        self._asking: asyncio.Task[None] | None = None

    def rtcp_taken(self, packet: bytes) -> None:
        self.rtcp.append(packet)

    async def join(self, source: str) -> control.Answer:
        lines = [sdp.Line("0", "audio", "recvonly"), sdp.Line("1", "video", "recvonly")]
        bound = {"0": control.Source(source, "audio"), "1": control.Source(source, "video")}
        self.answer = self.node.offer(
            control.Offer(self.room, self.name, self.client.description(*lines), bound)
        )
        await self.client.connect(self.answer.sdp)
        await until(lambda: self.node.rooms[self.room].peers[self.name].connected)
        return self.answer

    @property
    def ssrcs(self) -> list[int]:
        """The video stream's SSRC and its RTX SSRC, as announced."""
        assert self.client.remote is not None
        return self.client.remote.ssrcs["1"]

    def missing(self, first: int, count: int) -> list[int]:
        return [n & 0xFFFF for n in range(first, first + count) if n & 0xFFFF not in self.got]

    def _take_rtp(self, packet: bytes) -> None:
        self.packets.append(packet)
        payload_type, ssrc = packet[1] & 0x7F, int.from_bytes(packet[8:12], "big")
        if ssrc not in self.ssrcs:
            return
        start = 12 + (4 + 4 * int.from_bytes(packet[14:16], "big") if packet[0] & 0x10 else 0)
        sequence, body = int.from_bytes(packet[2:4], "big"), packet[start:]
        if payload_type == sdp.VIDEO_RTX:
            sequence, body = int.from_bytes(body[:2], "big"), body[2:]
        if sequence in self.got:
            self.doubles += 1
        self.got[sequence] = body
        if self.highest is None or 0 < (sequence - self.highest) & 0xFFFF < 0x8000:
            self.highest = sequence

    def keep_asking(self, first: int, every: float = 0.03) -> None:
        """NACK everything between ``first`` and the newest packet that has not come."""

        async def ask() -> None:
            while True:
                await asyncio.sleep(every)
                if self.highest is not None:
                    span = (self.highest - first) & 0xFFFF
                    lost = [n for n in ((first + i) & 0xFFFF for i in range(span)) if n not in self.got][:50]
                    if lost:
                        self.client.send_rtcp(nack(self.ssrcs[0], lost))

        self._asking = asyncio.get_running_loop().create_task(ask())

    def stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()


class Scene:
    """A node, what it told, and everyone on it; all in one room unless said otherwise."""

    def __init__(self, node: MediaNode, events: list[control.Event]) -> None:
        self.node, self.events = node, events
        self._everyone: list[Publisher | Viewer] = []

    def publisher(self, name: str, room: str = "room") -> Publisher:
        self._everyone.append(publisher := Publisher(self.node, room, name))
        return publisher

    def viewer(self, name: str, room: str = "room") -> Viewer:
        self._everyone.append(viewer := Viewer(self.node, room, name))
        return viewer

    async def close(self) -> None:
        for one in self._everyone:
            if isinstance(one, Viewer):
                one.stop_asking()
            if one.client.sock.fileno() >= 0:
                await one.client.close()
