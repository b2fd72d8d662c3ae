"""What a room knows, and the few things that every part of it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from assist.webrtc import protocol as said
from assist.webrtc.room.machine.board import Board
from assist.webrtc.room.machine.effects import (
    AskNode,
    Broadcast,
    Deed,
    Effect,
    Memory,
    NoteStep,
    Records,
    Reload,
    Remember,
    Send,
    Store,
    Who,
)
from assist.webrtc.room.machine.frames import Error, ServerFrame, answering
from assist.webrtc.room.machine.freeze import Freezer
from assist.webrtc.room.machine.ladder import RUNGS
from assist.webrtc.room.machine.peer_media import AllMedia
from assist.webrtc.room.machine.presence import Gathering, Participant


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request whose answer depends on an effect under way."""

    peer: str
    frame: said.Frame


@dataclass(slots=True)
class RoomState:
    """A room's whole memory; ``over`` once the call has ended."""

    room: str
    people: Gathering = field(default_factory=Gathering)
    board: Board = field(default_factory=Board)
    freezer: Freezer = field(default_factory=Freezer)
    media: AllMedia = field(default_factory=AllMedia)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    parked: list[Waiting] = field(default_factory=list)
    """Requests about stills that the room has not heard of, until it has read them afresh."""
    joined_wishes: list[tuple[str, said.Frame]] = field(default_factory=list)
    """Freeze requests that came while another was being written down."""
    noted: set[str] = field(default_factory=set)
    """People whose taking part is on record."""
    over: bool = False
    last_ticket: int = 0

    @classmethod
    def restored(cls, room: str, memory: Memory, records: Records, now: float) -> RoomState:
        """A room as another worker left it, from what that remembered and what SQL has."""
        state = cls(room, media=AllMedia(memory.streams))
        state.people.restore(memory.seats, now)
        for seat in memory.seats:
            state.media.of(seat.peer).ladder.line = RUNGS.index(seat.rung)
        state.board.reconcile(records)
        if memory.shown in state.board.stills:
            state.board.shown = memory.shown
        return state

    def memory(self) -> Memory:
        seats = tuple(participant.seat() for participant in self.people.seated())
        return Memory(seats, self.media.as_triples(), self.board.shown)

    # answers ------------------------------------------------------------------------------------

    def answer(self, asker: Participant | str, frame: said.Frame, answer: ServerFrame) -> Send:
        peer = asker if isinstance(asker, str) else asker.peer
        return Send(peer, answering(answer, frame.id))

    def refuse(
        self, asker: Participant | str, frame: said.Frame, code: str, retry_after_ms: int | None = None
    ) -> Send:
        error = Error(code=code, message="")
        if retry_after_ms is not None:
            error = Error(code=code, message="", retry_after_ms=retry_after_ms)
        return self.answer(asker, frame, error)

    def announce(self, asker: str, frame: said.Frame, news: ServerFrame) -> list[Effect]:
        """``news`` to everyone; the asker's copy is also its answer."""
        return [self.answer(asker, frame, news), Broadcast(news, but=asker)]

    # effects that come back ---------------------------------------------------------------------

    def store(self, asker: Participant, frame: said.Frame, deed: Deed) -> Store:
        return Store(self._ticket(asker, frame), asker.who, deed)

    def ask_node(self, asker: Participant, offer: said.Offer) -> AskNode:
        ticket = self._ticket(asker, offer)
        return AskNode(ticket, asker.peer, offer.sdp, offer.receive, offer.restart)

    def park(self, asker: Participant, frame: said.Frame) -> list[Effect]:
        """Set a request aside until the records have been read afresh."""
        self.parked.append(Waiting(asker.peer, frame))
        return [Reload()]

    def unpark(self, count: int | None = None) -> list[Waiting]:
        """The first ``count`` requests that were set aside (None: all), no longer so."""
        taken = self.parked[:count]
        del self.parked[: len(taken)]
        return taken

    def remember(self) -> Remember:
        return Remember(self.memory())

    def note(self, who: Who, kind: str, value: str, at_ms: float | None = None) -> Store:
        """A line for the request's record; nobody waits for it."""
        return Store(None, who, NoteStep(kind, value, None if at_ms is None else round(at_ms)))

    def known_still(self, still_id: UUID) -> bool:
        return still_id in self.board.stills

    def _ticket(self, asker: Participant, frame: said.Frame) -> int:
        self.last_ticket += 1
        self.waiting[self.last_ticket] = Waiting(asker.peer, frame)
        return self.last_ticket
