"""Stills in a room: freezing, marking, showing, and the words beside them."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest

from assist.webrtc import protocol as said
from assist.webrtc.room.machine import effects as fx
from assist.webrtc.room.machine import frames
from assist.webrtc.room.machine.freeze import ANSWER_S, UPLOAD_S
from tests.unit.webrtc.world import (
    ARROW,
    HIDDEN,
    NO_CAMERA,
    ON,
    ON_THE_PHONE,
    REP,
    TECHNICIAN,
    World,
    mark,
    uid,
)

# freezing -------------------------------------------------------------------------------------------


def shown(world: World) -> UUID | None:
    return world.room.state.board.shown


def freeze(world: World) -> frames.FreezeAsked:
    answer = world.say("desk", said.FreezeRequest())
    assert isinstance(answer, frames.FreezeAsked), answer
    return answer


def test_a_freeze_from_wish_to_still(world: World) -> None:
    asked = freeze(world)
    assert asked.to == "phone"
    assert world.got("phone", frames.FreezeAsked)
    world.say("phone", said.Frozen(freeze_id=asked.freeze_id, width=4000, height=3000, preview=None))
    assert world.got("desk", frames.FrozenBy)[-1].width == 4000
    still = world.upload(1)
    world.say("phone", said.StillReady(freeze_id=asked.freeze_id, still_id=still.id))
    for peer in ("phone", "desk"):
        assert world.got(peer, frames.StillAdded) == [frames.StillAdded(still=still)]
        assert world.got(peer, frames.StillShown)[-1].still == still
    world.later(60)
    assert world.got("desk", frames.FreezeFailed) == []


def test_a_second_wish_is_the_same_wish(world: World) -> None:
    world.patient = False
    world.say("desk", said.FreezeRequest(id="f1"))
    world.say("desk", said.FreezeRequest(id="f2"))
    world.work()
    world.say("desk", said.FreezeRequest(id="f3"))
    answers = [world.answer_to("desk", of) for of in ("f1", "f2", "f3")]
    assert all(isinstance(answer, frames.FreezeAsked) for answer in answers)
    assert len({answer.freeze_id for answer in answers if isinstance(answer, frames.FreezeAsked)}) == 1
    assert len(world.got("phone", frames.FreezeAsked)) == 1


@pytest.mark.parametrize(
    ("state", "reason"), [(HIDDEN, "hidden"), (ON_THE_PHONE, "phone_call")], ids=["hidden", "phone call"]
)
def test_an_interrupted_phone_fails_the_freeze_at_once(
    world: World, state: said.MediaState, reason: str
) -> None:
    asked = freeze(world)
    world.say("phone", state)
    failed = frames.FreezeFailed(freeze_id=asked.freeze_id, reason=reason)  # type: ignore[arg-type]
    assert world.got("desk", frames.FreezeFailed) == [failed]
    assert fx.NoteStep("interruption", reason) in world.stored_steps
    again = freeze(world)  # and so does the next, until the phone is back
    assert world.got("desk", frames.FreezeFailed)[-1].freeze_id == again.freeze_id
    world.say("phone", ON)
    third = freeze(world)
    assert world.got("desk", frames.FreezeFailed)[-1].freeze_id != third.freeze_id


def test_a_phone_that_never_answers_fails_the_freeze_and_the_desk_helps_itself(world: World) -> None:
    asked = freeze(world)
    world.later(ANSWER_S + 1)
    failed = frames.FreezeFailed(freeze_id=asked.freeze_id, reason="no_answer")
    assert world.got("desk", frames.FreezeFailed) == world.got("phone", frames.FreezeFailed) == [failed]
    own = world.upload(5)
    world.say("desk", said.StillReady(freeze_id=asked.freeze_id, still_id=own.id))
    assert world.got("phone", frames.StillShown)[-1].still == own


def test_a_held_freeze_survives_a_lost_line_but_not_for_ever(world: World) -> None:
    asked = freeze(world)
    world.say("phone", said.Frozen(freeze_id=asked.freeze_id, width=10, height=10))
    world.lose("phone")
    world.later(UPLOAD_S - 2)
    assert world.got("desk", frames.FreezeFailed) == []
    world.later(3)
    assert world.got("desk", frames.FreezeFailed)[-1].reason == "no_still"


def test_a_late_still_is_shown_unless_something_else_was(world: World) -> None:
    first = freeze(world)
    world.later(ANSWER_S + 1)
    late = world.upload(1)
    assert isinstance(
        world.say("phone", said.Frozen(freeze_id=first.freeze_id, width=1, height=1)), frames.Ok
    )
    world.say("phone", said.StillReady(freeze_id=first.freeze_id, still_id=late.id))
    assert shown(world) == late.id

    second = freeze(world)
    world.later(ANSWER_S + 1)
    world.say("desk", said.ShowStill(still_id=None))
    later = world.upload(2)
    answer = world.say("phone", said.StillReady(freeze_id=second.freeze_id, still_id=later.id))
    assert isinstance(answer, frames.Ok)
    assert shown(world) is None
    assert later.id in world.room.state.board.stills


def test_doubled_and_foreign_words_about_a_freeze_change_nothing(world: World) -> None:
    asked = freeze(world)
    for _ in range(3):
        world.say("phone", said.Frozen(freeze_id=asked.freeze_id, width=4, height=3))
    assert len(world.got("desk", frames.FrozenBy)) == 1
    world.say("phone", said.Frozen(freeze_id=uid(77), width=4, height=3))
    world.enter("rep", REP)
    world.say("rep", said.Frozen(freeze_id=asked.freeze_id, width=4, height=3))
    assert world.errors("phone") == ["unknown_freeze"]
    assert world.errors("rep") == ["role_forbidden"]
    still = world.upload(1)
    for _ in range(3):
        world.say("phone", said.StillReady(freeze_id=asked.freeze_id, still_id=still.id))
    assert len(world.got("desk", frames.StillShown)) == 1


@pytest.mark.parametrize("missing", ["gone", "no camera"])
def test_without_a_phone_there_is_no_freeze(world: World, missing: str) -> None:
    if missing == "gone":
        world.lose("phone")
    else:
        world.say("phone", NO_CAMERA)
    world.say("desk", said.FreezeRequest())
    assert world.errors("desk") == ["freeze_no_phone"]


def test_a_freeze_that_storage_refuses_is_answered_and_does_not_block(world: World) -> None:
    world.refuse_next = "forbidden"
    world.say("desk", said.FreezeRequest())
    assert world.errors("desk") == ["forbidden"]
    freeze(world)


def test_a_refresh_in_the_middle_of_a_freeze_finds_it(world: World) -> None:
    asked = freeze(world)
    world.say("phone", said.Frozen(freeze_id=asked.freeze_id, width=4, height=3))
    world.enter("desk", TECHNICIAN)
    joined = world.last("desk")
    assert isinstance(joined, frames.Joined)
    assert joined.freeze == frames.FreezeView(asked.freeze_id, "phone", "held")


# stills, marks, chat --------------------------------------------------------------------------------


def test_a_mark_is_told_once_it_is_stored_and_once_only(world: World) -> None:
    still = world.upload(1)
    world.reload()
    world.patient = False
    world.say("desk", mark(9, still))
    assert world.got("phone", frames.MarkAdded) == []
    world.work()
    world.patient = True
    assert len(world.got("phone", frames.MarkAdded)) == 1
    world.say("desk", mark(9, still))  # said again after a reconnection
    assert len(world.got("phone", frames.MarkAdded)) == 1
    assert len(world.got("desk", frames.MarkAdded)) == 2
    assert len(world.marks) == 1


def test_a_mark_on_a_still_just_uploaded_waits_for_it(world: World) -> None:
    still = world.upload(1)  # over HTTP; the hint about it has not come yet
    world.say("phone", mark(9, still))
    kinds = [
        type(frame) for frame in world.sent["desk"] if isinstance(frame, frames.StillAdded | frames.MarkAdded)
    ]
    assert kinds == [frames.StillAdded, frames.MarkAdded]


def test_a_mark_on_nothing_is_refused(world: World) -> None:
    ghost = world.upload(1)
    world.stills.clear()
    world.say("desk", mark(9, ghost))
    world.say("desk", said.ShowStill(still_id=ghost.id))
    world.say("desk", said.Pointer(still_id=ghost.id, x=0.5, y=0.5))
    assert world.errors("desk") == ["unknown_still", "unknown_still"]
    assert world.got("phone", frames.PointerFrom) == []


def test_undo_is_told_and_undoing_twice_harms_nobody(world: World) -> None:
    still = world.upload(1)
    world.reload()
    added = world.say("desk", mark(9, still))
    assert isinstance(added, frames.MarkAdded)
    world.say("desk", said.MarkUndo(mark_id=added.mark.id))
    assert world.got("phone", frames.MarkUndone) == [
        frames.MarkUndone(mark_id=added.mark.id, still_id=still.id)
    ]
    world.say("desk", said.MarkUndo(mark_id=added.mark.id))
    assert world.errors("desk") == ["unknown_mark"]


def test_what_came_by_another_road_is_told_too(world: World) -> None:
    still = world.upload(1)
    world.reload()
    added = world.say("desk", mark(9, still))
    assert isinstance(added, frames.MarkAdded)
    del world.marks[added.mark.id]  # undone over HTTP
    world.messages[uid(3)] = frames.Message(
        uid(3), uid(4), "customer", uid(1), "", "by HTTP", added.mark.made_at
    )
    world.reload()
    assert world.got("phone", frames.MarkUndone) and world.got("phone", frames.ChatAdded)
    world.forget_sent()
    world.reload()
    assert world.sent == {}


def test_showing_a_still_brings_its_marks_and_null_brings_back_the_picture(world: World) -> None:
    first, second = world.upload(1), world.upload(2)
    world.reload()
    world.say("desk", mark(9, first))
    world.say("desk", said.ShowStill(still_id=second.id))
    world.say("desk", said.ShowStill(still_id=first.id))
    shown = world.got("phone", frames.StillShown)[-1]
    assert isinstance(shown, frames.StillShown)
    assert shown.still == first and [m.still_id for m in shown.marks] == [first.id]
    world.say("desk", said.ShowStill(still_id=None))
    assert world.got("phone", frames.StillShown)[-1] == frames.StillShown(still=None, marks=[], by="desk")


def test_ink_and_pointer_reach_the_others_only(world: World) -> None:
    still = world.upload(1)
    world.reload()
    world.forget_sent()
    world.say("desk", said.Ink(client_id=uid(9), still_id=still.id, tool="pen", start=0, points=ARROW))
    world.say("desk", said.Pointer(still_id=still.id, x=None, y=None))
    assert [type(frame) for frame in world.sent["phone"]] == [frames.InkFrom, frames.PointerFrom]
    assert "desk" not in world.sent


def test_torch_is_a_wish_to_the_phone(world: World) -> None:
    world.say("desk", said.Torch(on=True))
    assert world.got("phone", frames.TorchWish) == [frames.TorchWish(on=True, by="desk")]


def test_each_step_of_joining_counts_once(world: World) -> None:
    for at in (800, 900, 1000):
        world.say("phone", said.Telemetry(step="first_frame", at_ms=at))
    steps = [step for step in world.stored_steps if step.kind == "step"]
    assert steps == [fx.NoteStep("step", "first_frame", 800)]


def test_what_was_stored_while_the_records_were_being_read_is_found_by_the_next_look(world: World) -> None:
    answers, then = world.room.reading(), world.records()
    still = world.upload(7)
    world.patient = False  # one look after the other, as the host does it: a look never tells what is older
    world.say("desk", said.ShowStill(still_id=still.id))
    world.do(world.room.reconciled(world.now, then, answers))
    assert world.errors("desk") == []
    world.work()
    assert world.errors("desk") == []
    assert world.got("phone", frames.StillShown)[-1].still == still


# pointing at the live picture -----------------------------------------------------------------------


def test_a_pointer_on_the_live_picture_reaches_the_others(world: World) -> None:
    world.say("phone", said.Offer(sdp="v=0"))
    world.answer_offer("video")
    world.say("desk", said.Pointer(picture_of="phone", x=0.25, y=0.75))
    world.say("desk", said.Pointer(picture_of="phone", x=None, y=None))
    assert world.got("phone", frames.PointerFrom) == [
        frames.PointerFrom(peer="desk", picture_of="phone", x=0.25, y=0.75),
        frames.PointerFrom(peer="desk", picture_of="phone", x=None, y=None),
    ]
    assert world.got("desk", frames.PointerFrom) == []
    assert b"still_id" not in msgspec.json.encode(world.got("phone", frames.PointerFrom)[0])


@pytest.mark.parametrize("of", ["phone", "desk", "nobody"])
def test_a_pointer_on_a_picture_that_nobody_sends_is_dropped(world: World, of: str) -> None:
    assert world.say("desk", said.Pointer(picture_of=of, x=0.25, y=0.75)) is None
    assert world.got("phone", frames.PointerFrom) == []


# deleting a still -----------------------------------------------------------------------------------


def test_a_deleted_still_leaves_every_screen_and_takes_its_marks(world: World) -> None:
    kept, gone = world.upload(1), world.upload(2)
    world.reload()
    world.say("desk", said.ShowStill(still_id=gone.id))
    assert isinstance(world.say("phone", mark(7, gone)), frames.MarkAdded)
    del world.stills[gone.id]
    world.marks = {}
    world.reload()
    for peer in ("phone", "desk"):
        assert world.got(peer, frames.StillShown)[-1].still is None
        assert world.got(peer, frames.StillRemoved) == [frames.StillRemoved(still_id=gone.id)]
        assert world.got(peer, frames.MarkUndone) == []
    assert world.memory is not None
    assert world.memory.shown is None
    assert list(world.room.state.board.stills) == [kept.id]
    assert world.room.state.board.marks == {}
    world.reload()
    assert len(world.got("desk", frames.StillRemoved)) == 1
    refused = world.say("desk", said.ShowStill(still_id=gone.id))
    assert isinstance(refused, frames.Error) and refused.code == "unknown_still"


def test_another_still_that_is_deleted_changes_nothing_on_the_screens(world: World) -> None:
    shown_now, gone = world.upload(1), world.upload(2)
    world.reload()
    world.say("desk", said.ShowStill(still_id=shown_now.id))
    before = len(world.got("phone", frames.StillShown))
    del world.stills[gone.id]
    world.reload()
    assert shown(world) == shown_now.id
    assert len(world.got("phone", frames.StillShown)) == before
