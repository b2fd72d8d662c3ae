"""Rounds come again: each point a task once for each time, on days that can bear it; paused means paused."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from field.rounds.commands import deal_out, make_task, rounds_at_work, stops_to_make
from field.rounds.tables import RoundStop
from field.task.tables import Task
from kernel.jobs import one_by_one
from tests.rig.people import Caller
from tests.rig.town import Town, inside


async def bring_near(town: Town) -> tuple[int, int]:
    """What the job does in one turn: rounds dealt out, tasks made."""
    database, services = town.database, town.services
    dealt = await one_by_one(database, deal_out, await rounds_at_work(database), services)
    made = await one_by_one(database, make_task, await stops_to_make(database, services), services)
    return dealt, made


def a_round(town: Town, **more: Any) -> dict[str, Any]:
    today = town.services.day_of(town.clock.now())
    points = [
        {"key": f"m{n}", "label": f"Meter {n}", "lon": inside("A1", 0.1 + n / 20)[0], "lat": 43.705}
        for n in range(8)
    ]
    return {
        "name": "Meters of A1",
        "kind": "meter_reading",
        "points": points,
        "every_days": 7,
        "window_days": 3,
        "minutes": 20,
        "skill": "meter_work",
        "starts_on": today.isoformat(),
    } | more


async def tasks(town: Town) -> list[Task]:
    async with town.database.reading() as session:
        return list(await session.scalars(select(Task).order_by(Task.window_start, Task.id)))


async def test_each_point_becomes_a_task_once_for_each_time(town: Town) -> None:
    dora = await town.caller("dora")
    made = await dora.post("/api/rounds", a_round(town))
    assert (made["places"], made["paused"]) == (8, False)
    assert await bring_near(town) == (1, 8)
    assert await bring_near(town) == (0, 0), "what was dealt out is dealt out"
    found = await tasks(town)
    assert len(found) == 8
    days = Counter(town.services.day_of(task.window_start) for task in found)
    today = town.services.day_of(town.clock.now())
    assert set(days) <= {today + timedelta(days=n) for n in range(3)}
    assert {task.state.value for task in found} == {"assigned"}
    assert {task.answerable_id for task in found} == {town.people["dora"].id}

    town.clock.advance(7 * 86_400)
    _dealt, again = await bring_near(town)
    assert again == 8
    assert len(await tasks(town)) == 16


async def test_the_next_times_are_dealt_out_before_they_are_due(town: Town) -> None:
    dora = await town.caller("dora")
    await dora.post("/api/rounds", a_round(town))
    await bring_near(town)
    async with town.database.reading() as session:
        stops = list(await session.scalars(select(RoundStop)))
    assert len({stop.due_on for stop in stops}) == 3, "today's and the two of the coming fortnight"
    assert all(stop.due_on <= stop.planned_on < stop.due_on + timedelta(days=3) for stop in stops)
    [shown] = await dora.get("/api/rounds")
    assert (shown["planned"], shown["open_tasks"]) == (16, 8)


async def test_a_paused_round_rests_and_goes_on(town: Town) -> None:
    dora = await town.caller("dora")
    made = await dora.post("/api/rounds", a_round(town))
    here = f"/api/rounds/{made['id']}"
    paused = await dora.patch(here, {"version": made["version"], "paused": True})
    assert (paused["paused"], paused["next_due"]) == (True, None)
    assert await bring_near(town) == (0, 0)
    stale = await dora.http.patch(here, json={"version": made["version"], "paused": False})
    assert stale.json()["error"]["code"] == "stale_version"
    await dora.patch(here, {"version": paused["version"], "paused": False})
    assert await bring_near(town) == (1, 8)


async def test_zones_are_visited_once_each(town: Town) -> None:
    dora = await town.caller("dora")
    body = a_round(town, points=[], zones=["A1", "B2"], kind="sampling")
    await dora.post("/api/rounds", body)
    assert await bring_near(town) == (1, 2)
    grid = {"A1", "B2"}
    assert {task.address for task in await tasks(town)} == grid


async def refused(caller: Caller, body: dict[str, Any]) -> tuple[str, set[str]]:
    answer = await caller.http.post("/api/rounds", json=body)
    error = answer.json()["error"]
    return error["code"], {fault["code"] for fault in error["faults"]}


async def test_all_that_is_wrong_with_a_round_is_said_at_once_and_nothing_is_stored(town: Town) -> None:
    dora = await town.caller("dora")
    far = {"key": "m1", "label": "far", "lon": 100.0, "lat": 10.0}
    near = {"key": "m1", "label": "near", "lon": inside("A1")[0], "lat": inside("A1")[1]}
    body = a_round(town, points=[far, near], zones=["Z9"], window_days=9)
    assert await refused(dora, body) == (
        "round_invalid",
        {"zone_unknown", "point_twice", "point_outside", "window_too_long"},
    )
    empty = a_round(town, points=[])
    assert await refused(dora, empty) == ("round_invalid", {"nothing_to_visit"})
    assert await dora.get("/api/rounds") == []
