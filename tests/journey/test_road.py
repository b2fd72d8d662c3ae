"""The whole road, over HTTP and WebSocket with real WebRTC peers: a leak on video becomes a finished job.

Zhao is the supervisor on duty, Sun the dispatcher, Chen and Wang are technicians, Ann, Bob and Cyd drive.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.rig.camera import HEIGHT, WIDTH, frame
from tests.rig.foundations import BOTH, Foundation, Foundry
from tests.rig.people import Caller, Person
from tests.rig.pictures import as_jpeg
from tests.rig.road import (
    OWNERS,
    Crew,
    Device,
    Watch,
    audited,
    describe,
    holder_of,
    in_call,
    morning_product,
    request_path,
    resumed_morning,
    staffed_morning,
)
from tests.rig.stack import RunningApp

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("loopback_media")]

SEEN_WITHIN_S = 2.0


@pytest.fixture(scope="module", params=BOTH)
def morning(
    request: pytest.FixtureRequest, foundry: Foundry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningApp, list[Crew]]]:
    """The product for this file's gentle tests, and its crew once somebody has hired it."""
    with foundry.make(request.param, tmp_path_factory.mktemp("road")) as foundation:
        with morning_product(foundation) as started:
            yield started, []


@pytest.fixture
async def crew(morning: tuple[RunningApp, list[Crew]]) -> AsyncIterator[Crew]:
    app, hired = morning
    if not hired:
        hired.append(await Crew.hire(app))
    yield hired[0]
    await app.close()


# steps of the road ------------------------------------------------------------------------------------


async def ask_the_guide(customer: Person) -> None:
    """Answer every step with "it did not help" where that can be said, until a person is asked."""
    catalogue = await customer.get("/api/guides", language="en")
    guide = next(guide for guide in catalogue["guides"] if guide["category"] == "leak")
    position: dict[str, Any] = {"step": guide["start"], "ending": None}
    while position["ending"] is None:
        step = guide["steps"][position["step"]]
        offered = {answer["answer"] for answer in step["answers"]}
        given = {
            "guide": guide["id"],
            "step": position["step"],
            "answer": "not_helped" if "not_helped" in offered else "done",
        }
        position = (await customer.post(request_path(customer, "/guide-answers"), given))["position"]
    assert position["ending"] == "person"


async def wait_in_the_queue(customer: Person, technician: Caller) -> None:
    """Ask for a person; the place is known, and the wait where somebody is at a desk."""
    await technician.get("/api/queue")
    entry = await customer.post(request_path(customer, "/queue-entry"))
    assert entry["state"] == "waiting" and entry["place"] == 1
    assert 0 <= entry["wait"]["low_s"] <= entry["wait"]["high_s"]
    rows = (await technician.get("/api/queue"))["rows"]
    assert str(customer.request_id) in [row["request_id"] for row in rows]


async def freeze(phone: Device, desk: Device, customer: Person) -> dict[str, Any]:
    """The technician asks, the phone answers at once and uploads; both look at the same still."""
    asked = await desk.ask("freeze_request")
    wish = await phone.room.heard("freeze_request", freeze_id=asked["freeze_id"])
    assert wish["to"] == phone.peer
    await phone.ask("frozen", freeze_id=asked["freeze_id"], width=WIDTH, height=HEIGHT)
    await desk.room.heard("frozen", freeze_id=asked["freeze_id"], width=WIDTH)
    fields = {"client_id": str(uuid4()), "source": "capture", "freeze_id": asked["freeze_id"]}
    still = await customer.upload(request_path(customer, "/stills"), as_jpeg(frame(9)), **fields)
    await phone.ask("still_ready", freeze_id=asked["freeze_id"], still_id=still["id"])
    for device in (phone, desk):
        shown = await device.room.heard("still_shown")
        assert shown["still"]["id"] == still["id"]
        assert (shown["still"]["width"], shown["still"]["height"]) == (WIDTH, HEIGHT)
    return dict(still)


async def point_at(phone: Device, desk: Device, still: dict[str, Any]) -> None:
    """Marks are made and taken back on either side, and seen on the other."""
    for drawer, viewer in ((desk, phone), (phone, desk)):
        kept = await drawer.room.mark(still["id"], tool="arrow", points=[[0.2, 0.3], [0.55, 0.6]])
        assert (await viewer.room.heard("mark_added", mark=kept))["mark"]["still_id"] == still["id"]
        slip = await drawer.room.mark(still["id"], tool="box", points=[[0.1, 0.1], [0.9, 0.9]])
        await viewer.room.heard("mark_added", mark=slip)
        await drawer.ask("mark_undo", mark_id=slip["id"])
        await viewer.room.heard("mark_undone", mark_id=slip["id"])


async def talk(phone: Device, desk: Device, words: str) -> None:
    for speaker, listener in ((phone, desk), (desk, phone)):
        said = await speaker.ask("chat", client_id=str(uuid4()), text=f"{words} {speaker.peer}")
        assert said["message"]["text"] == f"{words} {speaker.peer}"
        await listener.reads(said["message"])


VERDICT = {"ownership": "before_meter", "fault": "coupling_nut_loose", "severity": "major"}
VISIT = {"outcome": "needs_visit", "note": "表前活接螺母松动"}


async def accepted(crew: Crew, customer: Person, name: str = "chen") -> Caller:
    """The customer waits, and a technician takes them."""
    technician = crew.be(name)
    await technician.get("/api/queue")
    await customer.post(request_path(customer, "/queue-entry"))
    await technician.post(request_path(customer, "/acceptance"))
    return technician


async def needs_visit(crew: Crew, zone: str | None) -> tuple[Person, Watch, dict[str, Any]]:
    """A customer whose leak was seen, short of the picture: verdict and outcome are given."""
    customer = await crew.app.customer()
    watch = Watch(crew.be("zhao"), str(customer.request_id))
    await describe(customer, zone)
    chen = await accepted(crew, customer)
    fields = {"client_id": str(uuid4()), "source": "upload"}
    still = await customer.upload(request_path(customer, "/stills"), as_jpeg(frame(3)), **fields)
    await chen.post(request_path(customer, "/call-end"))
    await chen.put(request_path(customer, "/verdict"), VERDICT | {"still_ids": [still["id"]]})
    await chen.post(request_path(customer, "/outcome"), VISIT)
    return customer, watch, dict(still)


async def job_of(rep: Caller, request_id: str) -> dict[str, Any] | None:
    """The request's job on the representative's route of today, if it is there."""
    stops = (await rep.get("/api/rep/route"))["stops"]
    return next((stop["task"] for stop in stops if stop["task"]["request_id"] == request_id), None)


async def the_job_of(rep: Caller, request_id: str) -> dict[str, Any]:
    """The same, as soon as it is there."""
    async with asyncio.timeout(15):
        while (task := await job_of(rep, request_id)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return task


async def carry_to_done(rep: Caller, task: dict[str, Any], watch: Watch, owner: str) -> None:
    """Accept, drive, ring, work, prove it with a photo."""
    path = f"/api/tasks/{task['id']}"
    await rep.post(f"{path}/acceptance")
    await watch.stands("visit", owner, "accepted")
    await rep.post(f"{path}/travel")
    await watch.stands("visit", owner, "travelling")
    await rep.post(f"{path}/arrival")
    await watch.stands("visit", owner, "on_site")
    assert await rep.refused("POST", f"{path}/completion", json={}) == "proof_missing"
    photo = str(uuid4())
    await rep.upload(f"{path}/proofs", as_jpeg(frame(5)), client_id=photo)
    done = await rep.post(f"{path}/completion", {"proofs": [photo]})
    assert done["state"] == "done" and len(done["proofs"]) == 1
    await watch.stands("resolved", owner, "done")


# the road ---------------------------------------------------------------------------------------------


@pytest.mark.alone
async def test_a_leak_seen_by_video_becomes_a_job_that_is_done(crew: Crew) -> None:
    app, chen, ann = crew.app, crew.be("chen"), crew.be("ann")
    customer = await app.customer(language="zh-Hans")
    watch = Watch(crew.be("zhao"), str(customer.request_id))
    await watch.stands("guiding", "Zhao")
    await ask_the_guide(customer)
    await describe(customer, "A1")
    await watch.stands("guiding", "Zhao")
    await wait_in_the_queue(customer, chen)
    await watch.stands("waiting", "Zhao")

    await chen.post(request_path(customer, "/acceptance"))
    await watch.stands("in_call", "Chen")
    second = await crew.be("wang").http.post(request_path(customer, "/acceptance"), json={})
    assert (second.status_code, second.json()["error"]["code"]) == (409, "already_accepted")
    assert second.json()["error"]["params"] == {"by": "Chen"}

    async with in_call(app, customer, crew.tokens["chen"]) as (phone, desk):
        still = await freeze(phone, desk, customer)
        await point_at(phone, desk, still)
        await talk(phone, desk, "看到了")
        assert (await desk.ask("end"))["type"] == "ok"
        assert (await phone.room.heard("ended"))["reason"] == "technician"
    await watch.stands("wrap_up", "Chen")

    outcome = request_path(customer, "/outcome")
    assert await chen.refused("POST", outcome, json=VISIT) == "verdict_missing"
    judged = await chen.put(request_path(customer, "/verdict"), VERDICT | {"still_ids": [still["id"]]})
    assert judged["verdict"]["still_ids"] == [still["id"]]
    rep_id = (await ann.get("/api/rep/route"))["rep"]["id"]
    async with ann.socket("/api/live") as live:
        await live.send("subscribe", topics=[f"rep:{rep_id}"])
        assert (await live.receive("subscribed"))["refused"] == []
        begun = time.monotonic()
        await chen.post(outcome, VISIT)
        await live.receive("changed", SEEN_WITHIN_S, resource="task", topic=f"rep:{rep_id}")
        task = await job_of(ann, watch.request_id)
        assert time.monotonic() - begun < SEEN_WITHIN_S, "the rep's phone shows it within two seconds"
    assert task is not None and (task["state"], task["zone"]["code"]) == ("assigned", "A1")
    await watch.stands("visit", "Chen", "assigned")
    assert [await job_of(crew.be(other), watch.request_id) for other in ("bob", "cyd")] == [None, None]

    assert [each["id"] for each in task["evidence"]] == [still["id"]]
    seen, sent = await ann.get(task["evidence"][0]["image_url"]), await customer.get(still["url"])
    assert seen == sent and len(seen) == still["size"]
    assert len(await ann.get(task["evidence"][0]["marks_url"])) == 2, "what was undone is not on it"
    assert task["customer"]["name"] == "林女士" and task["verdict"]["ownership"] == "before_meter"

    await carry_to_done(ann, task, watch, "Ann")
    closed = await customer.post(request_path(customer, "/rating"), {"score": 5, "comment": "很快"})
    assert closed["rating"]["score"] == 5
    await watch.stands("closed", "Ann", "done")

    timeline = await watch.timeline()
    walked = [(kind, owner) for kind, _who, owner in timeline if kind != "guide_answered"]
    assert walked == [
        ("started", "Zhao"),
        ("details_changed", "Zhao"),
        ("queued", "Zhao"),
        ("accepted", "Chen"),
        ("call_ended", "Chen"),
        ("verdict_given", "Chen"),
        ("visit_asked", "Chen"),
        ("task_assigned", "Chen"),
        ("task_accepted", "Ann"),
        ("task_travelling", "Ann"),
        ("task_arrived", "Ann"),
        ("task_done", "Ann"),
        ("rated", "Ann"),
    ]
    assert await audited(app, f"request:{watch.request_id}") == ["verdict_given", "outcome_given"]


@pytest.mark.alone
async def test_an_invitation_opens_on_one_phone_and_can_be_renewed(crew: Crew) -> None:
    chen = crew.be("chen")
    asked = {"name": "黃先生", "phone": "+852 2123 4567", "language": "zh-Hant", "category": "leak"}
    invitation = await chen.post("/api/invitations", asked)
    watch = Watch(crew.be("zhao"), invitation["request_id"])
    await watch.stands("guiding", "Chen")
    first = await opened(crew, invitation["link"])
    with pytest.raises(AssertionError, match="410 link_spent"):
        await opened(crew, invitation["link"])
    again = await chen.post(request_path(watch.request_id, "/invitation"))
    assert again["request_id"] == watch.request_id and again["link"] != invitation["link"]
    other = await opened(crew, again["link"])
    with pytest.raises(AssertionError, match="410 link_spent"):
        await opened(crew, again["link"])
    assert (await other.get(request_path(watch.request_id)))["contact"]["name"] == "黃先生"
    assert await first.refused("GET", request_path(watch.request_id)) == "unauthenticated", (
        "a lost phone is shut out by the new link"
    )
    await accepted(crew, other)
    await watch.stands("in_call", "Chen")
    async with in_call(crew.app, other, crew.tokens["chen"]) as (phone, desk):
        await talk(phone, desk, "您好")
    await chen.post(request_path(other, "/call-end"))
    await chen.post(request_path(other, "/outcome"), {"outcome": "fixed", "note": "拧紧了"})
    await watch.stands("resolved", "Chen")


async def opened(crew: Crew, link: str) -> Person:
    """Open an invitation on another phone."""
    phone = crew.app.caller(language="zh-Hant")
    body = {"token": link.partition("#i=")[2], "bearer": True}
    view = await phone.post("/api/invitations/redemption", body)
    return crew.app.known_customer(view)


async def test_an_address_outside_every_zone_is_placed_by_the_dispatcher(crew: Crew) -> None:
    customer, watch, _still = await needs_visit(crew, None)
    await watch.stands("visit", "Sun", "unplaced")
    sun = crew.be("sun")
    [task] = [each for each in await sun.get("/api/inbox") if each["request_id"] == watch.request_id]
    assert (task["unplaced_reason"], task["rep"]) == ("outside_zones", None)
    reps = {rep["code"]: rep["id"] for rep in await sun.get("/api/reps")}
    placed = await sun.post(
        f"/api/tasks/{task['id']}/assignment",
        {"rep_id": reps["bob"], "version": task["version"], "overrule": True},
    )
    assert placed["state"] == "assigned" and placed["placement"]["by"] == "dispatcher"
    await watch.stands("visit", "Sun", "assigned")
    bob = crew.be("bob")
    await carry_to_done(bob, await the_job_of(bob, watch.request_id), watch, "Bob")
    await customer.post(request_path(customer, "/rating"), {"score": 4})
    await watch.stands("closed", "Bob", "done")
    owners = dict.fromkeys(owner for _kind, _who, owner in await watch.timeline())
    assert list(owners) == ["Zhao", "Chen", "Sun", "Bob"]


async def test_a_place_set_on_the_map_lets_the_task_find_its_rep(crew: Crew) -> None:
    _customer, watch, _still = await needs_visit(crew, None)
    await watch.stands("visit", "Sun", "unplaced")
    sun = crew.be("sun")
    [task] = [each for each in await sun.get("/api/inbox") if each["request_id"] == watch.request_id]
    place = {"lon": 7.4353, "lat": 43.7051, "address": "和平路 3 号"}
    found = await sun.call(
        "PATCH", f"/api/tasks/{task['id']}", json={"version": task["version"], "place": place}
    )
    assert (found["state"], found["zone"]["code"], found["rep"]["code"]) == ("assigned", "B2", OWNERS["B2"])
    await watch.stands("visit", "Sun", "assigned")
    assert (await the_job_of(crew.be("cyd"), watch.request_id))["address"] == "和平路 3 号"


async def test_a_rep_escalates_to_a_named_dispatcher(crew: Crew) -> None:
    _customer, watch, still = await needs_visit(crew, "A2")
    bob, sun = crew.be("bob"), crew.be("sun")
    task = await the_job_of(bob, watch.request_id)
    path = f"/api/tasks/{task['id']}"
    await bob.post(f"{path}/acceptance")
    await watch.stands("visit", "Bob", "accepted")
    assert await bob.refused("POST", f"{path}/escalation", json={"reason": " "}) == "reason_missing"
    await bob.post(f"{path}/arrival")
    await bob.post(f"{path}/escalation", {"reason": "主管爆裂，超出权限"})
    seen = await watch.stands("visit", "Sun", "escalated")
    assert seen["visit"]["reason"] == "主管爆裂，超出权限"
    assert seen["visit"]["rep_name"] == "博", "the customer reads of the face they know"
    await sun.post(f"/api/escalations/{(await sun.get('/api/escalations'))[0]['id']}/taking", {})
    assert (await watch.stands("visit", "Sun", "escalated"))["visit"]["rep_name"] == "博"
    assert await job_of(bob, watch.request_id) is None
    assert await bob.refused("GET", still["url"]) == "not_found", "what is no longer his is not his to see"
    [task] = [each for each in await sun.get("/api/inbox") if each["request_id"] == watch.request_id]
    assert task["answerable"]["name"] == "Sun"
    reps = {rep["code"]: rep["id"] for rep in await sun.get("/api/reps")}
    given = {"rep_id": reps["ann"], "version": task["version"]}
    await sun.post(f"{path}/assignment", given)
    ann = crew.be("ann")
    await carry_to_done(ann, await the_job_of(ann, watch.request_id), watch, "Ann")


# what breaks ------------------------------------------------------------------------------------------


@pytest.mark.alone
async def test_a_call_outlives_workers_and_nodes(foundation: Foundation) -> None:
    async with staffed_morning(foundation) as crew:
        app = crew.app
        customer = await app.customer()
        await accepted(crew, customer)
        async with in_call(app, customer, crew.tokens["chen"]) as (phone, desk):
            await talk(phone, desk, "before")
            first = await holder_of(app, phone.request_id)
            for name in [name for name in app.processes() if name.startswith("web")]:
                pid = app.kill(name)
                await talk(phone, desk, f"without {name}")
                await desk.look_at(phone)
                await app.replaced(name, pid)
            assert phone.earlier or desk.earlier, "one of the workers had somebody's socket"
            assert await holder_of(app, phone.request_id) != first, "another worker has taken the room"
            still = await freeze(phone, desk, customer)

            moved = []
            for name in [name for name in app.processes() if name.startswith("media")]:
                since = len(phone.room.log), len(desk.room.log)
                pid = app.kill(name)
                if await phone.told_to_move(since[0]):
                    moved.append(name)
                    assert await desk.told_to_move(since[1])
                    await desk.look_at(phone)
                    await phone.look_at(desk)
                await app.replaced(name, pid)
            assert moved, "one of the nodes had the call"
            await point_at(phone, desk, still)
        kept = await customer.get(request_path(customer, "/messages"))
        assert len(kept) == 2 * (1 + sum(name.startswith("web") for name in app.processes()))


async def test_a_restart_in_the_middle_of_a_visit_loses_nothing(foundation: Foundation) -> None:
    async with staffed_morning(foundation) as crew:
        customer, watch, still = await needs_visit(crew, "A1")
        ann = crew.be("ann")
        task = await the_job_of(ann, watch.request_id)
        await ann.post(f"/api/tasks/{task['id']}/acceptance")
        await watch.stands("visit", "Ann", "accepted")
        before = await watch.timeline()
        token, request_id = str(customer.token), watch.request_id
    async with resumed_morning(foundation, crew) as again:
        ann, mine = crew.be("ann"), again.caller(token)
        watch = Watch(crew.be("zhao"), request_id)
        await watch.stands("visit", "Ann", "accepted")
        assert await watch.timeline() == before
        task = await the_job_of(ann, request_id)
        assert task["state"] == "accepted"
        assert len(await mine.get(still["url"])) == still["size"], "the customer's phone is still signed in"
        await ann.post(f"/api/tasks/{task['id']}/travel")
        await ann.post(f"/api/tasks/{task['id']}/arrival")
        await ann.post(f"/api/tasks/{task['id']}/completion", {"note": "换了垫片"})
        await watch.stands("resolved", "Ann", "done")
        await mine.post(request_path(request_id, "/rating"), {"score": 5})
        await watch.stands("closed", "Ann", "done")
        assert await audited(again, f"request:{request_id}") == ["verdict_given", "outcome_given"]
