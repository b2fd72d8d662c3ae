"""The delay that forwarding adds, at 60 % of a core, and with the control plane busy beside it.

A packet's time is taken before it is handed to the system, and again by the system when it reaches the
viewer's socket (SO_TIMESTAMPNS), so that the generator's own queues are no part of it. From that the same
way without the node is taken off: the same packets, straight to the viewer's socket.

A generator that was kept from its core sends what it owes at once, and what the node then takes to work
through that burst looks like the node's delay. So each run tells how far behind its plan the generator was,
and when the slowest packets left and how late: `Slow`.
"""

import asyncio
import contextlib
import dataclasses
import math
import random
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

from app.processes import die_with_parent
from benchmarks import Figure, Line, percentile
from benchmarks.media import services
from benchmarks.media.calls import LightCall, set_up_many
from benchmarks.media.client import Client
from benchmarks.media.cores import a_core_apart, cpu_seconds, pin, waited_seconds
from benchmarks.media.services import Node, ended
from benchmarks.media.traffic import Burst, Played, planned, play
from benchmarks.media.turns import taken

TIMESTAMPS = getattr(socket, "SO_TIMESTAMPNS", 35)
SHARE, NEAR = 0.6, 0.04
STARTS_WITH, STEPS, MOST = 10, 7, 180
MIN_DELIVERY = 0.999
MAX_LATE_MS, MAX_KEPT_OFF, MAX_OFF_SHARE = 4.0, 0.05, 0.1
"""Beyond these a run tells of the machine, not of the node, or of another load than was meant."""
NAMES = ("media.added_delay_p99", "media.added_delay_p99_busy_control")
"""Each with the suffix of how the node was run."""

Key = tuple[Client, int, int]
"""Who sent it, payload type, sequence number."""


class TimedClient(Client):
    """A client that writes down when media reached its socket, as the system saw it: nanoseconds and the
    packet's first four bytes.
    """

    def __init__(self, host: str = "0.0.0.0") -> None:
        self.arrivals: list[tuple[int, bytes]] = []
        super().__init__(host)
        self.sock.setsockopt(socket.SOL_SOCKET, TIMESTAMPS, 1)

    def _readable(self, sock: socket.socket) -> None:
        buffer, arrivals = self._buffer, self.arrivals
        for _ in range(100):
            try:
                size, extra, _, _ = sock.recvmsg_into([buffer], 64)
            except OSError:
                return
            if 127 < buffer[0] < 192 and not 191 < buffer[1] < 224:
                self.counted += 1
                if extra:
                    seconds, nanoseconds = struct.unpack_from("qq", extra[0][2])
                    arrivals.append((seconds * 1_000_000_000 + nanoseconds, bytes(buffer[:4])))
            else:
                self.take(bytes(self._view[:size]))


@dataclass(frozen=True)
class Slow:
    """A moment in which some of the slowest 0.1 % left: tenths of a second since the run's start, how many,
    the slowest of them in ms, and how far the generator was behind its plan then, ms.
    """

    at_s: float
    packets: int
    worst_ms: float
    generator_late_ms: float


@dataclass(frozen=True)
class Delays:
    """How long packets took, milliseconds; the share that arrived; the node's share of its core, and for how
    much of the time other processes kept it from that core; how far the generator was behind its plan,
    milliseconds, and when the slowest 0.1 % were.
    """

    p50: float
    p99: float
    worst: float
    delivery: float
    core_share: float
    kept_off: float
    generator_late_p99: float
    generator_late_worst: float
    slowest: list[Slow]


async def observe(calls: Sequence[LightCall], seconds: float, node: Node | None) -> Delays:
    """Send in all calls through the node; without one straight to the other client's socket."""
    other = {one: two for call in calls for one, two in (call.clients, call.clients[::-1])}
    plan = await planned([stream for call in calls for stream in call.streams], seconds)
    for client in other:
        assert isinstance(client, TimedClient)
        client.arrivals.clear()
    cpu, waited = _used(node)
    to = None if node is not None else {c: ("127.0.0.1", other[c].sock.getsockname()[1]) for c in other}
    played = await play(plan, to, note_times=True)
    await asyncio.sleep(0.3)
    now = _used(node)
    share, kept_off = (now[0] - cpu) / played.wall_s, (now[1] - waited) / played.wall_s
    seen = _took(plan, played, other)
    took, late = [packet[0] for packet in seen], [seconds * 1000 for seconds in played.behind]
    expected = sum(len(burst.packets) for burst in plan)
    return Delays(
        p50=round(percentile(took, 0.5), 3),
        p99=round(percentile(took, 0.99), 3),
        worst=round(max(took), 3),
        delivery=round(len(took) / expected, 5),
        core_share=round(share, 3),
        kept_off=round(kept_off, 3),
        generator_late_p99=round(percentile(late, 0.99), 3),
        generator_late_worst=round(max(late), 3),
        slowest=slowest(seen),
    )


def _used(node: Node | None) -> tuple[float, float]:
    return (cpu_seconds(node.pid), waited_seconds(node.pid)) if node is not None else (0.0, 0.0)


Seen = tuple[float, float, float]
"""Of a packet: how long it took, ms; when it left, s after the first; how late the generator was, ms."""


def _took(plan: Sequence[Burst], played: Played, other: dict[Client, Client]) -> list[Seen]:
    """Every packet that arrived."""
    left: dict[Key, tuple[int, float]] = {}
    times = iter(zip(played.times, played.behind, strict=True))
    for burst in plan:
        for packet in burst.packets:
            left[_key(burst.client, packet)] = next(times)
    took = []
    for viewer, sender in other.items():
        assert isinstance(viewer, TimedClient)
        for at, head in viewer.arrivals:
            sent = left.get(_key(sender, head))
            if sent is not None:
                took.append(((at - sent[0]) / 1e6, (sent[0] - played.times[0]) / 1e9, sent[1] * 1000))
    return took


def slowest(seen: Sequence[Seen], most: int = 12) -> list[Slow]:
    """When the slowest 0.1 % left, by tenths of a second, those with the slowest first."""
    moments: dict[float, list[Seen]] = {}
    for packet in sorted(seen, reverse=True)[: max(1, len(seen) // 1000)]:
        moments.setdefault(math.floor(packet[1] * 10) / 10, []).append(packet)
    return [
        Slow(at, len(packets), round(packets[0][0], 2), round(max(packet[2] for packet in packets), 2))
        for at, packets in list(moments.items())[:most]
    ]


def _key(sender: Client, packet: bytes) -> Key:
    return sender, packet[1] & 0x7F, packet[2] << 8 | packet[3]


async def _calls_for(node: Node, calls: list[LightCall], dice: random.Random, seconds: float) -> int:
    """Add calls until the node uses 60 % of its core; how many that takes. A busier node takes more packets
    at a time and needs less for each, so that one step does not find it.
    """
    count, tried = STARTS_WITH, dict[int, float]()
    while len(tried) < STEPS and count not in tried:
        calls.extend(await set_up_many(node, count - len(calls), dice, TimedClient))
        await observe(calls[:count], 1.0, node)  # what is new costs more at first: its memory, above all
        share = (await observe(calls[:count], seconds, node)).core_share
        tried[count] = share
        if abs(share - SHARE) <= NEAR:
            break
        count = max(1, min(MOST, round(count * min(2.5, SHARE / max(0.01, share)))))
    return min(tried, key=lambda number: abs(tried[number] - SHARE))


class ControlPlane:
    """A process beside us that keeps asking the node, over Redis, for what takes it 20 ms in every 100."""

    def __init__(self, process: asyncio.subprocess.Process, commands: int, ms_each: float) -> None:
        self._process = process
        self.figures = {"commands_each_100_ms": commands, "ms_per_command": ms_each}

    async def say(self, word: str) -> None:
        """``go`` or ``stop``."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        await self._process.stdin.drain()


@contextlib.asynccontextmanager
async def control_plane(node: Node) -> AsyncIterator[ControlPlane]:
    """Start it beside a node that has nothing else to do: it first finds out what a command costs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.media.commands", node.url, str(node.pid)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            words = (await process.stdout.readline()).split()
        if len(words) != 2:
            raise RuntimeError("the commands did not start")
        yield ControlPlane(process, int(words[0]), float(words[1]))
    finally:
        await ended(process)


@dataclass(frozen=True)
class Delay:
    """All that one node was seen to do."""

    calls: int
    direct: Delays
    forwarded: Delays
    busy: Delays
    commands: dict[str, float]


async def measure(seconds: float, options: tuple[str, ...]) -> Delay:
    """With a node on a core of its own."""
    dice = random.Random(3)
    calls: list[LightCall] = []
    with a_core_apart() as core:
        async with services.node(*options) as node:
            pin(node.pid, core)
            try:
                async with control_plane(node) as commands:
                    count = await _calls_for(node, calls, dice, min(2.0, seconds))
                    chosen = calls[:count]
                    direct = await observe(chosen, min(3.0, seconds), None)
                    # The node has not seen those packets: it takes a while to get over their loss.
                    await observe(chosen, 1.0, node)
                    forwarded = await observe(chosen, seconds, node)
                    await commands.say("go")
                    busy = await observe(chosen, seconds, node)
                    await commands.say("stop")
            finally:
                for call in calls:
                    call.vanish()
    return Delay(count, direct, forwarded, busy, commands.figures)


def _is_valid(seen: Delay) -> bool:
    as_meant = abs(seen.forwarded.core_share - SHARE) <= MAX_OFF_SHARE
    return as_meant and all(
        run.delivery >= MIN_DELIVERY
        and run.generator_late_p99 <= MAX_LATE_MS
        and run.kept_off <= MAX_KEPT_OFF
        for run in (seen.direct, seen.forwarded, seen.busy)
    )


async def lines(names: Sequence[tuple[str, tuple[str, ...]]], quick: bool) -> list[Line]:
    """The delay of all packets, alone and beside commands, for each way to run the node. ``names``: the
    suffix and the node's options.
    """
    seconds = 3.0 if quick else 8.0
    found: list[Line] = []
    for suffix, options in names:
        seen = await taken(f"delay{suffix}", partial(measure, seconds, options), 150, _is_valid, tries=2)
        context = {
            "valid": _is_valid(seen),
            "calls": seen.calls,
            "seconds": seconds,
            "direct": dataclasses.asdict(seen.direct),
            "forwarded": dataclasses.asdict(seen.forwarded),
        }
        value = round(seen.forwarded.p99 - seen.direct.p50, 3)
        found.append(Figure(f"{NAMES[0]}{suffix}", value, "ms", 5, 1, context=context))
        context = {**seen.commands, "busy": dataclasses.asdict(seen.busy)}
        value = round(seen.busy.p99 - seen.direct.p50, 3)
        found.append(Figure(f"{NAMES[1]}{suffix}", value, "ms", 5, 1, context=context))
    return found
