"""The compiled loop takes what is plain, and leaves everything else to the reference."""

import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from assist.webrtc.node.compiled.forwarder import CompiledForwarder
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.service.serve import running
from tests.unit.webrtc.node.rig import Scene, until


@pytest.fixture
async def compiled() -> AsyncIterator[Scene]:
    async with running(NodeConfig("test", compiled=True)) as node:
        scene = Scene(node, [])
        yield scene
        await scene.close()


async def test_packets_in_order_never_reach_python(compiled: Scene) -> None:
    forwarder = compiled.node.forwarder
    assert isinstance(forwarder, CompiledForwarder)
    camera, desk = compiled.publisher("phone"), compiled.viewer("desk")
    await camera.join()
    await desk.join("phone")
    camera.send(0)
    await until(lambda: desk.got)
    slow = int(forwarder._state["slow_tail"])
    await camera.send_many(500, first=1)
    await until(lambda: len(desk.got) == 501)
    assert desk.got == camera.sent
    # What else came meanwhile is STUN and RTCP, a few a second.
    assert int(forwarder._state["slow_tail"]) - slow < 20
    forwarder.sync()
    assert forwarder.counters.packets_in == 501 and forwarder.counters.packets_out == 501
    uplink = compiled.node.rooms["room"].peers["phone"].published["1"]
    assert uplink.reception.received == 501 and uplink.reception.expected == 501
    assert uplink.ring[500] is not None and uplink.ring[501] is None


async def test_slots_are_given_back(compiled: Scene) -> None:
    forwarder = compiled.node.forwarder
    assert isinstance(forwarder, CompiledForwarder)
    free = len(forwarder._free_streams), len(forwarder._free_peers)
    for visit in range(3):
        camera, desk = compiled.publisher(f"phone{visit}"), compiled.viewer(f"desk{visit}")
        await camera.join()
        await desk.join(f"phone{visit}")
        await camera.send_many(5)
        await until(lambda desk=desk: len(desk.got) == 5)  # type: ignore[misc]
        await camera.client.close()
        await desk.client.close()
    await until(lambda: compiled.node.rooms == {})
    stranger = compiled.publisher("last")
    await stranger.join()
    stranger.send(1)
    await until(lambda: forwarder._slots)
    assert len(forwarder._free_streams) == free[0] - 1 and len(forwarder._free_peers) == free[1] - 1


def test_a_process_that_loads_it_can_still_compile_anything_else() -> None:
    other = "from numba import njit, int64; njit(int64(int64))(lambda x: x + 1)"
    words = [sys.executable, "-c", f"import assist.webrtc.node.compiled.loop; {other}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
