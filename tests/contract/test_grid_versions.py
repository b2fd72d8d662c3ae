"""Zones come for a later moment, are withdrawn, and go back to what they were, with their owners."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from field.map.imports import take_due
from field.task.tables import Task
from tests.contract.test_grid_doubts import only, owners
from tests.contract.test_grid_imports import send
from tests.rig.people import Caller
from tests.rig.town import REPS, Town, inside, zone_file


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def versions(dora: Caller) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = await dora.get("/api/grid/versions")
    return listed


def named(name: str) -> bytes:
    return zone_file(A1={"name": name})


async def name_of(dora: Caller, code: str = "A1") -> str:
    features = (await dora.get("/api/zones"))["features"]
    return str(next(each["properties"]["name"] for each in features if each["properties"]["code"] == code))


def later(town: Town, hours: float = 2) -> str:
    return (town.clock.now() + timedelta(hours=hours)).isoformat()


async def test_zones_published_for_later_come_when_their_time_has_come(town: Town, dora: Caller) -> None:
    status, report = await send(dora, "zones", named("新港"), valid_from=later(town))
    assert (status, report["dry_run"], report["valid_from"] is not None) == (200, False, True)
    assert await name_of(dora) == "A1区"
    assert await take_due(town.database) == 0
    waiting, first = await versions(dora)
    assert (waiting["state"], waiting["counts"]["changed"], first["last"]) == ("waiting", 1, True)
    # What changes meanwhile is not lost: the file said nothing of owners.
    await send(dora, "reps", REPS.replace(",A1\n", ",\n").replace(",A2\n", ",A1;A2\n").encode())
    town.clock.advance(7201)
    assert await take_due(town.database) == 1
    assert await name_of(dora) == "新港"
    assert (await owners(town))["A1"] == ("bob", True)
    assert await take_due(town.database) == 0
    taken = (await versions(dora))[0]
    assert (taken["id"], taken["state"], taken["last"]) == (report["version_id"], "taken", True)


async def test_one_that_waits_can_be_withdrawn(town: Town, dora: Caller) -> None:
    _, report = await send(dora, "zones", named("新港"), valid_from=later(town))
    await dora.post(f"/api/grid/versions/{report['version_id']}/withdrawal")
    town.clock.advance(7201)
    assert await take_due(town.database) == 0
    assert await name_of(dora) == "A1区"
    refused = await dora.refused("POST", f"/api/grid/versions/{report['version_id']}/withdrawal")
    assert refused == "version_not_waiting"


async def test_what_is_doubted_is_confirmed_when_it_is_published(town: Town, dora: Caller) -> None:
    status, answer = await send(dora, "zones", only("B1", "B2"), valid_from=later(town))
    assert (status, answer["error"]["code"]) == (409, "import_unconfirmed")
    status, _ = await send(dora, "zones", only("B1", "B2"), valid_from=later(town), confirmed=True)
    assert (status, len(await owners(town))) == (200, 4)
    town.clock.advance(7201)
    await take_due(town.database)
    assert len(await owners(town)) == 2


async def test_the_newest_version_is_undone_with_owners_records_and_what_was_gone(
    town: Town, dora: Caller
) -> None:
    await send(dora, "zones", zone_file(A1={"tier": 2}))
    before = await owners(town)
    swapped = json.loads(only("A1", "A2"))
    swapped["features"][0]["properties"] |= {"rep": "cyd", "tier": 3}
    status, report = await send(dora, "zones", json.dumps(swapped).encode(), confirmed=True)
    assert status == 200 and len(await owners(town)) == 2
    version = report["version_id"]
    answer = await dora.post(f"/api/grid/versions/{version}/undoing?dry_run=true")
    assert (answer["added"], [each["code"] for each in answer["changed"]]) == (["B1", "B2"], ["A1"])
    assert answer["changed"][0]["fields"] == ["rep", "record"] and "B1" in answer["drawings"]
    assert len(await owners(town)) == 2
    await dora.post(f"/api/grid/versions/{version}/undoing")
    assert await owners(town) == before
    newest, undone, *_ = await versions(dora)
    assert (newest["cause"], newest["last"], undone["state"]) == ("undo", True, "undone")
    assert await dora.refused("POST", f"/api/grid/versions/{version}/undoing") == "version_not_last"
    # And what was undone can be had back.
    await dora.post(f"/api/grid/versions/{newest['id']}/undoing?confirmed=true")
    assert len(await owners(town)) == 2 and (await owners(town))["A1"] == ("cyd", True)


async def test_undoing_asks_before_it_leaves_work_behind(town: Town, dora: Caller) -> None:
    _, report = await send(dora, "zones", only("A1", "A2"), confirmed=True)
    assert report["added"] == []
    _, report = await send(dora, "zones", zone_file())
    await town.task(where=inside("B1"))
    path = f"/api/grid/versions/{report['version_id']}/undoing"
    assert await dora.refused("POST", path) == "import_unconfirmed"
    told = await dora.post(f"{path}?dry_run=true")
    assert [(each["code"], each["open_tasks"]) for each in told["going"]] == [("B1", 1), ("B2", 0)]


async def test_the_first_import_can_be_undone_to_nothing(town: Town, dora: Caller) -> None:
    (first,) = await versions(dora)
    answer = await dora.post(f"/api/grid/versions/{first['id']}/undoing?confirmed=true")
    assert answer["removed"] == ["A1", "A2", "B1", "B2"] and await owners(town) == {}
    answer = await dora.post(f"/api/grid/versions/{answer['version_id']}/undoing")
    assert answer["added"] == ["A1", "A2", "B1", "B2"] and len(await owners(town)) == 4


@pytest.mark.parametrize("who", ["ann", "tess", None])
async def test_only_dispatchers_undo(town: Town, who: str | None) -> None:
    dora = await town.caller("dora")
    caller = await town.caller(who)
    (first,) = await versions(dora)
    for word in ("undoing", "withdrawal"):
        refused = await caller.refused("POST", f"/api/grid/versions/{first['id']}/{word}")
        assert refused in ("forbidden", "unauthenticated")


async def test_open_tasks_follow_the_ground_and_come_back(town: Town, dora: Caller) -> None:
    here, stays = await town.task(where=inside("A2", 0.2)), await town.task(where=inside("A2", 0.8))
    document = json.loads(zone_file())
    wide = [[[7.40, 43.70], [7.415, 43.70], [7.415, 43.71], [7.40, 43.71], [7.40, 43.70]]]
    narrow = [[[7.415, 43.70], [7.42, 43.70], [7.42, 43.71], [7.415, 43.71], [7.415, 43.70]]]
    for feature, ring in zip(document["features"], (wide, narrow), strict=False):
        feature["geometry"]["coordinates"] = ring
    _, report = await send(dora, "zones", json.dumps(document).encode())

    async def zones() -> list[str]:
        tasks = [await dora.get(f"/api/tasks/{task.id}") for task in (here, stays)]
        return [task["zone"]["code"] for task in tasks]

    assert await zones() == ["A1", "A2"]
    await dora.post(f"/api/grid/versions/{report['version_id']}/undoing")
    assert await zones() == ["A2", "A2"]


async def test_a_task_whose_ground_is_nobodys_keeps_its_zone(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("B2"))
    await send(dora, "zones", only("A1", "A2", "B1"), confirmed=True)
    async with town.database.reading() as session:
        found = await session.get_one(Task, task.id)
    assert found.zone_id == task.zone_id
