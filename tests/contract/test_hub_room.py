"""The room over real sockets, on both foundations; in full the two sides may well be on different workers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import websockets
from sqlalchemy import update

from kernel.database import UnitOfWork
from kernel.identity.sessions import Session
from kernel.ids import token_hash
from tests.contract.call_rig import Call, accepted_call
from tests.rig.room_client import in_room
from tests.rig.stack import RunningApp


@pytest.fixture
async def call(shared_app: RunningApp) -> AsyncIterator[Call]:
    async with accepted_call(shared_app) as made:
        yield made


async def test_both_sides_see_each_other_and_talk(call: Call) -> None:
    phone, desk = await call.both()
    people = await phone.heard("participants")
    assert {p["role"] for p in people["participants"]} == {"customer", "technician"}
    client_id = str(uuid4())
    answer = await phone.ask("chat", client_id=client_id, text="水从接头处滴下来")
    heard = await desk.heard("chat_added")
    assert heard["message"] == answer["message"]
    assert heard["message"]["text"] == "水从接头处滴下来"
    again = await phone.ask("chat", client_id=client_id, text="水从接头处滴下来")
    assert again["message"]["id"] == answer["message"]["id"]
    await asyncio.sleep(0.3)
    assert desk.count("chat_added") == 1
    kept = await call.technician.get(f"/api/requests/{call.request}/messages")
    assert [m["id"] for m in kept] == [answer["message"]["id"]]


async def test_a_freeze_over_http_and_socket(call: Call) -> None:
    phone, desk = await call.both()
    asked = await desk.ask("freeze_request")
    wish = await phone.heard("freeze_request")
    assert wish["freeze_id"] == asked["freeze_id"] and wish["to"] == phone.peer
    await phone.ask("frozen", freeze_id=asked["freeze_id"], width=64, height=48)
    await desk.heard("frozen", width=64)
    still = await call.upload(call.customer, freeze_id=asked["freeze_id"])
    await phone.ask("still_ready", freeze_id=asked["freeze_id"], still_id=still["id"])
    shown = await desk.heard("still_shown")
    assert shown["still"]["id"] == still["id"]
    assert (shown["still"]["width"], shown["still"]["height"]) == (64, 48)
    mark = await desk.mark(still["id"])
    heard = await phone.heard("mark_added")
    assert heard["mark"] == mark
    assert mark["points"] == [[0.1, 0.2], [0.3, 0.4]]
    await desk.ask("mark_undo", mark_id=mark["id"])
    await phone.heard("mark_undone", mark_id=mark["id"])


async def test_what_comes_by_http_is_told_in_the_room(call: Call) -> None:
    phone, desk = await call.both()
    still = await call.upload(call.customer)
    added = await desk.heard("still_added", within_s=5)
    assert added["still"]["id"] == still["id"]
    drawn = {"client_id": str(uuid4()), "tool": "box", "points": [[0, 0], [1, 1]]}
    mark = await call.technician.post(f"/api/stills/{still['id']}/marks", drawn)
    await phone.heard("mark_added", within_s=5)
    await call.technician.delete(f"/api/marks/{mark['id']}")
    await phone.heard("mark_undone", mark_id=mark["id"], within_s=5)
    sent = {"client_id": str(uuid4()), "text": "by HTTP"}
    await call.customer.post(f"/api/requests/{call.request}/messages", sent)
    assert (await desk.heard("chat_added", within_s=5))["message"]["text"] == "by HTTP"


async def test_a_refresh_loses_nothing(call: Call) -> None:
    phone = await call.enter(call.customer)
    desk = await call.enter(call.technician, tab="the-desk-1")
    still = await call.upload(call.customer)
    await desk.ask("show_still", still_id=still["id"])
    mark = await desk.mark(still["id"])
    await phone.ask("chat", client_id=str(uuid4()), text="hello")
    peer = desk.peer
    await desk.leave()
    await phone.wait(
        lambda f: f["type"] == "participants" and any(not p["here"] for p in f["participants"]), what="away"
    )
    back = await call.enter(call.technician, tab="the-desk-1", join=False)
    assert back.peer == peer
    assert back.log[0]["resumed"] is True
    joined = await back.join()
    assert joined["shown"]["id"] == still["id"]
    assert [m["id"] for m in joined["marks"]] == [mark["id"]]
    assert [m["text"] for m in joined["messages"]] == ["hello"]
    assert all(p["here"] for p in joined["participants"])


async def test_a_second_tab_of_the_same_name_replaces_the_first(call: Call) -> None:
    first = await call.enter(call.customer, tab="one-and-only")
    second = await call.enter(call.customer, tab="one-and-only")
    assert await first.closed() == 4409
    assert (await second.ask("ping"))["type"] == "pong"


async def test_ending_the_call_ends_it_for_all(call: Call) -> None:
    phone, desk = await call.both()
    assert (await desk.ask("end"))["type"] == "ok"
    assert (await phone.heard("ended"))["reason"] == "technician"
    assert await phone.closed() == await desk.closed() == 1000
    assert (await call.technician.get(f"/api/requests/{call.request}"))["state"] == "wrap_up"


async def test_a_call_ended_over_http_ends_here_too(call: Call) -> None:
    phone, _desk = await call.both()
    await call.technician.post(f"/api/requests/{call.request}/call-end")
    assert (await phone.heard("ended", within_s=5))["reason"] == "request"
    assert await phone.closed() == 1000


async def test_a_call_given_back_shows_the_technician_out(call: Call) -> None:
    phone, desk = await call.both()
    await call.technician.post(f"/api/requests/{call.request}/return")
    assert await desk.closed() == 4403
    assert (await phone.ask("ping"))["type"] == "pong"


# who gets in ----------------------------------------------------------------------------------------


async def test_only_the_customer_and_the_one_answerable_get_in(call: Call) -> None:
    app = call.app
    stranger, other = await app.customer(), await app.staff("technician")
    dispatcher = await app.staff("rep")
    for person, code in ((stranger, 4404), (other, 4403), (dispatcher, 4404)):
        async with in_room(app.url, call.request, str(person.token), hello=False) as client:
            await client.say("hello", version=1, token=person.token)
            assert await client.closed() == code, person
    for token, code in (("wrong", 4401), (None, 4401)):
        async with in_room(app.url, call.request, "", hello=False) as client:
            await client.say("hello", version=1, **({"token": token} if token else {}))
            assert await client.closed() == code


async def test_a_foreign_page_does_not_get_in(call: Call) -> None:
    address = f"{call.app.url.replace('http', 'ws')}/api/rooms/{call.request}/socket"
    with pytest.raises(websockets.InvalidStatus) as refusal:
        async with websockets.connect(address, origin="https://evil.example", proxy=None):  # type: ignore[arg-type]
            pass
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize(
    "first",
    [
        '{"type":"join"}',
        '{"type":"hello"}',
        '{"type":"hello","version":0}',
        '{"type":"hello","version":"1"}',
        '{"type":"hello","version":1,"tab":"no"}',
        "hello",
        "",
    ],
)
async def test_without_a_proper_hello_nobody_gets_in(call: Call, first: str) -> None:
    if first.endswith("}"):
        first = first[:-1] + f',"token":"{call.customer.token}"}}'
    async with in_room(call.app.url, call.request, "", hello=False) as client:
        await client.connection.send(first)
        assert await client.closed() == 4400


async def test_access_revoked_closes_within_two_seconds(call: Call) -> None:
    phone, desk = await call.both()
    started = asyncio.get_running_loop().time()
    await call.technician.delete("/api/sessions/current")
    assert await desk.closed() == 4401
    assert asyncio.get_running_loop().time() - started < 2
    gone = await phone.wait(
        lambda f: f["type"] == "participants" and len(f["participants"]) == 1, what="the desk is gone"
    )
    assert gone["participants"][0]["role"] == "customer"


async def test_a_session_whose_time_is_over_closes_the_room(call: Call) -> None:
    phone, desk = await call.both()

    async def let_time_pass(uow: UnitOfWork) -> None:
        mine = Session.token_hash == token_hash(str(call.customer.token))
        await uow.session.execute(update(Session).where(mine).values(expires_at=uow.now))

    async with call.app.database() as database:
        await database.run(let_time_pass)
    assert await phone.closed() == 4401
    await desk.wait(lambda f: f["type"] == "participants" and len(f["participants"]) == 1, what="it is gone")


# bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", "not_json"),
        ("[1]", "not_json"),
        ('{"type":"dance","id":"x"}', "unknown_type"),
        ('{"type":"chat","id":"x","text":"no id"}', "bad_field"),
        ('{"type":"hello","version":1,"id":"x"}', "hello_expected"),
        ('{"type":"offer","id":"x","sdp":"garbage"}', "offer_refused"),
        ('{"type":"offer","id":"x","sdp":"v=0\\r\\nm=application 9 UDP/DTLS/SCTP x\\r\\n"}', "offer_refused"),
        (
            '{"type":"still_ready","id":"x","still_id":"00000000-0000-7000-8000-000000000001"}',
            "unknown_still",
        ),
        ('{"type":"mark_undo","id":"x","mark_id":"00000000-0000-7000-8000-000000000001"}', "unknown_mark"),
        ('{"type":"freeze_request","id":"x"}', "role_forbidden"),
    ],
)
async def test_what_is_wrong_is_told_and_the_call_goes_on(call: Call, raw: str, code: str) -> None:
    phone = await call.enter(call.customer)
    await phone.connection.send(raw)
    error = await phone.heard("error", code=code)
    assert error["message"] and error["message"] != code, "a text for people"
    assert (await phone.ask("ping"))["type"] == "pong"


async def test_too_large_and_binary_frames_close_the_socket_and_nothing_else(call: Call) -> None:
    desk = await call.enter(call.technician)
    for data, code in (("x" * 70_000, 1009), (b"\x00\x01", 1003)):
        phone = await call.enter(call.customer)
        await phone.connection.send(data)
        assert await phone.closed() == code
    assert (await desk.ask("ping"))["type"] == "pong"


async def test_a_flood_is_refused_and_then_closed_while_others_notice_nothing(call: Call) -> None:
    phone, desk = await call.both()
    line = json.dumps({"type": "media_state", "camera": "on"})

    async def flood() -> None:
        while phone.connection.close_code is None:
            try:
                for _ in range(30):
                    await phone.connection.send(line)
            except websockets.ConnectionClosed:
                return
            await asyncio.sleep(0.1)

    flooding = asyncio.create_task(flood())
    await phone.heard("error", code="rate_limited")
    slowest = 0.0
    for _ in range(10):
        before = asyncio.get_running_loop().time()
        await desk.ask("ping")
        slowest = max(slowest, asyncio.get_running_loop().time() - before)
        await asyncio.sleep(0.2)
    assert slowest < 1
    assert await phone.closed(20) == 4429
    await flooding


async def test_a_silent_phone_is_noticed_within_ten_seconds(call: Call) -> None:
    phone, desk = await call.both()
    phone.answers_pings = False
    before = asyncio.get_running_loop().time()
    await desk.wait(
        lambda f: f["type"] == "participants" and any(not p["here"] for p in f["participants"]),
        within_s=14,
        what="the phone is away",
    )
    assert asyncio.get_running_loop().time() - before < 13.1  # its last ping may be 3 s old, or to come
    assert await phone.closed() == 4408


async def test_pointing_at_the_live_picture_and_deleting_a_still(call: Call) -> None:
    phone, desk = await call.both()
    still = await call.upload(call.customer)
    await desk.ask("show_still", still_id=still["id"])
    await phone.heard("still_shown")
    await call.technician.delete(f"/api/stills/{still['id']}")
    for client in (phone, desk):
        await client.heard("still_shown", still=None, within_s=5)
        await client.heard("still_removed", still_id=still["id"], within_s=5)
    assert await call.customer.get(f"/api/requests/{call.request}/stills") == []
    assert await call.customer.refused("GET", f"/api/stills/{still['id']}/image") == "not_found"
    timeline = await call.technician.get(f"/api/requests/{call.request}/timeline")
    assert timeline[-1]["kind"] == "still_deleted"
