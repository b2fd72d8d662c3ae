"""The hub: WebSockets in, frames out (``docs/protocol.md``).

One :class:`Hub` per web worker. Its socket route reads and checks frames and hands them to the room,
wherever that is run (:mod:`assist.webrtc.hub.directory`); its loops keep the worker's claims alive, watch the
media nodes, notice silent sockets and revoked sessions, and listen to hints, other workers and nodes.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.websockets import WebSocketDisconnect

from assist.webrtc.control import control
from assist.webrtc.control.nodelink import NodeLink
from assist.webrtc.control.placement import WATCH_EVERY_S, Placements
from assist.webrtc.hub.admission import admit, peer_of
from assist.webrtc.hub.directory import Directory
from assist.webrtc.hub.relay import Ear, Wire
from assist.webrtc.hub.switchboard import Switchboard
from assist.webrtc.parsing import ProtocolError, parse
from assist.webrtc.protocol import LOSABLE, Frame, Hello, Ping, Pong
from assist.webrtc.rates import Rates
from assist.webrtc.room.claims import HEARTBEAT_S as BEAT_S
from assist.webrtc.room.claims import LIFE_S, Claims
from assist.webrtc.room.host import in_language
from assist.webrtc.room.links import SocketLink
from assist.webrtc.room.machine.frames import ServerFrame, ServerPing, ServerPong, answering, encode, error
from kernel.clock import Clock
from kernel.database import Database
from kernel.ids import new_token
from kernel.process.cancelling import heed_cancellation
from kernel.web import Api, SocketCall, customer, staff
from kernel.web.socket.endpoint import BadHello
from kernel.web.socket.live import Live
from kernel.web.socket.standing import still_valid

log = structlog.get_logger(__name__)

api = Api("room")

SILENT_S, ASK_S = 9.0, 5.0
SWEEP_S = 1.0
REVOKED_WITHIN_S = 1.0
TICK_S = 0.25
ALONE_AFTER_S = 2.0
PING = encode(ServerPing())


class Hub:
    """One worker's part of all rooms. :meth:`run` must be running, and :meth:`close` ends it."""

    def __init__(self, database: Database, redis: Redis, clock: Clock, live: Live) -> None:
        self.worker = f"w{secrets.token_hex(6)}"
        self._database = database
        self._clock = clock
        self._live = live
        self.claims = Claims(redis, self.worker, clock)
        self.placements = Placements(redis, clock)
        self.nodes = NodeLink(redis, self.worker)
        self.wire = Wire(redis, self._unheard)
        self.directory = Directory(database, self.claims, self.placements, self.nodes, self.wire)
        self.switchboard = Switchboard(self.directory, self.wire)
        self.ear = Ear(
            redis,
            self.worker,
            self.switchboard.hear,
            control.EVENTS_CHANNEL,
            self._node_event,
            self.directory.resettle,
        )
        self.links: dict[SocketLink, tuple[UUID, str]] = {}
        self._hints: asyncio.Queue[dict[str, Any]] = asyncio.Queue(4096)
        self._listening: set[UUID] = set()
        self._missed: set[UUID] = set()
        """Rooms that were hinted at before they could hear it."""
        self.directory.before_reading = self._listen_to
        self._unheard_of: set[str] = set()
        self._alive_at = 0.0
        self._swept_at = 0.0

    # loops --------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Everything that goes on beside the sockets, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for loop in (self.wire.run, self.ear.run, self.nodes.run, self._hear_hints):
                group.create_task(loop())
            group.create_task(self._every(BEAT_S, self._beat))
            group.create_task(self._every(WATCH_EVERY_S, self._watch))
            group.create_task(self._every(TICK_S, self._tick))
            group.create_task(self._every(SWEEP_S, self._sweep))
            group.create_task(self._every(REVOKED_WITHIN_S, self._check_access))

    async def _every(self, seconds: float, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            heed_cancellation()
            try:
                await job()
            except (RedisError, OSError) as fault:
                log.warning("hub_redis_away", what=job.__name__, error=type(fault).__name__)
            except Exception:
                log.exception("hub_loop_failed", what=job.__name__)
            await asyncio.sleep(seconds)

    async def _beat(self) -> None:
        """Stay alive for the others; after a gap, find out what was lost."""
        kept = await self.claims.beat()
        now = time.monotonic()
        gap, self._alive_at = now - self._alive_at > LIFE_S, now
        if not kept or gap:
            await self.directory.resettle()
        self.directory.say_present()
        for owner in self.directory.owners():
            if not await self.claims.lives(owner):
                await self.directory.resettle(owner)

    async def _tick(self) -> None:
        """What must go on whatever Redis does; nothing in here waits."""
        alone = time.monotonic() - self._alive_at > ALONE_AFTER_S
        self.directory.tick(alone)
        self._listen()
        if not alone:
            self.switchboard.drop_absent()

    async def _watch(self) -> None:
        """Nodes, and the workers that run rooms for us."""
        try:
            await self.placements.look(time.monotonic())
        finally:
            await self.directory.tidy()
        for owner in list(self._unheard_of):
            if not await self.claims.lives(owner):
                self._unheard_of.discard(owner)
                await self.directory.resettle(owner)

    async def _sweep(self) -> None:
        """Silent sockets are asked, then closed.

        What this worker was late itself it holds against nobody: what was said meanwhile lies unread.
        """
        now = time.monotonic()
        late = max(0.0, now - self._swept_at - SWEEP_S) if self._swept_at else 0.0
        self._swept_at = now
        for link, (room, peer) in list(self.links.items()):
            link.last_heard = min(now, link.last_heard + late)
            silent = now - link.last_heard
            if silent > SILENT_S:
                link.close(4408)
                self.directory.leave(room, peer, link)
            elif silent > ASK_S and not link.asked:
                link.asked = True
                link.send(PING)

    async def _check_access(self) -> None:
        """A session that ended, or whose time is over, takes its sockets with it."""
        links = dict(self.links)
        if not links:
            return
        valid = await still_valid(self._database, (link.session for link in links), self._clock.now())
        for link, (room, peer) in links.items():
            if link.session not in valid and link in self.links:
                self.directory.revoke(room, peer, link)

    # listening ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Hear hints about exactly the rooms that are run here."""
        rooms = self.directory.rooms
        hosts = {room: local.host for room, local in rooms.items() if local.host is not None}
        for room in self._missed & hosts.keys():
            self._missed.discard(room)
            hosts[room].reload()
        settling = {room for room in self._listening if room in rooms and rooms[room].settling.locked()}
        for room in self._listening - hosts.keys() - settling:
            self._live.unsubscribe(f"request:{room}", self._hints)
            self._listening.discard(room)
            self._missed.discard(room)

    def _listen_to(self, room: UUID) -> None:
        """Hear hints about a room from before it is read: nothing is changed unheard, and read only once."""
        self._live.subscribe(f"request:{room}", self._hints)
        self._listening.add(room)

    async def _hear_hints(self) -> None:
        while True:
            hint = await self._hints.get()
            room = UUID(hint["topic"].partition(":")[2])
            local = self.directory.rooms.get(room)
            if local is not None and local.host is not None:
                local.host.hint(hint["resource"], hint["id"])
            else:
                self._missed.add(room)

    def _node_event(self, data: bytes) -> None:
        try:
            event = control.decode_event(data)
        except control.ControlFault as fault:
            log.warning("node_event_unreadable", fault=str(fault))
            return
        if isinstance(event, control.NodeStarted | control.NodeDraining):
            return  # their records say the same
        with suppress(ValueError):
            local = self.directory.rooms.get(UUID(event.room))
            if local is not None and local.host is not None:
                local.host.event(event)

    def _unheard(self, worker: str) -> None:
        self._unheard_of.add(worker)

    # sockets ------------------------------------------------------------------------------------

    async def serve(self, call: SocketCall, room: UUID) -> None:
        """One socket, from its hello to its end."""
        hello = _hello(call.hello)
        async with self._database.glance() as session:
            who = await admit(session, call.actor, room)
        peer = peer_of(call.actor, room, hello.tab or new_token())
        link = SocketLink(call.socket, call.actor, who.language, bytes.fromhex(call.session_id))
        link.last_heard = time.monotonic()
        self.links[link] = (room, peer)
        writer = asyncio.create_task(link.write())
        reader = asyncio.create_task(self._read(room, peer, link))
        try:
            await self.directory.enter(room, peer, link, who, hello)
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        except Exception:
            # Nobody has decided anything, a part of the house is away: the client is to come back.
            _tell(link, error("unavailable"))
            link.close(1013)
            raise
        finally:
            del self.links[link]
            self.directory.leave(room, peer, link)
            link.close(1000)
            await asyncio.wait({writer})  # it ends by itself, or is cut off
            reader.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect):
                await reader

    async def _read(self, room: UUID, peer: str, link: SocketLink) -> None:
        rates = Rates(time.monotonic())
        while link.closing is None:
            message = await link.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            now = link.last_heard = time.monotonic()
            link.asked = False
            raw = message.get("text")
            if raw is None:
                link.close(1003)
                return
            if not self._take(room, peer, link, rates, raw, now):
                return

    def _take(self, room: UUID, peer: str, link: SocketLink, rates: Rates, raw: str, now: float) -> bool:
        """Handle one message; False when the socket has to close."""
        frame: Frame | None = None
        fault: ProtocolError | None = None
        try:
            frame = parse(raw)
        except ProtocolError as unreadable:
            fault = unreadable
        if not rates.allows(frame, now):
            return self._over_rate(link, rates, frame)
        if fault is not None:
            _tell(link, error(fault.code, fault.of, fault.where))
            if fault.code == "frame_too_large":
                link.close(1009)
                return False
        elif isinstance(frame, Ping):
            _tell(link, answering(ServerPong(), frame.id))
        elif frame is not None and not isinstance(frame, Pong):
            self.directory.said(room, peer, link, frame, raw)
        return True

    @staticmethod
    def _over_rate(link: SocketLink, rates: Rates, frame: Frame | None) -> bool:
        if rates.exhausted():
            link.close(4429)
            return False
        if not isinstance(frame, LOSABLE):
            refused = error("rate_limited", frame.id if frame is not None else None)
            _tell(link, msgspec.structs.replace(refused, retry_after_ms=rates.frames.wait_ms()))
        return True

    async def close(self) -> None:
        """This worker stops."""
        await self.directory.close()
        with suppress(RedisError, OSError):
            await self.claims.end()


def _tell(link: SocketLink, frame: ServerFrame) -> None:
    link.send(encode(in_language(frame, link.language)))


def _hello(given: dict[str, Any]) -> Hello:
    """The hello that the door has read. Raises :class:`BadHello`."""
    try:
        frame = parse(msgspec.json.encode(given))
    except ProtocolError as fault:
        raise BadHello(fault.where) from fault
    assert isinstance(frame, Hello)
    return frame


@api.socket("/api/rooms/{request_id}/socket", who=customer() | staff(), summary="The room of a call")
async def room_socket(call: SocketCall, request_id: UUID) -> None:
    await call.use(Hub).serve(call, request_id)
