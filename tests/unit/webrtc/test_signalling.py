"""What happens in a room, told as it happens in a call."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assist.webrtc import protocol as said
from assist.webrtc.room.machine import effects as fx
from assist.webrtc.room.machine import frames
from assist.webrtc.room.machine.media import MOST_NOTES
from assist.webrtc.room.machine.presence import GRACE_S, MAX_PARTICIPANTS
from assist.webrtc.room.machine.signalling import FRAMES, Room
from kernel.i18n import LANGUAGES, catalogue
from tests.unit.webrtc import documented
from tests.unit.webrtc.world import CUSTOMER, HIDDEN, NO_CAMERA, ON, REP, TECHNICIAN, World, uid

# coming and going -----------------------------------------------------------------------------------


def test_joining_answers_with_all_there_is() -> None:
    world = World()
    world.upload(1)
    world.reload()
    world.enter("phone", CUSTOMER, "video")
    welcome, joined = world.sent["phone"]
    assert isinstance(welcome, frames.Welcome) and not welcome.resumed
    assert isinstance(joined, frames.Joined)
    assert [still.id for still in joined.stills] == [uid(1)]
    assert joined.participants[0].role == "customer"
    assert world.joined_people == ["customer:1"]


def test_before_joining_one_hears_nothing_of_the_call(world: World) -> None:
    world.connect("rep", REP)
    world.say("phone", said.Chat(client_id=uid(1), text="hello"))
    assert len(world.sent["rep"]) == 1  # its welcome
    assert world.say("rep", said.Chat(client_id=uid(2), text="me too")) is not None
    assert world.errors("rep") == ["not_joined"]
    assert world.say("rep", said.Ping()) == frames.ServerPong(of=world.last("rep").of)


def test_a_lost_phone_keeps_its_seat_and_comes_back_as_the_same_peer(world: World) -> None:
    still = world.upload(1)
    world.reload()
    world.say("desk", said.ShowStill(still_id=still.id))
    world.lose("phone")
    there = world.got("desk", frames.Participants)[-1]
    assert [(p.peer, p.here) for p in there.participants] == [("phone", False), ("desk", True)]
    world.later(GRACE_S - 1, step=60)
    world.enter("phone", CUSTOMER, "video")
    welcome, joined = world.sent["phone"][-2:]
    assert isinstance(welcome, frames.Welcome) and welcome.resumed
    assert isinstance(joined, frames.Joined) and joined.shown == still
    assert world.joined_people == ["customer:1", "staff:2"]  # joining again is not joining anew


def test_after_the_grace_the_seat_and_its_media_are_gone(world: World) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("video")
    world.lose("phone")
    world.later(GRACE_S + 2, step=60)
    assert world.closed_media == ["phone"]
    assert world.got("desk", frames.Streams)[-1] == frames.Streams(streams={})
    assert [p.peer for p in world.got("desk", frames.Participants)[-1].participants] == ["desk"]


def test_a_second_socket_of_the_same_peer_is_no_event_for_the_others(world: World) -> None:
    world.forget_sent()
    world.connect("phone", CUSTOMER)
    assert world.got("desk", frames.Participants) == []
    world.say("phone", said.Join(publish=["video"]))
    assert all(p.here for p in world.got("desk", frames.Participants)[-1].participants)


def test_leaving_is_told_and_closes(world: World) -> None:
    assert isinstance(world.say("phone", said.Leave()), frames.Ok)
    assert world.closed == [("phone", 1000)]
    assert world.closed_media == ["phone"]
    assert [p.peer for p in world.got("desk", frames.Participants)[-1].participants] == ["desk"]


def test_a_room_is_full_at_some_point(world: World) -> None:
    for number in range(MAX_PARTICIPANTS):
        world.enter(f"more{number}", REP)
    assert world.errors(f"more{MAX_PARTICIPANTS - 1}") == ["room_full"]
    assert len(world.got("desk", frames.Participants)[-1].participants) == MAX_PARTICIPANTS


def test_in_a_full_room_who_is_away_longest_gives_way(world: World) -> None:
    for number in range(MAX_PARTICIPANTS - 2):
        world.enter(f"tab{number}", CUSTOMER, "video")
    for lost in ("tab2", "tab0"):
        world.later(1)
        world.lose(lost)
    world.enter("fresh", CUSTOMER, "video")
    assert world.errors("fresh") == []
    assert world.closed_media == ["tab2"]
    seated = [p.peer for p in world.got("desk", frames.Participants)[-1].participants]
    assert "fresh" in seated and "tab0" in seated and "tab2" not in seated
    assert len(seated) == MAX_PARTICIPANTS
    world.connect("tab2", CUSTOMER)  # comes back all the same, and takes the next one's place
    assert isinstance(world.say("tab2", said.Join(publish=["video"])), frames.Joined)
    assert world.closed_media == ["tab2", "tab0"]


def test_whoever_is_no_longer_answerable_is_shown_out(world: World) -> None:
    world.staff = frozenset({"staff:9"})
    world.reload()
    assert world.closed == [("desk", 4403)]
    assert isinstance(world.last("desk"), frames.Ended)
    world.say("phone", said.Chat(client_id=uid(1), text="still here"))
    assert world.errors("phone") == []


def test_a_page_that_flickers_does_not_fill_the_record(world: World) -> None:
    for _ in range(500):
        world.say("phone", HIDDEN)
        world.say("phone", ON)
    assert len(world.got("desk", frames.MediaStateOf)) == 1001, "whoever looks is told"
    noted = [step for step in world.stored_steps if step.kind == "interruption"]
    assert len(noted) == MOST_NOTES


# the end --------------------------------------------------------------------------------------------


def test_the_technician_ends_the_call_for_all(world: World) -> None:
    world.say("desk", said.End())
    assert world.got("phone", frames.Ended) == [frames.Ended(reason="technician")]
    assert sorted(world.closed) == [("desk", 1000), ("phone", 1000)]
    assert world.closed_media == [None]
    late = world.room.receive(world.now, "phone", said.Chat(client_id=uid(1), text="wait", id="q"))
    assert late == [fx.Send("phone", frames.Error(code="call_ended", message="", of="q"))]
    world.sockets.add("phone")
    assert world.say("phone", said.Join(id="j")) == frames.Error(code="call_ended", message="", of="j")


@pytest.mark.parametrize("known", [True, False], ids=["hint came first", "hint is late"])
def test_a_call_that_is_taken_up_again_is_a_call_again(world: World, known: bool) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("video")
    world.say("desk", said.End())
    for peer in ("desk", "phone"):
        world.lose(peer)
    world.forget_sent()
    world.open = True
    if known:
        world.reload()
    world.enter("desk", TECHNICIAN)
    world.enter("phone", CUSTOMER, "video")
    for peer in ("desk", "phone"):
        assert world.got(peer, frames.Ended) == []
        assert [joined.streams for joined in world.got(peer, frames.Joined)] == [{}]
    world.say("desk", said.Chat(client_id=uid(1), text="there you are"))
    assert world.got("phone", frames.ChatAdded)
    world.say("desk", said.End())
    assert world.got("phone", frames.Ended) == [frames.Ended(reason="technician")]


def test_whoever_comes_into_a_call_that_is_over_while_the_records_are_away_comes_back(world: World) -> None:
    world.say("desk", said.End())
    world.lose("phone")
    world.patient = False
    world.connect("phone", CUSTOMER)
    world.closed.clear()
    world.say("phone", said.Join())
    world.do(world.room.not_reconciled(world.now, world.room.reading()))
    assert (world.errors("phone"), world.closed) == (["unavailable"], [("phone", 1013)])


def test_a_call_that_ended_elsewhere_ends_here(world: World) -> None:
    world.open = False
    world.reload()
    assert world.got("phone", frames.Ended) == [frames.Ended(reason="request")]
    world.connect("late", REP)
    assert world.last("late") == frames.Ended(reason="request")
    assert ("late", 1000) in world.closed


def test_an_end_that_is_refused_ends_nothing(world: World) -> None:
    world.refuse_next = "wrong_state"
    world.say("desk", said.End())
    assert world.errors("desk") == ["wrong_state"]
    assert world.got("phone", frames.Ended) == []


# who may say what -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FRAMES, ids=lambda kind: kind.__name__)
def test_roles_are_as_the_table_says(kind: type[said.ClientFrame]) -> None:
    examples: dict[type[said.ClientFrame], said.Frame] = {
        said.End: said.End(),
        said.Torch: said.Torch(on=True),
        said.FreezeRequest: said.FreezeRequest(),
        said.ShowStill: said.ShowStill(still_id=None),
        said.Frozen: said.Frozen(freeze_id=uid(1), width=1, height=1),
    }
    example = examples.get(kind)
    if example is None:
        assert len(FRAMES[kind].roles) == 3
        return
    for who in (CUSTOMER, TECHNICIAN, REP):
        world = World()
        world.enter("one", who)
        world.say("one", example)
        assert ("role_forbidden" in world.errors("one")) == (who.role not in FRAMES[kind].roles)


# media ----------------------------------------------------------------------------------------------


def test_an_offer_is_answered_by_the_node_and_the_stream_announced(world: World) -> None:
    world.say("phone", said.Offer(sdp="v", id="o1"))
    assert world.answer_to("phone", "o1") is None
    world.answer_offer("audio", "video")
    assert world.answer_to("phone", "o1") == frames.Answer(sdp="answer", of="o1")
    assert world.got("desk", frames.Streams) == [frames.Streams(streams={"phone": {"audio": 1, "video": 1}})]


def test_a_new_peer_connection_is_a_new_stream_and_a_restart_is_not(world: World) -> None:
    for restart, numbers in ((False, 1), (True, 1), (False, 2), (False, 3)):
        world.say("phone", said.Offer(sdp="v", restart=restart))
        world.answer_offer("video")
        assert world.room.state.media.streams_view() == {"phone": {"video": numbers}}
    assert len(world.got("desk", frames.Streams)) == 3


def test_a_stream_replaced_under_way_gets_a_new_number(world: World) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("video")
    world.do(world.room.stream_started(world.now, "phone", "video"))
    assert len(world.got("desk", frames.Streams)) == 1
    world.do(world.room.stream_started(world.now, "phone", "video"))
    assert world.got("desk", frames.Streams)[-1] == frames.Streams(streams={"phone": {"video": 2}})


def test_of_several_waiting_offers_the_newest_counts(world: World) -> None:
    for number in range(4):
        world.say("phone", said.Offer(sdp=f"v{number}", id=f"o{number}"))
    assert [asked.sdp for asked in world.at_node] == ["v0"]
    assert world.errors("phone") == ["offer_superseded", "offer_superseded"]
    world.answer_offer("video")
    assert [asked.sdp for asked in world.at_node] == ["v3"]
    world.answer_offer("video")
    assert [f.of for f in world.got("phone", frames.Answer)] == ["o0", "o3"]


def test_a_node_that_says_no_says_so_to_the_one_who_asked(world: World) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer(refusal="media_unavailable")
    error = world.last("phone")
    assert isinstance(error, frames.Error)
    assert (error.code, error.retry_after_ms) == ("media_unavailable", 500)
    assert world.got("desk", frames.Streams) == []


def test_what_the_node_made_for_somebody_who_left_is_taken_down(world: World) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.say("phone", said.Leave())
    world.closed_media.clear()
    world.answer_offer("video")
    assert world.closed_media == ["phone"]
    assert world.room.state.media.streams_view() == {}


def test_a_room_that_moves_tells_everyone_and_forgets_its_streams(world: World) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("video")
    world.do(world.room.node_moved(world.now))
    assert world.got("phone", frames.Moved) and world.got("desk", frames.Moved)
    assert world.room.state.media.streams_view() == {}
    world.say("phone", said.Offer(sdp="v2"))
    world.answer_offer("video")
    assert world.got("desk", frames.Streams)[-1] == frames.Streams(streams={"phone": {"video": 2}})


def test_who_sends_what_somebody_cannot_decode_is_asked_for_another_offer(world: World) -> None:
    world.do(world.room.offer_wanted(world.now, "phone"))
    assert world.got("phone", frames.OfferWanted) == [], "it sends nothing any more"
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("video")
    world.do(world.room.stream_started(world.now, "phone", "video"))
    before = world.got("desk", frames.Streams)[-1].streams["phone"]["video"]
    world.do(world.room.offer_wanted(world.now, "phone"))
    assert len(world.got("phone", frames.OfferWanted)) == 1 and world.got("desk", frames.OfferWanted) == []
    world.say("phone", said.Offer(sdp="v", restart=True))
    world.answer_offer("video")
    world.do(world.room.stream_started(world.now, "phone", "video"))
    assert world.got("desk", frames.Streams)[-1].streams["phone"]["video"] > before, "others offer again"


def test_a_line_lost_by_the_node_takes_its_streams_away(world: World) -> None:
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("video")
    world.do(world.room.media_lost(world.now, "phone"))
    assert world.got("desk", frames.Streams)[-1] == frames.Streams(streams={})


def test_a_thin_line_steps_down_and_each_step_is_on_record(world: World) -> None:
    for _ in range(5):
        world.later(2)
        world.do(world.room.quality(world.now, "phone", 0.2, 100))
    rung = world.got("desk", frames.RungOf)[-1]
    assert rung == frames.RungOf(peer="phone", rung="low_frame_rate", reason="quality")
    assert fx.NoteStep("rung", "low_frame_rate:quality") in world.stored_steps
    assert world.got("desk", frames.QualityOf)[-1].level == "poor"


def test_the_worse_of_two_measurements_counts(world: World) -> None:
    world.say("phone", said.Quality(loss=0.0, rtt_ms=900))
    world.do(world.room.quality(world.now, "phone", 0.0, 0.0))
    assert world.got("desk", frames.QualityOf)[-1].level == "poor"
    world.later(13)
    world.do(world.room.quality(world.now, "phone", 0.0, 0.0))
    assert world.got("desk", frames.QualityOf)[-1].level == "good"


def test_a_phone_without_camera_is_on_stills_and_voice(world: World) -> None:
    world.say("phone", NO_CAMERA)
    expected = frames.RungOf(peer="phone", rung="stills_voice", reason="device")
    assert world.got("desk", frames.RungOf) == [expected]


# another worker takes over --------------------------------------------------------------------------


def test_a_room_taken_over_is_the_room_it_was(world: World) -> None:
    still = world.upload(1)
    world.reload()
    world.say("phone", said.Offer(sdp="v"))
    world.answer_offer("audio", "video")
    world.say("desk", said.ShowStill(still_id=still.id))
    assert world.memory is not None

    other = World(world.memory)
    other.stills = world.stills
    other.room = Room("room", other.now, world.records(), world.memory)
    other.connect("desk", TECHNICIAN, quiet=True)
    other.say("desk", said.Join())
    joined = other.last("desk")
    assert isinstance(joined, frames.Joined)
    assert joined.shown == still
    assert joined.streams == {"phone": {"audio": 1, "video": 1}}
    assert [(p.peer, p.here) for p in joined.participants] == [("phone", False), ("desk", True)]


# the document ---------------------------------------------------------------------------------------


def test_every_frame_of_the_server_is_in_the_document() -> None:
    kinds = {kind.__struct_config__.tag for kind in frames.ServerFrame.__subclasses__()}
    assert kinds == documented.server_frames()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_of_the_document_has_a_text_for_people(language: str) -> None:
    assert documented.error_codes() <= set(catalogue(language, "errors"))


def test_the_browser_comes_back_after_exactly_the_codes_that_the_document_says() -> None:
    source = (Path(__file__).parents[3] / "static" / "lib" / "signalling.js").read_text("utf-8")
    final = re.search(r"FINAL = new Set\(\[([\d, ]+)\]\)", source)
    assert final is not None
    codes = {int(code) for code in final.group(1).split(",")}
    assert codes == documented.close_codes(reconnect=False)
    assert not codes & documented.close_codes(reconnect=True)
