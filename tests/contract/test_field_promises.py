"""A promise at risk is shown before it breaks, with ways out that really keep it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from field.task.tables import Task
from tests.contract.test_field_words import promise, say
from tests.rig.people import Caller
from tests.rig.town import Town, inside


async def promises(caller: Caller) -> list[dict[str, Any]]:
    return list((await caller.get("/api/promises"))["promises"])


async def overrun(town: Town) -> tuple[Task, Task]:
    """Ann has been at a door far away, longer than planned; her next customer was promised 10 to 12."""
    first = await town.task(where=inside("B2"), skill="valve", severity="urgent", duration_s=3600)
    second = await town.task(where=inside("A1", east=0.7), duration_s=1800)
    await promise(town, second, "10:00")
    assert town.rep_code((await town.reload(second)).rep_id) == "ann"
    ann = await town.caller("ann")
    town.clock.advance(30 * 60)
    for act in ("acceptance", "travel", "arrival"):
        await ann.post(f"/api/tasks/{first.id}/{act}", {})
    return first, second


async def test_what_is_in_time_is_not_at_risk(town: Town) -> None:
    _first, second = await overrun(town)
    dora = await town.caller("dora")
    [shown] = await promises(dora)
    assert (shown["task_id"], shown["at_risk"], shown["ways"]) == (str(second.id), False, [])
    assert shown["spare_s"] > 3600


async def test_an_overrun_puts_the_next_promise_at_risk_before_it_breaks(town: Town) -> None:
    _first, second = await overrun(town)
    dora = await town.caller("dora")
    town.clock.advance(168 * 60)  # 11:48: twelve minutes before the promise ends, and Ann is still there
    [shown] = await promises(dora)
    assert shown["at_risk"]
    assert datetime.fromisoformat(shown["expected"]) >= town.clock.now()
    assert 0 < len(shown["ways"]) <= 2
    best = shown["ways"][0]
    assert (best["kind"], best["task_id"]) == ("other_rep", str(second.id))
    assert best["rep_id"] == str(town.reps["bob"].id)
    assert best["starts_at"] < shown["expected"]
    assert best["starts_at"] <= shown["window_end"]

    # One key: it is assigned as it says, and the promise is kept.
    wanted = {"rep_id": best["rep_id"], "version": best["task_version"]}
    await dora.post(f"/api/tasks/{best['task_id']}/assignment", wanted)
    [after] = await promises(dora)
    assert after["rep_id"] == best["rep_id"]
    assert after["expected"] <= after["window_end"]


async def test_an_earlier_stop_that_somebody_else_can_take_saves_the_promise(town: Town) -> None:
    first, second = await overrun(town)
    # Before the promised one stands a long one that Bob could do; the promised work itself only Ann can.
    start = town.services.moment(town.services.day_of(town.clock.now()), 540)
    long = await town.task(
        where=inside("A1", east=0.55),
        duration_s=100 * 60,
        window_start=start,
        window_end=start + timedelta(hours=1, minutes=20),
    )
    dora = await town.caller("dora")
    if town.rep_code(long.rep_id) != "ann":
        body = {"rep_id": str(town.reps["ann"].id), "version": long.version, "overrule": True}
        await dora.post(f"/api/tasks/{long.id}/assignment", body)
    route = await town.route("ann")
    assert route[:1] == [first.id]
    town.clock.advance(75 * 60)
    [shown] = await promises(dora)
    if route.index(long.id) < route.index(second.id):
        assert shown["at_risk"]
        assert {way["kind"] for way in shown["ways"]} <= {"hand_on", "other_rep", "other_order"}
        assert [way["cost_s"] for way in shown["ways"]] == sorted(way["cost_s"] for way in shown["ways"])


async def test_where_she_was_last_seen_tells_when_she_will_be_there(town: Town) -> None:
    task = await town.task(where=inside("B2"), duration_s=1800, skill="valve")
    await promise(town, task, "10:00")
    ann, dora = await town.caller("ann"), await town.caller("dora")
    town.clock.advance(90 * 60)
    for act in ("acceptance", "travel"):
        await ann.post(f"/api/tasks/{task.id}/{act}", {})
    [before] = await promises(dora)
    town.clock.advance(20 * 60)
    [stale] = await promises(dora)
    assert stale["expected"] == town.clock.now().isoformat().replace("+00:00", "Z"), (
        "by now, as it was reckoned"
    )
    lon, lat = inside("A1")
    position = {"lon": lon, "lat": lat, "at": town.clock.now().isoformat()}
    answer = await ann.http.post("/api/positions", json=position)
    assert answer.status_code < 300, answer.text
    [seen] = await promises(dora)
    assert seen["expected"] > stale["expected"], "she has not come far"
    assert before["task_id"] == seen["task_id"]


async def test_a_word_is_shown_until_a_dispatcher_has_seen_it(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="minor")
    await say(await town.customer_of(task), task, "worse")
    dora, dirk = await town.caller("dora"), await town.caller("dirk")
    [word] = (await dora.get("/api/promises"))["words"]
    assert (word["task_id"], word["kind"], word["effect"]) == (str(task.id), "worse", "kept")
    await dora.post(f"/api/customer-words/{word['id']}/seen", {})
    assert (await dirk.get("/api/promises"))["words"] == []
    missing = await dora.http.post(f"/api/customer-words/{uuid4()}/seen", json={})
    assert missing.status_code == 404
