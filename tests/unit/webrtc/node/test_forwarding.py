"""Packets from a publisher to its viewers, through a real node over loopback."""

import asyncio
import random

from assist.webrtc.control import control
from benchmarks.media import sdp
from tests.unit.webrtc.node.rig import VIDEO_SSRC, Scene, until


async def test_a_viewer_gets_every_packet_as_it_was_sent(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    answer = await camera.join()
    assert answer.publishing == ("audio", "video") and answer.refused == {}
    await desk.join("phone")
    await camera.send_many(200, first=65_500)
    await until(lambda: len(desk.got) == 200)
    assert desk.got == camera.sent and desk.doubles == 0
    for packet in desk.packets:
        assert int.from_bytes(packet[8:12], "big") == desk.ssrcs[0] != VIDEO_SSRC
        assert packet[1] & 0x7F == sdp.VIDEO
    kinds = [event.kind for event in scene.events]
    assert kinds == ["peer_connected", "peer_connected", "stream_started"]
    assert scene.events[-1] == control.StreamStarted("test", "room", "phone", "video")


async def test_the_viewer_sees_our_time_of_sending_and_nothing_else_of_the_uplink(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    camera.send(7)
    await until(lambda: desk.got)
    first = desk.packets[0]
    await asyncio.sleep(0.1)
    camera.send(8)
    await until(lambda: len(desk.got) == 2)
    second = desk.packets[1]
    for packet in (first, second):
        assert packet[12:16] == b"\xbe\xde\x00\x01" and packet[16] == sdp.ABS_SEND_TIME_ID << 4 | 2
    ticks = int.from_bytes(second[17:20], "big") - int.from_bytes(first[17:20], "big") & 0xFFFFFF
    assert 0.09 < ticks / 2**18 < 2.0


async def test_two_participants_each_send_and_see(scene: Scene) -> None:
    """Both are publisher and viewer on one connection, as in a call."""
    a, b = scene.publisher("a"), scene.publisher("b")
    await a.join()
    await b.join()
    seen: dict[str, set[int]] = {"a": set(), "b": set()}
    for me, other in ((a, b), (b, a)):
        lines = [*me.lines(), sdp.Line("2", "video", "recvonly")]
        offer = control.Offer(
            "room", me.name, me.client.description(*lines), {"2": control.Source(other.name, "video")}
        )
        answer = scene.node.offer(offer)
        assert answer.refused == {}
        await me.client.connect(answer.sdp)
        me.client.on_rtp = lambda p, name=me.name: seen[name].add(int.from_bytes(p[2:4], "big"))  # type: ignore[misc]
    for sequence in range(50):
        a.send(1000 + sequence)
        b.send(2000 + sequence)
    await until(lambda: len(seen["a"]) == len(seen["b"]) == 50)
    assert seen == {"a": set(range(2000, 2050)), "b": set(range(1000, 1050))}


async def test_three_viewers_of_one_stream(scene: Scene) -> None:
    camera = scene.publisher("phone")
    desks = [scene.viewer(f"desk{n}") for n in range(3)]
    await camera.join()
    for desk in desks:
        await desk.join("phone")
    await camera.send_many(60)
    await until(lambda: all(len(desk.got) == 60 for desk in desks))
    assert len({desk.ssrcs[0] for desk in desks}) == 3


async def test_a_late_viewer_brings_a_key_frame_request(scene: Scene) -> None:
    camera, early, late = scene.publisher("phone"), scene.viewer("a"), scene.viewer("b")
    await camera.join()
    await early.join("phone")
    await camera.send_many(20)
    await until(lambda: len(early.got) == 20)
    before = camera.key_frames_asked
    await late.join("phone")
    await until(lambda: camera.key_frames_asked > before)


async def test_loss_on_the_uplink_alone_is_repaired(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    camera.send(65_000)
    await until(lambda: desk.got)
    dice = random.Random(4)
    camera.client.lose_out = lambda d: 127 < d[0] < 192 and not 191 < d[1] < 224 and dice.random() < 0.1
    await camera.send_many(600, first=65_001)
    camera.client.lose_out = lambda _: False
    camera.send(65_601)
    await until(lambda: not desk.missing(65_000, 602))
    assert desk.got == camera.sent
    assert desk.doubles == 0, "a repaired packet is forwarded once"
    assert 30 < scene.node.forwarder.counters.retransmissions_in < 400


async def test_loss_on_the_downlink_alone_is_repaired(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    camera.send(65_000)
    await until(lambda: desk.got)
    dice = random.Random(5)
    desk.client.lose_in = lambda d: 127 < d[0] < 192 and not 191 < d[1] < 224 and dice.random() < 0.1
    desk.keep_asking(65_000)
    await camera.send_many(600, first=65_001)
    desk.client.lose_in = lambda _: False
    camera.send(65_601)
    await until(lambda: not desk.missing(65_000, 602))
    assert desk.got == camera.sent
    assert camera.nacked == [], "the publisher is not asked for what only the viewer lost"


async def test_loss_both_ways_is_repaired(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    camera.send(0)
    await until(lambda: desk.got)
    dice = random.Random(6)
    lossy = lambda d: 127 < d[0] < 192 and dice.random() < 0.05  # noqa: E731 (media and RTCP alike)
    camera.client.lose_out, desk.client.lose_in = lossy, lossy
    desk.keep_asking(0)
    await camera.send_many(500, first=1)
    camera.client.lose_out = desk.client.lose_in = lambda _: False
    camera.send(501)
    await until(lambda: not desk.missing(0, 502))
    assert desk.got == camera.sent
