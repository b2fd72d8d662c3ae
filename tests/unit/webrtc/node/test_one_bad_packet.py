"""A packet, or a peer, that something fails over is that one's misfortune and nobody else's."""

from collections.abc import Iterable

import pytest

from assist.webrtc.node.peer import Peer
from assist.webrtc.node.rtp import rtcp
from tests.unit.webrtc.node.rig import Scene, until

POISON = bytes((0x81, 205, 0, 3)) + b"poison packet"


async def test_a_packet_that_fails_is_counted_and_not_met_again(scene: Scene) -> None:
    node, forwarder = scene.node, scene.node.forwarder
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    take = forwarder.on_rtcp

    def failing(peer: Peer, datagram: bytes) -> bool:
        if b"poison" in datagram:
            raise RuntimeError("injected")
        return take(peer, datagram)

    forwarder.on_rtcp = failing
    for _ in range(3):
        camera.client.sock.sendto(POISON, node.candidates[0])
    await until(lambda: forwarder.counters.failed == 3)
    # STUN, RTCP, media and DTLS, each of which Python takes.
    checks = camera.client.answered_checks
    camera.client.check()
    await until(lambda: camera.client.answered_checks > checks)
    await camera.send_many(20)
    await until(lambda: len(desk.got) == 20)
    camera.client.lose_out = lambda _: True
    camera.send(20)
    camera.client.lose_out = lambda _: False
    camera.send(21)
    await until(lambda: 20 in desk.got)
    asked = camera.key_frames_asked
    desk.client.send_rtcp(rtcp.picture_loss(desk.ssrcs[0]))
    await until(lambda: camera.key_frames_asked > asked)
    await desk.client.close()
    await until(lambda: "desk" not in node.rooms["room"].peers)
    assert forwarder.counters.failed == 3


async def test_packets_behind_the_one_that_fails_are_taken_in_the_same_turn(scene: Scene) -> None:
    node, forwarder = scene.node, scene.node.forwarder
    camera = scene.publisher("phone")
    await camera.join()
    peer = node.rooms["room"].peers["phone"]
    seen: list[bytes] = []

    def failing(_: Peer, datagram: bytes) -> bool:
        seen.append(datagram[4:])
        if len(seen) == 2:
            raise RuntimeError("injected")
        return True

    forwarder.on_rtcp = failing
    for number in range(4):
        camera.client.sock.sendto(POISON[:4] + b"%08d" % number, node.candidates[0])
    forwarder.drain(node._sockets[0])
    assert [datagram for datagram in seen if datagram.isdigit()] == [b"%08d" % number for number in range(4)]
    assert forwarder.counters.failed == 1 and peer.connected


async def test_one_peer_whose_feedback_fails_keeps_nobody_else_from_theirs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = scene.node.reports
    first, second = scene.publisher("first"), scene.publisher("second")
    await first.join()
    await second.join()
    send = reports.send_feedback

    def failing(peers: Iterable[Peer]) -> None:
        peers = list(peers)
        if any(peer.id == "first" for peer in peers):
            raise RuntimeError("injected")
        send(peers)

    monkeypatch.setattr(reports, "send_feedback", failing)
    await second.send_many(10)
    # Transport-wide feedback is packet type 205, format 15; reception reports are 201.
    await until(lambda: any(p[1] == 205 and p[0] & 31 == 15 for p in second.rtcp))
    await until(lambda: any(p[1] == 201 for p in second.rtcp))
