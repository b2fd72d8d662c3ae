"""The media of one room: on which node it is, and what is asked of that node.

A room has no place until its first offer. It loses its place when the node dies or drains, and when the node
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
from assist.webrtc.control.placement import Place, Placement
from assist.webrtc.room.machine.effects import AskNode, NodeAnswer, Refusal

log = structlog.get_logger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], None]

RETRY_MS = 1000

_AWAY = Refusal("media_unavailable", RETRY_MS)
_FULL = Refusal("media_full", 3 * RETRY_MS)
_OFFER_REFUSED = {"sdp_invalid", "sdp_too_large", "sdp_unsupported", "command_invalid"}


class RoomMedia:
    """Where ``room`` has its media. ``spawn`` runs what need not be waited for."""

    def __init__(self, room: str, placement: Placement, nodes: NodeLink, spawn: Spawn) -> None:
        self.room = room
        self.place: Place | None = None
        self._placement = placement
        self._nodes = nodes
        self._spawn = spawn

    async def find(self) -> None:
        """Take up the place that the room's last worker left, if there is one."""
        with suppress(RedisError, OSError):
            self.place = await self._placement.current(self.room)

    def lost_its_place(self) -> bool:
        """Whether the node was lost, or is to be left, since this was last asked: a fresh one is needed."""
        if self.place is None or not self._has_to_move(self.place):
            return False
        log.info("room_node_gone", node=self.place.node)
        self.place = None
        return True

    def _has_to_move(self, place: Place) -> bool:
        if not self._placement.lives(place):
            return True
        draining = self._placement.nodes[place.node].draining
        return draining and any(not node.draining for node in self._placement.nodes.values())

    async def offer(self, asked: AskNode) -> NodeAnswer | Refusal:
        """What the room's node answers to a peer's offer; a room without a place gets one."""
        sources = {mid: control.Source(slot.peer, slot.kind) for mid, slot in asked.receive.items()}
        for _attempt in range(2):
            try:
                place = self.place = self.place or await self._placement.place(self.room, None)
            except (RedisError, OSError):
                return _AWAY
            if place is None:
                return _AWAY
            offer = control.Offer(self.room, asked.peer, asked.sdp, sources, asked.restart, place.generation)
            try:
                outcome = await self._nodes.ask(place.node, offer)
            except NodeSilent:
                return _AWAY
            match outcome:
                case control.Answer():
                    refused = tuple(outcome.refused.items())
                    return NodeAnswer(outcome.sdp, outcome.publishing, refused)
                case control.Failure("node_full"):
                    return _FULL
                case control.Failure("room_moved" | "node_draining"):
                    self.place = None  # look again, once
                case control.Failure(code):
                    log.warning("node_refused_offer", code=code)
                    return Refusal("offer_refused") if code in _OFFER_REFUSED else _AWAY
                case _:
                    return _AWAY
        return _AWAY

    def close(self, peer: str | None) -> None:
        """``peer`` (None: the room) needs no media any more."""
        if self.place is None:
            return
        if peer is not None:
            self._spawn(self._nodes.tell(self.place.node, control.ClosePeer(self.room, peer)))
            return
        self._spawn(self._nodes.tell(self.place.node, control.CloseRoom(self.room)))
        self.place = None
        self._spawn(self._forget())

    async def _forget(self) -> None:
        with suppress(RedisError, OSError):  # it expires
            await self._placement.forget(self.room)
