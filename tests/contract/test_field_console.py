"""What a dispatcher sees and does: zones and their coverage, tasks, proposals, the inbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from field.task.task import TaskState
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def coverage(dora: Caller) -> dict[str, str]:
    features = (await dora.get("/api/zones"))["features"]
    return {each["properties"]["code"]: each["properties"]["coverage"] for each in features}


async def test_zones_are_geojson_with_their_coverage(town: Town, dora: Caller) -> None:
    zones = await dora.get("/api/zones")
    assert (zones["type"], len(zones["features"])) == ("FeatureCollection", 4)
    first = zones["features"][0]
    assert first["geometry"]["coordinates"][0][0][0] in (
        [7.4, 43.7],
        [7.41, 43.7],
        [7.4, 43.71],
        [7.41, 43.71],
    )
    assert first["properties"]["owner"]["code"] == "ann"
    assert await coverage(dora) == {"A1": "covered", "A2": "covered", "B1": "thin", "B2": "thin"}
    bare = await dora.get("/api/zones", geometry="false")
    assert bare["features"][0]["geometry"] is None


async def test_coverage_follows_what_happens(town: Town, dora: Caller) -> None:
    await town.task(where=inside("A1"), skill="water_quality")
    assert (await coverage(dora))["A1"] == "uncovered"
    await town.task(where=inside("A2"), window_start=MORNING, window_end=MORNING + timedelta(hours=1))
    town.clock.advance(2 * 3600)
    assert (await coverage(dora))["A2"] == "late"
    town.clock.set(MORNING + timedelta(hours=12))
    assert (await coverage(dora))["B1"] == "uncovered", "the shift is over"


async def test_coverage_adds_up_through_the_hierarchy(town: Town, dora: Caller) -> None:
    report = await dora.get("/api/coverage")
    company = next(unit for unit in report["units"] if unit["level"] == "company")
    assert (company["zones"], company["covered"], company["thin"]) == (4, 2, 2)
    station = next(unit for unit in report["units"] if (unit["level"], unit["code"]) == ("station", "SB"))
    assert (station["zones"], station["thin"], station["parent"]) == (2, 2, "O")
    assert {zone["zone"]: zone["reasons"][0]["code"] for zone in report["zones"]}["B1"] == "one_on_shift"


async def test_representatives_with_their_day(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1", east=0.9))
    reps = {rep["code"]: rep for rep in await dora.get("/api/reps")}
    assert (reps["ann"]["open_tasks"], reps["ann"]["on_shift"], reps["ann"]["zones"]) == (1, True, ["A1"])
    assert reps["ann"]["next_stop"]["task_id"] == str(task.id)
    assert reps["ann"]["shift_start"] == "2026-11-21T00:00:00Z"
    route = await dora.get(f"/api/reps/{reps['ann']['id']}/route")
    [stop] = route["stops"]
    assert (stop["travel_s"] > 0, stop["path"][0], stop["path"][-1]) == (
        True,
        [7.405, 43.705],
        [7.409, 43.705],
    )
    assert stop["starts_at"] == stop["arrives_at"]


async def test_the_best_three_with_reasons_and_the_others_with_the_rule(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A2"), level=2)
    found = await dora.get(f"/api/tasks/{task.id}/proposals")
    assert [town.rep_code(_id(each)) for each in found["best"]] == ["bob", "ann"]
    assert found["best"][0]["reasons"][0]["code"] == "zone_owner"
    assert [(town.rep_code(_id(each)), each["rule"]["code"]) for each in found["passed_over"]] == [
        ("cyd", "level_too_low")
    ]
    assert found["travel_source"] == "haversine"
    assert (await town.reload(task)).version == task.version, "looking changes nothing"


def _id(view: dict[str, Any]) -> UUID:
    return UUID(view["rep_id"])


async def test_a_reassigned_task_leaves_one_route_for_the_other(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    wanted = {"rep_id": str(town.reps["bob"].id), "version": task.version}
    moved = await dora.post(f"/api/tasks/{task.id}/assignment", wanted)
    assert (moved["rep"]["code"], moved["state"], moved["placement"]["by"]) == (
        "bob",
        "assigned",
        "dispatcher",
    )
    assert (await town.route("ann"), await town.route("bob")) == ([], [task.id])


async def test_what_is_urgent_and_overruled_comes_next_and_not_last(town: Town, dora: Caller) -> None:
    east = (0.2, 0.5, 0.8)
    for at in east:
        await town.task(where=inside("B1", east=at), severity="minor", skill="meter_work", duration_s=7200)
    leak = await town.task(where=inside("B1"), severity="urgent", level=3)
    assert town.rep_code(leak.rep_id) == "ann"
    wanted = {"rep_id": str(town.reps["cyd"].id), "version": leak.version, "overrule": True}
    given = await dora.post(f"/api/tasks/{leak.id}/assignment", wanted)
    assert given["position"] == 0, "before three that can wait"
    assert given["placement"]["reasons"][0]["code"] == "overruled"
    opens, closes = datetime.fromisoformat(given["window_start"]), datetime.fromisoformat(given["window_end"])
    assert opens <= datetime.fromisoformat(given["eta"]) <= closes
    assert given["placement"]["arrives_at"] == given["eta"]


async def test_someone_unable_is_refused_with_the_rule_and_can_be_overruled(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"), level=3)
    path = f"/api/tasks/{task.id}/assignment"
    wanted = {"rep_id": str(town.reps["cyd"].id), "version": task.version}
    refused = (await dora.http.post(path, json=wanted)).json()["error"]
    assert (refused["code"], refused["params"]["rule"]["code"]) == ("rep_unable", "level_too_low")
    assert "慈" in refused["message"]
    moved = await dora.post(path, wanted | {"overrule": True})
    assert (moved["rep"]["code"], moved["placement"]["reasons"][0]["code"]) == ("cyd", "overruled")


async def test_an_inbox_task_is_given_a_place_and_finds_its_way(town: Town, dora: Caller) -> None:
    lost = await town.task(where=None)
    [waiting] = await dora.get("/api/inbox")
    assert (waiting["id"], waiting["unplaced_reason"]) == (str(lost.id), "no_place")
    assert (await dora.get(f"/api/tasks/{lost.id}/proposals"))["unplaced_reason"] == "no_place"
    lon, lat = inside("A2")
    placed = await dora.patch(
        f"/api/tasks/{lost.id}", {"version": lost.version, "place": {"lon": lon, "lat": lat}}
    )
    assert (placed["state"], placed["rep"]["code"], placed["zone"]["code"]) == ("assigned", "bob", "A2")
    assert await dora.get("/api/inbox") == []


async def test_a_task_outside_every_zone_can_be_assigned_by_hand(town: Town, dora: Caller) -> None:
    task = await town.task(where=(7.445, 43.705))
    assert task.unplaced_reason == "outside_zones"
    best = (await dora.get(f"/api/tasks/{task.id}/proposals"))["best"]
    assert town.rep_code(_id(best[0])) == "cyd", "the nearest"
    wanted = {"rep_id": best[0]["rep_id"], "version": task.version}
    assert (await dora.post(f"/api/tasks/{task.id}/assignment", wanted))["rep"]["code"] == "cyd"


async def test_a_task_without_a_place_cannot_be_assigned(town: Town, dora: Caller) -> None:
    task = await town.task(where=None)
    wanted = {"rep_id": str(town.reps["ann"].id), "version": task.version}
    assert await dora.refused("POST", f"/api/tasks/{task.id}/assignment", json=wanted) == "place_missing"


async def test_a_dispatcher_makes_a_task_by_hand(town: Town, dora: Caller) -> None:
    lon, lat = inside("B2")
    made = await dora.post(
        "/api/tasks",
        {"category": "meter", "skill": "meter_work", "level": 3, "lon": lon, "lat": lat, "note": "read it"},
    )
    assert (made["state"], made["rep"]["code"], made["request_id"]) == ("assigned", "cyd", None)
    assert made["answerable"]["name"] == "Dora"


async def test_tasks_are_listed_by_what_is_asked(town: Town, dora: Caller) -> None:
    ours = await town.task(where=inside("A1"))
    town.clock.advance(1)
    theirs = await town.task(where=inside("B1"), skill="meter_work")
    town.clock.advance(1)
    await town.task(where=None)
    assert [task["id"] for task in await dora.get("/api/tasks", zone="A1")] == [str(ours.id)]
    assert [task["id"] for task in await dora.get("/api/tasks", rep_id=theirs.rep_id)] == [str(theirs.id)]
    assert len(await dora.get("/api/tasks", state="unplaced")) == 1
    first = await dora.get("/api/tasks", limit=2)
    rest = await dora.get("/api/tasks", after=first[-1]["id"])
    assert ([task["id"] for task in first], len(rest)) == ([str(ours.id), str(theirs.id)], 1)
    assert await dora.get("/api/tasks", late="true") == []


async def test_taking_back_and_cancelling_need_a_reason(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    path = f"/api/tasks/{task.id}"
    no_reason = {"version": task.version, "reason": ""}
    assert await dora.refused("POST", f"{path}/return", json=no_reason) == "reason_missing"
    back = await dora.post(f"{path}/return", {"version": task.version, "reason": "double booking"})
    assert (back["state"], back["rep"], await town.route("ann")) == ("unplaced", None, [])
    [told] = await town.events("task_unplaced")
    assert (told["reason"], told["answerable_id"]) == ("taken_back", back["answerable"]["id"])
    gone = await dora.post(f"{path}/cancellation", {"version": back["version"], "reason": "a duplicate"})
    assert gone["state"] == TaskState.CANCELLED
    assert [entry["kind"] for entry in gone["timeline"]][-2:] == ["take_back", "cancel"]
    again = {"version": gone["version"], "reason": "again"}
    assert await dora.refused("POST", f"{path}/cancellation", json=again) == "task_finished"


async def test_errors_speak_the_callers_language(town: Town) -> None:
    task = await town.task(where=inside("A1"), level=3)
    for language, word in (("zh-Hans", "按规则"), ("zh-Hant", "依規則"), ("en", "by the rules")):
        dora = await town.caller("dora", language=language)
        wanted = {"rep_id": str(town.reps["cyd"].id), "version": task.version}
        answer = await dora.http.post(f"/api/tasks/{task.id}/assignment", json=wanted)
        assert word in answer.json()["error"]["message"]


async def test_a_fresh_sign_in_link_for_a_lost_phone(town: Town, dora: Caller) -> None:
    made = await dora.post(f"/api/reps/{town.reps['ann'].id}/sign-in-link")
    assert made["username"] == "ann"
    assert "/rep#k=" in made["link"]


async def test_the_other_wing_hears_who_answers_whenever_a_task_changes_hands(
    town: Town, dora: Caller
) -> None:
    nowhere = await town.task(where=None)
    [unplaced] = await town.events("task_unplaced")
    shown = await dora.get(f"/api/tasks/{nowhere.id}")
    assert shown["answerable"]["name"] in ("Dora", "Dirk"), "what lies in the inbox is a dispatcher's"
    assert unplaced["answerable_id"] == shown["answerable"]["id"]

    task = await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    await ann.post(f"/api/tasks/{task.id}/acceptance")
    moved = {"rep_id": str(town.reps["bob"].id), "version": (await town.reload(task)).version}
    given = await dora.post(f"/api/tasks/{task.id}/assignment", moved)
    assert given["answerable"]["name"] == "Dora", "until Bob accepts"
    bob = await town.caller("bob")
    await bob.post(f"/api/tasks/{task.id}/acceptance")
    await bob.post(f"/api/tasks/{task.id}/declination", {"reason": "called away"})
    last = await town.reload(task)
    assigned = await town.events("task_assigned")
    assert [event["answerable_id"] for event in assigned] == [
        str(town.people["tess"].id),
        given["answerable"]["id"],
        str(last.answerable_id),
    ]
    assert last.answerable_id not in (town.people["bob"].id, town.people["ann"].id)
