"""Streams whose SSRC nobody announced, or that change it; and what a forger of packets can do about it."""

import asyncio
import struct

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.peer import MAX_RETIRED, MAX_RTCP_SENDERS
from assist.webrtc.node.rtp.rtcp import Nack, SenderReport, nack, read, receiver_report, sender_report
from assist.webrtc.node.sdp.negotiation import MID
from benchmarks.media import sdp
from tests.unit.webrtc.node.rig import RTX_SSRC, VIDEO_SSRC, Publisher, Scene, Viewer, until

MID_ID = 4
NEW_SSRC = 0x44444444


async def camera_with_mid(scene: Scene, announced: bool = True) -> Publisher:
    """A publisher that names the line in each packet, as every browser does."""
    camera = scene.publisher("phone")
    lines = (
        camera.lines()
        if announced
        else [sdp.Line("0", "audio", "sendonly"), sdp.Line("1", "video", "sendonly")]
    )
    text = camera.client.description(*lines)
    for mid in ("0", "1"):
        text = text.replace(f"a=mid:{mid}\r\n", f"a=mid:{mid}\r\na=extmap:{MID_ID} {MID}\r\n")
    answer = scene.node.offer(control.Offer("room", "phone", text))
    assert f"a=extmap:{MID_ID} {MID}" in answer.sdp
    await camera.client.connect(answer.sdp)
    await until(lambda: scene.node.rooms["room"].peers["phone"].connected)
    return camera


def packet(
    sequence: int, ssrc: int, *, payload_type: int = sdp.VIDEO, mid: bytes = b"1", body: bytes | None = None
) -> bytes:
    head = struct.pack(
        "!BBHII", 0x90, 0x80 | payload_type, sequence & 0xFFFF, sequence * 3000 & 0xFFFFFFFF, ssrc
    )
    element = bytes(((MID_ID << 4) | (len(mid) - 1),)) + mid
    element += bytes(-len(element) % 4)
    words = struct.pack("!HH", 0xBEDE, len(element) // 4) + element
    return head + words + (b"%08d" % sequence if body is None else body)


async def shown(camera: Publisher, desk: Viewer, first: int, count: int, ssrc: int) -> None:
    """Every packet reaches the viewer, with its content, once."""
    before = len(desk.packets)
    for sequence in range(first, first + count):
        camera.client.send_rtp(packet(sequence, ssrc))
        await asyncio.sleep(0.002)
    await until(lambda: len(desk.packets) == before + count)
    bodies = [one[20:] for one in desk.packets[before:]]
    assert bodies == [b"%08d" % sequence for sequence in range(first, first + count)]


def numbers(desk: Viewer) -> list[int]:
    return [int.from_bytes(one[2:4], "big") for one in desk.packets]


def times(desk: Viewer) -> list[int]:
    return [int.from_bytes(one[4:8], "big") for one in desk.packets]


@pytest.mark.parametrize("second", [20, 5, 40_000, 65_535])
async def test_a_stream_goes_on_with_a_new_ssrc_on_its_line(scene: Scene, second: int) -> None:
    camera, desk = await camera_with_mid(scene), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 10, 10, VIDEO_SSRC)
    asked = camera.key_frames_asked
    await shown(camera, desk, second, 10, NEW_SSRC)
    steps = [(b - a) & 0xFFFF for a, b in zip(numbers(desk), numbers(desk)[1:], strict=False)]
    assert all(0 < step < 0x8000 for step in steps), "the viewer's numbers never go back"
    ticks = [(b - a) & 0xFFFFFFFF for a, b in zip(times(desk), times(desk)[1:], strict=False)]
    assert all(0 < tick < 90_000 for tick in ticks), "nor do its times, and they do not leap"
    await until(lambda: camera.key_frames_asked > asked)
    kinds = [event.kind for event in scene.events]
    assert kinds.count("stream_started") == 1 and "stream_stopped" not in kinds
    # A later offer that still names the first SSRC changes nothing for the viewers.
    before = desk.ssrcs
    text = camera.client.description(*camera.lines())
    for mid in ("0", "1"):
        text = text.replace(f"a=mid:{mid}\r\n", f"a=mid:{mid}\r\na=extmap:{MID_ID} {MID}\r\n")
    scene.node.offer(control.Offer("room", "phone", text))
    await shown(camera, desk, second + 10, 10, NEW_SSRC)
    assert desk.ssrcs == before


async def test_loss_after_the_change_is_repaired_both_ways(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 1000, 10, VIDEO_SSRC)
    await shown(camera, desk, 20, 10, NEW_SSRC)
    camera.nacked.clear()
    camera.client.send_rtp(packet(32, NEW_SSRC))
    await until(lambda: {30, 31} <= set(camera.nacked))
    for number, sequence in enumerate((30, 31)):
        body = sequence.to_bytes(2, "big") + b"%08d" % sequence
        camera.client.send_rtp(packet(500 + number, 0x55555555, payload_type=sdp.VIDEO_RTX, body=body))
    await until(lambda: {one[20:] for one in desk.packets} >= {b"00000030", b"00000031", b"00000032"})
    last = numbers(desk)[-1]
    desk.client.send_rtcp(_nack(desk, last))
    count = len(desk.packets)
    await until(lambda: len(desk.packets) > count)
    again = desk.packets[-1]
    assert again[1] & 0x7F == sdp.VIDEO_RTX and int.from_bytes(again[20:22], "big") == last


def _nack(desk: Viewer, sequence: int) -> bytes:
    return nack(desk.ssrcs[0], [sequence])


async def test_the_clock_of_the_new_ssrc_is_told_in_the_viewers_time(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 10, 5, VIDEO_SSRC)
    await shown(camera, desk, 9000, 5, NEW_SSRC)
    shift = (times(desk)[-1] - 9004 * 3000) & 0xFFFFFFFF
    assert shift
    desk.rtcp.clear()
    camera.client.send_rtcp(sender_report(SenderReport(NEW_SSRC, 7 << 32, 27_000_000, 5, 5)))
    await until(lambda: desk.rtcp)
    (report,) = [m for one in desk.rtcp for m in read(one) if isinstance(m, SenderReport)]
    assert report.timestamp == (27_000_000 + shift) & 0xFFFFFFFF


async def test_how_often_a_peer_may_do_that_is_bounded(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 10, 2, VIDEO_SSRC)
    for number in range(MAX_RETIRED + 20):
        camera.client.send_rtp(packet(100 + number, 0x60000000 + number))
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.1)
    peer = scene.node.rooms["room"].peers["phone"]
    assert len(peer.retired) == MAX_RETIRED and len(peer.uplinks) <= 4
    old = len(desk.packets)
    camera.client.send_rtp(packet(12, VIDEO_SSRC))
    await asyncio.sleep(0.1)
    assert len(desk.packets) == old, "what was left behind is not taken up again"


async def test_a_stream_that_was_not_announced_is_found_by_its_mid(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene, announced=False), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 10, 10, NEW_SSRC)
    assert scene.node.rooms["room"].peers["phone"].published["1"].ssrc == NEW_SSRC


async def test_a_mid_of_no_line_is_nobodys(scene: Scene) -> None:
    camera = await camera_with_mid(scene)
    camera.client.send_rtp(packet(1, NEW_SSRC, mid=b"9"))
    await until(lambda: scene.node.forwarder.counters.unknown)
    assert NEW_SSRC not in scene.node.rooms["room"].peers["phone"].uplinks


# ---- forged from a peer's own address: its port is easily guessed, its keys are not


async def test_a_forged_packet_takes_no_stream_from_its_owner(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene, announced=False), scene.viewer("desk")
    await desk.join("phone")
    for forged in (packet(1, 0x66666666), packet(2, 0x66666667, payload_type=sdp.VIDEO_RTX)):
        camera.client._send(forged + bytes(10))
    await until(lambda: scene.node.forwarder.counters.not_authentic == 2)
    peer = scene.node.rooms["room"].peers["phone"]
    assert peer.uplinks == {} and peer.published["1"].ssrc is None and not peer.retired
    await shown(camera, desk, 10, 10, NEW_SSRC)


async def test_a_forged_ssrc_does_not_change_a_running_stream(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 10, 10, VIDEO_SSRC)
    for number in range(100):
        camera.client._send(packet(number, 0x66660000 + number) + bytes(10))
    await until(lambda: scene.node.forwarder.counters.not_authentic >= 100)
    peer = scene.node.rooms["room"].peers["phone"]
    assert not peer.retired and set(peer.uplinks) == {VIDEO_SSRC, RTX_SSRC, 0x33333333}
    await shown(camera, desk, 20, 10, VIDEO_SSRC)


async def test_forged_reports_leave_room_for_the_peers_own(scene: Scene) -> None:
    camera, desk = await camera_with_mid(scene), scene.viewer("desk")
    await desk.join("phone")
    await shown(camera, desk, 10, 10, VIDEO_SSRC)
    counters = scene.node.forwarder.counters
    for number in range(2 * MAX_RTCP_SENDERS):
        report = bytearray(receiver_report([]))
        report[4:8] = (0x70000000 + number).to_bytes(4, "big")
        desk.client._send(bytes(report) + b"\x80\0\0\1" + bytes(10))
    await until(lambda: counters.not_authentic >= 2 * MAX_RTCP_SENDERS)
    peer = scene.node.rooms["room"].peers["desk"]
    assert not any(ssrc >> 24 == 0x70 for ssrc in peer.rtcp_senders)
    asked = scene.node.reports.nacks_in
    desk.client.send_rtcp(_nack(desk, 12))
    await until(lambda: scene.node.reports.nacks_in > asked)


async def test_the_first_packets_in_any_order_all_come(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    for sequence in (103, 101, 104, 100):
        camera.send(sequence)
    await until(lambda: {100, 101, 103, 104} <= set(desk.got))
    assert 102 in camera.nacked, "what lies between is asked for"


async def test_the_first_packets_after_a_jump_all_come(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(10)
    for sequence in (5002, 5000, 5003):
        camera.send(sequence)
    await until(lambda: {5000, 5002, 5003} <= set(desk.got))
    camera.sent[5001] = b"%08d" % 5001 + bytes(200)
    await until(lambda: 5001 in desk.got)
    assert [
        n
        for message in camera.rtcp
        for m in read(message)
        if isinstance(m, Nack)
        for n in m.sequences
        if n < 4990
    ] == []


@pytest.mark.parametrize(("number", "form"), [(20, 0x1000), (200, 0x100F), (3, 0x1000), (3, 0xBEDE)])
async def test_arrivals_are_reported_whatever_the_form_of_the_extension(
    scene: Scene, number: int, form: int
) -> None:
    """RFC 8285 section 4.3: two-byte elements, which ids over 14 need."""
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    text = camera.client.description(*camera.lines()).replace(
        f"a=extmap:{sdp.TRANSPORT_CC_ID} ", f"a=extmap:{number} "
    )
    await camera.client.connect(scene.node.offer(control.Offer("room", "phone", text)).sdp)
    await until(lambda: scene.node.rooms["room"].peers["phone"].connected)
    await desk.join("phone")
    for sequence in range(50):
        value = (700 + sequence).to_bytes(2, "big")
        element = bytes((number << 4 | 1,)) + value if form == 0xBEDE else bytes((number, 2)) + value
        element = b"\0" * 3 + element + bytes(-(len(element) + 3) % 4)
        head = struct.pack("!BBHII", 0x90, 0x80 | sdp.VIDEO, sequence, sequence * 90, VIDEO_SSRC)
        block = struct.pack("!HH", form, len(element) // 4) + element
        camera.client.send_rtp(head + block + b"%08d" % sequence)
        await asyncio.sleep(0.002)
    await until(lambda: len(desk.packets) == 50)
    assert [one[20:] for one in desk.packets] == [b"%08d" % sequence for sequence in range(50)]
    await until(lambda: sum(_arrived(one) for one in camera.rtcp) == 50)


def _arrived(message: bytes) -> int:
    """How many packets a transport-wide feedback message says have come (its base is ours)."""
    if message[1] != 205 or message[0] & 0x1F != 15:
        return 0
    base, count = struct.unpack_from("!HH", message, 12)
    assert 700 <= base < 750
    return int(count)
