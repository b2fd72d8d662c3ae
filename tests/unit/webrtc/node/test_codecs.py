"""Which codec a stream has: what everyone in the room can decode decides."""

import asyncio
import struct

from assist.webrtc.control import control
from assist.webrtc.node.sdp import negotiation
from assist.webrtc.node.sdp.description import Codec
from assist.webrtc.node.sdp.offer import parse_offer
from benchmarks.media import sdp
from tests.unit.webrtc.node.rig import VIDEO_SSRC, Publisher, Scene, Viewer, until
from tests.unit.webrtc.node.test_offers import OFFER

H264 = 106
_H264 = (
    f"a=rtpmap:{H264} H264/90000\r\n"
    f"a=fmtp:{H264} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
    f"a=rtcp-fb:{H264} nack\r\na=rtcp-fb:{H264} nack pli\r\n"
)


def with_h264(text: str, formats: str) -> str:
    """H.264 beside VP8 in every video line, in this order."""
    text = text.replace(f"SAVPF {sdp.VIDEO} {sdp.VIDEO_RTX}", f"SAVPF {formats}")
    return text.replace(f"a=rtpmap:{sdp.VIDEO} VP8", f"{_H264}a=rtpmap:{sdp.VIDEO} VP8")


def offer(one: Publisher | Viewer, *lines: sdp.Line, formats: str, source: str = "") -> control.Answer:
    bound = {line.mid: control.Source(source, "video") for line in lines if line.direction == "recvonly"}
    text = one.client.description(*lines)
    if formats != "96 97":
        text = with_h264(text, formats)
    return one.node.offer(control.Offer(one.room, one.name, text, bound))


SENDS = sdp.Line("0", "video", "sendonly", VIDEO_SSRC)
SEES = sdp.Line("0", "video", "recvonly")


def sent_in(answer: control.Answer) -> int:
    return int(answer.sdp.split("SAVPF ")[1].split()[0])


async def connected(one: Publisher | Viewer, answer: control.Answer) -> None:
    await one.client.connect(answer.sdp)
    await until(lambda: one.node.rooms[one.room].peers[one.name].connected)


def packet(sequence: int, payload_type: int) -> bytes:
    head = struct.pack("!BBHII", 0x80, 0x80 | payload_type, sequence & 0xFFFF, sequence * 90, VIDEO_SSRC)
    return head + b"%08d" % sequence


async def test_whoever_joins_without_h264_brings_the_stream_to_vp8(scene: Scene) -> None:
    phone, able, lacking = scene.publisher("phone"), scene.viewer("able"), scene.viewer("lacking")
    first = offer(phone, SENDS, formats="106 96 97")
    assert sent_in(first) == H264, "the phone's own order, while nobody minds"
    await connected(phone, first)
    answer = offer(able, SEES, formats="96 97 106", source="phone")
    assert sent_in(answer) == H264 and answer.refused == {}
    await connected(able, answer)
    phone.client.send_rtp(packet(1, H264))
    await until(lambda: able.packets)
    refused = offer(lacking, SEES, formats="96 97", source="phone")
    await connected(lacking, refused)
    assert refused.refused == {"0": "codec_unsupported"}
    assert control.OfferWanted("test", "room", "phone") in scene.events
    again = offer(phone, SENDS, formats="106 96 97")
    assert sent_in(again) == sdp.VIDEO
    for viewer in (able, lacking):
        answer = offer(viewer, SEES, formats="96 97 106" if viewer is able else "96 97", source="phone")
        assert sent_in(answer) == sdp.VIDEO and answer.refused == {}
        await viewer.client.connect(answer.sdp)
        viewer.packets.clear()
    phone.client.send_rtp(packet(2, sdp.VIDEO))
    await until(lambda: able.packets and lacking.packets)
    assert {one.packets[0][1] & 0x7F for one in (able, lacking)} == {sdp.VIDEO}
    # It stays so: another change would interrupt the picture for nobody's good.
    lacking.node.close_peer("room", "lacking")
    assert sent_in(offer(phone, SENDS, formats="106 96 97")) == sdp.VIDEO
    assert [e.kind for e in scene.events].count("offer_wanted") == 1


async def test_whoever_comes_later_sends_what_all_can_see(scene: Scene) -> None:
    phone, lacking = scene.publisher("phone"), scene.viewer("lacking")
    await connected(phone, offer(phone, SENDS, formats="106 96 97"))
    offer(lacking, SEES, formats="96 97", source="phone")
    other = scene.publisher("other")
    assert sent_in(offer(other, SENDS, formats="106 96 97")) == sdp.VIDEO


async def test_who_can_send_nothing_else_is_not_asked_to(scene: Scene) -> None:
    phone, lacking = scene.publisher("phone"), scene.viewer("lacking")
    assert sent_in(offer(phone, SENDS, formats="106")) == H264
    answer = offer(lacking, SEES, formats="96 97", source="phone")
    assert answer.refused == {"0": "codec_unsupported"}
    assert "offer_wanted" not in [e.kind for e in scene.events]


async def test_a_stream_that_is_stopped_and_begun_again_goes_on_counting(scene: Scene) -> None:
    """Past its 65,536th packet: with fresh keys the node would take the first for authentic and this not."""
    phone, desk = scene.publisher("phone"), scene.viewer("desk")
    await connected(phone, offer(phone, SENDS, formats="96 97"))
    await connected(desk, offer(desk, SEES, formats="96 97", source="phone"))
    for sequence in (65_530, 65_535, 65_536, 65_540):
        phone.client.send_rtp(packet(sequence, sdp.VIDEO))
    await until(lambda: len(desk.packets) == 4)
    offer(phone, sdp.Line("0", "video", "inactive"), formats="96 97")
    await asyncio.sleep(0.05)
    offer(phone, SENDS, formats="96 97")
    await desk.client.connect(offer(desk, SEES, formats="96 97", source="phone").sdp)
    phone.client.send_rtp(packet(65_541, sdp.VIDEO))
    await until(lambda: len(desk.packets) == 5)


def test_the_first_in_the_publishers_order_that_all_decode() -> None:
    line = parse_offer(OFFER.replace("96 97 102 103 104 105 106", "102 103 106 104 105 96 97")).lines[1]
    able = line.codecs
    vp8 = tuple(codec for codec in able if codec.name == "vp8")
    main = tuple(codec for codec in able if codec.payload_type == 108)

    def chosen(*viewers: tuple[Codec, ...], kept: Codec | None = None) -> int:
        agreed = negotiation.publish(line, viewers, kept)
        assert agreed is not None
        return agreed.codec.payload_type

    assert chosen() == chosen(able) == chosen(main) == 106
    assert chosen(able, vp8) == 96
    assert chosen(main, vp8) == 96, "nothing suits all: VP8, which no browser lacks"
    assert chosen((), able) == 96
    assert chosen(able, kept=vp8[0]) == 96 and chosen(main, kept=vp8[0]) == 106
