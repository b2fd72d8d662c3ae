"""A dispatcher moves tasks by hand: where they fit and why not, two at once, the way back, what stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from field.task.tables import Task
from field.task.task import TaskState
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def fits(dora: Caller, task: Task, **query: str) -> dict[str, dict[str, Any]]:
    """Each representative's row, by code."""
    reps = (await dora.get(f"/api/tasks/{task.id}/fits", **query))["reps"]
    return {code: {key: reps[key][at] for key in reps} for at, code in enumerate(reps["code"])}


def seen(*tasks: Task) -> list[dict[str, Any]]:
    return [{"id": str(task.id), "version": task.version} for task in tasks]


async def move(town: Town, dora: Caller, rep: str, *tasks: Task, **more: Any) -> dict[str, Any]:
    wanted = {"tasks": seen(*tasks), "rep_id": str(town.reps[rep].id), **more}
    moved: dict[str, Any] = await dora.post("/api/task-moves", wanted)
    return moved


async def refused(caller: Caller, path: str, body: Any, method: str = "POST") -> dict[str, Any]:
    answer = await caller.http.request(method, path, json=body)
    assert answer.status_code in (404, 409, 422), answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


async def three(town: Town) -> list[Task]:
    """Three visits of Ann's, in the order of her day."""
    tasks = [await town.task(where=inside("A1", east=at)) for at in (0.2, 0.5, 0.8)]
    order = await town.route("ann")
    return sorted(tasks, key=lambda task: order.index(task.id))


async def test_one_reading_says_who_can_and_of_the_others_the_first_rule(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"), level=2)
    found = await fits(dora, task)
    assert {code: each["rule"] and each["rule"]["code"] for code, each in found.items()} == {
        "ann": None,
        "bob": None,
        "cyd": "level_too_low",
    }
    assert found["cyd"]["rule"]["params"] == {"skill": "leak_repair", "level": 1, "needed": 2}
    assert (found["cyd"]["best"], found["cyd"]["gaps"]["rule"]) == (None, ["level_too_low"])
    proposed = {town.rep_code(UUID(each["rep_id"])): each for each in (await _best(dora, task))}
    for code in ("ann", "bob"):
        gaps, best = found[code]["gaps"], found[code]["best"]
        assert gaps["extra_s"][best] == proposed[code]["extra_travel_s"]
        assert gaps["late_s"][best] == 0
    assert (await town.reload(task)).version == task.version, "looking changes nothing"


async def _best(dora: Caller, task: Task) -> list[dict[str, Any]]:
    best: list[dict[str, Any]] = (await dora.get(f"/api/tasks/{task.id}/proposals"))["best"]
    return best


async def test_each_gap_says_what_it_costs_and_what_is_late_there(town: Town, dora: Caller) -> None:
    standing = await three(town)
    hurry = await town.task(where=inside("A1", east=0.9), window_end=MORNING + timedelta(minutes=40))
    gaps = (await fits(dora, hurry))["ann"]["gaps"]
    others = [task.id for task in standing]
    assert [each and str(each) for each in gaps["after"]] == [None, *map(str, others)]
    assert gaps["rule"][0] is None and gaps["rule"][-1] == "window_missed"
    assert gaps["late_s"][0] == 0 and gaps["late_s"][-1] > 0
    assert gaps["pushes_s"][0] > 0 == gaps["pushes_s"][-1]
    only = await dora.get(f"/api/tasks/{hurry.id}/fits", rep_id=str(town.reps["bob"].id))
    assert only["reps"]["code"] == ["bob"]


async def test_a_stop_is_put_between_two_others_and_back(town: Town, dora: Caller) -> None:
    first, second, third = await three(town)
    moved = await move(town, dora, "ann", third, gap={"after": None, "before": str(first.id)})
    assert await town.route("ann") == [third.id, first.id, second.id]
    [shown] = moved["tasks"]
    assert (shown["state"], shown["position"], shown["rep"]["code"]) == ("assigned", 0, "ann")
    timeline = (await dora.get(f"/api/tasks/{third.id}"))["timeline"]
    assert [entry["kind"] for entry in timeline][-1] == "reorder", "nobody has to answer again"
    assert moved["undoable"]
    back = await dora.post(f"/api/task-moves/{moved['id']}/reversal", {})
    assert await town.route("ann") == [first.id, second.id, third.id]
    again = await refused(dora, f"/api/task-moves/{moved['id']}/reversal", {})
    assert again["code"] == "move_undone"
    await dora.post(f"/api/task-moves/{back['id']}/reversal", {})
    assert await town.route("ann") == [third.id, first.id, second.id], "the way back has a way back"


async def test_several_change_hands_together_and_come_back_in_their_order(town: Town, dora: Caller) -> None:
    first, second, third = await three(town)
    moved = await move(town, dora, "bob", first, second)
    assert await town.route("ann") == [third.id]
    assert set(await town.route("bob")) == {first.id, second.id}
    assert [event["rep_name"] for event in (await town.events("task_assigned"))[-2:]] == [
        town.reps["bob"].name
    ] * 2
    await dora.post(f"/api/task-moves/{moved['id']}/reversal", {})
    assert await town.route("ann") == [first.id, second.id, third.id]
    assert await town.route("bob") == []
    now = await town.reload(first)
    assert (now.state, now.rep_id) == (TaskState.ASSIGNED, town.reps["ann"].id)


async def test_what_came_from_the_inbox_goes_back_into_it(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"), level=3, skill="water_quality")
    assert task.state is TaskState.UNPLACED
    error = await refused(dora, "/api/task-moves", {"tasks": seen(task), "rep_id": str(town.reps["cyd"].id)})
    assert (error["code"], error["params"]["rule"]["code"]) == ("rep_unable", "no_skill")
    assert await town.route("cyd") == []
    moved = await move(town, dora, "cyd", task, overrule=True)
    placement = (await dora.get(f"/api/tasks/{task.id}"))["placement"]
    assert (placement["by"], placement["reasons"][0]["code"]) == ("dispatcher", "overruled")
    await dora.post(f"/api/task-moves/{moved['id']}/reversal", {})
    now = await town.reload(task)
    assert (now.state, now.unplaced_reason, await town.route("cyd")) == (
        TaskState.UNPLACED,
        "nobody_able",
        [],
    )


async def test_of_two_who_drag_the_same_bar_the_second_hears_who_was_first(town: Town, dora: Caller) -> None:
    first, *_ = await three(town)
    dirk = await town.caller("dirk")
    bodies = [{"tasks": seen(first), "rep_id": str(town.reps[code].id)} for code in ("bob", "cyd")]
    answers = await asyncio.gather(
        dora.http.post("/api/task-moves", json=bodies[0]), dirk.http.post("/api/task-moves", json=bodies[1])
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (201, 409)
    error = lost.json()["error"]
    assert error["code"] == "task_moved_on"
    [told] = error["params"]["tasks"]
    now = await town.reload(first)
    assert (told["rep"], told["by"], told["version"]) == (
        town.rep_code(now.rep_id),
        "Dora" if won is answers[0] else "Dirk",
        now.version,
    )
    standing = [task_id for code in town.reps for task_id in await town.route(code)]
    assert standing.count(first.id) == 1


async def test_a_gap_that_somebody_filled_is_gone(town: Town, dora: Caller) -> None:
    first, second, third = await three(town)
    await move(town, dora, "ann", third, gap={"after": str(first.id), "before": str(second.id)})
    fourth = await town.task(where=inside("A2"))
    body = {
        "tasks": seen(fourth),
        "rep_id": str(town.reps["ann"].id),
        "gap": {"after": str(first.id), "before": str(second.id)},
    }
    error = await refused(dora, "/api/task-moves", body)
    assert error["code"] == "place_gone"
    assert fourth.id not in await town.route("ann")


async def test_one_of_several_that_does_not_fit_holds_all_back(town: Town, dora: Caller) -> None:
    easy = await town.task(where=inside("A1"))
    hard = await town.task(where=inside("A1"), level=3)
    before = await town.route("ann")
    error = await refused(
        dora, "/api/task-moves", {"tasks": seen(easy, hard), "rep_id": str(town.reps["cyd"].id)}
    )
    assert (error["code"], error["params"]["task_id"]) == ("rep_unable", str(hard.id))
    assert (await town.route("ann"), await town.route("cyd")) == (before, [])


async def test_what_somebody_went_on_with_is_not_taken_back(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    moved = await move(town, dora, "bob", task)
    bob = await town.caller("bob")
    await bob.post(f"/api/tasks/{task.id}/acceptance")
    await bob.post(f"/api/tasks/{task.id}/travel")
    error = await refused(dora, f"/api/task-moves/{moved['id']}/reversal", {})
    [told] = error["params"]["tasks"]
    assert (error["code"], told["state"], told["rep"]) == ("task_moved_on", "travelling", "bob")
    assert await town.route("bob") == [task.id]


async def test_an_answer_alone_does_not_keep_a_move_from_being_taken_back(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    moved = await move(town, dora, "bob", task)
    bob = await town.caller("bob")
    await bob.post(f"/api/tasks/{task.id}/acceptance")
    await dora.post(f"/api/task-moves/{moved['id']}/reversal", {})
    assert await town.route("ann") == [task.id]


async def test_a_lock_is_kept_shown_and_told(town: Town, dora: Caller) -> None:
    first, second, _ = await three(town)
    [shown, _] = await dora.put("/api/stop-locks", {"tasks": seen(first, second), "lock": "rep"})
    assert shown["lock"] == "rep"
    board = (await dora.get("/api/board"))["tasks"]
    locks = dict(zip(board["id"], board["lock"], strict=True))
    assert (locks[str(first.id)], locks[str(second.id)]) == ("rep", "rep")
    error = await refused(dora, "/api/stop-locks", {"tasks": seen(first), "lock": None}, "PUT")
    assert error["code"] == "task_moved_on", "the version that was seen is old"
    now = await town.reload(first)
    [shown] = await dora.put("/api/stop-locks", {"tasks": seen(now), "lock": None})
    assert shown["lock"] is None
    loose = await town.task(where=None)
    error = await refused(dora, "/api/stop-locks", {"tasks": seen(loose), "lock": "rep"}, "PUT")
    assert (error["code"], error["params"]["tasks"]) == ("task_not_planned", [str(loose.id)])


async def test_nothing_can_be_asked_of_what_has_no_place_or_is_over(town: Town, dora: Caller) -> None:
    lost = await town.task(where=None)
    found = await dora.get(f"/api/tasks/{lost.id}/fits")
    assert (found["blocked"], found["reps"]["id"]) == ("no_place", [])
    over = await town.task(where=inside("A1"))
    await dora.post(f"/api/tasks/{over.id}/cancellation", {"version": over.version, "reason": "none"})
    assert (await dora.get(f"/api/tasks/{over.id}/fits"))["blocked"] == "task_cancelled"
    body = {"tasks": seen(lost), "rep_id": str(town.reps["ann"].id)}
    assert (await refused(dora, "/api/task-moves", body))["code"] == "place_missing"
    yesterday = (MORNING - timedelta(days=1)).date().isoformat()
    assert (await refused(dora, "/api/task-moves", body | {"day": yesterday}))["code"] == "day_over"
    twice = body | {"tasks": seen(lost, lost)}
    assert (await refused(dora, "/api/task-moves", twice))["code"] == "invalid"
