"""Coming into the call, and leaving it for good; what is between: `assist.webrtc.room.machine.presence`."""

from __future__ import annotations

from assist.webrtc import protocol as said
from assist.webrtc.room.machine import freezing
from assist.webrtc.room.machine.effects import Broadcast, CloseMedia, ClosePeer, Effect, NoteJoined, Store
from assist.webrtc.room.machine.frames import Joined, Ok, Participants, Streams
from assist.webrtc.room.machine.presence import MAX_PARTICIPANTS, Happening, Participant
from assist.webrtc.room.machine.state import RoomState


def on_join(state: RoomState, now: float, by: Participant, frame: said.Join) -> list[Effect]:
    effects: list[Effect] = []
    if not by.seated and len(state.people.seated()) >= MAX_PARTICIPANTS:
        # Who is there comes before who may come back: a link that is opened again and again takes many seats.
        gone = state.people.longest_away()
        if gone is None:
            return [state.refuse(by, frame, "room_full")]
        effects += depart(state, now, gone, "grace_over")
    by.happen("join", now)
    by.hears = True
    by.publish = tuple(frame.publish)
    effects += [
        state.answer(by, frame, _snapshot(state)),
        Broadcast(Participants(participants=state.people.views()), but=by.peer),
        state.remember(),
    ]
    if by.who.key not in state.noted:
        state.noted.add(by.who.key)
        effects.append(Store(None, by.who, NoteJoined()))
    return effects


def _snapshot(state: RoomState) -> Joined:
    return Joined(
        participants=state.people.views(),
        streams=state.media.streams_view(),
        freeze=freezing.view(state),
        shown=state.board.shown_still(),
        marks=state.board.shown_marks(),
        stills=list(state.board.stills.values()),
        messages=state.board.recent_messages(),
    )


def on_leave(state: RoomState, now: float, by: Participant, frame: said.Leave) -> list[Effect]:
    done = state.answer(by, frame, Ok())
    by.connected = by.hears = False
    effects = depart(state, now, by, "leave")
    return [done, *effects, ClosePeer(by.peer, 1000)]


def depart(state: RoomState, now: float, who: Participant, why: Happening) -> list[Effect]:
    """A participant is gone for good: its media too."""
    was_seated = who.seated
    who.happen(why, now)
    if not was_seated:
        state.people.forget(who.peer)
        return []
    effects: list[Effect] = [*freezing.phone_interrupted(state, now, who.peer, "phone_lost")]
    waiting = state.media.of(who.peer).waiting
    if waiting is not None:
        effects.append(state.refuse(who, waiting, "not_joined"))
    sent = state.media.drop(who.peer)
    state.people.forget(who.peer)
    effects += [CloseMedia(who.peer), Broadcast(Participants(participants=state.people.views()))]
    if sent:
        effects.append(Broadcast(Streams(streams=state.media.streams_view())))
    return [*effects, state.remember()]
