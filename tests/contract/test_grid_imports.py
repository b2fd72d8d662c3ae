"""Zones and representatives come in whole or not at all, and every fault of a file is told at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from field.grid.plans import rep_plans
from field.grid.store import stored_reps, stored_zones
from field.grid.tables import GridImport, Rep, Zone
from kernel.actors import Role, Surface
from kernel.files import apart as reading
from kernel.identity.links import redeem_link
from kernel.identity.staff import Staff
from tests.rig.people import Caller
from tests.rig.town import HEADER, REPS, Town, inside, square, zone_file


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def send(caller: Caller, kind: str, data: bytes, **query: Any) -> tuple[int, dict[str, Any]]:
    files = {"file": ("file", data, "application/octet-stream")}
    answer = await caller.http.post(f"/api/imports/{kind}", files=files, params=query)
    return answer.status_code, answer.json()


async def rows(town: Town) -> tuple[int, int, int, int]:
    async with town.database.reading() as session:
        counted = [
            await session.scalar(select(func.count()).select_from(kind))
            for kind in (Zone, Rep, Staff, GridImport)
        ]
    zones, reps, staff, imports = counted
    assert None not in counted
    return zones or 0, reps or 0, staff or 0, imports or 0


async def test_the_town_came_in_as_its_files_say(town: Town) -> None:
    zones, reps = town.imported
    assert (zones.added, reps.added) == (("A1", "A2", "B1", "B2"), ("ann", "bob", "cyd"))
    async with town.database.reading() as session:
        owners = {row.code: row.rep for row in await stored_zones(session)}
        people = {row.code: row for row in await stored_reps(session)}
        ann = await session.get_one(Staff, town.reps["ann"].staff_id)
    assert owners == {"A1": "ann", "A2": "bob", "B1": "cyd", "B2": "cyd"}
    assert people["bob"].skills == {"leak_repair": 2, "meter_work": 2}
    assert (ann.username, ann.roles) == ("ann", [Role.REP])


async def test_a_file_that_is_read_in_another_process_comes_in_as_well(
    town: Town, dora: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So are files of some size: all that their reading is asked with has to go there."""
    monkeypatch.setattr(reading, "SMALL", 0)
    today = town.clock.now().date().isoformat()
    for kind, data in (
        ("zones", zone_file()),
        ("reps", REPS.encode()),
        ("shifts", f"rep,date,start,end\nann,{today},09:00,15:00\n".encode()),
    ):
        status, told = await send(dora, kind, data)
        assert status == 200, (kind, told)


async def test_each_new_representative_gets_a_sign_in_that_works_once(town: Town) -> None:
    link = next(each for each in town.imported[1].sign_ins if each.code == "ann")
    session = await town.database.run(redeem_link, link.token, Surface.REP, timedelta(hours=1), None)
    assert session is not None
    with pytest.raises(Exception, match="another device"):
        await town.database.run(redeem_link, link.token, Surface.REP, timedelta(hours=1), None)


async def test_the_same_files_again_change_nothing(town: Town, dora: Caller) -> None:
    before = {code: rep.version for code, rep in town.reps.items()}
    status, report = await send(dora, "zones", zone_file())
    assert (status, report["unchanged"], report["added"], report["changed"]) == (200, 4, [], [])
    status, report = await send(dora, "reps", REPS.encode())
    assert (status, report["unchanged"], report["sign_ins"]) == (200, 3, [])
    async with town.database.reading() as session:
        after = {rep.code: rep.id for rep in await session.scalars(select(Rep))}
    assert after == {code: rep.id for code, rep in town.reps.items()}
    assert before.keys() == after.keys()


async def test_of_those_who_are_there_only_what_differs_is_written(
    town: Town, dora: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, set[str]] = {}
    real = rep_plans.RepPlan

    def seen(*given: Any) -> Any:
        plan = real(*given)
        written.update({row["code"]: set(row) - {"row_id", "code"} for row in plan.changed})
        written["accounts"] = {row["username"] for row in plan.changed_accounts}
        return plan

    monkeypatch.setattr(rep_plans, "RepPlan", seen)
    file = [line.split(",") for line in REPS.strip().splitlines()]
    column = {name: at for at, name in enumerate(file[0])}
    for line in file[1:]:
        match line[0]:
            case "ann":
                line[column["phone"]] = "+8613800138099"
            case "bob":
                line[column["name_en"]], line[column["home_lon"]] = "Robert", "7.4077"
            case _:
                line[column["username"]] = "cydney"
    data = "\n".join(map(",".join, file)).encode()
    before = {code: rep.version for code, rep in town.reps.items()}
    status, report = await send(dora, "reps", data)
    assert status == 200, report
    assert written == {
        "ann": {"phone"},
        "bob": {"name_en", "home_lon", "home_ewkb"},
        "accounts": {"bob", "cydney"},
    }
    async with town.database.reading() as session:
        people = {row.code: row for row in await stored_reps(session)}
        ann, bob, cyd = (await session.scalars(select(Rep).order_by(Rep.code))).all()
        names = {rep.code: await session.get_one(Staff, rep.staff_id) for rep in (bob, cyd)}
        place = (await session.execute(select(func.ST_X(Rep.home), Rep.home_lon).order_by(Rep.code))).all()
    assert people["ann"].phone == "+8613800138099"
    assert (names["bob"].name_en, names["cyd"].username) == ("Robert", "cydney")
    assert [round(x, 6) for x, _ in place] == [lon for _, lon in place]
    assert (ann.version, bob.version, cyd.version) == (before["ann"] + 1, before["bob"] + 1, before["cyd"])


async def test_a_dry_run_tells_what_would_change_and_stores_nothing(town: Town, dora: Caller) -> None:
    before = await rows(town)
    status, report = await send(dora, "zones", zone_file(A1={"name": "新名"}), dry_run=True)
    assert (status, report["dry_run"]) == (200, True)
    assert report["changed"] == [{"code": "A1", "fields": ["name"]}]
    assert await rows(town) == before


async def test_every_fault_of_a_zone_file_is_told_by_feature_and_nothing_is_stored(
    town: Town, dora: Caller
) -> None:
    bow_tie = [[[7.40, 43.70], [7.41, 43.71], [7.41, 43.70], [7.40, 43.71], [7.40, 43.70]]]
    file = zone_file(
        A1={"name": "", "geometry": {"type": "Polygon", "coordinates": bow_tie}},
        A2={"code": "B1"},
        B2={"geometry": {"type": "Polygon", "coordinates": square(2, west=7.405)}},
    )
    before = await rows(town)
    status, answer = await send(dora, "zones", file)
    assert (status, answer["error"]["code"]) == (422, "import_refused")
    told = {(fault["code"], fault["where"].split(",")[0]) for fault in answer["error"]["faults"]}
    assert {code for code, _ in told} >= {"self_intersection", "duplicate_code", "zones_overlap"}
    assert all(where.startswith("feature ") for _, where in told)
    assert all(fault["detail"] != fault["code"] for fault in answer["error"]["faults"]), "in words"
    assert await rows(town) == before


async def test_every_fault_of_a_reps_file_is_told_by_line_and_nothing_is_stored(
    town: Town, dora: Caller
) -> None:
    file = f"""{HEADER},zones
ann,安,Ann,+86 138 0013 8001,ann,SX,juggling:3,2,,08:00,17:30,7.405,43.705,A1
dan,丹,Dan,not a phone,danny,SA,valve,9,,18:00,08:00,7.405,243.705,Z9
eva,伊,Eva,+86 138 0013 8009,dora,SA,valve,1,,08:00,17:30,7.405,43.705,
"""
    before = await rows(town)
    status, answer = await send(dora, "reps", file.encode())
    assert status == 422
    told = {(fault["code"], fault["where"].split(",")[0]) for fault in answer["error"]["faults"]}
    assert {("unknown_station", "line 2"), ("unknown_skill", "line 2"), ("bad_phone", "line 3")} <= told
    assert {("bad_level", "line 3"), ("unknown_zone", "line 3"), ("username_taken", "line 4")} <= told
    assert await rows(town) == before


async def test_nobodys_account_is_taken_over_by_a_file(town: Town, dora: Caller) -> None:
    status, answer = await send(dora, "reps", REPS.replace(",ann,SA", ",dora,SA").encode())
    assert status == 422
    assert [fault["code"] for fault in answer["error"]["faults"]] == ["username_taken"]
    async with town.database.reading() as session:
        query = select(Staff.roles).where(Staff.username == "dora")
        assert await session.scalar(query) == [Role.DISPATCHER]


async def test_who_is_left_out_can_no_longer_sign_in_nor_be_given_work(town: Town, dora: Caller) -> None:
    cyd = await town.caller("cyd")
    without_cyd = "\n".join(line for line in REPS.splitlines() if not line.startswith("cyd")) + "\n"
    status, report = await send(dora, "reps", without_cyd.encode())
    assert (status, report["removed"]) == (200, ["cyd"])
    assert await cyd.refused("GET", "/api/rep/route") == "unauthenticated"
    task = await town.task(where=inside("B1"), skill="meter_work")
    assert town.rep_code(task.rep_id) == "bob"


async def test_who_still_answers_for_a_task_cannot_be_left_out(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("B1"), skill="meter_work")
    cyd = await town.caller("cyd")
    await cyd.post(f"/api/tasks/{task.id}/acceptance")
    without_cyd = "\n".join(line for line in REPS.splitlines() if not line.startswith("cyd")) + "\n"
    status, answer = await send(dora, "reps", without_cyd.encode())
    assert (status, [fault["code"] for fault in answer["error"]["faults"]]) == (422, ["rep_has_tasks"])


async def test_a_zone_that_moved_takes_new_tasks_with_it(town: Town, dora: Caller) -> None:
    assert (await dora.get("/api/zones/at", lon=7.405, lat=43.705))["code"] == "A1"
    swapped = zone_file(
        A1={"geometry": {"type": "Polygon", "coordinates": square(1)}},
        A2={"geometry": {"type": "Polygon", "coordinates": square(0)}},
    )
    status, report = await send(dora, "zones", swapped)
    assert (status, [each["code"] for each in report["changed"]]) == (200, ["A1", "A2"])
    assert (await dora.get("/api/zones/at", lon=7.405, lat=43.705))["code"] == "A2"
    task = await town.task(where=(7.405, 43.705))
    assert (await dora.get(f"/api/tasks/{task.id}"))["zone"]["code"] == "A2"


@pytest.mark.parametrize("kind", ["zones", "reps"])
@pytest.mark.parametrize(
    "garbage",
    [b"", b"\x00" * 40, b"{}", b"[" * 5000, b'{"type":"FeatureCollection","features":[{}]}', b"\xff\xfe,"],
)
async def test_garbage_is_refused_with_a_reason(town: Town, dora: Caller, kind: str, garbage: bytes) -> None:
    status, answer = await send(dora, kind, garbage)
    assert (status, answer["error"]["code"]) == (422, "import_refused")
    assert answer["error"]["faults"]


@pytest.mark.parametrize("who", ["ann", "tess", None])
async def test_only_dispatchers_import(town: Town, who: str | None) -> None:
    caller = await town.caller(who)
    for kind, data in (("zones", zone_file()), ("reps", REPS.encode())):
        status, answer = await send(caller, kind, data)
        assert (status, answer["error"]["code"]) in ((403, "forbidden"), (401, "unauthenticated"))


async def test_the_file_may_say_nothing_of_owners_and_they_stay(town: Town, dora: Caller) -> None:
    await send(dora, "zones", zone_file(A1={"name_en": "Harbour"}))
    features = (await dora.get("/api/zones"))["features"]
    owners = {each["properties"]["code"]: each["properties"]["owner"]["code"] for each in features}
    assert owners == {"A1": "ann", "A2": "bob", "B1": "cyd", "B2": "cyd"}
    assert json.loads(json.dumps(features[0]["geometry"]))["type"] == "MultiPolygon"


async def test_what_a_file_says_nothing_of_stays_as_it_was(town: Town, dora: Caller) -> None:
    status, report = await send(dora, "zones", zone_file(A1={"connections": 900, "min_night_flow": 1.5}))
    assert (status, report["changed"]) == (200, [{"code": "A1", "fields": ["connections", "min_night_flow"]}])
    status, report = await send(dora, "zones", zone_file(A1={"connections": 950}))
    assert (status, report["changed"]) == (200, [{"code": "A1", "fields": ["connections"]}])
    async with town.database.reading() as session:
        row = (await session.scalars(select(Zone).where(Zone.code == "A1"))).one()
    assert (row.connections, row.min_night_flow, row.key_accounts) == (950, 1.5, None)
