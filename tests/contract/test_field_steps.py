"""A representative answers, works and hands over; each step for the one who has the task, and nobody else."""

from __future__ import annotations

import pytest

from field.task.tables import Task
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f00"
    "05fe02fea735811e0000000049454e44ae426082"
)
"""One white pixel."""


@pytest.fixture
async def ann(town: Town) -> Caller:
    return await town.caller("ann")


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def stepped(caller: Caller, task: Task, *steps: str) -> None:
    for step in steps:
        await caller.post(f"/api/tasks/{task.id}/{step}")


async def test_the_whole_way_from_assigned_to_done(town: Town, ann: Caller) -> None:
    task = await town.task(where=inside("A1", east=0.9))
    path = f"/api/tasks/{task.id}"

    accepted = await ann.post(f"{path}/acceptance", {"version": task.version})
    assert (accepted["state"], accepted["answerable"]["name"]) == ("accepted", "安")
    town.clock.advance(600)
    travelling = await ann.post(f"{path}/travel", {"version": accepted["version"]})
    assert (await ann.get("/api/rep/route"))["stops"][0]["frozen"]
    town.clock.advance(300)
    await ann.post(f"{path}/arrival", {"version": travelling["version"]})
    town.clock.advance(1500)
    done = await ann.post(f"{path}/completion", {"note": "tightened a quarter turn"})

    assert (done["state"], done["allowed"]) == ("done", [])
    assert done["finished_at"] == "2026-11-21T01:10:00Z"
    route = await ann.get("/api/rep/route")
    assert (route["next_task_id"], len(route["stops"])) == (None, 1), "what was done stays on the day"
    kinds = [entry["kind"] for entry in (await ann.get(path))["timeline"]]
    assert kinds == ["create", "place", "accept", "travel", "arrive", "complete"]
    for kind in ("task_accepted", "task_travelling", "task_arrived", "task_done"):
        [event] = await town.events(kind)
        assert event["rep_staff_id"] == str(town.people["ann"].id), kind
    assert (await town.events("task_done"))[0]["note"] == "tightened a quarter turn"


async def test_done_needs_proof(town: Town, ann: Caller) -> None:
    task = await town.task()
    await stepped(ann, task, "acceptance", "travel", "arrival")
    path = f"/api/tasks/{task.id}/completion"
    assert await ann.refused("POST", path, json={"note": "  "}) == "proof_missing"
    unknown = {"proofs": ["019a0000-0000-7000-8000-000000000000"]}
    assert await ann.refused("POST", path, json=unknown) == "proof_unknown"


async def test_a_photo_proves_it_and_sent_twice_is_one(town: Town, ann: Caller) -> None:
    task = await town.task()
    await stepped(ann, task, "acceptance", "arrival")
    client_id = "019a0000-0000-7000-8000-000000000001"
    first, second = [
        await ann.upload(f"/api/tasks/{task.id}/proofs", PNG, media_type="image/png", client_id=client_id)
        for _ in range(2)
    ]
    assert first == second

    done = await ann.post(f"/api/tasks/{task.id}/completion", {"proofs": [client_id]})
    assert [proof["id"] for proof in done["proofs"]] == [first["id"]]
    assert (await town.events("task_done"))[0]["proofs"] == [first["id"]]
    picture = await ann.http.get(first["url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert "private" in picture.headers["cache-control"]


async def test_what_is_no_picture_is_no_proof(town: Town, ann: Caller) -> None:
    task = await town.task()
    path = f"/api/tasks/{task.id}/proofs"
    client_id = "019a0000-0000-7000-8000-000000000002"
    fields = {"data": {"client_id": client_id}}
    assert (
        await ann.refused("POST", path, files={"file": ("a.jpg", b"#!/bin/sh")}, **fields) == "not_a_picture"
    )
    assert await ann.refused("POST", path, files={"file": ("a.png", PNG)}) == "invalid", "without a client_id"


async def test_a_declined_task_goes_to_the_next_best_at_once(town: Town, ann: Caller) -> None:
    task = await town.task(where=inside("A1"))
    assert (
        await ann.refused("POST", f"/api/tasks/{task.id}/declination", json={"reason": " "})
        == "reason_missing"
    )
    await ann.post(f"/api/tasks/{task.id}/declination", {"reason": "my van has broken down"})

    bob = await town.caller("bob")
    [stop] = (await bob.get("/api/rep/route"))["stops"]
    assert stop["task"]["id"] == str(task.id)
    assert (await ann.get("/api/rep/route"))["stops"] == []
    assert await ann.refused("GET", f"/api/tasks/{task.id}") == "not_found", "it is no longer hers"


async def test_who_gives_back_an_accepted_task_no_longer_answers_for_it(town: Town, ann: Caller) -> None:
    task = await town.task(where=inside("A1"))
    await stepped(ann, task, "acceptance")
    given = await ann.post(f"/api/tasks/{task.id}/declination", {"reason": "called away"})
    assert (given["state"], given["rep"]["code"]) == ("assigned", "bob")
    assert given["answerable"]["name"] in ("Dora", "Dirk"), "until Bob accepts"


async def test_a_task_that_everyone_declines_lies_in_the_inbox(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    for code in ("ann", "bob", "cyd"):
        rep = await town.caller(code)
        await rep.post(f"/api/tasks/{task.id}/declination", {"reason": "no"})
    [waiting] = await dora.get("/api/inbox")
    assert (waiting["id"], waiting["unplaced_reason"]) == (str(task.id), "nobody_able")


async def test_an_escalated_task_belongs_to_a_named_dispatcher_at_once(
    town: Town, ann: Caller, dora: Caller
) -> None:
    task = await town.task()
    await stepped(ann, task, "acceptance", "arrival")
    handed = await ann.post(f"/api/tasks/{task.id}/escalation", {"reason": "the main itself is broken"})
    assert (handed["state"], handed["answerable"]["name"] in ("Dora", "Dirk")) == ("escalated", True)
    assert await town.route("ann") == []
    [event] = await town.events("task_escalated")
    assert event["to_staff_id"] == handed["answerable"]["id"]

    [waiting] = await dora.get("/api/inbox")
    assert waiting["escalation_reason"] == "the main itself is broken"
    settled = await dora.post(
        f"/api/tasks/{task.id}/settlement", {"version": waiting["version"], "note": "the mains crew came"}
    )
    assert settled["state"] == "done"
    [told] = await town.events("task_settled")
    assert (told["by_staff_id"], told["note"]) == (str(town.people["dora"].id), "the mains crew came")
    assert await town.events("task_done") == [], "no representative is said to have done it"


async def test_the_second_escalation_goes_to_the_dispatcher_with_none(town: Town, ann: Caller) -> None:
    names = []
    for _ in range(2):
        task = await town.task()
        await stepped(ann, task, "acceptance", "arrival")
        handed = await ann.post(f"/api/tasks/{task.id}/escalation", {"reason": "too deep"})
        names.append(handed["answerable"]["name"])
    assert sorted(names) == ["Dirk", "Dora"]


async def test_a_step_that_the_state_does_not_allow_is_refused_with_what_is(town: Town, ann: Caller) -> None:
    task = await town.task()
    refused = await ann.http.post(f"/api/tasks/{task.id}/arrival", json={})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "task_move_refused")
    assert error["params"] == {"event": "arrive", "state": "assigned", "allowed": ["accept", "decline"]}


async def test_an_old_view_is_refused(town: Town, ann: Caller) -> None:
    task = await town.task()
    await ann.post(f"/api/tasks/{task.id}/acceptance", {"version": task.version})
    refused = await ann.http.post(f"/api/tasks/{task.id}/travel", json={"version": task.version})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "stale_version")
    assert error["params"]["current"] == (await town.reload(task)).version


STEPS = ("acceptance", "declination", "travel", "arrival", "completion", "escalation")


@pytest.mark.parametrize("who", ["bob", "tess", "dora", None])
async def test_nobody_else_takes_a_step(town: Town, who: str | None) -> None:
    task = await town.task(where=inside("A1"))
    expected = {"bob": "not_found", "tess": "forbidden", "dora": "forbidden", None: "unauthenticated"}[who]
    caller = await town.caller(who)
    for step in STEPS:
        body = {"reason": "because", "note": "done"}
        sent = {name: body[name] for name in _wants(step)}
        assert await caller.refused("POST", f"/api/tasks/{task.id}/{step}", json=sent) == expected, step
    assert (await town.reload(task)).version == task.version


def _wants(step: str) -> tuple[str, ...]:
    return {"declination": ("reason",), "escalation": ("reason",), "completion": ("note",)}.get(step, ())


@pytest.mark.parametrize(
    "path",
    ["/api/tasks", "/api/inbox", "/api/reps", "/api/zones", "/api/coverage", "/api/tasks/{task}/proposals"],
)
async def test_a_representative_sees_nothing_of_others(town: Town, ann: Caller, path: str) -> None:
    task = await town.task(where=inside("B1"))
    assert await ann.refused("GET", path.format(task=task.id)) == "forbidden"
    assert await ann.refused("GET", f"/api/tasks/{task.id}") == "not_found"


async def test_positions_are_kept_on_shift_only_and_only_the_last(
    town: Town, ann: Caller, dora: Caller
) -> None:
    await ann.post("/api/positions", {"lon": 7.401, "lat": 43.701})
    town.clock.advance(30)
    await ann.post("/api/positions", {"lon": 7.402, "lat": 43.702, "accuracy_m": 8})
    late = {"lon": 7.409, "lat": 43.709, "at": MORNING.isoformat()}
    await ann.post("/api/positions", late)
    seen = {rep["code"]: rep["position"] for rep in await dora.get("/api/reps")}
    assert seen["ann"] == {"lon": 7.402, "lat": 43.702, "accuracy_m": 8.0, "at": "2026-11-21T00:30:30Z"}
    assert seen["bob"] is None

    town.clock.advance(10 * 3600)
    assert await ann.refused("POST", "/api/positions", json={"lon": 7.4, "lat": 43.7}) == "off_shift_position"
    before = {"lon": 7.4, "lat": 43.7, "at": "2026-11-20T20:00:00Z"}
    assert await ann.refused("POST", "/api/positions", json=before) == "off_shift_position"
