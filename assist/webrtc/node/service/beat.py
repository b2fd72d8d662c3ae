"""The node's clock: what has to be done again and again, in pieces so small that packets do not wait for it.

Feedback to all peers of a full node takes some ten milliseconds, ten times a second. Done at once that would
be the delay of every packet that comes meanwhile; so the loop gets back to its sockets after a few peers.
"""

import asyncio
import time
from collections.abc import Callable

import structlog

from assist.webrtc.control import control
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.peer import Peer
from assist.webrtc.node.quality import QualityMeter

log = structlog.get_logger()

REPEAT_S = 0.02
BEAT_S = 0.1
BEATS_PER_SECOND = 10
BEATS_PER_QUALITY = 20
AT_A_TIME = 3
"""Peers that are dealt with before the sockets have their turn."""


class Beat:
    """Drives a node. A fault in one beat does not stop the next."""

    def __init__(self, node: MediaNode, on_event: Callable[[control.Event], None]) -> None:
        self._node = node
        self._on_event = on_event
        self._meter = QualityMeter(node.config.node_id)
        self._second_at = self._quality_at = time.monotonic()
        self._failed = 0

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat())
            group.create_task(self._beat())

    async def _repeat(self) -> None:
        """Ask again for what has not come. Most of the time nothing is missing, and this sleeps."""
        reports = self._node.reports
        while True:
            await reports.anything_open.wait()
            await asyncio.sleep(REPEAT_S)
            try:
                reports.repeat_requests(time.monotonic())
            except Exception:
                log.exception("tick_failed")

    async def _beat(self) -> None:
        number, due = 0, time.monotonic()
        while True:
            due = max(due + BEAT_S, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            number += 1
            try:
                await self._once(number)
            except Exception:
                log.exception("tick_failed")

    async def _once(self, number: int) -> None:
        node, reports = self._node, self._node.reports
        node.forwarder.sync(())
        await self._each(self._gather)
        if number % BEATS_PER_SECOND == 0:
            now = time.monotonic()
            seconds, self._second_at = now - self._second_at, now
            await self._each(lambda few: reports.send_reports(few, now, seconds))
            node.expire(time.monotonic())
        if number % BEATS_PER_QUALITY == 0:
            now = time.monotonic()
            seconds, self._quality_at = now - self._quality_at, now
            self._meter.keep(set(node.peers()))
            await self._each(lambda few: self._measure(few, seconds))

    def _gather(self, few: list[Peer]) -> None:
        self._node.forwarder.sync(few)
        self._node.reports.send_feedback(few)

    def _measure(self, few: list[Peer], seconds: float) -> None:
        for event in self._meter.measure(few, seconds):
            self._on_event(event)

    async def _each(self, work: Callable[[list[Peer]], None]) -> None:
        """Everyone who is connected when their turn comes, a few at a time. What fails for one is done for
        the others.
        """
        for number, peer in enumerate(list(self._node.peers())):
            if number and number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            if not peer.connected:
                continue
            try:
                work([peer])
            except Exception:
                self._failed += 1
                if self._failed <= 10 or self._failed % 1000 == 0:
                    log.exception("tick_failed", times=self._failed)
