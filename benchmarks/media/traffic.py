"""720p-like traffic, 1.1 Mbit/s: 30 frames a second of four packets of about 1.1 kB, and 50 audio packets.

All packets are encrypted beforehand, so that the generator is cheap beside what it measures.
"""

import asyncio
import contextlib
import gc
import random
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.media.client import Client

TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
FRAMES, PACKETS_A_FRAME, AUDIO = 30, 4, 50
_KEY_FRAME, _FRAME = b"\x10\x02\x00\x9d\x01\x2a\x00\x05\xd0\x02", b"\x11\x02\x00"

Address = tuple[str, int]


@dataclass(frozen=True)
class Burst:
    """Packets that leave together, ``at`` seconds after the start."""

    at: float
    client: Client
    packets: list[bytes]


@dataclass
class Played:
    """What has left. ``late_s``: how far behind its plan the generator was at worst; ``times`` and
    ``behind``:
    when each packet left, ns since 1970, and how far behind its plan, seconds, where that was asked for.
    """

    sent: int = 0
    late_s: float = 0.0
    wall_s: float = 0.0
    times: list[int] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)


class Stream:
    """One publisher's picture and sound. Each plan goes on where the one before ended."""

    def __init__(self, client: Client, dice: random.Random) -> None:
        self.client = client
        self._dice = dice
        self._body = dice.randbytes(1300)
        self._offset = dice.random() / FRAMES
        self._frame = self._sound = self._number = 0

    def plan(self, seconds: float) -> list[Burst]:
        """Encrypted packets for the next ``seconds``."""
        plan = [
            Burst(self._offset + n / FRAMES, self.client, self.picture())
            for n in range(int(seconds * FRAMES))
        ]
        for n in range(int(seconds * AUDIO)):
            plan.append(Burst(self._offset + n / AUDIO, self.client, [self._audio()]))
        return plan

    def picture(self) -> list[bytes]:
        """The next frame's packets, encrypted."""
        remote, video = self.client.remote, self.client.lines[1]
        assert remote is not None
        frame, packets = self._frame, []
        self._frame += 1
        cc, sent_at = remote.extensions.get(TRANSPORT_CC, 0), remote.extensions.get(ABS_SEND_TIME, 0)
        for part in range(PACKETS_A_FRAME):
            elements = b""
            if sent_at:
                at = int(frame / FRAMES * 2**18) & 0xFFFFFF
                elements += bytes((sent_at << 4 | 2,)) + struct.pack("!I", at)[1:]
            if cc:
                elements += struct.pack("!BH", cc << 4 | 1, self._number & 0xFFFF)
                self._number += 1
            elements += bytes(-len(elements) % 4)
            marker = 0x80 if part == PACKETS_A_FRAME - 1 else 0
            sequence = (frame * PACKETS_A_FRAME + part) & 0xFFFF
            packet = struct.pack(
                *("!BBHII", 0x90 if elements else 0x80, marker | remote.payload_types["vp8"], sequence),
                *(frame * 3000 & 0xFFFFFFFF, video.ssrc),
            )
            if elements:
                packet += struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements
            packet += b"\x90\x80" if part == 0 else b"\x80\x80"
            packet += bytes((0x80 | frame >> 8 & 0x7F, frame & 0xFF))
            if part == 0:
                packet += _KEY_FRAME if frame % 300 == 0 else _FRAME
            packets.append(self.client.encrypt(packet + self._body[: 1040 + self._dice.randrange(80)]))
        return packets

    def _audio(self) -> bytes:
        remote, number = self.client.remote, self._sound
        assert remote is not None
        self._sound += 1
        packet = struct.pack(
            *("!BBHII", 0x80, remote.payload_types["opus"], number & 0xFFFF),
            *(number * 960 & 0xFFFFFFFF, self.client.lines[0].ssrc),
        )
        return self.client.encrypt(packet + self._body[:90])


async def planned(streams: Sequence[Stream], seconds: float) -> list[Burst]:
    """The plans of many streams as one. Encrypting takes a while, in which connections want to be kept."""
    plan: list[Burst] = []
    for stream in streams:
        plan += stream.plan(seconds)
        await asyncio.sleep(0)
    return sorted(plan, key=lambda burst: burst.at)


async def play(
    plan: Sequence[Burst], to: Mapping[Client, Address] | None = None, note_times: bool = False
) -> Played:
    """Send a plan in time; ``to`` are other addresses than the service's."""
    with uncollected():
        return await _play(plan, to, note_times)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector. A plan is hundreds of thousands of objects: each long round over them
    held the generator for 100 ms and more, and what it owed then left as one burst.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _play(plan: Sequence[Burst], to: Mapping[Client, Address] | None, note_times: bool) -> Played:
    played, at, begun = Played(), 0, time.monotonic()
    clock, times = time.time_ns, played.times
    while at < len(plan):
        now, burst = time.monotonic() - begun, 0
        while at < len(plan) and plan[at].at <= now and burst < 40:
            item = plan[at]
            assert item.client.remote is not None
            address = to[item.client] if to is not None else item.client.remote.address
            send = item.client.sock.sendto
            if note_times:
                played.behind += [time.monotonic() - begun - item.at] * len(item.packets)
            for packet in item.packets:
                if note_times:
                    times.append(clock())
                try:
                    send(packet, address)
                    played.sent += 1
                except BlockingIOError:
                    pass
            at, burst = at + 1, burst + 1
        if burst:
            played.late_s = max(played.late_s, now - plan[at - burst].at)
        await asyncio.sleep(0 if burst == 40 else 0.001)
    played.wall_s = time.monotonic() - begun
    return played
