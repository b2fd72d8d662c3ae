"""A task for two: both routes, both phones, one moment; and what happens when one of them does not come."""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field.dispatch.tables import VisitRow
from field.task.tables import Task
from kernel.database import UnitOfWork
from tests.contract.test_field_reoptimise import ready, swap
from tests.rig.foundations import MORNING
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town, inside, sweep

HOUR = timedelta(hours=1)


async def made(desk: Caller, zone: str = "A1", **given: Any) -> dict[str, Any]:
    lon, lat = inside(zone)
    body = {"type": "complaint", "category": "leak", "skill": "leak_repair", "severity": "minor"}
    answer: dict[str, Any] = await desk.post("/api/tasks", body | {"lon": lon, "lat": lat} | given)
    return answer


async def for_two(desk: Caller, **given: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"needs_two": True, "level": 3, "address": "1 Harbour Road"}
    return await made(desk, **(asked | given))


async def starts(town: Town) -> dict[str, datetime]:
    """When each stop that stands in a route begins, by the task's id."""
    async with town.database.reading() as session:
        found = await session.execute(select(VisitRow.task_id, VisitRow.starts_at))
        return {str(task_id): starts_at for task_id, starts_at in found}


def who(task: dict[str, Any]) -> tuple[str | None, str | None]:
    """Who leads, and who comes along."""
    lead, along = task["rep"], (task["partner"] or {"rep": None})["rep"]
    return lead["code"] if lead else None, along["code"] if along else None


async def read(caller: Caller, task: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = await caller.get(f"/api/tasks/{task['id']}")
    return answer


async def stop_of(caller: Caller) -> dict[str, Any]:
    """The stop on which somebody comes along, as their phone has it."""
    route = await caller.get("/api/rep/route")
    stop: dict[str, Any] = next(each["task"] for each in route["stops"] if each["task"]["companion"])
    return stop


async def test_a_task_for_two_stands_on_both_routes_at_one_moment_and_is_done_once(town: Town) -> None:
    dora, ann = await town.caller("dora"), await town.caller("ann")
    task = await for_two(dora, customer_name="Lin", customer_phone="+8613800138000", note="heavy valve")
    assert who(task) == ("ann", "bob")
    began = await starts(town)
    assert began[task["id"]] == began[task["partner"]["task_id"]]
    assert task["id"] not in [each["id"] for each in await dora.get("/api/inbox")]
    listed = await dora.get("/api/tasks")
    assert [each["id"] for each in listed] == [task["id"]]

    bob = await town.caller("bob")
    beside = await stop_of(bob)
    assert (beside["partner"]["rep"]["code"], beside["partner"]["companion"]) == ("ann", False)
    assert beside["partner"]["rep"]["phone"] == "+8613800138001"
    assert (beside["address"], beside["note"], beside["customer"]) == ("1 Harbour Road", "heavy valve", {})
    assert set(beside["allowed"]) == {"accept", "decline"}

    await bob.post(f"/api/tasks/{beside['id']}/acceptance", {})
    await ann.post(f"/api/tasks/{task['id']}/acceptance", {})
    seen = await read(dora, task)
    assert seen["answerable"]["name"] == "安"
    assert seen["partner"]["state"] == "accepted"
    town.clock.advance(1800)
    for phone, id in ((bob, beside["id"]), (ann, task["id"])):
        await phone.post(f"/api/tasks/{id}/travel", {})
        await phone.post(f"/api/tasks/{id}/arrival", {})
    with pytest.raises(Refusal) as refused:
        await bob.post(f"/api/tasks/{beside['id']}/completion", {"note": "tight"})
    assert refused.value.code == "not_the_lead"
    await ann.post(f"/api/tasks/{task['id']}/completion", {"note": "tight"})
    assert (await read(dora, task))["state"] == "done"
    assert (await read(bob, beside))["state"] == "done"
    assert len(await town.events("task_done")) == 1


async def test_why_not_says_that_no_second_person_is_free_then(town: Town) -> None:
    dora = await town.caller("dora")
    for zone in ("A2", "B1"):
        await made(dora, zone, duration_s=8 * 3600, window_start=MORNING.isoformat())
    task = await for_two(dora, second_skill="valve", second_level=3)
    assert (task["state"], task["unplaced_reason"]) == ("unplaced", "nobody_able")
    told = {each["rep_name"]: each["rule"]["code"] for each in task["placement"]["passed_over"]}
    assert told["安"] == "no_second"


async def test_who_declines_to_come_along_is_replaced_at_the_same_moment(town: Town) -> None:
    dora, bob = await town.caller("dora"), await town.caller("bob")
    task = await for_two(dora, window_start=(MORNING + HOUR).isoformat())
    began = (await starts(town))[task["id"]]
    beside = await stop_of(bob)
    await bob.post(f"/api/tasks/{beside['id']}/declination", {"reason": "my back"})
    seen = await read(dora, task)
    assert who(seen) == ("ann", "cyd")
    assert set((await starts(town)).values()) == {began}
    assert len(await starts(town)) == 2

    cyd = await town.caller("cyd")
    beside = await stop_of(cyd)
    await cyd.post(f"/api/tasks/{beside['id']}/declination", {"reason": "my back"})
    seen = await read(dora, task)
    assert (seen["state"], seen["partner"], seen["unplaced_reason"]) == ("unplaced", None, "nobody_able")
    assert await starts(town) == {}


async def test_where_nobody_is_free_at_that_moment_both_come_at_another(town: Town) -> None:
    dora, bob = await town.caller("dora"), await town.caller("bob")
    task = await for_two(dora)
    began = (await starts(town))[task["id"]]
    beside = await stop_of(bob)
    await bob.post(f"/api/tasks/{beside['id']}/declination", {"reason": "my back"})
    seen = await read(dora, task)
    assert who(seen) == ("ann", "cyd")  # who has a longer way
    later = set((await starts(town)).values())
    assert len(later) == 1 and later.pop() > began
    assert "reassign" in [entry["kind"] for entry in seen["timeline"]]


async def test_when_the_lead_declines_both_are_looked_for_anew(town: Town) -> None:
    dora, ann, bob = await town.caller("dora"), await town.caller("ann"), await town.caller("bob")
    task = await for_two(dora, level=2)
    first = await stop_of(bob)
    await ann.post(f"/api/tasks/{task['id']}/declination", {"reason": "ill"})
    seen = await read(dora, task)
    assert who(seen)[0] == "bob"
    assert who(seen)[1] in ("ann", "cyd")
    assert (await read(dora, {"id": first["id"]}))["state"] == "cancelled"
    began = await starts(town)
    assert len(began) == 2 and len(set(began.values())) == 1


async def test_nobody_moves_alone_a_task_called_off_frees_both(town: Town) -> None:
    dora, bob = await town.caller("dora"), await town.caller("bob")
    task = await for_two(dora)
    beside = await stop_of(bob)
    with pytest.raises(Refusal) as refused:
        await dora.post(
            f"/api/tasks/{beside['id']}/cancellation", {"version": beside["version"], "reason": "no"}
        )
    assert refused.value.code == "not_the_lead"
    await dora.post(f"/api/tasks/{task['id']}/cancellation", {"version": task["version"], "reason": "no"})
    assert await starts(town) == {}
    gone = await bob.get("/api/rep/route")
    assert [(each["task_id"], each["why"]) for each in gone["gone"]] == [(beside["id"], "cancelled")]


async def test_a_dispatcher_chooses_who_leads_and_who_comes_along(town: Town) -> None:
    dora = await town.caller("dora")
    task = await for_two(dora, level=2, window_start=(MORNING + HOUR).isoformat())
    bob, cyd = (str(town.reps[code].id) for code in ("bob", "cyd"))
    led = await dora.post(f"/api/tasks/{task['id']}/assignment", {"rep_id": bob, "version": task["version"]})
    assert who(led)[0] == "bob"
    other = await read(dora, {"id": led["partner"]["task_id"]})
    chosen = await dora.post(
        f"/api/tasks/{other['id']}/assignment", {"rep_id": cyd, "version": other["version"]}
    )
    assert chosen["rep"]["code"] == "cyd"
    assert who(await read(dora, task)) == ("bob", "cyd")
    began = await starts(town)
    assert len(began) == 2 and len(set(began.values())) == 1
    with pytest.raises(Refusal) as refused:
        await dora.post(
            f"/api/tasks/{task['id']}/assignment",
            {"rep_id": str(town.reps["ann"].id), "version": (await read(dora, task))["version"] - 1},
        )
    assert refused.value.code == "stale_version"


async def test_when_one_is_late_the_other_waits(town: Town) -> None:
    dora, ann, bob = await town.caller("dora"), await town.caller("ann"), await town.caller("bob")
    before = await made(dora, "A1", duration_s=3600, level=3)
    assert before["rep"]["code"] == "ann"
    await ann.post(f"/api/tasks/{before['id']}/acceptance", {})
    await ann.post(f"/api/tasks/{before['id']}/travel", {})
    task = await for_two(dora)
    assert who(task) == ("ann", "bob")
    agreed = (await starts(town))[task["id"]]
    # The work before takes two hours longer than it was to take.
    town.clock.advance(3 * 3600)
    await ann.post(f"/api/tasks/{before['id']}/arrival", {})
    later = await starts(town)
    assert later[task["id"]] == later[task["partner"]["task_id"]] > agreed
    seen = await stop_of(bob)
    assert datetime.fromisoformat(seen["partner"]["meets_at"]) == later[task["id"]]


async def test_what_is_planned_around_it_keeps_the_moment(town: Town) -> None:
    dora = await town.caller("dora")
    task = await for_two(dora, window_start=(MORNING + 2 * HOUR).isoformat())
    agreed = (await starts(town))[task["id"]]
    for zone in ("A1", "A2", "B1", "A2", "A1"):
        await made(dora, zone, duration_s=2400)
    began = await starts(town)
    assert began[task["id"]] == began[task["partner"]["task_id"]] == agreed


async def test_that_two_are_needed_is_said_of_a_task_that_is_there_and_taken_back(town: Town) -> None:
    dora = await town.caller("dora")
    task = await made(dora, level=3, window_start=(MORNING + HOUR).isoformat())
    at = f"/api/tasks/{task['id']}/second"
    began = await starts(town)
    meters = {"needs_two": True, "skill": "meter_work", "level": 3}
    two = await dora.put(at, {"version": task["version"], **meters})
    assert who(two) == ("ann", "cyd")
    assert set((await starts(town)).values()) == set(began.values())
    assert (two["second_skill"], two["second_level"], two["state"]) == ("meter_work", 3, "assigned")
    again = await dora.put(at, {"version": two["version"], "needs_two": True, "skill": "valve", "level": 3})
    # Nobody else knows valves as well as that.
    assert (again["state"], again["partner"], again["rep"]) == ("unplaced", None, None)
    one = await dora.put(at, {"version": again["version"], "needs_two": False})
    assert (one["needs_two"], one["second_skill"]) == (False, "")
    assert await sweep(town.database, town.services) == 0
    town.clock.advance(600)
    assert await sweep(town.database, town.services) == 1
    assert (await read(dora, task))["rep"]["code"] == "ann"


async def test_the_second_person_falls_ill(town: Town) -> None:
    dora = await town.caller("dora")
    task = await for_two(dora, window_start=(MORNING + HOUR).isoformat())
    began = set((await starts(town)).values())
    await dora.post(f"/api/reps/{town.reps['bob'].id}/absence", {})
    assert who(await read(dora, task)) == ("ann", "cyd")
    assert set((await starts(town)).values()) == began
    assert await town.route("bob") == []


async def test_the_lead_falls_ill(town: Town) -> None:
    dora = await town.caller("dora")
    task = await for_two(dora, level=2, window_start=(MORNING + HOUR).isoformat())
    assert who(task) == ("ann", "bob")
    await dora.post(f"/api/reps/{town.reps['ann'].id}/absence", {})
    assert who(await read(dora, task)) == ("bob", "cyd")
    began = await starts(town)
    assert len(began) == 2 and len(set(began.values())) == 1
    assert await town.route("ann") == []


async def test_a_waiting_task_for_two_is_dragged_to_a_lead_and_someone_comes_along(town: Town) -> None:
    dora = await town.caller("dora")
    task = await for_two(dora, window_start=(MORNING + HOUR).isoformat())
    back = await dora.post(f"/api/tasks/{task['id']}/return", {"version": task["version"], "reason": "wait"})
    assert await starts(town) == {}
    move = {"tasks": [{"id": task["id"], "version": back["version"]}], "rep_id": str(town.reps["ann"].id)}
    day = task["placement"]["day"]
    await dora.post("/api/task-moves", move | {"day": day})
    seen = await read(dora, task)
    assert who(seen) == ("ann", "bob")
    began = await starts(town)
    assert len(began) == 2 and len(set(began.values())) == 1
    # The companion's stop alone is dragged to somebody else, at the same moment.
    beside = await read(dora, {"id": seen["partner"]["task_id"]})
    other = {"tasks": [{"id": beside["id"], "version": beside["version"]}], "day": day}
    await dora.post("/api/task-moves", other | {"rep_id": str(town.reps["cyd"].id)})
    assert who(await read(dora, task)) == ("ann", "cyd")
    assert set((await starts(town)).values()) == set(began.values())


async def test_the_stop_of_a_companion_is_erased_with_the_task(town: Town) -> None:
    from field.visits.erasing import erase_task
    from kernel.actors import SYSTEM

    dora = await town.caller("dora")
    task = await for_two(dora, note="the key is under the mat")
    await dora.post(f"/api/tasks/{task['id']}/cancellation", {"version": task["version"], "reason": "no"})

    async def erase(uow: UnitOfWork) -> None:
        row = (await uow.session.scalars(select(Task).where(Task.companion.is_(False)))).one()
        await erase_task(uow, town.services, row, SYSTEM)

    await town.database.run(erase)
    async with town.database.reading() as session:
        rows = (await session.scalars(select(Task))).all()
    assert [(row.address, row.note) for row in rows] == [("", ""), ("", "")]
    assert await sweep(town.database, town.services) == 0


async def test_a_better_plan_for_the_day_keeps_the_moment_of_both(town: Town) -> None:
    dora = await town.caller("dora")
    for zone, code in (("A1", "ann"), ("A2", "bob"), ("A1", "ann"), ("A2", "bob")):
        one = await made(dora, zone, level=2)
        assert one["rep"]["code"] == code
    task = await for_two(dora, level=2, window_start=(MORNING + 4 * HOUR).isoformat())
    assert set(who(task)) == {"ann", "bob"}
    agreed = (await starts(town))[task["id"]]
    await town.database.run(swap, town, "ann", "bob")
    plan = await ready(town, dora)
    assert plan["state"] == "ready" and plan["moved"]
    at = f"/api/reoptimisations/{plan['id']}/application"
    applied = await dora.post(at, {"version": plan["version"]})
    assert applied["state"] == "applied"
    began = await starts(town)
    assert began[task["id"]] == began[task["partner"]["task_id"]] == agreed
    assert set(who(await read(dora, task))) == {"ann", "bob"}


async def test_who_does_not_answer_is_replaced_and_the_lead_keeps_the_task(town: Town) -> None:
    dora, ann = await town.caller("dora"), await town.caller("ann")
    task = await for_two(dora, severity="urgent", window_start=(MORNING + 2 * HOUR).isoformat())
    assert who(task) == ("ann", "bob")
    began = set((await starts(town)).values())
    await ann.post(f"/api/tasks/{task['id']}/acceptance", {})
    town.clock.advance(3600)
    assert await sweep(town.database, town.services) >= 1
    seen = await read(dora, task)
    assert (who(seen), seen["state"]) == (("ann", "cyd"), "accepted")
    assert set((await starts(town)).values()) == began


async def test_a_lead_whom_the_dispatcher_sends_alone_lies_in_the_inbox_until_somebody_comes_along(
    town: Town,
) -> None:
    dora = await town.caller("dora")
    task = await for_two(dora, second_skill="valve", second_level=3)
    assert task["state"] == "unplaced"
    given = {"rep_id": str(town.reps["ann"].id), "version": task["version"]}
    with pytest.raises(Refusal) as refused:
        await dora.post(f"/api/tasks/{task['id']}/assignment", given)
    assert refused.value.body["error"]["params"]["rule"]["code"] == "no_second"
    sent = await dora.post(f"/api/tasks/{task['id']}/assignment", given | {"overrule": True})
    assert who(sent) == ("ann", None)
    assert [each["id"] for each in await dora.get("/api/inbox")] == [task["id"]]
    board = (await dora.get("/api/board"))["tasks"]
    flags = dict(zip(board["id"], zip(board["alone"], board["companion"], strict=True), strict=True))
    assert flags[task["id"]] == (True, False)
    two = {"version": sent["version"], "needs_two": True}
    helped = await dora.put(f"/api/tasks/{task['id']}/second", two)
    assert who(helped)[1] is not None
    assert await dora.get("/api/inbox") == []


async def test_somebody_at_the_door_before_the_moment_is_expected_to_begin_at_it(town: Town) -> None:
    dora, ann, bob = await town.caller("dora"), await town.caller("ann"), await town.caller("bob")
    task = await for_two(dora, window_start=(MORNING + 2 * HOUR).isoformat())
    beside = await stop_of(bob)
    agreed = datetime.fromisoformat(beside["partner"]["meets_at"])
    await bob.post(f"/api/tasks/{beside['id']}/acceptance", {})
    await bob.post(f"/api/tasks/{beside['id']}/arrival", {})
    route = await bob.get("/api/rep/route")
    [stop] = route["stops"]
    length = timedelta(seconds=task["duration_s"])
    assert datetime.fromisoformat(stop["ends_at"]) == agreed + length
    # The lead finishes alone: whoever waited is done as well, and goes on.
    await ann.post(f"/api/tasks/{task['id']}/acceptance", {})
    town.clock.advance(2 * 3600)
    await ann.post(f"/api/tasks/{task['id']}/arrival", {})
    await ann.post(f"/api/tasks/{task['id']}/completion", {"note": "tight"})
    assert (await read(bob, beside))["state"] == "done"


async def test_several_made_at_once_each_have_two_at_one_moment_and_nobody_is_at_two_places(
    town: Town,
) -> None:
    dora = await town.caller("dora")
    open_ = {"level": 1, "window_start": (MORNING + HOUR).isoformat()}
    many = await asyncio.gather(*(for_two(dora, zone=zone, **open_) for zone in ("A1", "A2", "B1", "A1")))
    began = await starts(town)
    assert len(began) == 8
    days: dict[str, list[datetime]] = {}
    for each in many:
        task = await read(dora, each)
        lead, along = who(task)
        assert lead is not None and along is not None and lead != along
        assert began[task["id"]] == began[task["partner"]["task_id"]]
        for code in (lead, along):
            days.setdefault(code, []).append(began[task["id"]])
    length = timedelta(seconds=many[0]["duration_s"])
    for moments in days.values():
        ordered = sorted(moments)
        assert all(later - sooner >= length for sooner, later in itertools.pairwise(ordered))
