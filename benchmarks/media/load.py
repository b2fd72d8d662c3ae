"""What a service's forwarding costs it in processor time, under the traffic of `traffic`.

Processor time is that of the service's process, all threads, from the scheduler's own accounts; it is not
wall time.
"""

import asyncio
import random
import time
from dataclasses import dataclass

from benchmarks.media import sdp
from benchmarks.media.client import Client
from benchmarks.media.cores import cpu_seconds, resident_mb
from benchmarks.media.services import Service
from benchmarks.media.traffic import Stream, planned, play


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


def sending_lines(dice: random.Random) -> list[sdp.Line]:
    """A microphone and a camera."""
    ssrc = 1 + dice.getrandbits(30)
    return [
        sdp.Line("0", "audio", "sendonly", ssrc),
        sdp.Line("1", "video", "sendonly", ssrc + 1, ssrc + 2),
    ]


async def measure(service: Service, publishers: int, viewers: int, seconds: float, seed: int) -> Outcome:
    """Connect everyone, send for ``seconds``, and count."""
    dice = random.Random(seed)
    sending: list[Client] = []
    watching: list[Client] = []
    try:
        for room in range(publishers):
            client = Client("0.0.0.0")
            sending.append(client)
            await service.publish(client, 1000 + room, sending_lines(dice))
            for _ in range(viewers):
                viewer = Client("0.0.0.0")
                viewer.counts_only = True
                watching.append(viewer)
                await service.view(viewer, 1000 + room)
        plan = await planned([Stream(client, dice) for client in sending], seconds)
        await asyncio.sleep(1.0)
        before, cpu, begun = sum(v.counted for v in watching), cpu_seconds(service.pid), time.monotonic()
        sent = (await play(plan)).sent
        wall = time.monotonic() - begun
        last = -1
        while (received := sum(v.counted for v in watching) - before) != last:
            last = received
            await asyncio.sleep(0.3)
        cpu = cpu_seconds(service.pid) - cpu
        memory = resident_mb(service.pid)
    finally:
        for client in (*sending, *watching):
            client.vanish()
    return Outcome(service.name, sent, received, sent * viewers, cpu, wall, memory)
