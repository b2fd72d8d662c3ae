"""What is beyond a representative climbs by rule until somebody takes it, and is always with one person."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from field.escalation.commands import look_at_escalations, pass_time
from field.escalation.tables import Escalation
from field.task.tables import Task
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.delivery.tables import Delivery
from kernel.identity.staff import Staff, actor_of, add_staff
from tests.contract.test_chains import settle
from tests.contract.test_field_devices import Phone, states
from tests.rig.foundations import MORNING
from tests.rig.people import Caller, Refusal
from tests.rig.push_service import PushService
from tests.rig.town import Town, inside


@pytest.fixture
async def ann(town: Town) -> Caller:
    return await town.caller("ann")


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def supervisor(town: Town) -> Caller:
    async def hire(uow: UnitOfWork) -> Staff:
        return await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))

    town.people["sue"] = actor_of(await town.database.run(hire))
    return await town.caller("sue")


async def escalated(town: Town, who: Caller, kind: str = "level", **details: Any) -> Task:
    task = await town.task(**({"where": inside("A1")} | details))
    for step in ("acceptance", "arrival"):
        await who.post(f"/api/tasks/{task.id}/{step}")
    await who.post(f"/api/tasks/{task.id}/escalation", {"reason": "the main is broken", "kind": kind})
    return task


async def look(town: Town, minutes: float) -> None:
    town.clock.set(MORNING + timedelta(minutes=minutes))
    await look_at_escalations(town.database, town.services)


async def now_with(caller: Caller) -> list[tuple[str, str]]:
    return [(each["holder"]["name"], each["state"]) for each in await caller.get("/api/escalations")]


async def story(caller: Caller, task: Task) -> list[tuple[str, str]]:
    found = await caller.get(f"/api/tasks/{task.id}/escalation")
    return [(each["what"], each["person"]["name"]) for each in found["asked"]]


async def rule(sue: Caller, kind: str, rungs: list[dict[str, Any]], **where: Any) -> None:
    await sue.put("/api/escalation-rules", {"kind": kind, "rungs": rungs, **where})


async def test_silence_climbs_to_the_supervisor_and_asks_again_never_dropping_it(
    town: Town, ann: Caller, dora: Caller
) -> None:
    sue = await supervisor(town)
    task = await escalated(town, ann)
    assert await now_with(dora) == [("Dora", "waiting")], "she is signed in, Dirk is not"
    for minutes, holder in ((14, "Dora"), (15, "Sue"), (44, "Sue"), (45, "Sue"), (74, "Sue"), (75, "Sue")):
        await look(town, minutes)
        await look_at_escalations(town.database, town.services)
        assert await now_with(dora) == [(holder, "waiting")]
        seen = await town.reload(task)
        assert seen.answerable_id == town.people[holder.lower()].id
    assert await story(dora, task) == [
        ("begin", "Dora"),
        ("climb", "Sue"),
        ("repeat", "Sue"),
        ("repeat", "Sue"),
    ]
    timeline = (await dora.get(f"/api/tasks/{task.id}"))["timeline"]
    assert [each["detail"]["what"] for each in timeline if each["kind"] == "climb"] == [
        *("climb", "repeat", "repeat")
    ]
    told = await town.events("task_escalated")
    assert [each["to_staff_id"] for each in told] == [str(town.people["dora"].id)] + 3 * [
        str(town.people["sue"].id)
    ]
    (each,) = await sue.get("/api/exceptions")
    assert (each["kind"], each["escalation"]["holder"]["name"]) == ("escalated", "Sue")


async def test_several_who_look_at_once_climb_once(town: Town, ann: Caller, dora: Caller) -> None:
    await supervisor(town)
    task = await escalated(town, ann)
    town.clock.set(MORNING + timedelta(minutes=16))
    await asyncio.gather(*(look_at_escalations(town.database, town.services) for _ in range(4)))
    assert await story(dora, task) == [("begin", "Dora"), ("climb", "Sue")]


async def test_a_clock_that_is_set_back_climbs_nothing_twice(town: Town, ann: Caller, dora: Caller) -> None:
    await supervisor(town)
    task = await escalated(town, ann)
    await look(town, 15)
    await look(town, -30)
    await look(town, -1)
    assert await story(dora, task) == [("begin", "Dora"), ("climb", "Sue")]
    await look(town, 0)
    assert await story(dora, task) == [("begin", "Dora"), ("climb", "Sue"), ("repeat", "Sue")]


async def test_a_house_that_was_down_goes_rung_by_rung_and_one_killed_midway_loses_and_doubles_nothing(
    town: Town, ann: Caller, dora: Caller
) -> None:
    await supervisor(town)
    task = await escalated(town, ann, kind="danger")
    (each,) = await dora.get("/api/escalations")

    class Killed(Exception):
        pass

    async def die(uow: UnitOfWork) -> None:
        assert await pass_time(uow, town.services, UUID(each["id"]))
        await uow.session.flush()
        raise Killed

    town.clock.set(MORNING + timedelta(hours=6))
    with pytest.raises(Killed):
        await town.database.run(die)
    assert await story(dora, task) == [("begin", "Dora")]
    assert (await town.reload(task)).answerable_id == town.people["dora"].id
    for _ in range(3):
        await look(town, 360)
    assert await story(dora, task) == [("begin", "Dora"), ("climb", "Sue")], "with its full wait from now"
    await look(town, 364.9)
    assert len(await story(dora, task)) == 2
    await look(town, 365)
    assert (await story(dora, task))[2:] == [("repeat", "Sue")]
    assert len(await town.events("task_escalated")) == 3


async def test_who_takes_it_answers_for_it_once_and_nothing_climbs(
    town: Town, ann: Caller, dora: Caller
) -> None:
    task = await escalated(town, ann)
    dirk = await town.caller("dirk")
    (each,) = await dora.get("/api/escalations")
    here, seen = f"/api/escalations/{each['id']}/taking", {"version": each["version"]}
    answers = await asyncio.gather(dirk.post(here, seen), dora.post(here, seen), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [answer.code for answer in refused] == ["stale_version"]
    await look(town, 600)
    ((holder, state),) = await now_with(dora)
    assert state == "taken" and holder in ("Dora", "Dirk")
    assert (await town.reload(task)).answerable_id == town.people[holder.lower()].id
    (again,) = await dora.get("/api/escalations")
    assert await dora.refused("POST", here, json={"version": again["version"]}) == "escalation_moved"
    own = (await ann.get("/api/rep/escalations"))["own"]
    assert [(each["state"], each["holder"]["name"], each["due_at"]) for each in own] == [
        ("taken", holder, None)
    ]


@pytest.mark.parametrize("how", ["settlement", "cancellation", "assignment"])
async def test_what_is_decided_ends_it(town: Town, ann: Caller, dora: Caller, how: str) -> None:
    task = await escalated(town, ann)
    bodies: dict[str, dict[str, Any]] = {
        "settlement": {"note": "by telephone"},
        "cancellation": {"reason": "twice"},
        "assignment": {"rep_id": str(town.reps["bob"].id), "overrule": True},
    }
    body = bodies[how]
    version = (await town.reload(task)).version
    await dora.post(f"/api/tasks/{task.id}/{how}", body | {"version": version})
    assert await now_with(dora) == []
    for minutes in (1, 90):
        await look(town, minutes)
    assert await story(dora, task) == [("begin", "Dora")]
    (own,) = (await ann.get("/api/rep/escalations"))["own"]
    assert (own["state"], own["due_at"]) == ("ended", None)
    async with town.database.reading() as session:
        (row,) = await session.scalars(select(Escalation))
        assert row.ended_at is not None


async def test_escalated_again_it_climbs_anew(town: Town, ann: Caller, dora: Caller) -> None:
    task = await escalated(town, ann)
    seen = await town.reload(task)
    given = {"rep_id": str(town.reps["ann"].id), "overrule": True, "version": seen.version}
    await dora.post(f"/api/tasks/{task.id}/assignment", given)
    for step in ("acceptance", "arrival"):
        await ann.post(f"/api/tasks/{task.id}/{step}")
    await ann.post(f"/api/tasks/{task.id}/escalation", {"reason": "no valve", "kind": "parts"})
    (each,) = await dora.get("/api/escalations")
    assert (each["kind"], each["climbs"]) == ("parts", 0)


async def test_who_leaves_holds_nothing(town: Town, ann: Caller, dora: Caller) -> None:
    task = await escalated(town, ann)

    async def leave(uow: UnitOfWork) -> None:
        (await uow.session.get_one(Staff, town.people["dora"].id)).active = False

    dirk = await town.caller("dirk")
    await town.database.run(leave)
    await look(town, 1)
    assert await now_with(dirk) == [("Dirk", "waiting")]
    assert await story(dirk, task) == [("begin", "Dora"), ("move", "Dirk")]


async def test_a_representative_is_asked_takes_it_on_or_passes_it_on(
    town: Town, dora: Caller, ann: Caller
) -> None:
    sue = await supervisor(town)
    rungs = [
        {"whom": "zone_owner", "minutes": 10},
        {"whom": "colleague", "minutes": 10, "staff_id": str(town.people["cyd"].id)},
        {"whom": "supervisors", "minutes": 30},
    ]
    await rule(sue, "level", rungs, station="SA")
    bob = await town.caller("bob")
    task = await town.task(where=inside("A1"), level=2)
    seen = await town.reload(task)
    given = {"rep_id": str(town.reps["bob"].id), "overrule": True, "version": seen.version}
    await dora.post(f"/api/tasks/{task.id}/assignment", given)
    await bob.post(f"/api/tasks/{task.id}/acceptance")
    await bob.post(f"/api/tasks/{task.id}/escalation", {"reason": "too heavy", "kind": "level"})
    assert await now_with(dora) == [("安", "waiting")], "who answers for the zone"
    (put,) = (await ann.get("/api/rep/escalations"))["put_to_me"]
    assert (put["reason"], put["rep"]["name"]) == ("too heavy", "博")
    cyd = await town.caller("cyd")
    here = f"/api/rep/escalations/{put['id']}"
    assert await cyd.refused("POST", f"{here}/taking", json={}) == "not_found"
    await ann.post(f"{here}/passing", {"version": put["version"]})
    assert await now_with(dora) == [("慈", "waiting")]
    assert await cyd.refused("POST", f"{here}/taking", json={}) == "rep_unable", "her level does not reach"
    await look(town, 11)
    assert await now_with(dora) == [("Sue", "waiting")]
    (own,) = (await bob.get("/api/rep/escalations"))["own"]
    assert (own["climbs"], own["holder"]["name"]) == (2, "Sue")


async def test_who_takes_it_on_has_it_on_the_route(town: Town, dora: Caller, ann: Caller) -> None:
    sue = await supervisor(town)
    await rule(sue, "level", [{"whom": "station_lead", "minutes": 10}])
    lead = {"level": "station", "code": "SA", "staff_id": str(town.people["bob"].id)}
    await sue.put("/api/area-leads", lead)
    task = await escalated(town, ann)
    bob = await town.caller("bob")
    (put,) = (await bob.get("/api/rep/escalations"))["put_to_me"]
    await bob.post(f"/api/rep/escalations/{put['id']}/taking", {"version": put["version"]})
    assert (await town.reload(task)).rep_id == town.reps["bob"].id
    assert await town.route("bob") == [task.id]
    assert await now_with(dora) == [] and (await bob.get("/api/rep/escalations"))["put_to_me"] == []
    gone = await bob.refused("POST", f"/api/rep/escalations/{put['id']}/passing", json={})
    assert gone == "escalation_moved"


async def test_a_representative_who_is_away_is_not_asked_and_holds_nothing(
    town: Town, dora: Caller, ann: Caller
) -> None:
    sue = await supervisor(town)
    to_bob = {"whom": "colleague", "minutes": 10, "staff_id": str(town.people["bob"].id)}
    await rule(sue, "level", [to_bob, {"whom": "dispatchers", "minutes": 10}])
    task = await escalated(town, ann)
    assert await now_with(dora) == [("博", "waiting")]
    await dora.post(f"/api/reps/{town.reps['bob'].id}/absence")
    await look(town, 1)
    assert await story(dora, task) == [("begin", "博"), ("move", "Dora")]
    await escalated(town, ann, kind="level")
    assert {holder for holder, _ in await now_with(dora)} <= {"Dora", "Dirk"}


async def test_outside_working_hours_the_clock_rests_but_for_danger(
    town: Town, dora: Caller, ann: Caller
) -> None:
    await supervisor(town)
    task, danger = await town.task(where=inside("A1")), await town.task(where=inside("A1"))
    for each in (task, danger):
        await ann.post(f"/api/tasks/{each.id}/acceptance")
    town.clock.set(MORNING + timedelta(hours=8, minutes=50))  # 17:20 there; the shift ends at 17:30
    for each, kind in ((task, "level"), (danger, "danger")):
        await ann.post(f"/api/tasks/{each.id}/escalation", {"reason": "too deep", "kind": kind})
    due = {each["task_id"]: each["due_at"] for each in await dora.get("/api/escalations")}
    now = town.clock.now()
    assert datetime.fromisoformat(due[str(danger.id)]) == now + timedelta(minutes=3)
    left = datetime.fromisoformat(due[str(task.id)]) - now
    assert left == timedelta(hours=14, minutes=40 + 5), "ten minutes today, five tomorrow from eight"


async def test_danger_stands_before_everything(town: Town, dora: Caller, ann: Caller) -> None:
    await escalated(town, ann, kind="other")
    danger = await escalated(town, ann, kind="danger")
    first, second = await dora.get("/api/exceptions")
    assert first["task_id"] == str(danger.id) and second["escalation"]["kind"] == "other"
    assert first["escalation"]["rep_phone"] == "+8613800138001"


async def test_said_offline_it_goes_up_once_with_its_kind(town: Town, dora: Caller) -> None:
    phone = Phone(await town.caller("ann"), town)
    task = await town.task(where=inside("A1"))
    acts = [phone.act("acceptance", task.id), phone.act("escalation", task.id, reason="gas")]
    acts[1]["body"]["kind"] = "danger"
    for _ in range(2):
        assert states(await phone.send(*acts)) == ["accepted", "escalated"]
    (each,) = await dora.get("/api/escalations")
    assert each["kind"] == "danger"


async def test_who_is_asked_and_the_one_above_are_pushed_to(town: Town, ann: Caller, dora: Caller) -> None:
    sue = await supervisor(town)
    async with PushService().open() as service:
        await dora.put("/api/push-subscription", service.subscription("dora", "en"))
        await sue.put("/api/push-subscription", service.subscription("sue", "en"))
        await escalated(town, ann)
        await look(town, 15)
    async with town.database.reading() as session:
        sent = [row.text for row in await session.scalars(select(Delivery).order_by(Delivery.id))]
    titles = ["put to you" in text for text in sent if "scalat" in text or "put to you" in text]
    assert titles == [True, False, True], "Dora, and Sue above her; then Sue, with nobody above"
    assert not any("main" in text or "安" in text for text in sent), "nothing on a locked screen says what"


async def test_a_supervisor_writes_ladders_and_hears_every_fault(town: Town, dora: Caller) -> None:
    sue = await supervisor(town)
    assert (
        await dora.refused("PUT", "/api/escalation-rules", json={"kind": "level", "rungs": []}) == "forbidden"
    )
    wrong = {
        "kind": "level",
        "station": "nowhere",
        "category": "fire",
        "rungs": [{"whom": "colleague", "minutes": 0}],
    }
    with pytest.raises(Refusal) as refused:
        await sue.put("/api/escalation-rules", wrong)
    assert [(each["code"], each["where"]) for each in refused.value.body["error"]["faults"]] == [
        ("station_unknown", "body.station"),
        ("category_unknown", "body.category"),
        ("rung_minutes_out_of_range", "body.rungs.0.minutes"),
        ("colleague_unknown", "body.rungs.0.staff_id"),
    ]
    one = [{"whom": "supervisors", "minutes": 5}]
    await rule(sue, "level", one)
    await rule(sue, "level", one, category="leak")
    await rule(sue, "level", one, station="SA", always=True)
    with pytest.raises(Refusal) as stale:
        await rule(sue, "level", one, station="SA", version=0)
    assert stale.value.code == "stale_version"
    shown = await dora.get("/api/escalation-rules")
    assert [(each["kind"], each["station"], each["category"]) for each in shown["rules"]] == [
        *(("level", "", ""), ("level", "", "leak"), ("level", "SA", "")),
        *((kind, "", "") for kind in ("authority", "parts", "danger", "other")),
    ]
    assert [each["code"] for each in shown["leads"]] == ["SA", "SB", "SA-1", "SB-1"]
    mine = next(each for each in shown["rules"] if each["station"] == "SA")
    await sue.delete(f"/api/escalation-rules/{mine['id']}?version={mine['version']}")
    with pytest.raises(Refusal) as nowhere:
        await sue.put("/api/area-leads", {"level": "station", "code": "XX", "staff_id": str(mine["id"])})
    assert [each["code"] for each in nowhere.value.body["error"]["faults"]] == [
        *("station_unknown", "colleague_unknown")
    ]


async def test_the_rule_of_the_station_counts_before_that_of_the_category(
    town: Town, ann: Caller, dora: Caller
) -> None:
    sue = await supervisor(town)
    await rule(sue, "parts", [{"whom": "supervisors", "minutes": 7}], station="SA", always=True)
    await rule(sue, "parts", [{"whom": "dispatchers", "minutes": 9}], category="leak")
    await escalated(town, ann, kind="parts")
    (each,) = await dora.get("/api/escalations")
    assert (each["holder"]["name"], each["always"], each["rungs"][0]["minutes"]) == ("Sue", True, 7)
    await rule(sue, "parts", [{"whom": "dispatchers", "minutes": 1}], station="SB")
    await look(town, 7)
    (each,) = await dora.get("/api/escalations")
    assert each["holder"]["name"] == "Sue", "it goes on by the ladder it began with"


@pytest.mark.parametrize("order", ["before", "after", "together"])
async def test_a_specialist_is_called_and_the_face_stays(town: Town, dora: Caller, order: str) -> None:
    bob = await town.caller("bob")
    task = await escalated(town, bob, where=inside("A2"))
    (each,) = await dora.get("/api/escalations")
    here, seen = f"/api/escalations/{each['id']}", {"version": each["version"]}
    await dora.post(f"{here}/taking", seen)
    made = await dora.post(f"{here}/specialist", {"type": "isolation", "order": order})
    await settle(town)
    first, second = [await dora.get(f"/api/tasks/{id}") for id in (task.id, made["task_id"])]
    assert (first["state"], first["rep"]["code"], second["rep"]["code"]) == ("assigned", "bob", "ann")
    assert first["chain"]["id"] == second["chain"]["id"]
    assert second["request_id"] is None and second["customer"] == {}
    begins = [datetime.fromisoformat(each["starts_at"]) for each in (first, second)]
    ends = [datetime.fromisoformat(each["ends_at"]) for each in (first, second)]
    if order == "before":
        assert ends[1] <= begins[0]
    elif order == "after":
        assert ends[0] <= begins[1]
    else:
        assert abs(begins[0] - begins[1]) <= timedelta(minutes=15)
    told = (await town.events("task_assigned"))[-1 if order != "together" else 0 :]
    names = {event["rep_name"] for event in await town.events("task_assigned") if event["request_id"]}
    assert told and names == {"博"}, "the customer hears of nobody else"
    assert await now_with(dora) == []


async def test_nothing_is_made_when_the_specialist_who_comes_first_can_be_planned_with_nobody(
    town: Town, dora: Caller
) -> None:
    bob = await town.caller("bob")
    task = await escalated(town, bob, where=inside("A2"))
    await dora.post(f"/api/reps/{town.reps['ann'].id}/absence")
    (each,) = await dora.get("/api/escalations")
    here = f"/api/escalations/{each['id']}/specialist"
    body = {"type": "isolation", "order": "before"}
    assert await dora.refused("POST", here, json=body) == "specialist_unplaced"
    unknown = await dora.refused("POST", here, json=body | {"type": "magic"})
    assert unknown == "chain_invalid"
    async with town.database.reading() as session:
        assert len(list(await session.scalars(select(Task.id)))) == 1
    assert (await town.reload(task)).state.value == "escalated"
