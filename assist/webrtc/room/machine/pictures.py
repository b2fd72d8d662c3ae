"""Stills on both screens, marks on them, and chat."""

from __future__ import annotations

from assist.webrtc import protocol as said
from assist.webrtc.room.machine.effects import AddMark, AddMessage, Broadcast, Effect, UndoMark
from assist.webrtc.room.machine.frames import (
    ChatAdded,
    InkFrom,
    Mark,
    MarkAdded,
    MarkUndone,
    Message,
    PointerFrom,
    StillShown,
)
from assist.webrtc.room.machine.presence import Participant
from assist.webrtc.room.machine.state import RoomState


def on_show_still(state: RoomState, now: float, by: Participant, frame: said.ShowStill) -> list[Effect]:
    if frame.still_id is not None and not state.known_still(frame.still_id):
        return state.park(by, frame)
    return show(state, by.peer, frame, frame.still_id is not None)


def show(state: RoomState, by: str, frame: said.ShowStill | said.StillReady, still: bool) -> list[Effect]:
    """Put a known still, or the live picture, on every screen, as the answer to ``frame``."""
    state.board.show(frame.still_id if still else None)
    return [*state.announce(by, frame, shown_frame(state, by)), state.remember()]


def shown_frame(state: RoomState, by: str) -> StillShown:
    return StillShown(still=state.board.shown_still(), marks=state.board.shown_marks(), by=by)


def on_mark_add(state: RoomState, now: float, by: Participant, frame: said.MarkAdd) -> list[Effect]:
    if not state.known_still(frame.still_id):
        return state.park(by, frame)
    deed = AddMark(frame.client_id, frame.still_id, frame.tool, frame.points, frame.text)
    return [state.store(by, frame, deed)]


def mark_stored(state: RoomState, by: str, frame: said.Frame, mark: Mark) -> list[Effect]:
    added = MarkAdded(mark=mark)
    if state.board.add_mark(mark):
        return state.announce(by, frame, added)
    return [state.answer(by, frame, added)]


def on_mark_undo(state: RoomState, now: float, by: Participant, frame: said.MarkUndo) -> list[Effect]:
    return [state.store(by, frame, UndoMark(frame.mark_id))]


def mark_undone(state: RoomState, by: str, frame: said.MarkUndo, mark: Mark) -> list[Effect]:
    """``mark`` is undone in SQL; undoing what was undone before is answered, and not announced again."""
    undone = MarkUndone(mark_id=mark.id, still_id=mark.still_id)
    if state.board.undo_mark(mark.id) is None:
        return [state.answer(by, frame, undone)]
    return state.announce(by, frame, undone)


def on_chat(state: RoomState, now: float, by: Participant, frame: said.Chat) -> list[Effect]:
    return [state.store(by, frame, AddMessage(frame.client_id, frame.text))]


def message_stored(state: RoomState, by: str, frame: said.Frame, message: Message) -> list[Effect]:
    added = ChatAdded(message=message)
    if state.board.add_message(message):
        return state.announce(by, frame, added)
    return [state.answer(by, frame, added)]


def on_ink(state: RoomState, now: float, by: Participant, frame: said.Ink) -> list[Effect]:
    if not state.known_still(frame.still_id):
        return []
    ink = InkFrom(
        peer=by.peer,
        client_id=frame.client_id,
        still_id=frame.still_id,
        tool=frame.tool,
        start=frame.start,
        points=frame.points,
    )
    return [Broadcast(ink, but=by.peer, losable=True)]


def on_pointer(state: RoomState, now: float, by: Participant, frame: said.Pointer) -> list[Effect]:
    if frame.still_id is not None and not state.known_still(frame.still_id):
        return []
    if frame.picture_of is not None and "video" not in state.media.streams_view().get(frame.picture_of, {}):
        return []
    pointer = PointerFrom(
        peer=by.peer, still_id=frame.still_id, picture_of=frame.picture_of, x=frame.x, y=frame.y
    )
    return [Broadcast(pointer, but=by.peer, losable=True)]
