"""What needs a decision now, each with the decision that is proposed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def listed(town: Town, dora: Caller) -> list[tuple[str, str | None, str | None]]:
    """Kind, to whom, against which rule."""
    found: list[dict[str, Any]] = await dora.get("/api/exceptions")
    codes = {str(rep.id): code for code, rep in town.reps.items()}
    ways = [(each["kind"], each["way_out"] or {}) for each in found]
    return [(kind, codes.get(way.get("rep_id", "")), way.get("rule")) for kind, way in ways]


async def take(dora: Caller, each: dict[str, Any]) -> dict[str, Any]:
    """Do what is proposed, as the console does."""
    way = each["way_out"]
    wanted = {
        "tasks": [{"id": each["task_id"], "version": each["version"]}],
        "rep_id": way["rep_id"],
        "day": way["day"],
        "gap": {"after": way["after"], "before": way["before"]},
        "overrule": way["rule"] is not None,
    }
    moved: dict[str, Any] = await dora.post("/api/task-moves", wanted)
    return moved


async def test_a_quiet_morning_asks_for_nothing(town: Town, dora: Caller) -> None:
    await town.task(where=inside("A1"))
    assert await listed(town, dora) == []


async def test_what_nobody_has_goes_to_whoever_breaks_the_least(town: Town, dora: Caller) -> None:
    never = await town.task(where=inside("A1"), skill="water_quality")
    soon = MORNING + timedelta(seconds=1)
    await town.task(where=inside("A1", east=0.9), window_start=MORNING, window_end=soon, level=3)
    nowhere = await town.task(where=None)
    found = await dora.get("/api/exceptions")
    ways = {each["task_id"]: each["way_out"] for each in found}
    assert ways[str(never.id)] is None, "nobody is trained for it: no rule about people is overruled"
    assert ways[str(nowhere.id)] is None
    assert ("unplaced", "ann", "window_missed") in await listed(town, dora)
    [late] = [each for each in found if each["way_out"]]
    assert late["way_out"]["late_s"] > 0
    moved = await take(dora, late)
    assert moved["tasks"][0]["rep"]["code"] == "ann"


async def test_an_answer_that_is_about_to_be_late_goes_to_the_next_best(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"), severity="urgent")
    assert town.rep_code(task.rep_id) == "ann"
    town.clock.advance(200)
    assert await listed(town, dora) == [("unanswered", "bob", None)]
    [each] = await dora.get("/api/exceptions")
    await take(dora, each)
    assert await town.route("bob") == [task.id]
    assert await listed(town, dora) == [], "the clock runs anew"


async def test_a_promise_at_risk_is_kept_by_somebody_nearer(town: Town, dora: Caller) -> None:
    """Ann is two minutes away, Bob lives at the door, and one minute is left."""
    task = await town.task(where=inside("A2"), window_end=MORNING + timedelta(hours=1))
    given = {"rep_id": str(town.reps["ann"].id), "version": task.version}
    await dora.post(f"/api/tasks/{task.id}/assignment", given)
    ann = await town.caller("ann")
    await ann.post(f"/api/tasks/{task.id}/acceptance")
    assert await listed(town, dora) == []
    town.clock.set(MORNING + timedelta(minutes=59))
    assert await listed(town, dora) == [("late", "bob", None)]
    [each] = await dora.get("/api/exceptions")
    assert each["late_s"] > 0 == each["way_out"]["late_s"]
    await take(dora, each)
    assert await listed(town, dora) == []


async def test_reported_work_is_proposed_as_the_table_says(town: Town, dora: Caller) -> None:
    escalated = await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    await ann.post(f"/api/tasks/{escalated.id}/acceptance")
    await ann.post(f"/api/tasks/{escalated.id}/escalation", {"reason": "a main"})
    [(kind, who, rule)] = await listed(town, dora)
    assert (kind, rule) == ("escalated", None)
    assert who in ("ann", "bob")
