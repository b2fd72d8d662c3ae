"""Somebody is ill this morning: zones and tasks go to neighbours for the day, each task once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from field.grid.tables import Zone
from field.task.task import TaskState
from field.zoning.absences import Arranged, arrange, begin_absence, move_tasks
from kernel.errors import Refused
from tests.rig.people import Caller
from tests.rig.town import Town, inside


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def test_the_days_zones_and_tasks_go_to_a_neighbour_and_come_back_tomorrow(
    town: Town, dora: Caller
) -> None:
    first, second = await town.task(where=inside("A1")), await town.task(where=inside("A1", 0.3))
    before = await town.route("ann")
    assert set(before) == {first.id, second.id}
    path = f"/api/reps/{town.reps['ann'].id}/absence"
    seen = await dora.get(f"{path}/preview")
    bob = str(town.reps["bob"].id)
    assert [(zone["code"], zone["rep_id"]) for zone in seen["zones"]] == [("A1", bob)]
    assert [(task["rep_id"], task["in_window"]) for task in seen["tasks"]] == [(bob, True)] * 2
    assert await town.route("ann") == before, "a preview changes nothing"

    done = await dora.post(path)
    assert (done["left"], [zone["rep_id"] for zone in done["zones"]]) == (0, [bob])
    assert (await town.route("ann"), set(await town.route("bob"))) == ([], {first.id, second.id})
    moved = await town.reload(first)
    assert (moved.state, moved.answerable_id) == (TaskState.ASSIGNED, town.people["dora"].id)
    assert await dora.refused("POST", path, json={}) == "already_absent"
    assert [each["rep_id"] for each in await dora.get("/api/absences")] == [str(town.reps["ann"].id)]
    assert (await (await town.caller("bob")).get("/api/rep/route"))["covers"] == ["A1"]
    new = await town.task(where=inside("A1", 0.7))
    assert town.rep_code(new.rep_id) == "bob", "who covers the zone is asked as its owner would be"
    assert {reason["code"] for reason in new.placement["reasons"]} >= {"zone_owner"}

    town.clock.advance(24 * 3600)
    assert await dora.get("/api/absences") == []
    later = await town.task(where=inside("A1"))
    assert town.rep_code(later.rep_id) == "ann"


async def test_what_fits_nowhere_goes_to_the_inbox_with_the_reason(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"), skill="valve", level=2)
    assert town.rep_code(task.rep_id) == "ann"
    path = f"/api/reps/{town.reps['ann'].id}/absence"
    seen = await dora.get(f"{path}/preview")
    assert [each["rep_id"] for each in seen["tasks"]] == [None]
    await dora.post(path)
    shelved = await town.reload(task)
    assert (shelved.state, shelved.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")
    rules = {each["rep_id"]: each["rule"]["code"] for each in shelved.placement["passed_over"]}
    assert rules[str(town.reps["bob"].id)] == "no_skill"
    [told] = await town.events("task_unplaced")
    assert told["reason"] == "nobody_able"


async def test_who_stands_at_the_door_keeps_the_task(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    for step in ("acceptance", "arrival"):
        await ann.post(f"/api/tasks/{task.id}/{step}")
    await dora.post(f"/api/reps/{town.reps['ann'].id}/absence")
    kept = await town.reload(task)
    assert (kept.state, town.rep_code(kept.rep_id)) == (TaskState.ON_SITE, "ann")


async def test_back_already_today(town: Town, dora: Caller) -> None:
    path = f"/api/reps/{town.reps['ann'].id}/absence"
    await dora.post(path)
    assert not (await dora.get(f"/api/reps/{town.reps['ann'].id}"))["on_shift"]
    await dora.delete(path)
    assert await dora.get("/api/absences") == []
    assert (await dora.get(f"/api/reps/{town.reps['ann'].id}"))["on_shift"]
    task = await town.task(where=inside("A1"))
    assert town.rep_code(task.rep_id) == "ann"
    assert await dora.refused("DELETE", path) == "not_found"


async def test_a_worker_that_died_over_it_leaves_no_task_behind_and_moves_none_twice(
    town: Town, dora: Caller
) -> None:
    task = await town.task(where=inside("A1"))
    ann = town.reps["ann"].id
    arranged = await arrange(town.database, town.services, ann)
    assert [cover for _, cover in arranged.zones] == [town.reps["bob"].id]
    await town.database.run(begin_absence, town.services, town.people["dora"], ann, arranged)
    assert (await dora.get("/api/absences"))[0]["left"] == 1
    assert await move_tasks(town.database, town.services) == 1
    assert await move_tasks(town.database, town.services) == 0
    moves = [
        entry
        for entry in (await dora.get(f"/api/tasks/{task.id}"))["timeline"]
        if entry["kind"] == "reassign"
    ]
    assert len(moves) == 1
    with pytest.raises(Refused):
        await town.database.run(begin_absence, town.services, town.people["dora"], ann, Arranged(()))


async def test_the_deputy_answers_when_the_owner_is_off(town: Town, dora: Caller) -> None:
    async with town.database.reading() as session:
        zone = (await session.scalars(select(Zone).where(Zone.code == "B1"))).one()
    terms = {"locked": False, "deputy_id": str(town.reps["ann"].id), "skills": {}, "language": ""}
    await dora.put(f"/api/zones/{zone.id}/terms", terms)
    cyd = town.reps["cyd"].id
    await town.database.run(
        begin_absence, town.services, town.people["dora"], cyd, Arranged(())
    )  # nobody beside covers
    task = await town.task(where=inside("B1"))
    assert town.rep_code(task.rep_id) == "ann"
    assert {reason["code"] for reason in task.placement["reasons"]} >= {"zone_owner"}
    town.clock.advance(timedelta(days=1).total_seconds())
    assert town.rep_code((await town.task(where=inside("B1"))).rep_id) == "cyd"
