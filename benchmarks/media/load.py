"""720p-like traffic through a service, and what that cost it in processor time.

Every publisher sends 30 frames a second of four packets of about 1.1 kB, and 50 audio packets: about 1.1
Mbit/s. All packets are encrypted beforehand, so that the generator is cheap beside what it measures.
Processor time is that of the service's process, all threads, from the scheduler's own accounts; it is not
wall time.
"""

import asyncio
import os
import random
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.media import sdp
from benchmarks.media.client import Client
from benchmarks.media.services import Service

TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
FRAMES, PACKETS_A_FRAME, AUDIO = 30, 4, 50


@dataclass(frozen=True)
class Outcome:
    """One run: packets forwarded, the share that arrived, and processor time in seconds."""

    service: str
    sent: int
    received: int
    expected: int
    cpu_s: float
    wall_s: float
    resident_mb: float

    @property
    def delivery(self) -> float:
        """Received ÷ expected."""
        return self.received / max(1, self.expected)

    @property
    def us_per_packet(self) -> float:
        """Processor time per forwarded packet, µs."""
        return self.cpu_s / max(1, self.received) * 1e6


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of a process, to the nanosecond."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_mb(pid: int) -> float:
    """Memory in use by a process, MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def measure(service: Service, publishers: int, viewers: int, seconds: float, seed: int) -> Outcome:
    """Connect everyone, send for ``seconds``, and count."""
    dice = random.Random(seed)
    sending: list[Client] = []
    watching: list[Client] = []
    plan: list[tuple[float, Client, list[bytes]]] = []
    for room in range(publishers):
        ssrc = 1 + dice.getrandbits(30)
        lines = [
            sdp.Line("0", "audio", "sendonly", ssrc),
            sdp.Line("1", "video", "sendonly", ssrc + 1, ssrc + 2),
        ]
        client = Client("0.0.0.0")
        await service.publish(client, 1000 + room, lines)
        sending.append(client)
        for _ in range(viewers):
            viewer = Client("0.0.0.0")
            viewer.counts_only = True
            await service.view(viewer, 1000 + room)
            watching.append(viewer)
    for client in sending:
        plan += _plan(client, seconds, dice)
    plan.sort(key=lambda item: item[0])
    await asyncio.sleep(1.0)
    before, cpu, begun = sum(v.counted for v in watching), cpu_seconds(service.pid), time.monotonic()
    sent = await _play(plan)
    wall = time.monotonic() - begun
    last = -1
    while (received := sum(v.counted for v in watching) - before) != last:
        last = received
        await asyncio.sleep(0.3)
    cpu = cpu_seconds(service.pid) - cpu
    memory = resident_mb(service.pid)
    for client in (*sending, *watching):
        client.vanish()
    return Outcome(service.name, sent, received, sent * viewers, cpu, wall, memory)


async def _play(plan: list[tuple[float, Client, list[bytes]]]) -> int:
    begun, at, sent = time.monotonic(), 0, 0
    while at < len(plan):
        now, burst = time.monotonic() - begun, 0
        while at < len(plan) and plan[at][0] <= now and burst < 40:
            _, client, packets = plan[at]
            assert client.remote is not None
            for packet in packets:
                try:
                    client.sock.sendto(packet, client.remote.address)
                    sent += 1
                except BlockingIOError:
                    pass
            at, burst = at + 1, burst + 1
        await asyncio.sleep(0 if burst == 40 else 0.001)
    return sent


def _plan(client: Client, seconds: float, dice: random.Random) -> list[tuple[float, Client, list[bytes]]]:
    assert client.remote is not None
    remote = client.remote
    audio, video = client.lines
    cc, sent_at = remote.extensions.get(TRANSPORT_CC, 0), remote.extensions.get(ABS_SEND_TIME, 0)
    body, offset, number = dice.randbytes(1300), dice.random() / FRAMES, 0
    video_type, audio_type = remote.payload_types["vp8"], remote.payload_types["opus"]
    plan = []
    for frame in range(int(seconds * FRAMES)):
        at, packets = frame / FRAMES, []
        for part in range(PACKETS_A_FRAME):
            elements = b""
            if sent_at:
                elements += bytes((sent_at << 4 | 2,)) + struct.pack("!I", int(at * 2**18) & 0xFFFFFF)[1:]
            if cc:
                elements += struct.pack("!BH", cc << 4 | 1, number & 0xFFFF)
                number += 1
            elements += bytes(-len(elements) % 4)
            marker = 0x80 if part == PACKETS_A_FRAME - 1 else 0
            sequence = frame * PACKETS_A_FRAME + part
            packet = struct.pack(
                *("!BBHII", 0x90 if elements else 0x80, marker | video_type, sequence & 0xFFFF),
                *(frame * 3000 & 0xFFFFFFFF, video.ssrc),
            )
            if elements:
                packet += struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements
            packet += b"\x90\x80" if part == 0 else b"\x80\x80"
            packet += bytes((0x80 | frame >> 8 & 0x7F, frame & 0xFF))
            if part == 0:
                packet += b"\x10\x02\x00\x9d\x01\x2a\x00\x05\xd0\x02" if frame % 300 == 0 else b"\x11\x02\x00"
            packets.append(client.encrypt(packet + body[: 1040 + dice.randrange(80)]))
        plan.append((at + offset, client, packets))
    for part in range(int(seconds * AUDIO)):
        packet = struct.pack("!BBHII", 0x80, audio_type, part & 0xFFFF, part * 960, audio.ssrc)
        plan.append((part / AUDIO + offset, client, [client.encrypt(packet + body[:90])]))
    return plan
