"""A peer's address changes in mid-call without anybody asking: its NAT forgot it, or it went elsewhere."""

import asyncio
import struct

from assist.webrtc.node.rtp.rtcp import receiver_report
from tests.unit.webrtc.node.rig import Publisher, Scene, Viewer, until


async def call(scene: Scene) -> tuple[Publisher, Viewer]:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(10)
    await until(lambda: len(desk.got) == 10)
    for one in (camera, desk):
        one.client.nominates = False  # it is nominated; Firefox, libnice, pion and aioice say so once
    return camera, desk


async def test_a_plain_check_from_a_new_port_takes_the_viewer_along(scene: Scene) -> None:
    camera, desk = await call(scene)
    desk.client.move()
    desk.client.check()
    await asyncio.sleep(0.1)
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    assert scene.node.rooms["room"].peers["desk"].ice.moves == 1


async def test_a_plain_check_from_a_new_port_takes_the_publisher_along(scene: Scene) -> None:
    camera, desk = await call(scene)
    camera.client.move()
    camera.client.check()
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    asked = camera.key_frames_asked
    late = scene.viewer("late")
    await late.join("phone")
    await until(lambda: camera.key_frames_asked > asked)


async def test_media_from_a_new_port_needs_no_check(scene: Scene) -> None:
    camera, desk = await call(scene)
    camera.client.move()
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    peer = scene.node.rooms["room"].peers["phone"]
    assert peer.ice.address == camera.client.sock.getsockname() and peer.ice.moves == 1
    assert [address for address, owner in scene.node.forwarder.peers.items() if owner is peer] == [
        peer.ice.address
    ]


async def test_reports_from_a_new_port_take_a_silent_viewer_along(scene: Scene) -> None:
    camera, desk = await call(scene)
    desk.client.send_rtcp(receiver_report([]))
    await asyncio.sleep(0.6)
    desk.client.move()
    desk.client.send_rtcp(receiver_report([]))
    await asyncio.sleep(0.1)
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)


async def test_back_and_forth(scene: Scene) -> None:
    camera, desk = await call(scene)
    for turn in range(1, 5):
        await asyncio.sleep(0.3)
        camera.client.move()
        desk.client.move()
        desk.client.check()
        await asyncio.sleep(0.05)
        await camera.send_many(10, first=10 * turn)
        await until(lambda turn=turn: len(desk.got) == 10 * (turn + 1))  # type: ignore[misc]
    assert desk.got == camera.sent


async def test_another_candidate_that_is_kept_warm_moves_nobody(scene: Scene) -> None:
    """Its checks have another PRIORITY: a telephone's mobile network beside the wireless one."""
    camera, desk = await call(scene)
    home, desk.client.priority = desk.client.sock, 0x6E001EFF
    spare = desk.client.sock = desk.client._open()
    desk.client.check()
    await asyncio.sleep(0.1)
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    peer = scene.node.rooms["room"].peers["desk"]
    assert peer.ice.moves == 0 and peer.ice.address == home.getsockname()
    assert spare.getsockname() in peer.addresses
    desk.client._loop.remove_reader(home.fileno())
    home.close()


async def test_what_was_on_its_way_does_not_move_the_peer_back(scene: Scene) -> None:
    camera, desk = await call(scene)
    late = camera.client.encrypt(struct.pack("!BBHII", 0x80, 0x80 | 96, 10, 900, 0x11111111) + b"late")
    old = camera.client.sock
    camera.client.nominates = True
    camera.client.sock = camera.client._open()
    camera.client.check()
    await asyncio.sleep(0.05)
    await camera.send_many(5, first=11)
    await until(lambda: len(desk.got) == 15)
    old.sendto(late, scene.node.candidates[0])
    await until(lambda: desk.got.get(10) == b"late")
    peer = scene.node.rooms["room"].peers["phone"]
    assert peer.ice.address == camera.client.sock.getsockname() and peer.ice.moves == 1
    camera.client._loop.remove_reader(old.fileno())
    old.close()


async def test_what_is_not_authentic_moves_nobody_and_costs_little(scene: Scene) -> None:
    camera, desk = await call(scene)
    thief = scene.publisher("thief")
    await thief.join()
    seen = camera.client.encrypt(struct.pack("!BBHII", 0x80, 0xE0, 10, 900, 0x11111111) + b"stolen")
    counters = scene.node.forwarder.counters
    before = counters.not_authentic
    stranger = thief.client._open()
    for number in range(300):
        forged = bytearray(seen)
        forged[-1] ^= 1 + number % 255
        stranger.sendto(forged, scene.node.candidates[0])
    await asyncio.sleep(0.2)
    assert counters.not_authentic - before < 100, "keys are tried a few times a second"
    assert scene.node.rooms["room"].peers["phone"].ice.moves == 0
    await camera.send_many(10, first=10)
    await until(lambda: len(desk.got) == 20)
    thief.client._loop.remove_reader(stranger.fileno())
    stranger.close()
