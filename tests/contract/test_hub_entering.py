"""A socket that comes in while a part of the house is away, or while its room changes hands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy.exc import OperationalError
from starlette.websockets import WebSocket

from assist.webrtc.hub import hub as door
from assist.webrtc.hub.directory import IDLE_S
from assist.webrtc.hub.hub import Hub
from assist.webrtc.room.claims import Claims
from assist.webrtc.room.machine.effects import EMPTY, Records, Who
from kernel.actors import Actor
from kernel.clock import ManualClock
from kernel.database import Database
from kernel.web.call import SocketCall
from kernel.web.socket.live import Live

ROOM = UUID(int=7)


class Line:
    """Both ends of a WebSocket that was accepted: what was sent to the client, and how it was closed."""

    def __init__(self, *, stuck: bool = False) -> None:
        self._stuck = stuck
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None
        self.gone = asyncio.Event()
        self._welcome = asyncio.Event()
        self.socket = WebSocket({"type": "websocket", "headers": []}, self._receive, self._send)
        self._greeted = False

    async def _receive(self) -> dict[str, Any]:
        if not self._greeted:
            self._greeted = True
            return {"type": "websocket.connect"}
        await self.gone.wait()
        return {"type": "websocket.disconnect", "code": self.code or 1006}

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.frames.append(json.loads(message["text"]))
            if self.frames[-1]["type"] == "welcome":
                self._welcome.set()
        elif message["type"] == "websocket.close":
            if self._stuck:
                await asyncio.sleep(60)
            self.code = message["code"]
            self.gone.set()

    async def call(self, *, tab: str = "", session: str = "00") -> SocketCall:
        await self.socket.accept()
        actor = Actor("customer", ROOM, "", frozenset(), ROOM, "en")
        hello = {"type": "hello", "version": 1, "tab": tab or f"tab-{uuid4().hex[:8]}"}
        return SocketCall(None, self.socket, actor, hello, session * 32)  # type: ignore[arg-type]

    async def welcomed(self) -> None:
        async with asyncio.timeout(5):
            await self._welcome.wait()


@pytest.fixture
async def hub(
    database: Database, redis_client: Redis, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Hub]:
    async def admitted(*_: object) -> Who:
        return Who(f"customer:{ROOM}", "customer", "", "en")

    async def records(_: object) -> Records:
        return EMPTY

    monkeypatch.setattr(door, "admit", admitted)
    monkeypatch.setattr("assist.webrtc.room.store.Keeping.records", records)
    made = Hub(database, redis_client, clock, Live(redis_client, database))
    await made.claims.beat()
    yield made
    await made.close()


async def test_who_cannot_be_let_in_just_now_is_told_to_come_back(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> Records:
        raise OperationalError("SELECT 1", {}, Exception("the database is away"))

    monkeypatch.setattr("assist.webrtc.room.store.Keeping.records", away)
    line = Line()
    with pytest.raises(OperationalError):
        await hub.serve(await line.call(), ROOM)
    assert line.code == 1013
    assert [frame["code"] for frame in line.frames] == ["unavailable"]


async def test_who_comes_while_the_room_is_given_up_has_it(
    hub: Hub, redis_client: Redis, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Line(), Line()
    serving = asyncio.create_task(hub.serve(await first.call(), ROOM))
    await first.welcomed()
    first.gone.set()
    await serving
    host = hub.directory.rooms[ROOM].host
    assert host is not None
    host.quiet_since -= 2 * IDLE_S

    saving, saved = asyncio.Event(), asyncio.Event()

    async def save_slowly() -> None:
        saving.set()
        await saved.wait()

    monkeypatch.setattr(host, "save_now", save_slowly)
    tidying = asyncio.create_task(hub.directory.tidy())
    await saving.wait()
    serving = asyncio.create_task(hub.serve(await second.call(), ROOM))
    await asyncio.sleep(0.1)
    saved.set()
    await tidying
    await second.welcomed()
    other = await Claims(redis_client, "another-worker", clock).claim(str(ROOM))
    assert other.worker == hub.worker, "one room, one worker"
    second.gone.set()
    await serving


@pytest.mark.parametrize("hinted", [False, True])
async def test_a_room_is_read_once_and_again_only_for_what_was_hinted_at_meanwhile(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, hinted: bool
) -> None:
    reads = 0

    async def records(_: object) -> Records:
        nonlocal reads
        reads += 1
        if hinted and reads == 1:
            hub._live.pass_on({"topics": [f"request:{ROOM}"], "resource": "message", "id": str(uuid4())})
            await asyncio.sleep(0.05)
        return EMPTY

    monkeypatch.setattr("assist.webrtc.room.store.Keeping.records", records)
    hearing = asyncio.create_task(hub._hear_hints())
    line = Line()
    serving = asyncio.create_task(hub.serve(await line.call(), ROOM))
    await line.welcomed()
    for _ in range(3):
        await hub._tick()
        await asyncio.sleep(0.05)
    assert reads == 1 + hinted
    line.gone.set()
    await serving
    hearing.cancel()


async def test_a_worker_that_stood_still_holds_nobody_else_s_silence_against_them(
    hub: Hub,
) -> None:
    line = Line()
    serving = asyncio.create_task(hub.serve(await line.call(), ROOM))
    await line.welcomed()
    [link] = hub.links
    await hub._sweep()
    link.last_heard -= 60
    hub._swept_at -= 60  # the loop had no turn for a minute
    await hub._sweep()
    await asyncio.sleep(0.05)
    closed = line.code
    link.last_heard -= 10
    await hub._sweep()
    async with asyncio.timeout(5):
        await line.gone.wait()
    assert closed is None
    assert line.code == 4408, "who is silent while we listen is let go"
    await serving


async def test_an_old_socket_of_an_ended_session_does_not_take_the_new_one_with_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def newest(*_: object) -> set[bytes]:
        return {bytes.fromhex("11" * 32)}

    monkeypatch.setattr(door, "still_valid", newest)
    old, new = Line(stuck=True), Line()
    tasks = [asyncio.create_task(hub.serve(await old.call(tab="tab-of-hers"), ROOM))]
    await old.welcomed()
    tasks.append(asyncio.create_task(hub.serve(await new.call(tab="tab-of-hers", session="11"), ROOM)))
    await new.welcomed()
    await hub._check_access()
    await asyncio.sleep(0.05)
    assert new.code is None
    for line in (old, new):
        line.gone.set()
    await asyncio.gather(*tasks)
