"""Offers that follow the first one: lines turned, moved or used again (RFC 8829 section 5.2.2)."""

import asyncio

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.sdp.description import SdpInvalid
from benchmarks.media import sdp
from tests.unit.webrtc.node.rig import AUDIO_SSRC, RTX_SSRC, VIDEO_SSRC, Publisher, Scene, until, video_packet
from tests.unit.webrtc.node.test_codecs import SENDS, connected, offer, packet

AUDIO = sdp.Line("0", "audio", "sendonly", AUDIO_SSRC)
VIDEO = sdp.Line("1", "video", "sendonly", VIDEO_SSRC, RTX_SSRC)


def again(camera: Publisher, *lines: sdp.Line, receive: dict[str, control.Source] | None = None) -> str:
    text = camera.client.description(*lines)
    return camera.node.offer(control.Offer(camera.room, camera.name, text, receive or {})).sdp


def stopped(text: str, mid: str) -> str:
    """The line as a browser writes it once its transceiver was stopped."""
    sections = text.split("m=")
    return "m=".join(
        section.replace(" 9 ", " 0 ", 1).replace("a=sendonly", "a=inactive")
        if f"a=mid:{mid}\r\n" in section
        else section
        for section in sections
    ).replace("BUNDLE 0 1", "BUNDLE " + " ".join(m for m in "01" if m != mid))


async def test_lines_in_another_order_are_answered_in_that_order(scene: Scene) -> None:
    """No browser may do it; whoever does gets no stream under another's name."""
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(5)
    await until(lambda: len(desk.got) == 5)
    uplinks = dict(scene.node.rooms["room"].peers["phone"].published)
    answer = again(camera, VIDEO, AUDIO)
    assert sdp.read(answer).mids == [("1", "video"), ("0", "audio")]
    assert scene.node.rooms["room"].peers["phone"].published == uplinks, "the same streams"
    await camera.send_many(5, first=5)
    await until(lambda: len(desk.got) == 10)
    assert desk.got == camera.sent


async def test_a_line_that_is_used_again_carries_the_new_stream(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(5)
    await until(lambda: len(desk.got) == 5)
    text = stopped(camera.client.description(AUDIO, VIDEO), "1")
    answer = camera.node.offer(control.Offer("room", "phone", text)).sdp
    assert "m=video 0 " in answer
    peer = scene.node.rooms["room"].peers["phone"]
    assert set(peer.published) == {"0"} and VIDEO_SSRC not in peer.uplinks
    # The same place, another mid (RFC 8829 section 5.2.2: "recycled").
    answer = again(camera, AUDIO, sdp.Line("2", "video", "sendonly", 777, 778))
    assert sdp.read(answer).mids == [("0", "audio"), ("2", "video")]
    assert set(peer.published) == {"0", "2"} and peer.published["2"].ssrc == 777


async def test_a_mid_that_comes_back_with_the_other_kind_is_another_stream(scene: Scene) -> None:
    camera = scene.publisher("phone")
    await camera.join()
    peer = scene.node.rooms["room"].peers["phone"]
    again(
        camera,
        sdp.Line("0", "video", "sendonly", VIDEO_SSRC, RTX_SSRC),
        sdp.Line("1", "audio", "sendonly", AUDIO_SSRC),
    )
    assert {mid: uplink.kind for mid, uplink in peer.published.items()} == {"0": "video", "1": "audio"}
    assert {ssrc: uplink.kind for ssrc, uplink in peer.uplinks.items()} == {
        VIDEO_SSRC: "video",
        RTX_SSRC: "video",
        AUDIO_SSRC: "audio",
    }


async def test_a_line_that_turns_ends_what_it_carried_before(scene: Scene) -> None:
    """From sending to receiving and back: what it sent is over, and others' viewers are told so."""
    camera, other, desk = scene.publisher("phone"), scene.publisher("other"), scene.viewer("desk")
    await camera.join()
    await other.join()
    await desk.join("phone")
    await camera.send_many(5)
    await until(lambda: len(desk.got) == 5)
    peer = scene.node.rooms["room"].peers["phone"]
    bound = {"1": control.Source("other", "video")}
    again(camera, AUDIO, sdp.Line("1", "video", "recvonly"), receive=bound)
    assert set(peer.published) == {"0"} and set(peer.legs) == {"1"}
    ended = control.StreamStopped("test", "room", "phone", "video")
    assert ended in scene.events
    count = len(desk.packets)
    camera.client.send_rtp(video_packet(5, b"late"))
    await asyncio.sleep(0.1)
    assert len(desk.packets) == count
    again(camera, AUDIO, VIDEO)
    assert set(peer.published) == {"0", "1"} and peer.legs == {}


async def test_one_ssrc_on_two_lines_is_refused(scene: Scene) -> None:
    """RFC 3550 section 8: within a session an SSRC names one stream."""
    camera = scene.publisher("phone")
    await camera.join()
    for second in (
        sdp.Line("2", "video", "sendonly", VIDEO_SSRC),
        sdp.Line("2", "video", "sendonly", 9, AUDIO_SSRC),
    ):
        with pytest.raises(SdpInvalid):
            again(camera, AUDIO, VIDEO, second)
    peer = scene.node.rooms["room"].peers["phone"]
    assert set(peer.published) == {"0", "1"}, "a refused offer changes nothing"


async def test_two_lines_that_change_places_keep_their_own_packets(scene: Scene) -> None:
    """Each SSRC to the line that names it now, however the two are swapped."""
    camera = scene.publisher("phone")
    one = sdp.Line("0", "video", "sendonly", 11, 12)
    two = sdp.Line("1", "video", "sendonly", 21, 22)
    await connected(
        camera, camera.node.offer(control.Offer("room", "phone", camera.client.description(one, two)))
    )
    again(camera, sdp.Line("0", "video", "sendonly", 21, 22), sdp.Line("1", "video", "sendonly", 11, 12))
    peer = scene.node.rooms["room"].peers["phone"]
    assert {ssrc: uplink.mid for ssrc, uplink in peer.uplinks.items()} == {21: "0", 22: "0", 11: "1", 12: "1"}


async def test_pictures_of_the_former_codec_are_not_shown_as_the_new_one(scene: Scene) -> None:
    """Until the phone has the answer it goes on with H.264: a viewer of VP8 must not be given that."""
    phone, desk = scene.publisher("phone"), scene.viewer("desk")
    await connected(phone, offer(phone, SENDS, formats="106 96 97"))
    answer = offer(desk, sdp.Line("0", "video", "recvonly"), formats="96 97", source="phone")
    await connected(desk, answer)
    assert answer.refused == {"0": "codec_unsupported"}
    for sequence in range(3):
        phone.client.send_rtp(packet(sequence, 106))
    await until(lambda: any(event.kind == "stream_started" for event in scene.events))
    offer(phone, SENDS, formats="106 96 97")
    answer = offer(desk, sdp.Line("0", "video", "recvonly"), formats="96 97", source="phone")
    assert answer.refused == {}
    await desk.client.connect(answer.sdp)
    for sequence in range(3, 6):
        phone.client.send_rtp(packet(sequence, 106))
    for sequence in range(6, 20):
        phone.client.send_rtp(packet(sequence, 96))
        await asyncio.sleep(0.002)
    await until(lambda: len(desk.packets) >= 14)
    assert [one[20:] for one in desk.packets] == [b"%08d" % sequence for sequence in range(6, 20)]
