"""Windows, wishes and contracts: what a placing honours, what is refused, what is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from field.dispatch.engine.route import Route
from field.dispatch.planning import load_day
from field.dispatch.tables import StandingWish
from field.grid.tables import Contractor, Rep
from field.reoptimise.check.rows import Seen, wrong_with
from field.reoptimise.reading import Asked
from field.reps.imports import import_reps
from field.task.tables import Task
from field.task.task import TaskState
from field.terms.wishes import forget_wishes
from kernel.actors import SYSTEM, Role
from kernel.database import UnitOfWork
from kernel.identity.staff import Staff, actor_of, add_staff
from tests.contract.test_field_reoptimise import ready, swap
from tests.rig.foundations import MORNING
from tests.rig.people import Caller, Refusal
from tests.rig.town import REPS, Town, inside

HOUR = timedelta(hours=1)


def windows(*spans: tuple[float, float]) -> list[dict[str, str]]:
    """Hours after the town's morning."""
    return [
        {"start": (MORNING + start * HOUR).isoformat(), "end": (MORNING + end * HOUR).isoformat()}
        for start, end in spans
    ]


async def made(desk: Caller, zone: str = "A1", **given: Any) -> dict[str, Any]:
    lon, lat = inside(zone)
    body = {"type": "complaint", "category": "leak", "skill": "leak_repair", "severity": "minor"}
    answer: dict[str, Any] = await desk.post("/api/tasks", body | {"lon": lon, "lat": lat} | given)
    return answer


async def passed(desk: Caller, task: dict[str, Any]) -> dict[str, str]:
    codes = {rep["id"]: rep["code"] for rep in await desk.get("/api/reps")}
    told = await desk.get(f"/api/tasks/{task['id']}/proposals")
    return {codes[each["rep_id"]]: each["rule"]["code"] for each in told["passed_over"]}


def faults_of(refused: pytest.ExceptionInfo[Refusal]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = refused.value.body["error"]["faults"]
    return listed


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


async def supervisor(town: Town) -> Caller:
    async def hire(uow: UnitOfWork) -> Staff:
        return await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))

    town.people["sue"] = actor_of(await town.database.run(hire))
    return await town.caller("sue")


async def contract(sue: Caller, **changed: Any) -> None:
    body = {"code": "DIG", "name": "掘进", "types": ["complaint"], "stations": ["SA"], "zones": []}
    await sue.put("/api/contractors", body | changed)


async def test_a_task_gets_the_window_that_a_day_has_room_for_and_another_when_the_day_moves(
    town: Town,
) -> None:
    dora = await town.caller("dora")
    # Everybody is at work for three hours from the morning on: that leaves the second window.
    for zone in ("A1", "A2", "B1"):
        await made(dora, zone, duration_s=3 * 3600, windows=windows((0, 0.5)))
    task = await made(dora, windows=windows((1, 2), (5, 7)), duration_s=1800)
    assert task["rep"] is not None
    start = at(task["starts_at"])
    within = [each for each in task["windows"] if at(each["start"]) <= start <= at(each["end"])]
    assert [within[0]["start"], within[0]["end"]] == [task["window_start"], task["window_end"]]

    # What is over cannot be had any more; the rest stays.
    town.clock.advance(3 * 3600)
    again = await dora.put(
        f"/api/tasks/{task['id']}/windows",
        {"version": task["version"], "windows": windows((8, 9), (24, 26))},
    )
    assert [at(each["start"]) for each in again["windows"]] == [MORNING + 8 * HOUR, MORNING + 24 * HOUR]
    assert at(again["starts_at"]) >= MORNING + 8 * HOUR


async def test_a_window_that_still_holds_the_stop_changes_nobody(town: Town) -> None:
    dora = await town.caller("dora")
    task = await made(dora, windows=windows((1, 2), (5, 7)))
    assert at(task["window_start"]) == MORNING + HOUR
    kept = await dora.put(
        f"/api/tasks/{task['id']}/windows", {"version": task["version"], "windows": windows((0.5, 3), (6, 8))}
    )
    assert (kept["state"], kept["rep"]["code"]) == ("assigned", task["rep"]["code"])
    assert at(kept["window_start"]) == MORNING + 0.5 * HOUR
    assert "take_back" not in [entry["kind"] for entry in kept["timeline"]]
    one = await dora.put(
        f"/api/tasks/{task['id']}/windows", {"version": kept["version"], "windows": windows((7, 8))}
    )
    assert (one["windows"], at(one["starts_at"])) == ([], MORNING + 7 * HOUR)


async def test_bad_windows_are_refused_all_at_once_and_nothing_is_made(town: Town) -> None:
    dora = await town.caller("dora")
    bad = windows((5, 7), (6, 8), (1, 1.1))
    for given in ({"windows": bad}, {"windows": windows((1, 2)), "window_start": bad[0]["start"]}):
        with pytest.raises(Refusal):
            await made(dora, **given)
    task = await made(dora)
    with pytest.raises(Refusal) as refused:
        await dora.put(f"/api/tasks/{task['id']}/windows", {"version": task["version"], "windows": bad})
    assert refused.value.code == "windows_invalid"
    assert {each["code"] for each in faults_of(refused)} == {
        "windows_touch",
        "windows_out_of_order",
        "span_too_short",
    }
    assert len(await dora.get("/api/tasks")) == 1


async def test_nobody_whom_the_customer_refuses_comes_and_it_is_said_why_not(town: Town) -> None:
    dora = await town.caller("dora")
    task = await made(dora)
    assert task["rep"]["code"] == "ann"
    ann = {"rep_id": str(town.reps["ann"].id), "kind": "refuse", "code": "complaint"}
    moved = await dora.put(f"/api/tasks/{task['id']}/wishes", {"version": task["version"], "wishes": [ann]})
    assert moved["rep"]["code"] == "bob"
    assert (await passed(dora, moved))["ann"] == "not_wished"
    assert moved["wishes"] == [ann]
    with pytest.raises(Refusal) as refused:
        await dora.post(
            f"/api/tasks/{task['id']}/assignment", {"rep_id": ann["rep_id"], "version": moved["version"]}
        )
    assert refused.value.body["error"]["params"]["rule"]["code"] == "not_wished"
    bobs = await town.caller("bob")
    [stop] = (await bobs.get("/api/rep/route"))["stops"]
    assert stop["task"]["wishes"] == [], "who was refused is for the console only"
    told = await bobs.get(f"/api/tasks/{task['id']}")
    codes = [each["rule"]["code"] for each in told["placement"]["passed_over"]]
    assert "not_wished" not in codes and "not_wished" not in told["placement"]["others"]


async def test_a_wish_is_worth_the_detour_that_the_policy_says(town: Town) -> None:
    dora, sue = await town.caller("dora"), await supervisor(town)
    bob = {"rep_id": str(town.reps["bob"].id), "kind": "prefer", "code": "knows_place"}
    for weight, comes in ((0, "ann"), (3600, "bob")):
        policy = await sue.get("/api/wishes/policy")
        rules = {"preferred_s": weight, "keep_days": 30, "version": policy["version"]}
        await sue.put("/api/wishes/policy", rules)
        task = await made(dora, address="9 Well Lane")
        await dora.put(
            f"/api/tasks/{task['id']}/wishes",
            {"version": task["version"], "wishes": [bob], "standing": True},
        )
        later = await made(dora, address=" 9, WELL  lane ")
        assert later["rep"]["code"] == comes
    assert "wished_for" in [each["code"] for each in later["placement"]["reasons"]]
    with pytest.raises(Refusal):
        await dora.put("/api/wishes/policy", {"preferred_s": 1, "keep_days": 30, "version": 2})


async def test_a_standing_wish_is_taken_back_and_expires(town: Town) -> None:
    dora, sue = await town.caller("dora"), await supervisor(town)
    await sue.put("/api/wishes/policy", {"preferred_s": 900, "keep_days": 2})
    task = await made(dora, address="9 Well Lane")
    both = [
        {"rep_id": str(town.reps["ann"].id), "kind": "refuse", "code": "asked"},
        {"rep_id": str(town.reps["cyd"].id), "kind": "prefer", "code": "language"},
    ]
    await dora.put(
        f"/api/tasks/{task['id']}/wishes", {"version": task["version"], "wishes": both, "standing": True}
    )
    listed = await dora.get("/api/wishes")
    assert {(each["rep_name_en"], each["kind"]) for each in listed} == {("Ann", "refuse"), ("Cyd", "prefer")}
    await dora.delete(f"/api/wishes/{listed[0]['id']}")
    assert len(await dora.get("/api/wishes")) == 1
    town.clock.advance(3 * 24 * 3600)
    assert await dora.get("/api/wishes") == []
    assert await town.database.run(forget_wishes) == 1
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(StandingWish)) == 0


async def test_a_standing_wish_is_erased_with_the_last_task_at_its_address(town: Town) -> None:
    dora = await town.caller("dora")
    tasks = [await made(dora, address="9 Well Lane") for _ in range(2)]
    ann = {"rep_id": str(town.reps["ann"].id), "kind": "refuse", "code": "safety"}
    body = {"version": tasks[0]["version"], "wishes": [ann], "standing": True}
    await dora.put(f"/api/tasks/{tasks[0]['id']}/wishes", body)
    assert (await dora.get(f"/api/tasks/{tasks[1]['id']}"))["wishes"] == [ann]

    async def forget(uow: UnitOfWork, task: dict[str, Any]) -> None:
        await town.services.erasers.erase(uow, "task", UUID(task["id"]))
        (await uow.session.get_one(Task, UUID(task["id"]))).erased_at = uow.now

    for task, left in zip(tasks, (1, 0), strict=True):
        await town.database.run(forget, task)
        assert len(await dora.get("/api/wishes")) == left
        assert (await dora.get(f"/api/tasks/{task['id']}"))["wishes"] == []


async def test_wishes_that_cannot_be_meant_are_refused_all_at_once(town: Town) -> None:
    dora = await town.caller("dora")
    task = await made(dora)
    ann = str(town.reps["ann"].id)
    wrong = [
        {"rep_id": ann, "kind": "prefer", "code": "complaint"},
        {"rep_id": ann, "kind": "refuse", "code": "asked"},
        {"rep_id": task["id"], "kind": "refuse", "code": "asked"},
    ]
    with pytest.raises(Refusal) as refused:
        await dora.put(
            f"/api/tasks/{task['id']}/wishes",
            {"version": task["version"], "wishes": wrong, "standing": True},
        )
    assert {(each["code"], each["where"]) for each in faults_of(refused)} == {
        ("address_missing", "body.standing"),
        ("wish_code_unknown", "body.wishes.0.code"),
        ("rep_twice", "body.wishes.1.rep_id"),
        ("rep_unknown", "body.wishes.2.rep_id"),
    }


async def test_a_contractors_people_get_only_what_their_contract_covers(town: Town) -> None:
    dora, sue = await town.caller("dora"), await supervisor(town)
    await contract(sue, stations=[], zones=["A2"])
    await sue.put(f"/api/reps/{town.reps['ann'].id}/contractor", {"contractor": "DIG"})
    task = await made(dora)
    assert task["rep"]["code"] == "bob"
    assert (await passed(dora, task))["ann"] == "not_in_contract"
    fits = await dora.get(f"/api/tasks/{task['id']}/fits")
    rules = dict(
        zip(fits["reps"]["code"], [each and each["code"] for each in fits["reps"]["rule"]], strict=True)
    )
    assert rules["ann"] == "not_in_contract"
    with pytest.raises(Refusal) as refused:
        await dora.post(
            f"/api/tasks/{task['id']}/assignment",
            {"rep_id": str(town.reps["ann"].id), "version": task["version"]},
        )
    assert refused.value.body["error"]["params"]["rule"]["code"] == "not_in_contract"

    # The contract grows: what is asked next is theirs again.
    [known] = await dora.get("/api/contractors")
    assert (known["reps"], known["zones"]) == (["ann"], ["A2"])
    await contract(sue, version=known["version"])
    assert (await made(dora))["rep"]["code"] == "ann"
    await sue.put(f"/api/reps/{town.reps['ann'].id}/contractor", {"contractor": None})
    assert (await dora.get("/api/contractors"))[0]["reps"] == []


async def test_dearer_people_come_when_nobody_else_is_near_enough(town: Town) -> None:
    dora, sue = await town.caller("dora"), await supervisor(town)
    await contract(sue, cost_permille=3000)
    await sue.put(f"/api/reps/{town.reps['ann'].id}/contractor", {"contractor": "DIG"})
    task = await made(dora, duration_s=3600)
    assert task["rep"]["code"] == "bob"
    told = await dora.get(f"/api/tasks/{task['id']}/proposals")
    cost = {each["rep_id"]: each["cost_s"] for each in told["best"]}
    # Two hours more than she would be worth without a contract, less the ten minutes of the zone's own.
    assert cost[str(town.reps["ann"].id)] >= 2 * 3600


async def test_a_contract_that_cannot_be_meant_is_refused_with_every_fault(town: Town) -> None:
    sue = await supervisor(town)
    with pytest.raises(Refusal) as refused:
        await contract(sue, types=["dance"], stations=["SX"], zones=["A1", "Z9"])
    assert {(each["code"], each["where"]) for each in faults_of(refused)} == {
        ("task_type_unknown", "body.types.0"),
        ("station_unknown", "body.stations.0"),
        ("zone_unknown", "body.zones.1"),
    }
    with pytest.raises(Refusal) as empty:
        await contract(sue, types=[], stations=[])
    assert len(faults_of(empty)) == 2
    dora = await town.caller("dora")
    with pytest.raises(Refusal) as forbidden:
        await contract(dora)
    assert forbidden.value.status == 403


async def test_people_come_in_with_their_contractor_and_a_file_without_the_column_changes_none(
    town: Town,
) -> None:
    sue = await supervisor(town)
    await contract(sue)
    header, *rows = REPS.splitlines()

    def told(codes: Sequence[str]) -> bytes:
        lines = [f"{header},contractor", *(f"{row},{code}" for row, code in zip(rows, codes, strict=True))]
        return "\n".join(lines).encode()

    with pytest.raises(Exception) as refused:
        await town.database.run(import_reps, SYSTEM, told(["", "WHO", ""]))
    assert [fault.code for fault in refused.value.faults] == ["unknown_contractor"]  # type: ignore[attr-defined]

    await town.database.run(import_reps, SYSTEM, told(["", "DIG", ""]))
    await town.database.run(import_reps, SYSTEM, REPS.replace("Bob", "Bobby").encode())
    async with town.database.reading() as session:
        bob = (await session.scalars(select(Rep).where(Rep.code == "bob"))).one()
        row = await session.get_one(Contractor, "DIG")
        assert (bob.name_en, bob.contractor, bob.contract) == ("Bobby", "DIG", row.terms())
    await town.database.run(import_reps, SYSTEM, told(["", "", ""]))
    async with town.database.reading() as session:
        bob = (await session.scalars(select(Rep).where(Rep.code == "bob"))).one()
        assert (bob.contractor, bob.contract) == (None, {})


async def test_once_somebody_has_set_off_nothing_of_it_is_changed(town: Town) -> None:
    dora = await town.caller("dora")
    task = await made(dora)

    async def set_off(uow: UnitOfWork) -> None:
        row = await uow.session.get_one(Task, UUID(task["id"]))
        row.state, row.departed_at = TaskState.TRAVELLING, uow.now

    await town.database.run(set_off)
    now = await dora.get(f"/api/tasks/{task['id']}")
    for door, what in (("windows", {"windows": windows((1, 2))}), ("wishes", {"wishes": []})):
        with pytest.raises(Refusal) as refused:
            await dora.put(f"/api/tasks/{task['id']}/{door}", {"version": now["version"], **what})
        assert refused.value.code == "too_late_for_terms"


async def test_planning_again_gives_nobody_what_they_must_not_have(town: Town) -> None:
    """Both leaks lie next door to Ann and with Bob; one of their customers does not want her."""
    dora = await town.caller("dora")
    tasks = []
    for east in (0.3, 0.6):
        lon, lat = inside("A1", east=east)
        tasks.append(await made(dora, lon=lon, lat=lat, windows=windows((1, 4), (5, 8))))
    await town.database.run(swap, town, "ann", "bob")
    ann = {"rep_id": str(town.reps["ann"].id), "kind": "refuse", "code": "asked"}
    seen = await dora.get(f"/api/tasks/{tasks[0]['id']}")
    await dora.put(f"/api/tasks/{seen['id']}/wishes", {"version": seen["version"], "wishes": [ann]})
    plan = await ready(town, dora)
    assert [each["task_id"] for each in plan["moved"]] == [tasks[1]["id"]]
    await dora.post(f"/api/reoptimisations/{plan['id']}/application", {"version": plan["version"]})
    assert [str(each) for each in await town.route("ann")] == [tasks[1]["id"]]
    assert [str(each) for each in await town.route("bob")] == [tasks[0]["id"]]
    for task in tasks:
        now = await dora.get(f"/api/tasks/{task['id']}")
        assert {"start": now["window_start"], "end": now["window_end"]} in now["windows"]
        assert at(now["window_start"]) <= at(now["starts_at"]) <= at(now["window_end"])


async def test_a_plan_that_breaks_terms_is_seen_by_the_checker(town: Town) -> None:
    """The checker is told of rows that no search made."""
    dora, sue = await town.caller("dora"), await supervisor(town)
    task = await made(dora, windows=windows((1, 4), (5, 8)))
    ann = {"rep_id": str(town.reps["ann"].id), "kind": "refuse", "code": "asked"}
    bobs = await dora.put(f"/api/tasks/{task['id']}/wishes", {"version": task["version"], "wishes": [ann]})
    assert bobs["rep"]["code"] == "bob"
    await contract(sue, stations=["SB"])
    await sue.put(f"/api/reps/{town.reps['ann'].id}/contractor", {"contractor": "DIG"})

    async def wrong(uow: UnitOfWork) -> list[str]:
        people = [await uow.session.get_one(Rep, town.reps[code].id) for code in ("ann", "bob")]
        today = town.services.day_of(uow.now)
        grid = await town.services.grid.current(uow.session)
        stations = {zone_id: brief.station for zone_id, brief in grid.briefs.items()}
        asked = Asked("SA", today, frozenset(), {})
        day = await load_day(uow.session, town.services, uow.now, today, people)
        before = Seen.of(day, asked, stations)
        [visit] = day.routes[people[1].id].visits
        day.tasks[visit.task_id].window_end += timedelta(hours=1)
        await day.store(uow, people[1].id, Route(day.routes[people[1].id].rep))
        await day.store(uow, people[0].id, Route(day.routes[people[0].id].rep, (visit,)))
        stored = Seen.of(day, asked, stations)
        found = wrong_with(before, stored, town.services, day.seconds, frozenset())
        return sorted(each.code for each in found)

    assert await town.database.run(wrong) == ["not_in_contract", "not_wished", "window_not_offered"]
