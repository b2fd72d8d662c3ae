"""Which of the rooms that this worker has people in it also runs, and where the others are run.

For each room with a socket here, this worker is in one of three roles::

    seeking ──claim is ours──▶ host ──claim lost──▶ seeking
       └────claim is another's──▶ relay ──that worker died, or says reopen──▶ seeking

A *host* holds the room's claim and runs its machine. A *relay* passes frames to the host and back.
*Seeking* lasts for one round trip to Redis, or until a dead worker's life has expired; a frame that comes
meanwhile is answered ``room_unreachable``, and the client says it again.

With Redis away a host goes on for the peers that it has, a relay waits, and a room that is new here is run
without a claim (token 0), since nobody else can be asked. When Redis is back every room is claimed again;
who finds another there gives up, and opens its peers at that one. Truth is in SQL all the while, so two
hosts for some seconds cost nothing but liveness.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
import structlog
from redis.exceptions import RedisError

from assist.webrtc.control.nodelink import NodeLink
from assist.webrtc.control.placement import Placements
from assist.webrtc.hub.relay import Lost, Open, Present, Revoked, Said, Wire
from assist.webrtc.protocol import NOTES, Frame, Hello, Join, MediaState
from assist.webrtc.room.claims import Claims
from assist.webrtc.room.host import RoomHost, in_language
from assist.webrtc.room.links import SocketLink
from assist.webrtc.room.machine.effects import Who
from assist.webrtc.room.machine.frames import encode, error
from assist.webrtc.room.store import Keeping
from kernel.database import Database

log = structlog.get_logger(__name__)

SEEKING_RETRY_MS = 400
IDLE_S = 60.0
"""A room without any link is given up after this time; its memory stays for whoever comes back."""


@dataclass(slots=True)
class Seat:
    """A peer whose socket is here, and what it last said that another host would have to know."""

    peer: str
    link: SocketLink
    who: Who
    hello: Hello | None
    join: Frame | None = None
    media_state: Frame | None = None

    def heard(self, frame: Frame) -> None:
        if isinstance(frame, Join):
            self.join = msgspec.structs.replace(frame, id=None)
        elif isinstance(frame, MediaState):
            self.media_state = msgspec.structs.replace(frame, id=None)


@dataclass(slots=True)
class LocalRoom:
    """A room that this worker has to do with."""

    room: UUID
    seats: dict[str, Seat] = field(default_factory=dict)
    host: RoomHost | None = None
    owner: str | None = None
    token: int = 0
    number: int | None = None
    """Of the last message from the room's host on another worker: a gap means that one was lost."""
    settling: asyncio.Lock = field(default_factory=asyncio.Lock)


class Directory:
    """This worker's rooms."""

    def __init__(
        self, database: Database, claims: Claims, placements: Placements, nodes: NodeLink, wire: Wire
    ) -> None:
        self._database = database
        self._claims = claims
        self._placements = placements
        self._nodes = nodes
        self._wire = wire
        self.rooms: dict[UUID, LocalRoom] = {}
        self.before_reading: Callable[[UUID], None] = lambda room: None
        """Called with a room before it is read to be run here, so that hints from then on are heard."""

    # sockets ------------------------------------------------------------------------------------

    async def enter(self, room: UUID, peer: str, link: SocketLink, who: Who, hello: Hello) -> None:
        """A greeted socket. Its welcome comes from whoever runs the room. Raises what the database raises."""
        local = self.rooms.setdefault(room, LocalRoom(room))
        if (old := local.seats.get(peer)) is not None:
            old.link.close(4409)
        seat = local.seats[peer] = Seat(peer, link, who, hello)
        if local.host is None and local.owner is None:
            await self.settle(local)  # opens every seat
        else:
            self._open(local, seat)

    def said(self, room: UUID, peer: str, link: SocketLink, frame: Frame, raw: str) -> None:
        """A frame from a socket of this worker."""
        local = self.rooms.get(room)
        seat = local.seats.get(peer) if local else None
        if local is None or seat is None or seat.link is not link:
            return  # replaced
        seat.heard(frame)
        if local.host is not None:
            local.host.receive(peer, frame)
        elif local.owner is not None:
            word = Said(room=room, worker=self._claims.worker, peer=peer, frame=raw)
            self._wire.say(local.owner, word)
        elif not isinstance(frame, NOTES):
            refusal = msgspec.structs.replace(
                error("room_unreachable", frame.id), retry_after_ms=SEEKING_RETRY_MS
            )
            link.send(encode(in_language(refusal, link.language)))

    def leave(self, room: UUID, peer: str, link: SocketLink) -> None:
        """A socket is gone."""
        local = self.rooms.get(room)
        if local is None or peer not in local.seats or local.seats[peer].link is not link:
            return
        del local.seats[peer]
        if local.host is not None:
            local.host.disconnect(peer, link)
        else:
            if local.owner is not None:
                self._wire.say(local.owner, Lost(room=room, worker=self._claims.worker, peer=peer))
            if not local.seats:
                del self.rooms[room]

    def revoke(self, room: UUID, peer: str, link: SocketLink) -> None:
        """Whoever is behind a socket of this worker may no longer be in the room."""
        local = self.rooms.get(room)
        seat = local.seats.get(peer) if local else None
        if local is None or seat is None or seat.link is not link:
            return  # replaced, perhaps by one with a newer session
        if local.host is not None:
            local.host.revoke(peer)
        elif local.owner is not None:
            self._wire.say(local.owner, Revoked(room=room, worker=self._claims.worker, peer=peer))
        seat.link.close(4401)  # whatever becomes of the word

    # roles --------------------------------------------------------------------------------------

    async def settle(self, local: LocalRoom) -> None:
        """Find out who runs the room, and be that if nobody else is."""
        async with local.settling:
            try:
                claim = await self._claims.claim(str(local.room))
            except (RedisError, OSError):
                if local.host is None and local.owner is None and local.seats:
                    await self._become_host(local, 0, "")
                return
            if claim.worker == self._claims.worker:
                if local.host is None:
                    await self._become_host(local, claim.token, claim.memory)
                else:
                    local.host.token = claim.token
            else:
                self._become_relay(local, claim.worker, claim.token)

    async def _become_host(self, local: LocalRoom, token: int, memory: str) -> None:
        keeping = Keeping(self._database, local.room)
        self.before_reading(local.room)
        host = await RoomHost.open(
            local.room, keeping, self._claims, self._placements, self._nodes, token, memory
        )
        log.info("room_taken", room=str(local.room), fence=token)
        local.host, local.owner, local.token = host, None, token
        for seat in list(local.seats.values()):
            self._open(local, seat)

    def _become_relay(self, local: LocalRoom, owner: str, token: int) -> None:
        if local.host is not None:
            log.info("room_given_up", room=str(local.room), fence=local.host.token)
            local.host.stop()
            local.host = None
        if local.owner == owner and local.token == token:
            return
        local.owner, local.token = owner, token
        self.open_all(local)

    def open_all(self, local: LocalRoom) -> None:
        """Introduce all seats to the room's host, from the start."""
        local.number = None
        for seat in list(local.seats.values()):
            self._open(local, seat)

    def _open(self, local: LocalRoom, seat: Seat) -> None:
        replay = [frame for frame in (seat.join, seat.media_state) if frame is not None]
        if local.host is not None:
            hello, seat.hello = seat.hello, None
            local.host.connect(seat.peer, seat.link, seat.who, hello)
            for frame in replay:
                local.host.receive(seat.peer, frame)
        elif local.owner is not None:
            word = Open(
                room=local.room,
                worker=self._claims.worker,
                peer=seat.peer,
                actor=seat.link.actor,
                who=seat.who,
                hello=_raw(seat.hello),
                join=_raw(seat.join),
                media_state=_raw(seat.media_state),
            )
            self._wire.say(local.owner, word)

    async def resettle(self, owner: str | None = None) -> None:
        """Settle all rooms again, or those that are relayed to ``owner``."""
        for local in list(self.rooms.values()):
            if owner is None or local.owner == owner:
                try:
                    if owner is not None:
                        local.owner = None
                    await self.settle(local)
                except Exception:
                    log.exception("room_not_settled", room=str(local.room))

    def owners(self) -> set[str]:
        """Workers that run rooms which are relayed here."""
        return {local.owner for local in self.rooms.values() if local.owner is not None}

    # time ---------------------------------------------------------------------------------------

    def tick(self, alone: bool) -> None:
        """Several times a second: rooms that are run here move on. ``alone``: without Redis just now."""
        for local in list(self.rooms.values()):
            if local.host is not None:
                local.host.tick(alone)

    async def tidy(self) -> None:
        """Several times a second, but after Redis: empty rooms are given up, lost ones are looked for."""
        now = time.monotonic()
        for local in list(self.rooms.values()):
            if local.host is not None:
                if not local.host.links and not local.seats and now - local.host.quiet_since > IDLE_S:
                    await self._release(local)
            elif local.owner is None and local.seats and not local.settling.locked():
                await self.settle(local)

    def say_present(self) -> None:
        """Each second, to the hosts of relayed rooms."""
        for local in self.rooms.values():
            if local.owner is not None:
                present = Present(room=local.room, worker=self._claims.worker, peers=sorted(local.seats))
                self._wire.say(local.owner, present)

    async def _release(self, local: LocalRoom) -> None:
        """Give a room up. Who comes in meanwhile waits, and then settles it anew."""
        async with local.settling:
            if local.host is None or local.seats:
                return
            host, local.host = local.host, None
            await host.save_now()
            host.stop()
            try:
                await self._claims.release(str(local.room))
            except (RedisError, OSError):
                pass  # it ends with this worker's life
        if not local.seats and self.rooms.get(local.room) is local:
            del self.rooms[local.room]

    async def close(self) -> None:
        """This worker stops: leave every room to the next, and send the sockets there."""
        for local in list(self.rooms.values()):
            if local.host is not None:
                await local.host.save_now()
                local.host.stop()
            for seat in local.seats.values():
                seat.link.close(1012)
        self.rooms.clear()


def _raw(frame: Frame | None) -> str | None:
    return None if frame is None else msgspec.json.encode(frame).decode()
