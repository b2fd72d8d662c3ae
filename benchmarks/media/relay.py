"""What one real 720p30 stream costs our node, beside aiortc's relay, which decodes and encodes it."""

import asyncio
import contextlib
import fractions
import json
import random
import signal
import struct
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache, partial
from statistics import mean

import av
import numpy as np
from aiortc.codecs.vpx import Vp8Encoder

from app.processes import die_with_parent
from benchmarks import Figure, Line
from benchmarks.media import sdp, services
from benchmarks.media.client import Client
from benchmarks.media.cores import cpu_seconds
from benchmarks.media.services import Node, ended
from benchmarks.media.traffic import ABS_SEND_TIME, TRANSPORT_CC, Burst, play
from benchmarks.media.turns import taken

WIDTH, HEIGHT, FPS = 1280, 720, 30
BITRATE = 1_000_000
FRAMES = 60
"""Pictures in the film; longer measurements show it again from its key frame."""
MIN_FRAMES = 0.99
NAME = "media.cpu_vs_aiortc_relay"


@cache
def film() -> list[list[bytes]]:
    """A patterned wall filmed by an unsteady hand, as VP8: the RTP payloads of each picture, the first a key
    frame.
    """
    grain = np.random.default_rng(4)
    wall = grain.integers(60, 200, (HEIGHT // 40 + 4, WIDTH // 40 + 4, 3), np.uint8)
    wall = wall.repeat(40, 0).repeat(40, 1)
    encoder = Vp8Encoder()
    encoder.target_bitrate = BITRATE
    pictures = []
    for number in range(FRAMES):
        x, y = (int(40 + 30 * wave(number / 9)) for wave in (np.sin, np.cos))
        shown = wall[y : y + HEIGHT, x : x + WIDTH]
        noise = grain.integers(0, 6, (HEIGHT, WIDTH, 1), np.uint8)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown + noise), format="rgb24")
        frame.pts, frame.time_base = number * 3000, fractions.Fraction(1, 90000)
        pictures.append(encoder.encode(frame, force_keyframe=number == 0)[0])
    return pictures


class Relayed:
    """A process that passes one stream on: ours or aiortc's."""

    name: str
    pid: int

    async def publish(self, client: Client, lines: list[sdp.Line]) -> None:
        """Connect the one that sends."""
        raise NotImplementedError

    async def view(self, client: Client, lines: list[sdp.Line]) -> None:
        """Connect the one that watches."""
        raise NotImplementedError


class OurRelay(Relayed):
    """Our node."""

    def __init__(self, node: Node, name: str) -> None:
        self.name, self.pid, self._node = name, node.pid, node

    async def publish(self, client: Client, lines: list[sdp.Line]) -> None:
        await self._node.offer(client, "room", "publisher", lines)

    async def view(self, client: Client, lines: list[sdp.Line]) -> None:
        await self._node.offer(client, "room", "viewer", lines, of="publisher")


class AiortcProcess(Relayed):
    """`benchmarks.media.aiortc_relay` in a process of its own."""

    name = "aiortc"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid, self._process = process.pid, process

    async def _ask(self, role: str, client: Client, lines: list[sdp.Line]) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        asked = {"role": role, "sdp": client.description(*lines)}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        answer = json.loads(await self._process.stdout.readline())
        await client.connect(answer["sdp"])

    async def publish(self, client: Client, lines: list[sdp.Line]) -> None:
        await self._ask("publish", client, lines)

    async def view(self, client: Client, lines: list[sdp.Line]) -> None:
        await self._ask("view", client, lines)


@contextlib.asynccontextmanager
async def ours(name: str, *options: str) -> AsyncIterator[Relayed]:
    """Start our node."""
    async with services.node(*options) as node:
        yield OurRelay(node, name)


@contextlib.asynccontextmanager
async def aiortcs() -> AsyncIterator[Relayed]:
    """Start aiortc's relay."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.media.aiortc_relay"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 20,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    try:
        yield AiortcProcess(process)
    finally:
        await ended(process)


@dataclass(frozen=True)
class Cost:
    """CPU seconds for the frames of one second, and the share of the frames that came out. A relay that falls
    behind leaves frames out, which must not make it look cheap.
    """

    cpu: float
    frames: float


async def measure(relay: Relayed, seconds: float) -> Cost:
    """Show the film through a relay."""
    dice = random.Random(5)
    camera, screen = Client(), Client()
    seen = 0

    def count(packet: bytes) -> None:
        nonlocal seen
        seen += packet[1] >> 7  # the marker is on a frame's last packet

    screen.on_rtp = count
    try:
        ssrc = 1 + dice.getrandbits(30)
        await relay.publish(camera, [sdp.Line("0", "video", "sendonly", ssrc, ssrc + 1)])
        await play(_plan(camera, 0, FRAMES))  # a relay may open its way out only for a stream that runs
        await relay.view(screen, [sdp.Line("0", "video", "recvonly")])
        await play(_plan(camera, FRAMES, FRAMES))
        plan = _plan(camera, 2 * FRAMES, int(seconds * FPS))
        seen, cpu = 0, cpu_seconds(relay.pid)
        played = await play(plan)
        cpu = cpu_seconds(relay.pid) - cpu
        await asyncio.sleep(0.5)
        frames = seen / len(plan)
        return Cost(cpu / played.wall_s / min(1.0, max(frames, 1 / len(plan))), frames)
    finally:
        camera.vanish()
        screen.vanish()


def _plan(client: Client, first: int, count: int) -> list[Burst]:
    """The film's pictures from ``first`` on, over and over, encrypted."""
    pictures, remote = film(), client.remote
    assert remote is not None
    before = sum(len(pictures[n % FRAMES]) for n in range(first))
    cc, sent_at = remote.extensions.get(TRANSPORT_CC, 0), remote.extensions.get(ABS_SEND_TIME, 0)
    plan, sequence = [], before
    for number in range(first, first + count):
        payloads, packets = pictures[number % FRAMES], []
        for payload in payloads:
            elements = b""
            if sent_at:
                at = int(number / FPS * 2**18) & 0xFFFFFF
                elements += bytes((sent_at << 4 | 2,)) + struct.pack("!I", at)[1:]
            if cc:
                elements += struct.pack("!BH", cc << 4 | 1, sequence & 0xFFFF)
            elements += bytes(-len(elements) % 4)
            marker = 0x80 if payload is payloads[-1] else 0
            packet = struct.pack(
                *("!BBHII", 0x90 if elements else 0x80, marker | remote.payload_types["vp8"]),
                *(sequence & 0xFFFF, number * 3000 & 0xFFFFFFFF, client.lines[0].ssrc),
            )
            if elements:
                packet += struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements
            packets.append(client.encrypt(packet + payload))
            sequence += 1
        plan.append(Burst((number - first) / FPS, client, packets))
    return plan


async def lines(names: Sequence[tuple[str, tuple[str, ...]]], quick: bool) -> list[Line]:
    """`media.cpu_vs_aiortc_relay`, for each way to run our node (suffix, options), in turns with aiortc."""
    seconds, turns = (4.0, 1) if quick else (8.0, 2)
    starts: dict[str, Callable[[], AbstractAsyncContextManager[Relayed]]] = {
        f"node{suffix}": partial(ours, f"node{suffix}", *options) for suffix, options in names
    }
    starts["aiortc"] = aiortcs
    costs: dict[str, list[Cost]] = {name: [] for name in starts}

    async def turn(name: str) -> Cost:
        async with starts[name]() as relay:
            return await measure(relay, seconds)

    for _ in range(turns):
        for name in starts:
            costs[name].append(
                await taken(name, partial(turn, name), seconds + 40, lambda c: c.frames >= MIN_FRAMES)
            )
    means = {name: mean(c.cpu for c in runs) for name, runs in costs.items()}
    context = {
        "cpu_s_per_stream_s": {n: [round(c.cpu, 4) for c in runs] for n, runs in costs.items()},
        "frames": {n: [round(c.frames, 4) for c in runs] for n, runs in costs.items()},
        "packets_per_s": round(sum(map(len, film())) / FRAMES * FPS),
    }
    return [
        Figure(
            *(
                f"{NAME}{suffix}",
                round(means[f"node{suffix}"] / means["aiortc"], 5),
                "ratio",
                1 / 40,
                1 / 150,
            ),
            context=context if not suffix else {},
        )
        for suffix, _ in names
    ]
