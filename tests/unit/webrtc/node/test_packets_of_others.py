"""Packets as other people's senders make them: padding, silence, clocks that leap, payload types that nobody
agreed on. Each has to be true of both packet loops."""

import asyncio
import struct

import pytest

from assist.webrtc.control import control
from benchmarks.media import sdp
from tests.unit.webrtc.node.rig import AUDIO_SSRC, RTX_SSRC, VIDEO_SSRC, Publisher, Scene, Viewer, until

RED, COMFORT_NOISE = 63, 13


def rtp_packet(
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    *,
    marker: bool = False,
    padding: int = 0,
) -> bytes:
    """``padding``: bytes of it, the last of which says how many (RFC 3550 section 5.1)."""
    head = struct.pack(
        "!BBHII",
        0xA0 if padding else 0x80,
        (0x80 if marker else 0) | payload_type,
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    return head + payload + (bytes(padding - 1) + bytes((padding,)) if padding else b"")


def video(sequence: int, *, timestamp: int | None = None, padding: int = 0) -> bytes:
    at = sequence * 3000 if timestamp is None else timestamp
    body = b"" if padding == 255 else b"%08d" % sequence
    return rtp_packet(sdp.VIDEO, sequence, at, VIDEO_SSRC, body, marker=True, padding=padding)


def sound(sequence: int, timestamp: int, *, payload_type: int = sdp.AUDIO, marker: bool = False) -> bytes:
    return rtp_packet(payload_type, sequence, timestamp, AUDIO_SSRC, b"%08d" % sequence, marker=marker)


async def call(scene: Scene) -> tuple[Publisher, Viewer]:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    return camera, desk


def numbers(desk: Viewer) -> list[int]:
    return [int.from_bytes(one[2:4], "big") for one in desk.packets]


def times(desk: Viewer) -> list[int]:
    return [int.from_bytes(one[4:8], "big") for one in desk.packets]


def started(scene: Scene) -> list[str]:
    return [event.media for event in scene.events if isinstance(event, control.StreamStarted)]


# ---- padding


async def test_padding_alone_is_passed_on_in_order_and_is_no_picture(scene: Scene) -> None:
    """A sender probes the way with packets of nothing but padding (RFC 3550 section 5.1), before its first
    picture too: the viewer's numbers go on through them, and nobody is told of a picture."""
    camera, desk = await call(scene)
    for sequence in (10, 11, 12):
        camera.client.send_rtp(video(sequence, timestamp=30_000, padding=255))
    await until(lambda: len(desk.packets) == 3)
    assert started(scene) == []
    assert all(one[0] & 0x20 and len(one) == 20 + 255 for one in desk.packets)
    camera.client.send_rtp(video(13))
    await until(lambda: len(desk.packets) == 4)
    assert started(scene) == ["video"]
    for sequence in range(14, 20):
        camera.client.send_rtp(video(sequence, padding=255 if sequence % 2 else 0))
    await until(lambda: len(desk.packets) == 10)
    assert numbers(desk) == list(range(10, 20)) and camera.nacked == []


async def test_an_empty_packet_is_no_picture(scene: Scene) -> None:
    """A keep-alive of older stacks (RFC 6263 section 4.1) has no payload at all."""
    camera, desk = await call(scene)
    camera.client.send_rtp(rtp_packet(sdp.VIDEO, 1, 0, VIDEO_SSRC, b""))
    await until(lambda: len(desk.packets) == 1)
    assert started(scene) == []
    camera.client.send_rtp(video(2))
    await until(lambda: len(desk.packets) == 2)
    assert started(scene) == ["video"]


async def test_a_padded_picture_keeps_its_padding(scene: Scene) -> None:
    camera, desk = await call(scene)
    for sequence in (1, 2, 3):
        camera.client.send_rtp(video(sequence, padding=7))
    await until(lambda: len(desk.packets) == 3)
    assert all(one[0] & 0x20 and one[-1] == 7 for one in desk.packets)
    assert [one[20:-7] for one in desk.packets] == [b"00000001", b"00000002", b"00000003"]


async def test_probes_by_retransmission_are_not_passed_on(scene: Scene) -> None:
    """Of an RTX packet of padding alone, and of one that repeats what nobody misses (RFC 4588 section 4)."""
    camera, desk = await call(scene)
    await camera.send_many(5)
    await until(lambda: len(desk.packets) == 5)
    camera.client.send_rtp(rtp_packet(sdp.VIDEO_RTX, 900, 0, RTX_SSRC, b"", padding=200))
    camera.client.send_rtp(rtp_packet(sdp.VIDEO_RTX, 901, 0, RTX_SSRC, (3).to_bytes(2, "big") + b"again"))
    await camera.send_many(5, first=5)
    await until(lambda: len(desk.packets) == 10)
    assert numbers(desk) == list(range(10))


# ---- silence


async def test_silence_of_opus_is_no_loss(scene: Scene) -> None:
    """DTX sends a packet in 400 ms (RFC 7587 section 3.1.3): numbers go on by one, times by the silence."""
    camera, desk = await call(scene)
    sequence, timestamp, sent = 100, 0xFFFFF000, []
    for talking in (5, 0, 5, 0, 0, 5):
        for first in range(max(1, talking)):
            sent.append((sequence, timestamp & 0xFFFFFFFF))
            camera.client.send_rtp(sound(sequence, timestamp, marker=first == 0))
            sequence, timestamp = sequence + 1, timestamp + (960 if talking else 19_200)
            await asyncio.sleep(0.02 if talking else 0.4)
    await until(lambda: len(desk.packets) == len(sent))
    assert list(zip(numbers(desk), times(desk), strict=True)) == sent
    assert sum(one[1] >> 7 for one in desk.packets) == 6, "where talking begins is marked"
    uplink = scene.node.rooms["room"].peers["phone"].published["0"]
    scene.node.forwarder.sync()
    assert uplink.reception.jitter / 48_000 < 0.05 and not uplink.reception.missing


# ---- clocks


@pytest.mark.parametrize("leap", [1 << 31, 0x7000_0000, 90_000 * 3600, 0xF000_0000])
async def test_a_clock_that_leaps_is_passed_on_and_is_no_jitter(scene: Scene, leap: int) -> None:
    """After a pause, or with another camera, a sender's clock may begin anywhere (RFC 3550 section 5.1)."""
    camera, desk = await call(scene)
    sent = []
    for sequence in range(60):
        timestamp = (sequence * 3000 + (leap if sequence >= 30 else 0)) & 0xFFFFFFFF
        sent.append(timestamp)
        camera.client.send_rtp(video(sequence, timestamp=timestamp))
        await asyncio.sleep(0.005)
    await until(lambda: len(desk.packets) == 60)
    assert times(desk) == sent and numbers(desk) == list(range(60))
    scene.node.forwarder.sync()
    reception = scene.node.rooms["room"].peers["phone"].published["1"].reception
    assert reception.jitter / 90_000 < 0.1, "a second-long freeze would be less"


async def test_times_and_numbers_wrap_with_loss_at_the_seam(scene: Scene) -> None:
    camera, desk = await call(scene)
    lost = {65_534, 65_536, 65_537}
    first = 65_500
    for sequence in range(first, first + 80):
        body = b"%08d" % sequence
        camera.sent[sequence & 0xFFFF] = body
        if sequence not in lost:
            stamp = 0xFFFFFFFF - 90_000 + (sequence - first) * 3000
            camera.client.send_rtp(video(sequence, timestamp=stamp))
        await asyncio.sleep(0.002)
    await until(lambda: desk.missing(first, 80) == [])
    assert {desk.got[n & 0xFFFF] for n in lost} == {b"%08d" % n for n in lost}
    scene.node.forwarder.sync()
    reception = scene.node.rooms["room"].peers["phone"].published["1"].reception
    assert reception.cycles == 0x10000 and reception.expected == (first + 80) & 0xFFFF


async def test_a_stream_that_was_paused_goes_on_where_it_is(scene: Scene) -> None:
    """Muted and unmuted: the numbers go on, or leap; either way every packet comes, and once."""
    camera, desk = await call(scene)
    await camera.send_many(10)
    await until(lambda: len(desk.got) == 10)
    await asyncio.sleep(0.3)
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    await asyncio.sleep(0.3)
    await camera.send_many(10, first=9000)
    await until(lambda: len(desk.got) == 30)
    await asyncio.sleep(0.1)
    assert desk.doubles == 0 and len(desk.packets) == 30 and camera.nacked == []


# ---- payload types that were not agreed on


@pytest.mark.parametrize("payload_type", [RED, COMFORT_NOISE, 126])
async def test_what_is_not_the_agreed_codec_is_not_passed_on_as_such(scene: Scene, payload_type: int) -> None:
    """RED, comfort noise (RFC 3389) or telephone events under the stream's SSRC are no Opus."""
    camera, desk = await call(scene)
    camera.client.send_rtp(sound(1, 960))
    await until(lambda: len(desk.packets) == 1)
    camera.client.send_rtp(sound(2, 1920, payload_type=payload_type))
    camera.client.send_rtp(sound(3, 2880))
    camera.client.send_rtp(sound(4, 3840))
    await until(lambda: len(desk.packets) >= 3)
    assert [one[20:] for one in desk.packets] == [b"00000001", b"00000003", b"00000004"]


async def test_it_begins_no_stream_either(scene: Scene) -> None:
    camera, desk = await call(scene)
    camera.client.send_rtp(sound(1, 960, payload_type=RED))
    camera.client.send_rtp(sound(2, 1920))
    await until(lambda: desk.packets)
    assert numbers(desk) == [2]


async def test_a_retransmission_of_another_codec_is_none(scene: Scene) -> None:
    """A payload type says which codec its original has (RFC 4588 section 8.1)."""
    camera, desk = await call(scene)
    camera.client.send_rtp(video(1))
    camera.client.send_rtp(video(3))
    await until(lambda: 2 in camera.nacked)
    body = (2).to_bytes(2, "big") + b"not VP8!"
    camera.client.send_rtp(rtp_packet(105, 1, 6000, RTX_SSRC, body))
    camera.client.send_rtp(rtp_packet(sdp.VIDEO_RTX, 2, 6000, RTX_SSRC, (2).to_bytes(2, "big") + b"00000002"))
    await until(lambda: len(desk.packets) == 3)
    assert {one[20:] for one in desk.packets} == {b"00000001", b"00000002", b"00000003"}


async def test_what_was_sent_before_a_viewer_came_is_not_sent_to_it_over_the_wrap(scene: Scene) -> None:
    """A receiver counts how often the numbers have wrapped from the first packet that it gets (RFC 3711
    section 3.3.1). Were it given one of before the wrap and missed that, it could open nothing any more."""
    camera, desk, other = scene.publisher("phone"), scene.viewer("desk"), scene.viewer("other")
    await camera.join()
    await other.join("phone")
    for sequence in (65_530, 65_531, 65_533, 65_534, 65_535, 65_536, 65_537):
        camera.client.send_rtp(video(sequence))
    await until(lambda: len(other.got) == 7 and 65_532 in camera.nacked)
    await desk.join("phone")
    camera.client.send_rtp(video(65_538))
    await until(lambda: len(desk.packets) == 1)
    desk.client.lose_in = lambda datagram: (
        127 < datagram[0] < 192 and datagram[2:4] == (65_532).to_bytes(2, "big")
    )
    body = (65_532).to_bytes(2, "big") + b"00065532"
    camera.client.send_rtp(rtp_packet(sdp.VIDEO_RTX, 1, 65_532 * 3000, RTX_SSRC, body))
    await until(lambda: 65_532 in other.got)
    for sequence in range(65_539, 65_560):
        camera.client.send_rtp(video(sequence))
    await until(lambda: len(other.got) == 7 + 1 + 1 + 21)
    await until(lambda: len(desk.packets) == 22)
    assert numbers(desk) == list(range(2, 24))
