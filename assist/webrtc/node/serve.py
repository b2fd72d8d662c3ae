"""Runs a media node: sockets, clock, watchdog, and the wire to the hub."""

import asyncio
import contextlib
import dataclasses
import os
import resource
import socket
import time
from collections.abc import AsyncIterator, Callable

import structlog

from assist.webrtc import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.errors import CommandInvalid
from assist.webrtc.node.forwarder import Forwarder
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.quality import QualityMeter
from assist.webrtc.node.remote import Remote
from assist.webrtc.node.sockets import bind
from assist.webrtc.node.watchdog import Watchdog
from kernel.errors import CurbstopError

log = structlog.get_logger()

NACK_TICK_S = 0.02
TICKS_PER_FEEDBACK = 5
TICKS_PER_SECOND = 50
TICKS_PER_QUALITY = 100


@contextlib.asynccontextmanager
async def running(
    config: NodeConfig, on_event: Callable[[control.Event], None] = lambda _: None
) -> AsyncIterator[MediaNode]:
    """A node that forwards media while the context is open, without Redis and watchdog."""
    sockets = [bind(config.host, config.port, config.receive_buffer)]
    loop = asyncio.get_running_loop()
    clock: asyncio.Task[None] | None = None
    node: MediaNode | None = None
    try:
        if config.host6 is not None:
            port = sockets[0].getsockname()[1]
            sockets.append(bind(config.host6, port, config.receive_buffer))
        node = MediaNode(config, sockets, on_event, _forwarder(config, sockets[0]))
        for sock in sockets:
            loop.add_reader(sock.fileno(), _guarded(node.forwarder.drain), sock)
        clock = loop.create_task(_tick(node, on_event))
        yield node
    finally:
        if clock is not None:
            clock.cancel()
        if node is not None:
            node.close()
            await asyncio.sleep(0.05)  # the goodbyes leave
        for sock in sockets:
            loop.remove_reader(sock.fileno())
            sock.close()


async def serve(config: NodeConfig, ready: Callable[[MediaNode], None] = lambda _: None) -> None:
    """Run a node until cancelled. ``ready`` is called once the hub can find it (at once without Redis)."""
    remote: Remote | None = None

    def tell(event: control.Event) -> None:
        if remote is not None:
            remote.publish(event)

    async with running(config, tell) as node:
        watch = asyncio.create_task(Watchdog(config.stall_limit_s).run())
        try:
            if config.redis_url is None:
                ready(node)
                await asyncio.Event().wait()
            else:
                handler = CommandHandler(node, tell)
                remote = Remote(config.redis_url, config.node_id, handler.handle, handler.record)
                registered = asyncio.Event()
                announce = asyncio.create_task(_announce(registered, ready, node))
                try:
                    await remote.run(registered)
                finally:
                    announce.cancel()
        finally:
            watch.cancel()


async def _announce(registered: asyncio.Event, ready: Callable[[MediaNode], None], node: MediaNode) -> None:
    await registered.wait()
    ready(node)


class CommandHandler:
    """Carries out what the hub asks for; every fault becomes a `control.Failure` with a stable code."""

    def __init__(self, node: MediaNode, tell: Callable[[control.Event], None]) -> None:
        self._node = node
        self._tell = tell
        self._started_at = time.time()
        self._cpu = _cpu_seconds()
        self._cpu_at = time.monotonic()

    def handle(self, command: control.Command) -> control.Outcome:
        """Never raises."""
        try:
            return self._carry_out(command)
        except CurbstopError as refusal:
            return control.Failure(refusal.code, refusal.detail)
        except Exception:
            log.exception("command_failed", kind=command.kind)
            return control.Failure("media_internal")

    def _carry_out(self, command: control.Command) -> control.Outcome:
        node = self._node
        match command:
            case control.Offer():
                return node.offer(command)
            case control.ClosePeer():
                node.close_peer(command.room, command.peer)
            case control.CloseRoom():
                node.close_room(command.room)
            case control.Keyframe():
                node.ask_key_frame(command.room, command.peer)
            case control.Drain():
                node.draining = command.draining
                if command.draining:
                    self._tell(control.NodeDraining(node.config.node_id))
            case control.Stats():
                return control.Figures(figures(node), node.overview())
            case _:
                raise CommandInvalid()
        return control.Done()

    def record(self) -> control.NodeRecord:
        """The node's registration; ``cpu`` since the last call."""
        cpu, now = _cpu_seconds(), time.monotonic()
        share = (cpu - self._cpu) / max(1e-3, now - self._cpu_at)
        self._cpu, self._cpu_at = cpu, now
        node = self._node
        return control.NodeRecord(
            id=node.config.node_id,
            load=control.Load(len(node.rooms), sum(1 for _ in node.peers()), round(share, 3)),
            addresses=tuple(f"[{h}]:{p}" if ":" in h else f"{h}:{p}" for h, p in node.candidates),
            draining=node.draining,
            started_at=self._started_at,
        )


def figures(node: MediaNode) -> dict[str, float]:
    """Everything countable, named as in Prometheus: ``…_total`` only grow."""
    counted = dataclasses.asdict(node.forwarder.counters)
    reports = node.reports
    return {
        "media_rooms": len(node.rooms),
        "media_peers": sum(1 for _ in node.peers()),
        **{f"media_{name}_total": value for name, value in counted.items()},
        "media_nacks_in_total": reports.nacks_in,
        "media_nacks_out_total": reports.nacks_out,
        "media_key_frames_asked_total": reports.key_frames_asked,
        "media_feedbacks_out_total": reports.feedbacks_out,
        "media_stun_refused_total": node.stun_refused,
        "media_cpu_seconds_total": round(_cpu_seconds(), 3),
        "media_resident_bytes": _resident_bytes(),
    }


async def _tick(node: MediaNode, on_event: Callable[[control.Event], None]) -> None:
    """The node's clock. Each kind of work has its own beat; a fault in one beat does not stop the next."""
    meter = QualityMeter(node.config.node_id)
    beat = 0
    second = quality = time.monotonic()
    while True:
        await asyncio.sleep(NACK_TICK_S)
        beat += 1
        now = time.monotonic()
        try:
            node.reports.repeat_requests(now)
            if beat % TICKS_PER_FEEDBACK == 0:
                node.forwarder.sync()
                node.reports.send_feedback(node.peers())
            if beat % TICKS_PER_SECOND == 0:
                node.reports.send_reports(node.peers(), now, now - second)
                node.expire(now)
                second = now
            if beat % TICKS_PER_QUALITY == 0:
                for event in meter.measure(list(node.peers()), now - quality):
                    on_event(event)
                quality = now
        except Exception:
            log.exception("tick_failed")


def _forwarder(config: NodeConfig, sock: socket.socket) -> Forwarder:
    """The plain loop, or the compiled one where it was asked for and can be had."""
    if not config.compiled or sock.family != socket.AF_INET:
        return Forwarder()
    try:
        from assist.webrtc.node.compiled_forwarder import CompiledForwarder
    except ImportError as fault:
        log.warning("compiled_loop_absent", fault=str(fault))
        return Forwarder()
    return CompiledForwarder(sock)


def _guarded(drain: Callable[..., None]) -> Callable[..., None]:
    """One bad packet must not end the reader; the log says what happened, but not a thousand times."""
    told = 0

    def drain_safely(*arguments: object) -> None:
        nonlocal told
        try:
            drain(*arguments)
        except Exception:
            told += 1
            if told <= 10 or told % 1000 == 0:
                log.exception("packet_failed", times=told)

    return drain_safely


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
