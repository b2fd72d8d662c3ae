"""Words from other workers, taken to the rooms they are about."""

from __future__ import annotations

import asyncio
import time

import structlog

from assist.webrtc.hub.directory import Directory, LocalRoom
from assist.webrtc.hub.relay import (
    Close,
    Deliver,
    FromHost,
    FromRelay,
    Lost,
    Open,
    Present,
    Reopen,
    Revoked,
    Said,
    Wire,
    Word,
)
from assist.webrtc.parsing import ProtocolError, parse
from assist.webrtc.protocol import Frame, Hello
from assist.webrtc.room.host import RoomHost
from kernel.actors import Actor

log = structlog.get_logger(__name__)

PRESENT_WITHIN_S = 4.0


class RelayedLink:
    """A peer whose socket is on another worker."""

    def __init__(self, switchboard: Switchboard, host: RoomHost, word: Open) -> None:
        self.actor: Actor = word.actor
        self.language = word.who.language
        self.worker = word.worker
        self._switchboard = switchboard
        self._host = host
        self._room = word.room
        self._peer = word.peer

    def send(self, text: str, losable: bool = False) -> None:
        number = self._switchboard.number(self._room.hex + self.worker)
        token = self._host.token
        word = Deliver(
            room=self._room, token=token, number=number, peer=self._peer, frame=text, losable=losable
        )
        self._switchboard.wire.say(self.worker, word)

    def close(self, code: int) -> None:
        number = self._switchboard.number(self._room.hex + self.worker)
        word = Close(room=self._room, token=self._host.token, number=number, peer=self._peer, code=code)
        self._switchboard.wire.say(self.worker, word)


class Switchboard:
    """Both ends of relaying, for one worker."""

    def __init__(self, directory: Directory, wire: Wire) -> None:
        self._directory = directory
        self.wire = wire
        self._numbers: dict[str, int] = {}
        self._present: dict[tuple[str, str], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def number(self, pair: str) -> int:
        """The next number of what a room (its host) says to a worker: ``pair`` names both."""
        self._numbers[pair] = self._numbers.get(pair, 0) + 1
        return self._numbers[pair]

    def hear(self, word: Word) -> None:
        local = self._directory.rooms.get(word.room)
        if isinstance(word, FromRelay):
            if local is None or local.host is None:
                if not isinstance(word, Lost):
                    self.wire.say(word.worker, Reopen(room=word.room, token=0, number=0))
                return
            self._present[(word.room.hex, word.worker)] = time.monotonic()
            self._from_relay(local.host, word)
        elif local is not None:
            self._from_host(local, word)

    # as the host --------------------------------------------------------------------------------

    def _from_relay(self, host: RoomHost, word: Word) -> None:
        match word:
            case Open():
                self._opened(host, word)
            case Said():
                if self._link(host, word.peer, word.worker) is None:
                    self._ask_to_reopen(host, word)
                elif (frame := _parsed(word.frame)) is not None:
                    host.receive(word.peer, frame)
            case Lost():
                if (link := self._link(host, word.peer, word.worker)) is not None:
                    host.disconnect(word.peer, link)
            case Revoked():
                if self._link(host, word.peer, word.worker) is not None:
                    host.revoke(word.peer)
            case Present():
                self._present_are(host, word)
            case _:
                pass

    def _opened(self, host: RoomHost, word: Open) -> None:
        hello = _parsed(word.hello) if word.hello is not None else None
        if self._link(host, word.peer, word.worker) is not None:
            del host.links[word.peer]  # the same worker again: it closes its own older socket itself
        link = RelayedLink(self, host, word)
        host.connect(word.peer, link, word.who, hello if isinstance(hello, Hello) else None)
        for raw in (word.join, word.media_state):
            if raw is not None and (frame := _parsed(raw)) is not None:
                host.receive(word.peer, frame)

    def _present_are(self, host: RoomHost, word: Present) -> None:
        theirs = {peer for peer in host.links if self._link(host, peer, word.worker) is not None}
        for peer in theirs - set(word.peers):
            host.disconnect(peer, host.links[peer])
        if set(word.peers) - set(host.links):
            self._ask_to_reopen(host, word)

    def _ask_to_reopen(self, host: RoomHost, word: FromRelay) -> None:
        number = self.number(word.room.hex + word.worker)
        self.wire.say(word.worker, Reopen(room=word.room, token=host.token, number=number))

    @staticmethod
    def _link(host: RoomHost, peer: str, worker: str) -> RelayedLink | None:
        link = host.links.get(peer)
        return link if isinstance(link, RelayedLink) and link.worker == worker else None

    def drop_absent(self) -> None:
        """Relays that have not been heard of for long: their people's lines are lost."""
        limit = time.monotonic() - PRESENT_WITHIN_S
        for local in list(self._directory.rooms.values()):
            if local.host is None:
                continue
            for peer, link in list(local.host.links.items()):
                if isinstance(link, RelayedLink):
                    if self._present.get((local.room.hex, link.worker), 0.0) < limit:
                        local.host.disconnect(peer, link)
        self._present = {pair: at for pair, at in self._present.items() if at >= limit}

    # as the relay -------------------------------------------------------------------------------

    def _from_host(self, local: LocalRoom, word: Word) -> None:
        assert isinstance(word, FromHost)
        if isinstance(word, Reopen):
            self._reopen(local)
            return
        if local.host is not None or word.token < local.token:
            return  # of a host that has lost the room
        gap = local.number is not None and word.number != local.number + 1
        local.number = word.number
        seat = local.seats.get(word.peer) if isinstance(word, Deliver | Close) else None
        if seat is not None and isinstance(word, Deliver):
            if word.frame.startswith('{"type":"welcome"'):
                seat.hello = None
            seat.link.send(word.frame, word.losable)
        elif seat is not None and isinstance(word, Close):
            seat.link.close(word.code)
        if gap:
            log.info("relay_gap", room=str(local.room))
            self._directory.open_all(local)

    def _reopen(self, local: LocalRoom) -> None:
        """The host does not know our peers, or is no host any more: ask who is, and open them there."""

        async def again() -> None:
            local.owner = None if local.host is None else local.owner
            await self._directory.settle(local)

        task = asyncio.create_task(again())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _parsed(raw: str) -> Frame | None:
    try:
        return parse(raw)
    except ProtocolError as fault:
        log.warning("relayed_frame_unreadable", code=fault.code)
        return None
