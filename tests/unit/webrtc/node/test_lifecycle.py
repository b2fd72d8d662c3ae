"""Peers come, move, fall silent and go; strangers get nowhere."""

import asyncio
import contextlib
import gc
import os
import random
import socket
import time
import weakref

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.errors import CommandInvalid, NodeDraining, NodeFull, RoomMoved
from assist.webrtc.node.sdp.description import SdpInvalid, SdpTooLarge, SdpUnsupported
from assist.webrtc.node.service.serve import running
from benchmarks.media import sdp
from benchmarks.media.client import Client
from tests.unit.webrtc.node.rig import Scene, until


def offer_of(client: Client, name: str = "x", room: str = "room", generation: int = 0) -> control.Offer:
    line = sdp.Line("0", "audio", "sendonly", 5)
    return control.Offer(room, name, client.description(line), generation=generation)


async def test_a_publisher_that_changes_its_address_is_followed(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(10)
    camera.client.move()
    camera.client.check()
    await asyncio.sleep(0.05)
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    assert scene.node.rooms["room"].peers["phone"].ice.moves == 1


async def test_a_viewer_that_changes_its_address_is_followed(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(10)
    await until(lambda: len(desk.got) == 10)
    desk.client.move()
    desk.client.check()
    await asyncio.sleep(0.05)
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)


async def test_ice_restart_keeps_the_old_password_until_the_new_one_nominates(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    first = await camera.join()
    await desk.join("phone")
    await camera.send_many(5)
    before = sdp.read(first.sdp)
    camera.client.restart()
    second = scene.node.offer(control.Offer("room", "phone", camera.client.description(*camera.lines())))
    after = sdp.read(second.sdp)
    assert (after.fragment, after.password) != (before.fragment, before.password)
    assert after.fingerprint == before.fingerprint
    # The old way still works: media goes on, and so do checks with the old password.
    answered = camera.client.answered_checks
    camera.client.check()
    await until(lambda: camera.client.answered_checks > answered)
    await camera.send_many(5, first=5)
    await until(lambda: len(desk.got) == 10)
    # From a new address, with the new password.
    camera.client.move()
    await camera.client.connect(second.sdp)
    camera.client.check()
    await until(lambda: scene.node.rooms["room"].peers["phone"].ice.moves == 1)
    await camera.send_many(5, first=10)
    await until(lambda: len(desk.got) == 15)
    # The old password is dead. (Answers to the new one may still be on their way.)
    answered = -1
    while answered != camera.client.answered_checks:
        answered = camera.client.answered_checks
        await asyncio.sleep(0.1)
    camera.client.remote = before
    camera.client.check()
    await asyncio.sleep(0.1)
    assert camera.client.answered_checks == answered
    assert [e.kind for e in scene.events].count("peer_disconnected") == 0


async def test_a_check_without_the_password_moves_nobody(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    thief = Client()
    assert desk.client.remote is not None
    thief.remote = sdp.Remote(
        desk.client.remote.fragment, "x" * 32, ("", ""), "passive", desk.client.remote.address
    )
    thief.check()
    await asyncio.sleep(0.05)
    await camera.send_many(10)
    await until(lambda: len(desk.got) == 10)
    assert scene.node.stun_refused == 1
    thief.vanish()


async def test_a_viewer_follows_a_publisher_that_came_with_a_new_connection(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(5)
    await until(lambda: len(desk.got) == 5)
    old_ssrc = desk.ssrcs[0]
    again = scene.publisher("phone")
    await again.join()
    kinds = [(e.kind, getattr(e, "reason", None)) for e in scene.events]
    assert ("peer_disconnected", "replaced") in kinds and ("stream_stopped", None) in kinds
    await desk.join("phone")
    assert desk.ssrcs[0] != old_ssrc
    desk.got.clear()
    await again.send_many(5, first=900)
    await until(lambda: set(desk.got) == set(range(900, 905)))
    camera.client.vanish()


async def test_what_a_viewer_cannot_have_is_refused_with_the_reason(scene: Scene) -> None:
    desk = scene.viewer("desk")
    line = sdp.Line("0", "video", "recvonly")
    unbound = scene.node.offer(control.Offer("room", "desk", desk.client.description(line)))
    assert unbound.refused == {"0": "not_bound"} and "a=inactive" in unbound.sdp
    bound = {"0": control.Source("nobody", "video")}
    absent = scene.node.offer(control.Offer("room", "desk", desk.client.description(line), bound))
    assert absent.refused == {"0": "stream_absent"}
    camera = scene.publisher("phone")
    await camera.join()
    bound = {"0": control.Source("phone", "video")}
    only_h264 = desk.client.description(line).replace("VP8/90000", "H264/90000")
    other = scene.node.offer(control.Offer("room", "desk", only_h264, bound))
    assert other.refused == {"0": "codec_unsupported"}


async def test_silence_ends_a_peer_and_says_so() -> None:
    events: list[control.Event] = []
    async with running(NodeConfig("test", peer_timeout_s=0.3), events.append) as node:
        scene = Scene(node, events)
        camera = scene.publisher("phone")
        await camera.join()
        await camera.send_many(3)
        await until(lambda: "stream_started" in [e.kind for e in events])
        camera.client.vanish()
        await until(lambda: node.rooms == {})
    assert control.PeerDisconnected("test", "room", "phone", "timeout") in events
    assert control.StreamStopped("test", "room", "phone", "video") in events


async def test_a_peer_that_never_comes_is_forgotten() -> None:
    async with running(NodeConfig("test", join_timeout_s=0.2)) as node:
        client = Client()
        node.offer(offer_of(client))
        await until(lambda: node.rooms == {}, seconds=4)
        client.vanish()


async def test_goodbye_by_dtls_ends_a_peer_at_once(scene: Scene) -> None:
    camera = scene.publisher("phone")
    await camera.join()
    begun = time.monotonic()
    await camera.client.close()
    await until(lambda: scene.node.rooms == {})
    assert time.monotonic() - begun < 1.0
    assert scene.events[-1] == control.PeerDisconnected("test", "room", "phone", "left")


async def test_a_wrong_fingerprint_lets_nobody_in(scene: Scene) -> None:
    camera = scene.publisher("phone")
    text = camera.client.description(*camera.lines())
    mine = camera.client.certificate.fingerprint
    other = "AA" + mine[2:] if not mine.startswith("AA") else "BB" + mine[2:]
    answer = scene.node.offer(control.Offer("room", "phone", text.replace(mine, other)))
    with contextlib.suppress(ConnectionError):
        await camera.client.connect(answer.sdp)
    await until(lambda: scene.events)
    assert scene.events == [control.PeerDisconnected("test", "room", "phone", "failed")]


async def test_close_takes_peer_and_room(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    scene.node.close_peer("room", "desk")
    scene.node.close_peer("room", "desk")
    assert list(scene.node.rooms["room"].peers) == ["phone"]
    scene.node.close_room("room")
    assert scene.node.rooms == {} and scene.node.forwarder.peers == {}
    reasons = [e.reason for e in scene.events if isinstance(e, control.PeerDisconnected)]
    assert reasons == ["closed", "room_closed"]


async def test_limits_and_fences(scene: Scene) -> None:
    client = Client()
    with pytest.raises(CommandInvalid):
        scene.node.offer(offer_of(client, name="no spaces"))
    scene.node.offer(offer_of(client, generation=3))
    with pytest.raises(RoomMoved):
        scene.node.offer(offer_of(client, generation=2))
    scene.node.draining = True
    scene.node.offer(offer_of(client, name="second"))
    with pytest.raises(NodeDraining):
        scene.node.offer(offer_of(client, room="other"))
    async with running(NodeConfig("small", max_peers=1)) as small:
        small.offer(offer_of(client))
        with pytest.raises(NodeFull):
            small.offer(offer_of(client, name="y"))
    client.vanish()


async def test_offers_that_are_no_offers(scene: Scene) -> None:
    client = Client()
    good = client.description(sdp.Line("0", "audio", "sendonly", 5))
    channel = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:9\r\n"
    lines = [sdp.Line(str(n), "audio", "sendonly", 5 + n) for n in range(5)]
    for text, error in (
        ("", SdpInvalid),
        ("hello", SdpInvalid),
        (good + channel, SdpUnsupported),
        (good.replace("m=audio", "m=text"), SdpUnsupported),
        (good.replace("a=rtcp-mux\r\n", ""), SdpUnsupported),
        (good.replace("s=-", "s=-\r\na=ice-lite"), SdpUnsupported),
        (good.replace("a=mid:0\r\n", ""), SdpInvalid),
        (good.replace("a=fingerprint", "a=nothing"), SdpInvalid),
        (good + "a=x\r\n" * 30_000, SdpTooLarge),
        (client.description(*lines), SdpTooLarge),
    ):
        with pytest.raises(error):
            scene.node.offer(control.Offer("room", "x", text))
    assert scene.node.rooms == {}
    client.vanish()


async def test_garbage_on_the_port_disturbs_nobody(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    dice = random.Random(1)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    target = scene.node.candidates[0]
    for sequence in range(100):
        for _ in range(10):
            junk = bytearray(dice.randbytes(dice.randrange(0, 300)))
            if junk and dice.random() < 0.8:
                junk[0] = dice.choice((0, 1, 22, 128, 144))
            stranger.sendto(junk, target)
            camera.client.sock.sendto(junk, target)  # and from a known address, where it gets further
        camera.send(sequence)
        await asyncio.sleep(0.002)
    await until(lambda: len(desk.got) == 100)
    assert desk.got == camera.sent
    stranger.close()


async def test_a_hundred_visits_leave_nothing_behind(scene: Scene) -> None:
    camera = scene.publisher("phone")
    await camera.join()

    async def visit() -> None:
        desk = scene.viewer("desk")
        await desk.join("phone")
        camera.send(0)
        await desk.client.close()
        await until(lambda: "desk" not in scene.node.rooms["room"].peers)
        scene._everyone.remove(desk)

    def resident() -> int:
        gc.collect()
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for _ in range(20):
        await visit()
    rounds: list[int] = []
    while len(rounds) < 3 and (not rounds or rounds[-1] >= 6 << 20):
        # An allocator may take a step once; what leaks grows every time.
        before, objects = resident(), len(gc.get_objects())
        for _ in range(100):
            await visit()
        rounds.append(resident() - before)
        more = len(gc.get_objects()) - objects
        assert more < 2000, f"{more} objects more"
    assert rounds[-1] < 6 << 20, f"bytes more in each round: {rounds}"
    assert len(scene.node.forwarder.peers) == 1 and len(scene.node._fragments) == 1


async def test_who_has_left_is_freed_without_the_garbage_collector(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(10)
    await until(lambda: len(desk.got) == 10)
    gone = [weakref.ref(peer.transport) for peer in scene.node.peers()]
    assert len(gone) == 2 and all(ref() is not None for ref in gone)
    gc.collect()
    gc.disable()
    try:
        await camera.client.close()  # says so itself
        await until(lambda: "phone" not in scene.node.rooms["room"].peers)
        scene.node.close_peer("room", "desk")
        await until(lambda: all(ref() is None for ref in gone))
    finally:
        gc.enable()
