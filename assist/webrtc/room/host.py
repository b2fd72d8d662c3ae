"""Running a room: inputs go into the pure machine, effects come out and are carried out.

Everything that the machine decides happens at once and in order, on the event loop, without waiting. What
has to wait (SQL, the media node, Redis) waits in one of two places, and its outcome comes back as a further
input:

* deeds and reloads in one queue per room, one after the other, so that all participants hear of them in the
  order in which they were stored, and a reload never tells an older state than a deed before it;
* offers per peer, beside that queue, since one peer's node must not hold up another's chat.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import msgspec
import structlog
from redis.exceptions import RedisError

from assist.webrtc.control import control
from assist.webrtc.control.nodelink import NodeLink
from assist.webrtc.control.placement import Placements
from assist.webrtc.protocol import Frame, Hello
from assist.webrtc.room.claims import Claims
from assist.webrtc.room.host_media import RETRY_MS, RoomMedia
from assist.webrtc.room.links import Link
from assist.webrtc.room.machine import effects as fx
from assist.webrtc.room.machine.frames import Error, Mark, Message, ServerFrame, encode
from assist.webrtc.room.machine.signalling import Room
from assist.webrtc.room.store import Keeping
from kernel.actors import Actor
from kernel.i18n import text as words

log = structlog.get_logger(__name__)

MAX_WAITING = 400
"""Deeds that may wait for SQL in one room."""
RELOAD_EVERY_S = 30.0
"""A hint may be lost; what came by another road is found within this time all the same."""
RELOAD_ALONE_S = 2.0
"""The same without Redis, when there are no hints."""

_MEDIA_LOST = {"timeout", "failed", "left"}
"""Reasons that are news; the others follow from what the hub itself has done."""


class RoomHost:
    """One room on the worker that holds its claim. Make it with :meth:`open`."""

    def __init__(
        self,
        room: UUID,
        machine: Room,
        keeping: Keeping,
        claims: Claims,
        placements: Placements,
        nodes: NodeLink,
        token: int,
    ) -> None:
        self.room = str(room)
        self.machine = machine
        self.token = token
        """Of the claim; 0 while the room is run without one, Redis being away."""
        self.links: dict[str, Link] = {}
        self._actors: dict[str, Actor] = {}
        self.quiet_since = time.monotonic()
        self._keeping = keeping
        self._claims = claims
        self._media = RoomMedia(self.room, placements, nodes, self._spawn)
        self._waiting: deque[fx.Store | fx.Reload] = deque()
        self._busy = False
        self._expected: dict[tuple[str, str], float] = {}
        self._reloaded_at = time.monotonic()
        self._memory: fx.Memory | None = None
        self._saving = False
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls,
        room: UUID,
        keeping: Keeping,
        claims: Claims,
        placements: Placements,
        nodes: NodeLink,
        token: int,
        memory: str,
    ) -> RoomHost:
        """The room as SQL has it and as its last worker remembered it. Raises what the database raises."""
        remembered = None
        if memory:
            try:
                remembered = msgspec.json.decode(memory, type=fx.Memory)
            except msgspec.DecodeError:
                log.warning("room_memory_unreadable")
        machine = Room(str(room), time.monotonic(), await keeping.records(), remembered)
        host = cls(room, machine, keeping, claims, placements, nodes, token)
        await host._media.find()
        return host

    # inputs -------------------------------------------------------------------------------------

    def connect(self, peer: str, link: Link, who: fx.Who, hello: Hello | None) -> None:
        """A link to ``peer`` stands; an older one is replaced."""
        if (old := self.links.get(peer)) is not None and old is not link:
            old.close(4409)
        self.links[peer] = link
        self._actors[who.key] = link.actor
        self._apply(self.machine.connect(time.monotonic(), peer, who, hello))

    def disconnect(self, peer: str, link: Link) -> None:
        """``link`` is lost; nothing happens if another has replaced it already."""
        if self.links.get(peer) is not link:
            return
        del self.links[peer]
        self._apply(self.machine.disconnect(time.monotonic(), peer))

    def receive(self, peer: str, frame: Frame) -> None:
        self._apply(self.machine.receive(time.monotonic(), peer, frame))

    def revoke(self, peer: str) -> None:
        self._apply(self.machine.revoke(time.monotonic(), peer))

    def hint(self, resource: str, id: str) -> None:
        """Something of this request was changed, perhaps by ourselves."""
        if self._expected.pop((resource, id), 0.0) < time.monotonic():
            self.reload()

    def reload(self) -> None:
        if not any(isinstance(one, fx.Reload) for one in self._waiting):
            self._enqueue(fx.Reload())

    def event(self, event: control.Event) -> None:
        """The node of this room has something to tell."""
        now = time.monotonic()
        match event:
            case control.StreamStarted():
                self._apply(self.machine.stream_started(now, event.peer, event.media))
            case control.OfferWanted():
                self._apply(self.machine.offer_wanted(now, event.peer))
            case control.PeerDisconnected() if event.reason in _MEDIA_LOST:
                self._apply(self.machine.media_lost(now, event.peer))
            case control.Quality():
                self._apply(self.machine.quality(now, event.peer, event.loss, event.rtt_ms))
            case _:
                pass

    def tick(self, alone: bool) -> None:
        """Called several times a second. ``alone``: Redis is away, and nobody sends hints."""
        now = time.monotonic()
        self._apply(self.machine.tick(now))
        if self.links:
            self.quiet_since = now
        if self._media.lost_its_node():
            self._apply(self.machine.node_moved(now))
        if now - self._reloaded_at > (RELOAD_ALONE_S if alone or not self.token else RELOAD_EVERY_S):
            self.reload()
        self._save()

    # effects ------------------------------------------------------------------------------------

    def _apply(self, effects: list[fx.Effect]) -> None:
        for effect in effects:
            match effect:
                case fx.Send():
                    self._send(effect.peer, effect.frame, effect.losable)
                case fx.Broadcast():
                    self._broadcast(effect)
                case fx.ClosePeer():
                    if (link := self.links.get(effect.peer)) is not None:
                        link.close(effect.code)
                case fx.Store() | fx.Reload():
                    self._enqueue(effect)
                case fx.AskNode():
                    self._spawn(self._ask_node(effect))
                case fx.CloseMedia():
                    self._media.close(effect.peer)
                case fx.Remember():
                    self._memory = effect.memory
                    self._save()
                case fx.Log():
                    log.info(effect.event, **effect.fields)

    def _send(self, peer: str, frame: ServerFrame, losable: bool) -> None:
        if (link := self.links.get(peer)) is not None:
            link.send(encode(in_language(frame, link.language)), losable)

    def _broadcast(self, effect: fx.Broadcast) -> None:
        text = encode(effect.frame)
        for peer in self.machine.hearers():
            if peer != effect.but and (link := self.links.get(peer)) is not None:
                link.send(text, effect.losable)

    async def _ask_node(self, effect: fx.AskNode) -> None:
        outcome = await self._media.offer(effect)
        self._apply(self.machine.settled(time.monotonic(), effect.ticket, outcome))

    # deeds and reloads, one after the other -----------------------------------------------------

    def _enqueue(self, asked: fx.Store | fx.Reload) -> None:
        if isinstance(asked, fx.Store) and len(self._waiting) >= MAX_WAITING:
            if asked.ticket is not None:
                busy = fx.Refusal("room_busy", RETRY_MS)
                self._apply(self.machine.settled(time.monotonic(), asked.ticket, busy))
            return
        self._waiting.append(asked)
        if not self._busy:
            self._busy = True
            self._spawn(self._do_waiting())

    async def _do_waiting(self) -> None:
        try:
            while self._waiting:
                asked = self._waiting.popleft()
                if isinstance(asked, fx.Reload):
                    await self._do_reload()
                else:
                    await self._do_store(asked)
        finally:
            self._busy = False

    async def _do_reload(self) -> None:
        answers = self.machine.reading()
        try:
            records = await self._keeping.records()
        except Exception:
            log.exception("room_reload_failed")
            records = None
        self._reloaded_at = time.monotonic()
        if records is not None:
            self._apply(self.machine.reconciled(time.monotonic(), records, answers))
        else:
            self._apply(self.machine.not_reconciled(time.monotonic(), answers))

    async def _do_store(self, store: fx.Store) -> None:
        outcome = await self._keeping.do(self._actors[store.who.key], store.deed)
        now = time.monotonic()
        match store.deed, outcome:
            case fx.AddMark() | fx.UndoMark(), Mark():
                self._expected[("mark", str(outcome.id))] = now + 2
            case fx.AddMessage(), Message():
                self._expected[("message", str(outcome.id))] = now + 2
            case _:
                pass
        if len(self._expected) > 1000:
            self._expected = {key: until for key, until in self._expected.items() if until > now}
        if store.ticket is not None:
            self._apply(self.machine.settled(now, store.ticket, outcome))

    # memory -------------------------------------------------------------------------------------

    def _save(self) -> None:
        if self._memory is not None and self.token and not self._saving:
            self._saving = True
            self._spawn(self._save_newest())

    async def _save_newest(self) -> None:
        """One writing at a time, the newest state last. What Redis did not take waits for the next tick."""
        try:
            while self._memory is not None:
                memory, self._memory = self._memory, None
                if not await self._remember(memory):
                    self._memory = self._memory or memory
                    return
        finally:
            self._saving = False

    async def _remember(self, memory: fx.Memory) -> bool:
        try:
            await self._claims.remember(self.room, self.token, msgspec.json.encode(memory).decode())
        except (RedisError, OSError):
            return False
        return True

    # end ----------------------------------------------------------------------------------------

    async def save_now(self) -> None:
        """Leave the present state to the next holder."""
        if self.token:
            await self._remember(self.machine.state.memory())

    def stop(self) -> None:
        """No more effects: the room is given up."""
        for task in self._tasks:
            task.cancel()

    def _spawn(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("room_task_failed", exc_info=error)


def in_language(frame: ServerFrame, language: str) -> ServerFrame:
    """An error gets its text here, in the language of who is to read it."""
    if not isinstance(frame, Error):
        return frame
    return msgspec.structs.replace(frame, message=words(language, "errors", frame.code))
