"""Offers to the node and answers from it, streams, the state of devices, quality."""

from __future__ import annotations

from assist.webrtc import protocol as said
from assist.webrtc.room.machine.effects import Broadcast, CloseMedia, Effect, Log, NodeAnswer, Refusal, Send
from assist.webrtc.room.machine.frames import (
    Answer,
    MediaStateOf,
    Moved,
    OfferWanted,
    Ok,
    PhoneState,
    QualityOf,
    RungOf,
    RungReason,
    Streams,
    TorchWish,
)
from assist.webrtc.room.machine.freezing import phone_interrupted
from assist.webrtc.room.machine.presence import Participant
from assist.webrtc.room.machine.state import RoomState, Waiting

QUALITY_EVERY_S = 5.0
MOST_NOTES = 200
"""Interruptions of one peer that are kept on record and logged; a page can flicker."""
MOVE_SPREAD_MS = 300
"""Peers of a room that has to move offer again within this time, each at its own random moment."""


def on_offer(state: RoomState, now: float, by: Participant, frame: said.Offer) -> list[Effect]:
    media = state.media.of(by.peer)
    if media.asked is not None:
        before, media.waiting = media.waiting, frame
        return [] if before is None else [state.refuse(by, before, "offer_superseded")]
    media.asked = frame
    return [state.ask_node(by, frame)]


def node_answered(
    state: RoomState, now: float, waiting: Waiting, outcome: NodeAnswer | Refusal
) -> list[Effect]:
    media, peer = state.media.of(waiting.peer), state.people.get(waiting.peer)
    effects: list[Effect] = []
    if isinstance(outcome, Refusal):
        effects.append(state.refuse(waiting.peer, waiting.frame, outcome.code, outcome.retry_after_ms))
    else:
        answer = Answer(sdp=outcome.sdp, refused=dict(outcome.refused))
        effects.append(state.answer(waiting.peer, waiting.frame, answer))
    if media.asked is not waiting.frame and peer is not None and peer.seated:
        return effects  # it left and came back meanwhile; its newer offer decides
    media.asked = None
    if peer is None or not peer.seated or state.over:
        # It left, or the call ended, while the node was thinking: what the node made for it has to go.
        return [*effects, CloseMedia(waiting.peer)]
    if isinstance(outcome, NodeAnswer):
        anew = isinstance(waiting.frame, said.Offer) and not waiting.frame.restart
        effects += streams_are(state, waiting.peer, outcome.publishing, anew=anew)
    if media.waiting is not None:
        media.asked, media.waiting = media.waiting, None
        effects.append(state.ask_node(peer, media.asked))
    return effects


def streams_are(
    state: RoomState, peer: str, kinds: tuple[said.Kind, ...], *, anew: bool = False
) -> list[Effect]:
    if not state.media.sends(peer, kinds, anew=anew):
        return []
    return [Broadcast(Streams(streams=state.media.streams_view())), state.remember()]


def stream_started(state: RoomState, now: float, peer: str, kind: said.Kind) -> list[Effect]:
    """The node saw a stream's first packet.

    Its offer's answer has announced it already; only a stream that was replaced under way is news.
    """
    known = state.people.get(peer)
    if known is None or not known.seated or not state.media.packet_seen(peer, kind):
        return []
    return [Broadcast(Streams(streams=state.media.streams_view())), state.remember()]


def offer_wanted(state: RoomState, now: float, peer: str) -> list[Effect]:
    """Somebody in the room cannot decode what ``peer`` sends; its next offer comes to another codec."""
    participant = state.people.get(peer)
    if participant is None or not participant.hears or not state.media.of(peer).streams:
        return []
    return [Log("codec_changes", {"role": participant.who.role}), Send(peer, OfferWanted())]


def media_lost(state: RoomState, now: float, peer: str) -> list[Effect]:
    """The node has lost a peer's media (silence, a failed handshake); its socket may well stand."""
    return streams_are(state, peer, ())


def node_moved(state: RoomState, now: float) -> list[Effect]:
    """The node of this room is gone, or will be: everybody makes a new peer connection."""
    effects: list[Effect] = [
        state.refuse(peer, offer, "media_unavailable", MOVE_SPREAD_MS)
        for peer, offer in state.media.drop_all()
    ]
    log = Log("room_moved", {"room": state.room})
    return [*effects, log, Broadcast(Moved(retry_after_ms=MOVE_SPREAD_MS)), state.remember()]


def on_media_state(state: RoomState, now: float, by: Participant, frame: said.MediaState) -> list[Effect]:
    before, by.state = by.state, PhoneState.of(frame)
    effects: list[Effect] = []
    interruption = by.state.interruption
    if interruption != (before.interruption if before else "none"):
        if by.interruptions < MOST_NOTES:
            by.interruptions += 1
            effects.append(Log("interruption", {"role": by.who.role, "what": interruption}))
            effects.append(state.note(by.who, "interruption", interruption))
    if by.seated:
        effects.append(Broadcast(media_state_frame(by), but=by.peer))
        if interruption != "none":
            effects += phone_interrupted(state, now, by.peer, interruption)
    return effects + _rung(state, by, state.media.of(by.peer).ladder.device(by.state))


def media_state_frame(of: Participant) -> MediaStateOf:
    state = of.state
    assert state is not None
    return MediaStateOf(
        peer=of.peer,
        camera=state.camera,
        microphone=state.microphone,
        hidden=state.hidden,
        phone_call=state.phone_call,
        torch=state.torch,
        interruption=state.interruption,
    )


def on_torch(state: RoomState, now: float, by: Participant, frame: said.Torch) -> list[Effect]:
    phone = state.people.phone()
    if phone is None:
        return [state.refuse(by, frame, "freeze_no_phone")]
    return [Send(phone.peer, TorchWish(on=frame.on, by=by.peer)), state.answer(by, frame, Ok())]


def on_quality(state: RoomState, now: float, by: Participant, frame: said.Quality) -> list[Effect]:
    state.media.of(by.peer).said = (now, frame)
    return []


def node_quality(state: RoomState, now: float, peer: str, loss: float, rtt_ms: float) -> list[Effect]:
    """The node measured how a peer's media does."""
    participant = state.people.get(peer)
    if participant is None or not participant.seated:
        return []
    media = state.media.of(peer)
    level = state.media.level(peer, now, loss, rtt_ms)
    effects = _rung(state, participant, media.ladder.measure(now, level))
    if level != media.told or now - media.told_at >= QUALITY_EVERY_S:
        media.told, media.told_at = level, now
        frame = QualityOf(peer=peer, level=level, words_key=f"quality.{level}")
        effects.append(Broadcast(frame, losable=True))
    return effects


def _rung(state: RoomState, of: Participant, reason: RungReason | None) -> list[Effect]:
    """Tell a step on the ladder, when there was one."""
    if reason is None:
        return []
    of.rung = state.media.of(of.peer).ladder.rung
    frame = RungOf(peer=of.peer, rung=of.rung, reason=reason)
    log = Log("rung", {"role": of.who.role, "rung": of.rung, "reason": reason})
    return [log, state.note(of.who, "rung", f"{of.rung}:{reason}"), Broadcast(frame), state.remember()]
