"""Which media node a room's media is on.

Nodes register themselves (:mod:`assist.webrtc.control.control`). A room is placed on the least loaded node
that takes new rooms, by a script that gives the placement a **generation**, its fencing token
(:mod:`kernel.events.fence`): it goes along with every offer, and a node that has seen a higher one refuses a
lower, so that an old hub cannot bring a room back to an old node.

A node is *dead* when its record has expired while Redis answered all the time; it was *restarted* when its
record says so. In both cases its rooms are placed anew. After an absence of Redis records get time to come
back before anyone is dead.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from redis.asyncio import Redis

from assist.webrtc.control.control import (
    NODE_TTL_S,
    NODES_KEY,
    ControlFault,
    NodeRecord,
    decode_node,
    node_key,
    room_generation_key,
    room_key,
)
from kernel.clock import Clock
from kernel.events.fence import NEXT_TOKEN, lowest

log = structlog.get_logger(__name__)

KEEP_S = 24 * 3600
WATCH_EVERY_S = 0.4

_PLACE = (
    NEXT_TOKEN
    + """
local node = redis.call('GET', KEYS[1])
if node and node ~= ARGV[2] then return {node, tonumber(redis.call('GET', KEYS[2]) or '0')} end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[4])
return {ARGV[1], next_token(KEYS[2], ARGV[3])}
"""
)


@dataclass(frozen=True, slots=True)
class Placement:
    """A room's node, which of its lives (``started_at``), and the generation of the placement."""

    node: str
    started_at: float
    generation: int


def least_loaded(nodes: dict[str, NodeRecord]) -> NodeRecord | None:
    """The node for a new room: the fewest peers, then the least CPU; None when none takes rooms."""
    taking = [node for node in nodes.values() if not node.draining]
    return min(taking, key=lambda n: (n.load.peers + n.load.rooms, n.load.cpu, n.id), default=None)


class Placements:
    """The nodes as last seen, and where rooms are. One per worker."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._place = redis.register_script(_PLACE)
        self.nodes: dict[str, NodeRecord] = {}
        self._unsure_until = 0.0

    async def look(self, now: float) -> None:
        """Read the nodes' records. Raises what Redis raises; nodes are then kept as they were last seen."""
        try:
            seen = await self._read()
        except Exception:
            self._unsure_until = now + NODE_TTL_S + 1
            raise
        if now < self._unsure_until:
            seen = {**self.nodes, **seen}
        self.nodes = seen

    async def _read(self) -> dict[str, NodeRecord]:
        ids = sorted(_text(node) for node in await self._redis.smembers(NODES_KEY))
        records: dict[str, NodeRecord] = {}
        for raw in await self._redis.mget([node_key(node) for node in ids]) if ids else ():
            if raw is None:
                continue
            try:
                record = decode_node(_text(raw).encode())
            except ControlFault as fault:
                log.warning("node_record_unreadable", fault=str(fault))
                continue
            records[record.id] = record
        return records

    def lives(self, placement: Placement) -> bool:
        """Whether the node of a placement is still the one it was."""
        record = self.nodes.get(placement.node)
        return record is not None and record.started_at == placement.started_at

    async def place(self, room: str, old: Placement | None) -> Placement | None:
        """The room's node; another one when ``old`` is no good any more. None: there is no node for it."""
        known = _text(await self._redis.get(room_key(room)) or "")
        record = self.nodes.get(known)
        same = record is not None and (old is None or old.node != known or self.lives(old))
        target = least_loaded(self.nodes)
        if record is not None and same and (not record.draining or target is None):
            generation = int(await self._redis.get(room_generation_key(room)) or 0)
            return Placement(known, record.started_at, generation)
        if target is None:
            return None
        keys = [room_key(room), room_generation_key(room)]
        above = max(lowest(self._clock), old.generation + 1 if old else 0)
        node, generation = await self._place(keys=keys, args=[target.id, known, above, KEEP_S])
        record = self.nodes.get(node)
        return None if record is None else Placement(node, record.started_at, int(generation))

    async def current(self, room: str) -> Placement | None:
        """Where another worker has placed the room, be that node alive or not; None: nowhere yet."""
        known = _text(await self._redis.get(room_key(room)) or "")
        if not known:
            return None
        record = self.nodes.get(known)
        generation = int(await self._redis.get(room_generation_key(room)) or 0)
        return Placement(known, record.started_at if record else -1.0, generation)

    async def forget(self, room: str) -> None:
        """The room is over."""
        await self._redis.delete(room_key(room))


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()
