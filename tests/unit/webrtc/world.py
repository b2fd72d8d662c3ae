"""A room with the world around it simulated: what is stored is kept in memory, the node answers when told to.

The world does what the effects say, and counts the answers.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from assist.webrtc import protocol as said
from assist.webrtc.room.machine import effects as fx
from assist.webrtc.room.machine import frames
from assist.webrtc.room.machine.frames import Mark, Message, ServerFrame, Still
from assist.webrtc.room.machine.signalling import Room

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CUSTOMER = fx.Who("customer:1", "customer", "", "zh-Hans")
TECHNICIAN = fx.Who("staff:2", "technician", "陈", "zh-Hans")
REP = fx.Who("staff:3", "rep", "Wu", "en")


def uid(number: int) -> UUID:
    """Ids that can be read."""
    return UUID(int=(7 << 76) | (2 << 62) | number)


class World:
    """A room, its storage, its node, and what each peer has been sent."""

    def __init__(self, memory: fx.Memory | None = None) -> None:
        self.now = 1000.0
        self.stills: dict[UUID, Still] = {}
        self.marks: dict[UUID, Mark] = {}
        self.messages: dict[UUID, Message] = {}
        self.open = True
        self.staff: frozenset[str] | None = None
        self.waiting: deque[fx.Store | fx.Reload] = deque()
        self.at_node: list[fx.AskNode] = []
        self.memory = memory
        self.logged: list[fx.Log] = []
        self.closed: list[tuple[str, int]] = []
        self.closed_media: list[str | None] = []
        self.stored_steps: list[fx.NoteStep] = []
        self.joined_people: list[str] = []
        self.sockets: set[str] = set()
        self.sent: dict[str, list[ServerFrame]] = {}
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.refuse_next: str | None = None
        self.patient = True
        """Deeds are done at once; False: only by :meth:`work`."""
        self._count = 0
        self.room = Room("room", self.now, self.records(), memory)

    # inputs -------------------------------------------------------------------------------------

    def connect(self, peer: str, who: fx.Who, *, quiet: bool = False) -> None:
        self.sockets.add(peer)
        hello = None if quiet else said.Hello(version=1, id=self._id())
        self.do(self.room.connect(self.now, peer, who, hello))

    def enter(self, peer: str, who: fx.Who, *publish: said.Kind) -> None:
        self.connect(peer, who)
        self.say(peer, said.Join(publish=list(publish)))

    def say(self, peer: str, frame: said.Frame) -> ServerFrame | None:
        """``peer`` says a frame; what was sent to it in answer, if it has been answered already."""
        if not isinstance(frame, said.NOTES):
            frame = msgspec.structs.replace(frame, id=frame.id or self._id())
            if peer in self.room.connected():
                assert frame.id is not None
                self.asked[frame.id] += 1
        self.do(self.room.receive(self.now, peer, frame))
        return self.answer_to(peer, frame.id)

    def answer_to(self, peer: str, of: str | None) -> ServerFrame | None:
        return next((f for f in self.sent.get(peer, []) if of is not None and f.of == of), None)

    def lose(self, peer: str) -> None:
        self.sockets.discard(peer)
        self.do(self.room.disconnect(self.now, peer))

    def later(self, seconds: float, step: float = 0.5) -> None:
        """Time passes."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + step)
            self.do(self.room.tick(self.now))

    def upload(self, number: int) -> Still:
        """A still comes in over HTTP; the room does not know of it yet."""
        made = Still(
            uid(number),
            uid(number + 1000),
            None,
            "capture",
            "customer",
            4000,
            3000,
            9,
            "image/jpeg",
            NOON,
            "/x",
        )
        self.stills[made.id] = made
        return made

    def reload(self) -> None:
        self.do(self.room.reconciled(self.now, self.records()))

    def answer_offer(self, *publishing: said.Kind, refusal: str | None = None) -> None:
        """The node answers the oldest offer it has."""
        asked = self.at_node.pop(0)
        outcome = fx.Refusal(refusal, 500) if refusal else fx.NodeAnswer("answer", publishing)
        self.do(self.room.settled(self.now, asked.ticket, outcome))

    # effects ------------------------------------------------------------------------------------

    def do(self, effects: list[fx.Effect]) -> None:
        for effect in effects:
            match effect:
                case fx.Send():
                    self._deliver(effect.peer, effect.frame)
                case fx.Broadcast():
                    for peer in self.room.hearers():
                        if peer != effect.but:
                            self._deliver(peer, effect.frame)
                case fx.Store() | fx.Reload():
                    self.waiting.append(effect)
                case fx.AskNode():
                    self.at_node.append(effect)
                case fx.ClosePeer():
                    self.closed.append((effect.peer, effect.code))
                    self.sockets.discard(effect.peer)
                case fx.CloseMedia():
                    self.closed_media.append(effect.peer)
                case fx.Remember():
                    self.memory = effect.memory
                case fx.Log():
                    self.logged.append(effect)
        if self.patient:
            self.work()

    def work(self, most: int = 1000) -> None:
        """Storage gets round to what waits for it."""
        while self.waiting and most:
            most -= 1
            work = self.waiting.popleft()
            if isinstance(work, fx.Reload):
                self.reload()
                continue
            outcome = self._store(work)
            if work.ticket is not None:
                self.do(self.room.settled(self.now, work.ticket, outcome))

    def _store(self, store: fx.Store) -> fx.Outcome:
        if self.refuse_next is not None:
            code, self.refuse_next = self.refuse_next, None
            return fx.Refusal(code)
        deed, kind = store.deed, store.who.key.partition(":")[0]
        match deed:
            case fx.AddMark():
                if deed.still_id not in self.stills:
                    return fx.Refusal("unknown_still")
                known = [m for m in self.marks.values() if m.client_id == deed.client_id]
                made = Mark(
                    uid(self._next()),
                    deed.client_id,
                    deed.still_id,
                    kind,
                    uid(1),
                    deed.tool,
                    deed.points,
                    deed.text,
                    NOON,
                )
                return known[0] if known else self.marks.setdefault(made.id, made)
            case fx.UndoMark():
                mark = self.marks.pop(deed.mark_id, None)
                return mark if mark is not None else fx.Refusal("unknown_mark")
            case fx.AddMessage():
                same = [m for m in self.messages.values() if m.client_id == deed.client_id]
                line = Message(uid(self._next()), deed.client_id, kind, uid(1), "", deed.text, NOON)
                return same[0] if same else self.messages.setdefault(line.id, line)
            case fx.StartFreeze():
                return uid(self._next())
            case fx.EndCall():
                self.open = False
            case fx.NoteJoined():
                self.joined_people.append(store.who.key)
            case fx.NoteStep():
                self.stored_steps.append(deed)
        return fx.Done()

    def records(self) -> fx.Records:
        return fx.Records(
            tuple(self.stills.values()),
            tuple(self.marks.values()),
            tuple(self.messages.values()),
            self.open,
            self.staff,
        )

    def _deliver(self, peer: str, frame: ServerFrame) -> None:
        frames.encode(frame)
        if isinstance(frame.of, str):
            self.answered[frame.of] += 1  # the room has answered, even if the socket is gone
        if peer in self.sockets:
            self.sent.setdefault(peer, []).append(frame)

    def _next(self) -> int:
        self._count += 1
        return 100 + self._count

    def _id(self) -> str:
        return f"q{self._next()}"

    # what was sent ------------------------------------------------------------------------------

    def got(self, peer: str, kind: type[ServerFrame]) -> list[Any]:
        return [frame for frame in self.sent.get(peer, []) if isinstance(frame, kind)]

    def last(self, peer: str) -> ServerFrame:
        return self.sent[peer][-1]

    def errors(self, peer: str) -> list[str]:
        return [frame.code for frame in self.sent.get(peer, []) if isinstance(frame, frames.Error)]

    def forget_sent(self) -> None:
        self.sent.clear()


ON = said.MediaState(camera="on", microphone="on", hidden=False, phone_call=False, torch="off")
HIDDEN = said.MediaState(camera="on", microphone="on", hidden=True, phone_call=False, torch="off")
ON_THE_PHONE = said.MediaState(camera="on", microphone="on", hidden=True, phone_call=True, torch="off")
NO_CAMERA = said.MediaState(camera="refused", microphone="on", hidden=False, phone_call=False, torch="absent")
ARROW: list[tuple[float, float]] = [(0.1, 0.2), (0.3, 0.4)]


def mark(number: int, still: frames.Still) -> said.MarkAdd:
    return said.MarkAdd(client_id=uid(number), still_id=still.id, tool="arrow", points=ARROW)
