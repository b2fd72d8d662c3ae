"""The compiled loop takes what is plain, and leaves everything else to the reference."""

import random
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from assist.webrtc.node.compiled.forwarder import CompiledForwarder
from assist.webrtc.node.compiled.index import Index
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.peer import Peer
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
    free = forwarder.wiring.free()
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
    await until(lambda: forwarder.wiring.free()["streams"] < free["streams"])
    assert forwarder.wiring.free() == {
        **free,
        "streams": free["streams"] - 1,
        **{name: free[name] - 1 for name in ("peers", "addresses")},
    }
    await stranger.client.close()
    await until(lambda: compiled.node.rooms == {})
    other = compiled.publisher("other")
    await other.join()  # whose first check also takes the last one's rows out
    await until(lambda: forwarder.wiring.free()["streams"] == free["streams"])


async def test_what_a_join_costs_does_not_grow_with_those_who_are_there(compiled: Scene) -> None:
    forwarder = compiled.node.forwarder
    assert isinstance(forwarder, CompiledForwarder)
    costs = []
    for number in range(24):
        before = forwarder.wiring.rows_written
        room, phone, desk = f"room{number}", f"phone{number}", f"desk{number}"
        camera, viewer = compiled.publisher(phone, room), compiled.viewer(desk, room)
        await camera.join()
        await viewer.join(phone)
        await camera.send_many(3)
        await until(lambda viewer=viewer: len(viewer.got) == 3)  # type: ignore[misc]
        costs.append(forwarder.wiring.rows_written - before)
    # A peer, its address, its stream and that one's viewer, written anew a few times while both come.
    assert max(costs) <= 30 and max(costs[12:]) <= max(costs[:12]), costs


async def test_rows_that_cannot_be_written_leave_everything_to_the_reference(
    compiled: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    forwarder = compiled.node.forwarder
    assert isinstance(forwarder, CompiledForwarder)
    camera, desk = compiled.publisher("phone"), compiled.viewer("desk")
    await camera.join()
    await desk.join("phone")
    await camera.send_many(20)
    await until(lambda: len(desk.got) == 20)
    uplink = compiled.node.rooms["room"].peers["phone"].published["1"]
    assert uplink in forwarder.wiring
    write = forwarder.wiring.write

    def failing(peer: Peer) -> None:
        write(peer)
        raise RuntimeError("injected")

    monkeypatch.setattr(forwarder.wiring, "write", failing)
    forwarder.rewire(uplink.peer)
    await camera.send_many(20, first=20)
    await until(lambda: len(desk.got) == 40)
    assert desk.got == camera.sent and uplink not in forwarder.wiring
    assert uplink.ring[39] is not None and uplink.reception.received == 40
    assert forwarder.counters.failed == 1


@pytest.mark.parametrize("seed", range(20))
def test_an_index_finds_what_was_entered_and_not_taken_out(seed: int) -> None:
    dice, mask = random.Random(seed), 15
    homes = [dice.choice((14, 15, 0, 1, dice.randrange(16))) for _ in range(40)]
    cells, there = [0] * 16, set[int]()
    index = Index(cells, mask, homes.__getitem__)
    for _ in range(300):
        if there and (len(there) == 12 or dice.random() < 0.5):
            index.remove(gone := dice.choice(sorted(there)))
            there.discard(gone)
        else:
            there.add(come := dice.choice([row for row in range(40) if row not in there]))
            index.enter(come)
        assert {row for row in range(40) if _is_found(cells, mask, homes[row], row)} == there


def _is_found(cells: list[int], mask: int, place: int, row: int) -> bool:
    while cells[place]:
        if cells[place] == row + 1:
            return True
        place = (place + 1) & mask
    return False


def test_a_process_that_loads_it_can_still_compile_anything_else() -> None:
    other = "from numba import njit, int64; njit(int64(int64))(lambda x: x + 1)"
    words = [sys.executable, "-c", f"import assist.webrtc.node.compiled.loop; {other}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
