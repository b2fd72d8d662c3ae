"""What if somebody went home earlier, or more came in: looked at as a plan, applied where it can be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.replan import Replanned, Rest, replan
from field.reoptimise.jobs import plan_waiting
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside

STEPS = 400


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def here(rest: Rest, _budget_s: float, seed: int, _wanted: Any) -> Replanned:
    """The search in this process, for as many steps as a short day needs."""
    return replan(rest, lambda made: made / STEPS, quick_moves(), seed=seed)


async def planned(town: Town, dora: Caller, **what: Any) -> dict[str, Any]:
    asked = await dora.post("/api/reoptimisations", {"station": "SA", "budget_s": 1, **what})
    await plan_waiting(town.database, town.services, search=here)
    found: dict[str, Any] = await dora.get(f"/api/reoptimisations/{asked['id']}")
    return found


async def busy(town: Town) -> None:
    """Six hours of work, all Ann's for the moment."""
    for at in (0.2, 0.4, 0.6, 0.8):
        await town.task(where=inside("A1", east=at), severity="minor", duration_s=5400)


async def test_somebody_goes_home_earlier_when_the_plan_is_applied_and_not_before(
    town: Town, dora: Caller
) -> None:
    await busy(town)
    ann = str(town.reps["ann"].id)
    noon = (MORNING + timedelta(hours=3)).isoformat()
    plan = await planned(town, dora, leaves={ann: noon})
    assert (plan["state"], datetime.fromisoformat(plan["leaves"][ann])) == (
        "ready",
        MORNING + timedelta(hours=3),
    )
    assert plan["before"]["overtime_s"] > plan["after"]["overtime_s"]
    assert {each["rep_id"] for each in plan["moved"]} == {str(town.reps["bob"].id)}
    reps = {rep["code"]: rep for rep in await dora.get("/api/reps")}
    assert reps["ann"]["shift_end"] == "2026-11-21T09:30:00Z", "looking changes nothing"

    applied = await dora.post(f"/api/reoptimisations/{plan['id']}/application", {"version": plan["version"]})
    assert applied["state"] == "applied"
    reps = {rep["code"]: rep for rep in await dora.get("/api/reps")}
    assert datetime.fromisoformat(reps["ann"]["shift_end"]) == MORNING + timedelta(hours=3)
    assert len(await town.route("bob")) == len(plan["moved"])


async def test_more_work_is_looked_at_and_never_applied(town: Town, dora: Caller) -> None:
    await busy(town)
    plan = await planned(town, dora, extra=[{"zone": "A2", "count": 3}])
    assert [each["zone"] for each in plan["extra"]] == ["A2"] * 3
    supposed = {each["task_id"] for each in plan["extra"]}
    assert supposed <= {each["task_id"] for each in plan["moved"]}
    assert plan["before"]["unserved"] - plan["after"]["unserved"] == 3
    before = [await town.route(code) for code in ("ann", "bob")]
    answer = await dora.http.post(
        f"/api/reoptimisations/{plan['id']}/application", json={"version": plan["version"]}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "plan_supposed")
    assert [await town.route(code) for code in ("ann", "bob")] == before
    assert len(await dora.get("/api/tasks")) == 4, "nothing has come in"


async def test_what_cannot_be_supposed_is_said_all_at_once(town: Town, dora: Caller) -> None:
    body = {"station": "SA", "extra": [{"zone": "Z9"}, {"zone": "A1"}, {"zone": "Z8"}]}
    answer = await dora.http.post("/api/reoptimisations", json=body)
    assert answer.status_code == 422
    assert [fault["where"] for fault in answer.json()["error"]["faults"]] == ["extra.0.zone", "extra.2.zone"]
    cyd = str(town.reps["cyd"].id)
    answer = await dora.http.post(
        "/api/reoptimisations", json={"station": "SA", "leaves": {cyd: MORNING.isoformat()}}
    )
    assert [fault["where"] for fault in answer.json()["error"]["faults"]] == [f"leaves.{cyd}"]


async def test_a_locked_stop_stays_whatever_is_planned_again(town: Town, dora: Caller) -> None:
    await busy(town)
    route = await town.route("ann")
    tasks = {task["id"]: task for task in await dora.get("/api/tasks")}
    seen = [{"id": str(id), "version": tasks[str(id)]["version"]} for id in route]
    await dora.put("/api/stop-locks", {"tasks": seen, "lock": "place"})
    noon = (MORNING + timedelta(hours=3)).isoformat()
    plan = await planned(town, dora, leaves={str(town.reps["ann"].id): noon})
    assert (plan["state"], plan["moved"]) == ("empty", [])


async def test_a_day_is_seen_again(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    for act in ("acceptance", "travel", "arrival"):
        town.clock.advance(600)
        await ann.post(f"/api/tasks/{task.id}/{act}")
    seen = await dora.get("/api/replay")
    assert seen["tasks"]["id"] == [str(task.id)]
    states = list(zip(seen["steps"]["state"], seen["steps"]["rep"], strict=True))
    assert states[-4:] == [
        (state, str(town.reps["ann"].id)) for state in ("assigned", "accepted", "travelling", "on_site")
    ]
    begun = int(MORNING.timestamp())
    assert [at - begun for at in seen["steps"]["at"][-3:]] == [600, 1200, 1800]
    tomorrow = (MORNING + timedelta(days=1)).date().isoformat()
    assert (await dora.get("/api/replay", day=tomorrow))["steps"]["task"] == []
    assert seen["ends"] - begun == 1800, "no further than now"
