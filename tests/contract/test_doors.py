"""Every door of the house, tried by everybody: generated from the declarations, so that no door is forgotten.

A door refuses exactly those whom its declaration leaves out (401 for nobody, 403 for somebody), and to those
who may knock at this kind of door, but not for this customer or this job, there is nothing behind it (404).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from app.capabilities import APIS
from assist.callers import ANSWERABLE
from field.callers import DISPATCHER as CALL_OFF
from kernel.actors import Actor, Role
from kernel.web import Operation
from tests.contract.doors_rig import House, build, sent
from tests.rig.foundations import Foundry
from tests.rig.stack import running_app
from tests.rig.working_day import morning_zone

pytestmark = pytest.mark.timeout(300)
"""Each of some hundred doors is knocked at by a dozen people."""

OPERATIONS = [operation for api in APIS for operation in api.operations]
SOCKETS = [declared for api in APIS for declared in api.sockets]
OF_A_REQUEST = {"request_id", "still_id", "mark_id"}
OF_A_JOB = {"task_id", "proof_id"}
PUBLIC_MAPS = {
    f"public_maps_{name}"
    for name in "landing conformance description collections collection items item tile".split()
}
OF_ANN = {"notice_id", "overtime_id"}


@pytest.fixture(scope="module")
def filled_house(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    zone = morning_zone(datetime.now(UTC))
    with (
        foundry.make("embedded", tmp_path_factory.mktemp("doors")) as foundation,
        running_app(foundation, timezone=zone, demo="true") as app,
        ThreadPoolExecutor(1) as thread,
    ):
        yield thread.submit(asyncio.run, build(app)).result()


@pytest.fixture
async def house(filled_house: House) -> AsyncIterator[House]:
    yield filled_house
    filled_house.callers.clear()
    await filled_house.app.close()


async def knock(house: House, operation: Operation, name: str, *, sound: bool) -> httpx.Response:
    ids = house.ids | ({"rep_id": house.cyd} if operation.path.endswith("/absence") else {})
    path = operation.path.format(**{param: ids[param] for param in operation.path_params})
    return await house.be(name).http.request(operation.method, path, **sent(operation, sound=sound))


def refusal(operation: Operation, name: str, actor: Actor | None) -> set[int]:
    """With which status the door refuses this caller; empty for those who may come in."""
    if not operation.who.includes(actor):
        return {401} if actor is None else {403}
    params = set(operation.path_params)
    if name in ("foreign", "visited", "ann", "bob", "cyd") and params & OF_A_REQUEST:
        return {404}
    if operation.name == "post_found_place" and name == "bob":
        return set()  # places of one's own station are looked up, and each look is written down
    if name in ("bob", "cyd") and params & (OF_A_JOB | OF_ANN):
        return {404}
    return set()


# the matrix -----------------------------------------------------------------------------------------


def test_few_doors_are_open_to_everybody() -> None:
    """A declaration that lets more people in than it should is told here; the matrix would believe it."""
    open_to_all = {operation.name for operation in OPERATIONS if operation.who.includes(None)}
    assert open_to_all == {
        "healthz",
        "readyz",
        "metrics",  # guarded by its own token, or for loopback alone
        "sign_in",
        "redeem_sign_in_link",
        "start_a_request",
        "redeem_an_invitation",
        "read_guides",
        "get_calendar",  # guarded by the secret in its address: calendars cannot sign in
        "get_current_announcements",  # what is told to everybody
        "get_announcements_at",
        "read_evidence_key",  # a bundle is verified by anybody
        "read_verifier",
        "search_answers",  # what is told to everybody
        "post_answer_use",  # that it helped, or not; bounded by rate
        *PUBLIC_MAPS,  # of zones, on a switch of the utility's
    }
    nobody_special = Actor("customer", uuid4(), "", frozenset(), uuid4(), "")
    to_customers = {o.name for o in OPERATIONS if o.who.includes(nobody_special)} - open_to_all
    unbound = {o.name for o in OPERATIONS if o.name in to_customers and not set(o.path_params) & OF_A_REQUEST}
    addresses = {"get_places", "get_place_at"}  # of the utility's area, as on any map; bounded by rate
    assert unbound <= {"sign_out", "me", "read_ice_servers"} | addresses
    assert all(o.limit for o in OPERATIONS if o.name in addresses)


def test_whatever_a_stranger_or_a_customer_may_do_has_its_limit() -> None:
    """A free session is anybody's: what it may write is bounded by rate, whoever adds the next door."""
    customer = Actor("customer", UUID(int=1), "", frozenset(), UUID(int=1), "")
    open_to_them = [
        operation
        for api in APIS
        for operation in api.operations
        if operation.method != "GET" and any(map(operation.who.includes, (None, customer)))
    ]
    assert len(open_to_them) > 10
    assert [each.path for each in open_to_them if each.limit is None] == []


async def test_those_left_out_are_refused_at_every_door(house: House) -> None:
    wrong, tried = [], 0
    for operation in OPERATIONS:
        for name, somebody in house.people.items():
            if not (expected := refusal(operation, name, somebody.actor)):
                continue
            tried += 1
            answer = await knock(house, operation, name, sound=True)
            if answer.status_code not in expected:
                wrong.append((operation.name, name, answer.status_code, answer.text[:120]))
            elif answer.status_code != 401:
                assert "own" not in answer.json()["error"]["params"], "a refusal tells nothing"
    assert wrong == []
    assert tried > 300, "the matrix is not empty"
    # Nothing has come of all that: what was behind the doors is still there.
    own = house.be("own")
    marks = await own.get(f"/api/stills/{house.ids['still_id']}/marks")
    assert [mark["id"] for mark in marks] == [house.ids["mark_id"]]
    assert len(await own.get(f"/api/requests/{house.ids['request_id']}/messages")) == 1
    assert (await own.get(f"/api/requests/{house.ids['request_id']}"))["state"] == "in_call"
    task = await house.be("dispatcher").get(f"/api/tasks/{house.ids['task_id']}")
    assert task["state"] == "assigned" and task["rep"]["code"] == "ann"
    reported = await house.be("dispatcher").get(f"/api/tasks/{house.task_of_conflict}")
    assert [conflict["state"] for conflict in reported["conflicts"]] == ["open"]


async def test_those_who_may_come_in_are_not_refused(house: House) -> None:
    """A refusal may then only be one of those that the operation declares as its own."""
    wrong, let_in = [], 0
    last = (
        "take_mark_back",
        "delete_a_still",
        "give_place_up",
        "post_sign_in_link",
        "renew_an_invitation",
        "post_undoing",
    )
    tried = [operation for operation in OPERATIONS if operation.name != "sign_out"]  # a test of its own
    for operation in sorted(tried, key=lambda o: last.index(o.name) if o.name in last else -1):
        own_codes = {error.code for error in operation.errors}
        for name, somebody in house.people.items():
            if refusal(operation, name, somebody.actor):
                continue
            let_in += 1
            answer = await knock(house, operation, name, sound=False)
            code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
            if answer.status_code >= 500 or (answer.status_code in (401, 403, 404) and code not in own_codes):
                wrong.append((operation.name, name, answer.status_code, code))
    assert wrong == []
    assert let_in > 200


async def test_only_supervisors_erase_for_a_customer_and_only_what_is_over(house: House) -> None:
    """The customer's own wish is their page's test; here the request of the matrix is still open."""
    at = f"/api/requests/{house.ids['request_id']}/erasure"
    found = {name: (await house.be(name).http.post(at)).status_code for name in house.people}
    assert found == {
        "nobody": 401,
        **dict.fromkeys(("foreign", "visited"), 404),
        **dict.fromkeys(("technician", "dispatcher", "ann", "bob", "cyd"), 403),
        **dict.fromkeys(("supervisor", "admin", "own"), 409),
    }


async def test_a_signed_out_caller_is_nobody(house: House) -> None:
    person = await house.app.staff(Role.DISPATCHER, "dirk")
    await person.delete("/api/sessions/current")
    assert (await person.http.get("/api/me")).status_code == 401


# representatives ------------------------------------------------------------------------------------


async def test_a_representative_sees_their_own_jobs_only(house: House) -> None:
    ann, bob = house.be("ann"), house.be("bob")
    anns = {stop["task"]["id"] for stop in (await ann.get("/api/rep/route"))["stops"]}
    bobs = {stop["task"]["id"] for stop in (await bob.get("/api/rep/route"))["stops"]}
    assert house.ids["task_id"] in anns and house.task_of_bob in bobs and not anns & bobs
    assert await ann.refused("GET", f"/api/tasks/{house.task_of_bob}") == "not_found"


async def test_no_action_of_a_phone_reaches_the_job_of_another(house: House) -> None:
    action = {"id": str(uuid4()), "sequence": 1, "kind": "acceptance", "task_id": house.ids["task_id"]}
    answer = await house.be("bob").post("/api/device-actions", {"device": str(uuid4()), "actions": [action]})
    assert answer["results"][0]["error"]["code"] == "not_found"
    assert answer["results"][0]["task"] is None
    task = await house.be("dispatcher").get(f"/api/tasks/{house.ids['task_id']}")
    assert task["state"] == "assigned"


async def test_whoever_answers_for_a_visit_reads_its_request_and_no_other_representative(
    house: House,
) -> None:
    read = [
        path.format(request=house.visited, still=house.visited_still)
        for path in (
            "/api/requests/{request}",
            "/api/requests/{request}/timeline",
            "/api/requests/{request}/messages",
            "/api/requests/{request}/stills",
            "/api/stills/{still}/image",
            "/api/stills/{still}/marks",
        )
    ]
    for name, expected in (("ann", 200), ("bob", 404), ("visited", 200), ("own", 404), ("nobody", 401)):
        caller = house.be(name)
        found = {path: (await caller.http.get(path)).status_code for path in read}
        assert found == dict.fromkeys(read, expected), name


# sockets --------------------------------------------------------------------------------------------


async def greeting(house: House, path: str, name: str) -> str | int | None:
    """``welcome``, or the code with which the socket is closed."""
    async with house.be(name).socket(path) as socket:
        try:
            await socket.receive("welcome")
        except ConnectionClosed:
            return socket.connection.close_code
        return "welcome"


async def test_every_socket_greets_those_it_is_for(house: House) -> None:
    expected: dict[str, dict[str, str | int | None]] = {
        "/api/live": {name: 4401 if name == "nobody" else "welcome" for name in house.people},
        "/api/rooms/{request_id}/socket": {
            **dict.fromkeys(house.people, 4403),
            "nobody": 4401,
            "own": "welcome",
            "foreign": 4404,
            "visited": 4404,
            "technician": "welcome",
            "ann": 4404,
            "bob": 4404,
            "cyd": 4404,
        },
    }
    assert {declared.path for declared in SOCKETS} == set(expected)
    for path, by_name in expected.items():
        at = path.format(**house.ids)
        assert {name: await greeting(house, at, name) for name in by_name} == by_name, path


async def test_a_topic_is_heard_by_those_whom_it_concerns(house: House) -> None:
    own, rep = f"request:{house.ids['request_id']}", f"rep:{house.ids['rep_id']}"
    console = {"queue", "tasks", "zones", "inbox", "reps", "sent", own, rep}
    heard: dict[str, set[str]] = {
        "own": {own},
        "foreign": set(),
        "ann": {rep, "sent"},
        "bob": {"sent"},
        "technician": {"queue", own, "sent"},
        **dict.fromkeys(("dispatcher", "supervisor", "admin"), console),
    }
    for name, topics in heard.items():
        async with house.be(name).socket("/api/live") as socket:
            await socket.send("subscribe", topics=[*sorted(console), "session:" + "0" * 64])
            assert set((await socket.receive("subscribed"))["topics"]) == topics, name


@pytest.mark.parametrize("role", Role)
def test_whoever_may_call_a_visit_off_answers_for_the_request_and_may_conclude_it(role: Role) -> None:
    somebody = Actor("staff", UUID(int=1), "", frozenset({role}), None, "en")
    assert not CALL_OFF.includes(somebody) or ANSWERABLE.includes(somebody)


async def test_odd_first_frames_are_turned_away_with_a_code(house: House) -> None:
    """Nothing of it is worth a line in the log: whoever is outside could fill the disk with it."""
    frames: list[str | bytes] = [
        "[" * 4000,
        b"hello",
        "7",
        '{"type": "hello", "version": 0}',
        '{"type": "hello", "version": true}',
        '{"type": "hello", "version": "1"}',
        '{"type": "hello", "version": 1, "token": "\\ud800"}',
        "{" + " " * 5000,
    ]
    before = house.app.log().count("unforeseen_error")
    for declared in SOCKETS:
        for frame in frames:
            address = house.app.url.replace("http", "ws", 1) + declared.path.format(**house.ids)
            async with websockets.connect(address, compression=None, proxy=None) as connection:
                await connection.send(frame)
                await asyncio.wait_for(connection.wait_closed(), 10)
                assert connection.close_code in (4400, 4401), frame
    assert house.app.log().count("unforeseen_error") == before


async def test_a_client_of_a_later_version_is_spoken_to_in_ours(house: House) -> None:
    for declared in SOCKETS:
        address = house.app.url.replace("http", "ws", 1) + declared.path.format(**house.ids)
        hello = {"type": "hello", "version": 2, "token": str(house.people["own"].token)}
        async with websockets.connect(address, compression=None, proxy=None) as connection:
            await connection.send(json.dumps(hello))
            welcome = json.loads(await asyncio.wait_for(connection.recv(), 10))
            assert (welcome["type"], welcome.get("version", 1)) == ("welcome", 1), declared.path


async def test_a_page_that_talks_without_end_is_closed(house: House) -> None:
    async with house.be("own").socket("/api/live") as socket:
        for frame in (b"\x00", '{"type": "ping"}') * 40:
            await socket.connection.send(frame)
        with pytest.raises(ConnectionClosed):
            while True:
                await asyncio.wait_for(socket.connection.recv(), 10)
        assert socket.connection.close_code == 4429


# links and pages ------------------------------------------------------------------------------------


async def test_a_preview_of_a_link_opens_nothing(house: House) -> None:
    """Whoever fetches an invitation's address, or the API's, by GET has consumed nothing."""
    invited = {"name": "Lin", "phone": "13800138000", "language": "en"}
    link = (await house.be("technician").post("/api/invitations", invited))["link"]
    nobody = house.app.caller()
    token = link.partition("#i=")[2]
    for method in ("GET", "HEAD", "OPTIONS"):
        assert (await nobody.http.request(method, link.replace("#", "?"))).status_code in (200, 405)
        answer = await nobody.http.request(method, "/api/invitations/redemption", params={"token": token})
        assert answer.status_code == 405
    opened = await nobody.post("/api/invitations/redemption", {"token": token, "bearer": True})
    assert opened["session"]["token"]


async def test_a_foreign_page_is_refused_whatever_cookie_it_rides_on(house: House) -> None:
    person = house.people["technician"]
    cookies = {"__Host-curbstop-desk": str(person.token)}
    for origin in ("https://evil.example", "null", house.app.url + ".evil.example"):
        headers = {
            "Origin": origin,
            "Curbstop-Surface": "desk",
            "Cookie": f"{next(iter(cookies))}={person.token}",
        }
        answer = await house.app.caller().http.put("/api/desk", json={}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_refused")
    headers |= {"Origin": house.app.url}
    assert (await house.app.caller().http.put("/api/desk", json={}, headers=headers)).status_code == 204
