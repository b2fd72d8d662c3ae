"""Parts of the installation die in the middle of a call: workers, media nodes, Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import redis.asyncio
import websockets

from tests.contract.call_rig import Call, accepted_call
from tests.rig.foundations import Foundation
from tests.rig.room_client import RoomClient, media_of
from tests.rig.stack import running_app

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120), pytest.mark.usefixtures("loopback_media")]


@pytest.fixture
async def call(full: Foundation) -> AsyncIterator[Call]:
    """On two web workers and two media nodes."""
    with running_app(full, workers=2, nodes=2) as app:
        async with accepted_call(app) as made:
            yield made
        await app.close()


async def worker_of(call: Call, client: RoomClient) -> str:
    """The name of the process that has this client's socket."""
    port = client.connection.local_address[1]
    for name, process in call.app.processes().items():
        if name.startswith("web-"):
            if any(c.raddr and c.raddr.port == port for c in process.net_connections("tcp")):
                return name
    raise AssertionError("no worker has this socket")


async def apart(call: Call) -> tuple[RoomClient, RoomClient, str, str]:
    """Phone and desk on different workers; the phone came first, so its worker runs the room."""
    phone = await call.enter(call.customer)
    owner = await worker_of(call, phone)
    for _ in range(40):
        desk = await call.enter(call.technician)
        relay = await worker_of(call, desk)
        if relay != owner:
            return phone, desk, owner, relay
        await desk.ask("leave")
    raise AssertionError("every connection went to the same worker")


async def talk(one: RoomClient, other: RoomClient) -> None:
    """A line of chat each way."""
    for sender, hearer in ((one, other), (other, one)):
        since = len(hearer.log)
        text = f"line {uuid4()}"
        await sender.ask("chat", client_id=str(uuid4()), text=text)
        heard = await hearer.wait(
            lambda f, text=text: f["type"] == "chat_added" and f["message"]["text"] == text,  # type: ignore[misc]
            since=since,
            what="the line of chat",
        )
        assert heard["message"]["text"] == text


async def test_two_workers_share_a_room(call: Call) -> None:
    phone, desk, _owner, _relay = await apart(call)
    await talk(phone, desk)
    asked = await desk.ask("freeze_request")
    await phone.heard("freeze_request", freeze_id=asked["freeze_id"])
    still = await call.upload(call.customer, freeze_id=asked["freeze_id"])
    await phone.ask("still_ready", freeze_id=asked["freeze_id"], still_id=still["id"])
    await desk.heard("still_shown")
    mark = await desk.mark(still["id"])
    assert (await phone.heard("mark_added"))["mark"] == mark
    order = [
        await sender.ask("chat", client_id=str(uuid4()), text=str(n))
        for n in range(10)
        for sender in (phone, desk)
    ]
    await asyncio.sleep(0.5)
    told = [[f["message"]["id"] for f in c.log if f["type"] == "chat_added"][-20:] for c in (phone, desk)]
    assert told[0] == told[1] == [f["message"]["id"] for f in order]


async def test_the_worker_that_runs_the_room_dies(call: Call) -> None:
    phone, desk, owner, _relay = await apart(call)
    await talk(phone, desk)
    still = await call.upload(call.customer)
    await desk.ask("show_still", still_id=still["id"])
    since, killed = len(desk.log), time.monotonic()
    call.app.kill(owner)
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            await phone.say("ping")
            await asyncio.sleep(0.02)
    # The desk's socket stands: it is told everything afresh by whoever has taken over.
    joined = await desk.heard("joined", since=since, within_s=6)
    took = time.monotonic() - killed
    assert joined["shown"]["id"] == still["id"]
    assert {p["role"]: p["here"] for p in joined["participants"]} == {"customer": False, "technician": True}
    back = await call.enter(call.customer, tab=phone.tab)
    assert back.peer == phone.peer
    await talk(back, desk)
    assert took < 4.5, f"{took:.1f} s until another worker ran the room"


async def test_the_worker_that_only_relays_dies(call: Call) -> None:
    phone, desk, _owner, relay = await apart(call)
    since = len(phone.log)
    call.app.kill(relay)
    await phone.wait(
        lambda f: f["type"] == "participants" and any(not p["here"] for p in f["participants"]),
        since=since,
        what="the desk is away",
    )
    back = await call.enter(call.technician, tab=desk.tab)
    await talk(phone, back)


async def test_a_media_node_dies_and_the_picture_comes_back(call: Call) -> None:
    phone, desk = await call.both()
    async with media_of(phone, publish=True) as camera, media_of(desk, publish=False) as screen:
        await camera.offer()
        await desk.heard("streams")
        await screen.offer()
        await screen.sees(phone.peer)
        client = redis.asyncio.Redis.from_url(call.app.redis_url(), decode_responses=True)
        node = str(await client.get(f"media:room:{call.request}"))
        names = {p.pid: n for n, p in call.app.processes().items() if n.startswith("media-")}
        number = "2" if node.endswith("-2") else "1"
        assert len(names) == 2
        killed = time.monotonic()
        call.app.kill(f"media-{number}")
        await asyncio.gather(phone.heard("moved", within_s=8), desk.heard("moved", within_s=8))
        told = time.monotonic() - killed
        since = len(desk.log)
        await camera.start_anew()
        await desk.wait(lambda f: f["type"] == "streams" and phone.peer in f["streams"], since=since)
        await screen.start_anew()
        await screen.sees(phone.peer)
        seen = time.monotonic() - killed
        await client.aclose()
    assert told < 5, f"{told:.1f} s until the clients were told"
    assert seen < 9, f"{seen:.1f} s until the picture was back"


async def test_without_any_node_offers_are_refused_and_the_rest_goes_on(full: Foundation) -> None:
    with running_app(full, workers=1, nodes=0) as app:
        async with accepted_call(app) as call:
            phone, desk = await call.both()
            with pytest.raises(AssertionError, match="media_unavailable"):
                async with media_of(phone, publish=True) as camera:
                    await camera.offer()
            error = await phone.heard("error", code="media_unavailable")
            assert error["retry_after_ms"] > 0
            await talk(phone, desk)
        await app.close()


async def test_redis_goes_away_and_comes_back_empty_while_a_call_runs(full: Foundation) -> None:
    with running_app(full, workers=1, nodes=1) as app:
        async with accepted_call(app) as call:
            phone, desk = await call.both()
            async with media_of(phone, publish=True) as camera, media_of(desk, publish=False) as screen:
                await camera.offer()
                await desk.heard("streams")
                await screen.offer()
                await screen.sees(phone.peer)
                full.redis_server.kill()
                await asyncio.sleep(1)
                await screen.sees(phone.peer, more=10)  # media needs no Redis
                await talk(phone, desk)  # neither do marks and chat
                with pytest.raises(AssertionError, match="media_unavailable"):
                    await camera.offer(restart=True)
                still = await call.upload(call.customer)
                await desk.heard("still_added", within_s=5)  # hints are away: found by looking
                newcomer = await call.enter(call.customer)
                joined = await newcomer.heard("joined")
                assert [s["id"] for s in joined["stills"]] == [still["id"]]
                moved = desk.count("moved")
                full.redis_server.start()
                await asyncio.sleep(4)
                assert desk.count("moved") == moved, "the node never went away"
                await talk(phone, desk)
                await screen.sees(phone.peer, more=10)
        await app.close()
