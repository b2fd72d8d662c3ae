"""Calls over IPv6, and between the two families. The compiled loop takes IPv4, the reference all else."""

import socket
from collections.abc import AsyncIterator

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.service.serve import running
from benchmarks.media.client import Client
from tests.unit.webrtc.node.rig import Publisher, Scene, Viewer, until


@pytest.fixture(params=["plain", "compiled"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")
    events: list[control.Event] = []
    config = NodeConfig("test", host6="::1", compiled=request.param == "compiled")
    async with running(config, events.append) as node:
        scene = Scene(node, events)
        try:
            yield scene
        finally:
            await scene.close()


def over_ipv6(one: Publisher | Viewer) -> None:
    """Another client in its place, that takes the node's IPv6 candidate."""
    old = one.client
    one.client = Client("::1")
    one.client.on_rtp, one.client.on_rtcp = old.on_rtp, old.on_rtcp
    old.vanish()
    connect = one.client.connect

    async def by_the_second(text: str, seconds: float = 10.0) -> None:
        kept = [line for line in text.splitlines() if not line.startswith("a=candidate:1 ")]
        await connect("\r\n".join(kept).replace("candidate:2 1", "candidate:1 1"), seconds)

    one.client.connect = by_the_second  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("of_the_camera", [True, False])
@pytest.mark.parametrize("of_the_desk", [True, False])
async def test_pictures_pass_between_the_families(
    scene: Scene, of_the_camera: bool, of_the_desk: bool
) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    for one, so in ((camera, of_the_camera), (desk, of_the_desk)):
        if so:
            over_ipv6(one)
    await camera.join()
    await desk.join("phone")
    addresses = [scene.node.rooms["room"].peers[name].ice.address for name in ("phone", "desk")]
    assert [address is not None and ":" in address[0] for address in addresses] == [
        of_the_camera,
        of_the_desk,
    ]
    dropped = {20, 21, 45}
    camera.client.lose_out = lambda datagram: (
        127 < datagram[0] < 192 and datagram[1] & 0x7F == 96 and _sequence(datagram) in dropped
    )
    await camera.send_many(60)
    await until(lambda: len(desk.got) == 60)
    assert desk.got == camera.sent, "what was lost on the way up was asked for again"


def _sequence(datagram: bytes) -> int:
    return int.from_bytes(datagram[2:4], "big")


async def test_a_viewer_who_changes_the_family_is_followed(scene: Scene) -> None:
    """As a phone does that leaves the wireless network for a mobile one that knows IPv6 alone."""
    camera, desk, other = scene.publisher("phone"), scene.viewer("desk"), scene.viewer("other")
    await camera.join()
    await desk.join("phone")
    await other.join("phone")
    await camera.send_many(10)
    await until(lambda: len(desk.got) == 10 and len(other.got) == 10)
    assert desk.client.remote is not None
    desk.client._host = "::1"
    desk.client.remote.address = scene.node.candidates[1]
    desk.client.move()
    desk.client.check()
    await until(lambda: scene.node.rooms["room"].peers["desk"].ice.moves == 1)
    await camera.send_many(40, first=10)
    await until(lambda: len(desk.got) == 50 and len(other.got) == 50)
    assert desk.got == other.got == camera.sent
