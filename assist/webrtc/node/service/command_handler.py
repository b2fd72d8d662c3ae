"""What the hub may ask of a node, and what a node says about itself."""

import dataclasses
import os
import resource
import time
from collections.abc import Callable

import structlog

from assist.webrtc.control import control
from assist.webrtc.node.errors import CommandInvalid
from assist.webrtc.node.media_node import MediaNode
from kernel.clock import Clock, SystemClock
from kernel.errors import CurbstopError

log = structlog.get_logger()


class CommandHandler:
    """Carries out what the hub asks for; every fault becomes a `control.Failure` with a stable code."""

    def __init__(
        self, node: MediaNode, tell: Callable[[control.Event], None], clock: Clock | None = None
    ) -> None:
        clock = clock or SystemClock()
        self._node = node
        self._tell = tell
        self._started_at = clock.now().timestamp()
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


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
