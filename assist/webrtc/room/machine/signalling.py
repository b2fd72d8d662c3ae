"""The room: everything that a call's participants do to each other, as a pure state machine.

Inputs arrive one at a time, each with the moment ``now`` (seconds of a monotonic clock): a socket said
hello, a frame came, a socket was lost, a deed was stored, the node answered, time passed. Each returns the
effects it has (:mod:`assist.webrtc.room.machine.effects`), in order. The room waits for nothing and cannot
fail: whatever comes in, in whatever order, it answers.

Its state is four parts, each with its own theory: who is here (``room.presence``), the freeze under way
(``room.freeze``), what lies on the table (``room.board``), and the media of each peer (``room.peer_media``
and ``room.ladder``).

Three rules hold throughout:

* *A request is answered once.* Either at once, or with the outcome of the effect whose ticket carries it.
* *Announced is stored.* Marks, messages and stills are told by the outcome of storing them, never before.
* *What the room does not know may still be true.* A frame that names a still it has not heard of is parked
  while the stills are read afresh, and only then refused. So is whoever comes into a call that is over: it
  may have been taken up again.

**Who may say what** is the table :data:`FRAMES`: for each frame the roles, whether the sender has to have
joined, and the part that handles it. A frame that is not in it cannot have been parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from assist.webrtc import protocol as said
from assist.webrtc.room.machine import attendance, freezing, media, pictures
from assist.webrtc.room.machine.effects import (
    Broadcast,
    CloseMedia,
    ClosePeer,
    Done,
    Effect,
    EndCall,
    Log,
    Memory,
    NodeAnswer,
    Outcome,
    Records,
    Refusal,
    Reload,
    Send,
    Who,
)
from assist.webrtc.room.machine.frames import (
    Ended,
    EndReason,
    Mark,
    Message,
    Ok,
    Participants,
    ServerPong,
    Welcome,
    You,
)
from assist.webrtc.room.machine.presence import Participant
from assist.webrtc.room.machine.state import RoomState, Waiting

HEARTBEAT_S = 3.0

Handler: TypeAlias = Callable[[RoomState, float, Participant, Any], list[Effect]]

_CUSTOMER, _TECHNICIAN, _REP = "customer", "technician", "rep"
_ALL = frozenset({_CUSTOMER, _TECHNICIAN, _REP})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may say a frame, whether only once joined, and who handles it."""

    roles: frozenset[str]
    joined: bool
    handle: Handler


def _on_end(state: RoomState, now: float, by: Participant, frame: said.End) -> list[Effect]:
    return [state.store(by, frame, EndCall())]


def _on_telemetry(state: RoomState, now: float, by: Participant, frame: said.Telemetry) -> list[Effect]:
    if frame.step in by.steps:
        return []
    by.steps.add(frame.step)
    log = Log("join_step", {"role": by.who.role, "step": frame.step, "at_ms": round(frame.at_ms)})
    return [log, state.note(by.who, "step", frame.step, frame.at_ms)]


def _on_ping(state: RoomState, now: float, by: Participant, frame: said.Ping) -> list[Effect]:
    return [state.answer(by, frame, ServerPong())]


def _on_pong(state: RoomState, now: float, by: Participant, frame: said.Pong) -> list[Effect]:
    return []


def _on_hello(state: RoomState, now: float, by: Participant, frame: said.Hello) -> list[Effect]:
    return [state.refuse(by, frame, "hello_expected")]


FRAMES: Mapping[type[said.ClientFrame], Rule] = {
    said.Hello: Rule(_ALL, False, _on_hello),
    said.Ping: Rule(_ALL, False, _on_ping),
    said.Pong: Rule(_ALL, False, _on_pong),
    said.Telemetry: Rule(_ALL, False, _on_telemetry),
    said.MediaState: Rule(_ALL, False, media.on_media_state),
    said.Join: Rule(_ALL, False, attendance.on_join),
    said.Leave: Rule(_ALL, False, attendance.on_leave),
    said.End: Rule(frozenset({_TECHNICIAN}), True, _on_end),
    said.Offer: Rule(_ALL, True, media.on_offer),
    said.Quality: Rule(_ALL, True, media.on_quality),
    said.Torch: Rule(frozenset({_TECHNICIAN}), True, media.on_torch),
    said.FreezeRequest: Rule(frozenset({_TECHNICIAN}), True, freezing.on_freeze_request),
    said.Frozen: Rule(frozenset({_CUSTOMER, _REP}), True, freezing.on_frozen),
    said.StillReady: Rule(_ALL, True, freezing.on_still_ready),
    said.ShowStill: Rule(frozenset({_TECHNICIAN}), True, pictures.on_show_still),
    said.MarkAdd: Rule(_ALL, True, pictures.on_mark_add),
    said.MarkUndo: Rule(_ALL, True, pictures.on_mark_undo),
    said.Ink: Rule(_ALL, True, pictures.on_ink),
    said.Pointer: Rule(_ALL, True, pictures.on_pointer),
    said.Chat: Rule(_ALL, True, pictures.on_chat),
}


class Room:
    """One call. Make it with what is stored, and with what another worker remembered of it, if any."""

    def __init__(self, room: str, now: float, records: Records, memory: Memory | None = None) -> None:
        self.state = RoomState.restored(room, memory or Memory(), records, now)
        self.state.over = not records.open

    # sockets ------------------------------------------------------------------------------------

    def connect(self, now: float, peer: str, who: Who, hello: said.Hello | None) -> list[Effect]:
        """A socket of ``peer`` stands. ``hello`` is None when another worker only hands it over."""
        state = self.state
        participant = state.people.meet(peer, who)
        resumed = participant.seated
        participant.happen("hello", now)
        participant.connected, participant.hears = True, False
        effects: list[Effect] = []
        if hello is not None:
            you = You(who.role, who.name, who.language)
            welcome = Welcome(
                version=min(hello.version, said.VERSION),
                peer=peer,
                room=state.room,
                you=you,
                heartbeat_s=HEARTBEAT_S,
                resumed=resumed,
            )
            effects.append(state.answer(participant, hello, welcome))
        if state.over:
            effects.append(Reload())
        return effects

    def disconnect(self, now: float, peer: str) -> list[Effect]:
        """The socket of ``peer`` is lost."""
        state = self.state
        participant = state.people.get(peer)
        if participant is None or not participant.connected:
            return []
        participant.connected = participant.hears = False
        if not participant.happen("lost", now):
            return []
        if not participant.seated:
            state.people.forget(peer)
            return []
        news = Broadcast(Participants(participants=state.people.views()))
        log = Log("line_lost", {"role": participant.who.role})
        return [log, news, *freezing.phone_interrupted(state, now, peer, "phone_lost"), state.remember()]

    def revoke(self, now: float, peer: str, code: int = 4401) -> list[Effect]:
        """``peer`` may no longer be here: its session has ended, or (4403) the call is another's now."""
        participant = self.state.people.get(peer)
        if participant is None:
            return []
        effects: list[Effect] = []
        if participant.connected:
            effects += [Send(peer, Ended(reason="revoked")), ClosePeer(peer, code)]
        participant.connected = participant.hears = False
        return effects + attendance.depart(self.state, now, participant, "leave")

    def hearers(self) -> list[str]:
        """Who gets what is broadcast now."""
        return [participant.peer for participant in self.state.people if participant.hears]

    def connected(self) -> list[str]:
        """Peers with a socket."""
        return [participant.peer for participant in self.state.people if participant.connected]

    # frames -------------------------------------------------------------------------------------

    def receive(self, now: float, peer: str, frame: said.Frame) -> list[Effect]:
        """A frame of ``peer``."""
        participant = self.state.people.get(peer)
        if participant is None or not participant.connected:
            return []  # its socket is closing already
        rule = FRAMES[type(frame)]
        silent = isinstance(frame, said.NOTES)
        if self.state.over and isinstance(frame, said.Join):
            return self.state.park(participant, frame)
        if self.state.over and rule.joined:
            return [] if silent else [self.state.refuse(participant, frame, "call_ended")]
        if participant.who.role not in rule.roles:
            return [self.state.refuse(participant, frame, "role_forbidden")]
        if rule.joined and not participant.hears:
            return [] if silent else [self.state.refuse(participant, frame, "not_joined")]
        return rule.handle(self.state, now, participant, frame)

    # what comes back ----------------------------------------------------------------------------

    def settled(self, now: float, ticket: int, outcome: Outcome) -> list[Effect]:
        """What became of the effect with ``ticket``."""
        waiting = self.state.waiting.pop(ticket, None)
        if waiting is None:
            return []
        state, peer, frame = self.state, waiting.peer, waiting.frame
        match frame, outcome:
            case said.Offer(), NodeAnswer() | Refusal():
                return media.node_answered(state, now, waiting, outcome)
            case said.FreezeRequest(), Refusal():
                return freezing.freeze_not_written(state, now, peer, frame, outcome)
            case _, Refusal():
                return [state.refuse(peer, frame, outcome.code, outcome.retry_after_ms)]
            case said.FreezeRequest(), UUID():
                return freezing.freeze_written(state, now, peer, frame, outcome)
            case said.MarkAdd(), Mark():
                return pictures.mark_stored(state, peer, frame, outcome)
            case said.MarkUndo(), Mark():
                return pictures.mark_undone(state, peer, frame, outcome)
            case said.Chat(), Message():
                return pictures.message_stored(state, peer, frame, outcome)
            case said.End(), Done():
                return [state.answer(peer, frame, Ok()), *self._end(now, "technician")]
        return [state.refuse(peer, frame, "internal")]

    def reading(self) -> int:
        """The records are about to be read: how many of the parked requests that look can answer.

        What is parked while it goes on may ask for something that was stored after the look: it waits for
        the next one, which it has asked for itself.
        """
        return len(self.state.parked)

    def reconciled(self, now: float, records: Records, answers: int | None = None) -> list[Effect]:
        """The records as they are now: announce what is new, then take up what waited for them.

        ``answers`` is what :meth:`reading` said when the look began; None: it took no time.
        """
        state = self.state
        state.over = state.over and not records.open
        shown = state.board.shown
        effects: list[Effect] = [Broadcast(news) for news in state.board.reconcile(records)]
        if state.board.shown != shown:
            effects.append(state.remember())
        for participant in list(state.people):
            if participant.who.role != "customer" and not _may_stay(participant.who, records):
                effects += self.revoke(now, participant.peer, 4403)
        for request in state.unpark(answers):
            effects += self._unpark(now, request)
        if not records.open:
            effects += self._end(now, "request")
        return effects

    def not_reconciled(self, now: float, answers: int | None = None) -> list[Effect]:
        """The records could not be read: what waited for them is to be said again, a join over a new line."""
        effects: list[Effect] = []
        for waiting in self.state.unpark(answers):
            effects.append(self.state.refuse(waiting.peer, waiting.frame, "unavailable", 1000))
            if isinstance(waiting.frame, said.Join):
                effects.append(ClosePeer(waiting.peer, 1013))
        return effects

    def _unpark(self, now: float, request: Waiting) -> list[Effect]:
        if isinstance(request.frame, said.Join):
            return self._unpark_join(now, request)
        still_id = getattr(request.frame, "still_id", None)
        if still_id not in self.state.board.stills:
            return [self.state.refuse(request.peer, request.frame, "unknown_still")]
        participant = self.state.people.get(request.peer)
        if participant is None or not participant.hears:
            return [self.state.refuse(request.peer, request.frame, "not_joined")]
        return FRAMES[type(request.frame)].handle(self.state, now, participant, request.frame)

    def _unpark_join(self, now: float, request: Waiting) -> list[Effect]:
        participant = self.state.people.get(request.peer)
        if self.state.over or participant is None or not participant.connected:
            return [self.state.refuse(request.peer, request.frame, "call_ended")]
        return FRAMES[said.Join].handle(self.state, now, participant, request.frame)

    def node_moved(self, now: float) -> list[Effect]:
        return [] if self.state.over else media.node_moved(self.state, now)

    def stream_started(self, now: float, peer: str, kind: said.Kind) -> list[Effect]:
        return media.stream_started(self.state, now, peer, kind)

    def offer_wanted(self, now: float, peer: str) -> list[Effect]:
        return media.offer_wanted(self.state, now, peer)

    def media_lost(self, now: float, peer: str) -> list[Effect]:
        return media.media_lost(self.state, now, peer)

    def quality(self, now: float, peer: str, loss: float, rtt_ms: float) -> list[Effect]:
        return media.node_quality(self.state, now, peer, loss, rtt_ms)

    def tick(self, now: float) -> list[Effect]:
        """Time has passed; called about once a second, or oftener."""
        effects = freezing.check_time(self.state, now)
        for participant in self.state.people.overdue(now):
            effects += attendance.depart(self.state, now, participant, "grace_over")
        return effects

    def _end(self, now: float, reason: EndReason) -> list[Effect]:
        ended, connected = Ended(reason=reason), self.connected()
        if self.state.over:  # whoever came to look for it is told
            return [effect for peer in connected for effect in (Send(peer, ended), ClosePeer(peer, 1000))]
        effects = freezing.fail(self.state, now, "cancelled")
        self.state.over = True
        orphans = self.state.media.drop_all()
        effects += [self.state.refuse(peer, offer, "call_ended") for peer, offer in orphans]
        effects += [Broadcast(ended), CloseMedia(None)]
        effects += [ClosePeer(peer, 1000) for peer in connected]
        return [*effects, Log("call_ended", {"reason": reason})]


def _may_stay(who: Who, records: Records) -> bool:
    return records.staff is None or who.key in records.staff
