"""The media of one room: on which node it is, and what is asked of that node.

A room has no placement until its first offer. It loses it when the node dies or drains, and when the node
itself says that the room is elsewhere; the next offer finds another.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog
from redis.exceptions import RedisError

from assist.webrtc.control import control
from assist.webrtc.control.nodelink import NodeLink, NodeSilent
from assist.webrtc.control.placement import Placement, Placements
from assist.webrtc.room.machine.effects import AskNode, NodeAnswer, Refusal

log = structlog.get_logger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], None]

RETRY_MS = 1000

_AWAY = Refusal("media_unavailable", RETRY_MS)
_FULL = Refusal("media_full", 3 * RETRY_MS)
_OFFER_REFUSED = {"sdp_invalid", "sdp_too_large", "sdp_unsupported", "command_invalid"}


class RoomMedia:
    """Where ``room`` has its media. ``spawn`` runs what need not be waited for."""

    def __init__(self, room: str, placements: Placements, nodes: NodeLink, spawn: Spawn) -> None:
        self.room = room
        self.placement: Placement | None = None
        self._placements = placements
        self._nodes = nodes
        self._spawn = spawn

    async def find(self) -> None:
        """Take up the placement that the room's last worker left, if there is one."""
        with suppress(RedisError, OSError):
            self.placement = await self._placements.current(self.room)

    def lost_its_node(self) -> bool:
        """Whether the node was lost, or is to be left, since this was last asked: a fresh one is needed."""
        if self.placement is None or not self._has_to_move(self.placement):
            return False
        log.info("room_node_gone", node=self.placement.node)
        self.placement = None
        return True

    def _has_to_move(self, placement: Placement) -> bool:
        if not self._placements.lives(placement):
            return True
        draining = self._placements.nodes[placement.node].draining
        return draining and any(not node.draining for node in self._placements.nodes.values())

    async def offer(self, asked: AskNode) -> NodeAnswer | Refusal:
        """What the room's node answers to a peer's offer; a room without a placement gets one."""
        sources = {mid: control.Source(slot.peer, slot.kind) for mid, slot in asked.receive.items()}
        for _attempt in range(2):
            try:
                placement = self.placement = self.placement or await self._placements.place(self.room, None)
            except (RedisError, OSError):
                return _AWAY
            if placement is None:
                return _AWAY
            offer = control.Offer(
                self.room, asked.peer, asked.sdp, sources, asked.restart, placement.generation
            )
            try:
                outcome = await self._nodes.ask(placement.node, offer)
            except NodeSilent:
                return _AWAY
            match outcome:
                case control.Answer():
                    refused = tuple(outcome.refused.items())
                    return NodeAnswer(outcome.sdp, outcome.publishing, refused)
                case control.Failure("node_full"):
                    return _FULL
                case control.Failure("room_moved" | "node_draining"):
                    self.placement = None  # look again, once
                case control.Failure(code):
                    log.warning("node_refused_offer", code=code)
                    return Refusal("offer_refused") if code in _OFFER_REFUSED else _AWAY
                case _:
                    return _AWAY
        return _AWAY

    def close(self, peer: str | None) -> None:
        """``peer`` (None: the room) needs no media any more."""
        if self.placement is None:
            return
        if peer is not None:
            self._spawn(self._nodes.tell(self.placement.node, control.ClosePeer(self.room, peer)))
            return
        self._spawn(self._nodes.tell(self.placement.node, control.CloseRoom(self.room)))
        self.placement = None
        self._spawn(self._forget())

    async def _forget(self) -> None:
        with suppress(RedisError, OSError):  # it expires
            await self._placements.forget(self.room)
