"""The frames of a freeze; :mod:`assist.webrtc.room.machine.freeze` has its states and why they are so."""

from __future__ import annotations

from uuid import UUID

from assist.webrtc import protocol as said
from assist.webrtc.room.machine.effects import Broadcast, Effect, Log, Refusal, StartFreeze
from assist.webrtc.room.machine.frames import (
    FreezeAsked,
    FreezeFailed,
    FreezeFailure,
    FreezeView,
    FrozenBy,
    Ok,
)
from assist.webrtc.room.machine.freeze import Freeze, Stage
from assist.webrtc.room.machine.pictures import show
from assist.webrtc.room.machine.presence import Participant
from assist.webrtc.room.machine.state import RoomState


def on_freeze_request(
    state: RoomState, now: float, by: Participant, frame: said.FreezeRequest
) -> list[Effect]:
    freeze = state.freezer.current
    if freeze is not None and freeze.id is not None:
        return [state.answer(by, frame, _asked(freeze, freeze.id))]
    if freeze is None:
        phone = state.people.phone()
        if phone is None:
            return [state.refuse(by, frame, "freeze_no_phone")]
        state.freezer.begin(phone.peer, by.peer, now)
        return [state.store(by, frame, StartFreeze())]
    # Its id is being written down: this wish shares that one's answer.
    state.joined_wishes.append((by.peer, frame))
    return []


def freeze_written(state: RoomState, now: float, by: str, frame: said.Frame, freeze_id: UUID) -> list[Effect]:
    freeze = state.freezer.current
    if freeze is None or not state.freezer.written(freeze_id, now):
        # Given up while it was written (it took too long, or the call ended).
        return [state.refuse(by, frame, "freeze_no_phone"), *_tell_joined(state, None)]
    asked = _asked(freeze, freeze_id)
    effects: list[Effect] = [*state.announce(by, frame, asked), *_tell_joined(state, asked)]
    phone = state.people.get(freeze.to)
    if phone is None or not phone.connected or not phone.seated:
        return [*effects, *fail(state, now, "phone_lost")]
    if phone.state is not None and phone.state.interruption != "none":
        return [*effects, *fail(state, now, phone.state.interruption)]
    return effects


def freeze_not_written(
    state: RoomState, now: float, by: str, frame: said.Frame, refusal: Refusal
) -> list[Effect]:
    freeze = state.freezer.current
    if freeze is not None and freeze.id is None:
        freeze.happen("cancelled", now)
        state.freezer.settle(state.board.changes)
    refused = state.refuse(by, frame, refusal.code, refusal.retry_after_ms)
    return [refused, *_tell_joined(state, None, refusal.code)]


def on_frozen(state: RoomState, now: float, by: Participant, frame: said.Frozen) -> list[Effect]:
    freeze = state.freezer.find(frame.freeze_id)
    if freeze is None:
        return [state.refuse(by, frame, "unknown_freeze")]
    if freeze.to != by.peer:
        return [state.refuse(by, frame, "role_forbidden")]
    done = state.answer(by, frame, Ok())
    if not freeze.happen("frozen", now):
        return [done]  # late or doubled
    freeze.width, freeze.height = frame.width, frame.height
    frozen = FrozenBy(
        freeze_id=frame.freeze_id,
        peer=by.peer,
        width=frame.width,
        height=frame.height,
        preview=frame.preview,
    )
    return [done, Broadcast(frozen, but=by.peer)]


def on_still_ready(state: RoomState, now: float, by: Participant, frame: said.StillReady) -> list[Effect]:
    freeze = state.freezer.find(frame.freeze_id) if frame.freeze_id is not None else None
    if frame.freeze_id is not None and freeze is None:
        return [state.refuse(by, frame, "unknown_freeze")]
    if not state.known_still(frame.still_id):
        return state.park(by, frame)
    if freeze is None:
        # A still of no freeze: the desk's own, from the video. It is shown as if it had been chosen.
        wanted = by.who.role == "technician"
    else:
        wanted = state.freezer.may_show(freeze, state.board.changes)
        freeze.happen("still_ready", now)
    if not wanted:
        return [state.answer(by, frame, Ok())]
    effects = show(state, by.peer, frame, True)
    state.freezer.settle(state.board.changes)
    return effects


def phone_interrupted(state: RoomState, now: float, peer: str, reason: FreezeFailure) -> list[Effect]:
    """The phone of a freeze cannot go on; only a phone that has not answered yet is waited for in vain."""
    freeze = state.freezer.current
    if freeze is None or freeze.to != peer or freeze.stage is not Stage.ASKED:
        return []
    return fail(state, now, reason)


def check_time(state: RoomState, now: float) -> list[Effect]:
    reason = state.freezer.out_of_time(now)
    return [] if reason is None else _failed(state, reason)


def fail(state: RoomState, now: float, reason: FreezeFailure) -> list[Effect]:
    """End the freeze under way, whatever its stage."""
    freeze = state.freezer.current
    if freeze is None or not freeze.happen(
        "interrupted" if freeze.stage is Stage.ASKED else "cancelled", now
    ):
        return []
    return _failed(state, reason)


def view(state: RoomState) -> FreezeView | None:
    """The freeze under way, for a snapshot."""
    freeze = state.freezer.current
    if freeze is None or freeze.id is None:
        return None
    return FreezeView(freeze.id, freeze.to, "held" if freeze.stage is Stage.HELD else "asked")


def _failed(state: RoomState, reason: FreezeFailure) -> list[Effect]:
    freeze = state.freezer.current
    assert freeze is not None
    state.freezer.settle(state.board.changes)
    log = Log("freeze_failed", {"reason": reason})
    if freeze.id is None:
        return [log]  # whoever wished for it is answered when the writing comes back
    return [log, Broadcast(FreezeFailed(freeze_id=freeze.id, reason=reason))]


def _asked(freeze: Freeze, freeze_id: UUID) -> FreezeAsked:
    return FreezeAsked(freeze_id=freeze_id, by=freeze.by, to=freeze.to)


def _tell_joined(state: RoomState, asked: FreezeAsked | None, code: str = "freeze_no_phone") -> list[Effect]:
    wishes, state.joined_wishes = state.joined_wishes, []
    if asked is None:
        return [state.refuse(peer, frame, code) for peer, frame in wishes]
    return [state.answer(peer, frame, asked) for peer, frame in wishes]
