"""Jobs that hang together: no step before the one it waits for, none outside its permit, none lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from field.chains.following import follow
from field.chains.handlers import group
from field.chains.jobs import look
from field.dispatch.tables import VisitRow
from field.reoptimise.jobs import plan_waiting
from field.task.tables import Task
from field.task.task import TaskState
from kernel.audit import AuditEntry
from kernel.contracts import ChainMoved, RequestErased
from kernel.jobs import Job, Turn
from kernel.outbox import OutboxRow, read_event
from tests.contract.test_field_devices import Phone, states
from tests.contract.test_field_reoptimise import search_here
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside

GRANTED = {"kind": "street_works", "state": "granted", "authority": "Roads Office", "number": "SW-77"}


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def settle(town: Town, most: int = 40) -> int:
    """Have the chains' own handlers hear all that lies in the outbox, until nothing new comes; how often."""
    heard: set[UUID] = set()
    done = 0
    bound = group.bind(town.services)
    while True:
        async with town.database.reading() as session:
            rows = list(await session.scalars(select(OutboxRow).where(OutboxRow.type == ChainMoved.type)))
        fresh = [row for row in rows if row.id not in heard]
        if not fresh:
            return done
        for row in fresh:
            heard.add(row.id)
            done += await bound.handle(town.database, row.id, read_event(row.type, row.body))
        assert done < most, "it comes to an end"


async def refused(caller: Caller, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = await caller.http.request(method, path, json=body)
    assert answer.status_code in (404, 409, 422), answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


def faults(error: dict[str, Any]) -> set[tuple[str, str]]:
    return {(fault["code"], fault["where"]) for fault in error["faults"]}


async def granted(dora: Caller, task: str, hours: float = 0, until: float = 9, **more: Any) -> dict[str, Any]:
    """A street-works permit for the whole chain, for hours counted from the morning."""
    dates = [(MORNING + timedelta(hours=at)).isoformat() for at in (hours, until)]
    body = GRANTED | {"valid_from": dates[0], "valid_until": dates[1], "whole_chain": True} | more
    chain: dict[str, Any] = await dora.post(f"/api/tasks/{task}/permits", body)
    return chain


async def main_repair(town: Town, dora: Caller) -> tuple[Task, dict[str, dict[str, Any]]]:
    """A leak whose main has to be shut, dug up, mended and filled in; the steps by their type."""
    leak = await town.task(where=inside("A1"))
    chain = await dora.post(f"/api/tasks/{leak.id}/chain", {"template": "main_repair"})
    await settle(town)
    return await town.reload(leak), await steps_of(dora, chain["id"])


async def steps_of(dora: Caller, chain_id: str) -> dict[str, dict[str, Any]]:
    chain = await dora.get(f"/api/chains/{chain_id}")
    return {step["type"]["code"]: step for step in chain["steps"]}


async def cancel(dora: Caller, task: str, why: str) -> None:
    version = (await dora.get(f"/api/tasks/{task}"))["version"]
    await dora.post(f"/api/tasks/{task}/cancellation", {"reason": why, "version": version})


def at(text: str | None) -> datetime:
    assert text is not None
    return datetime.fromisoformat(text)


async def test_a_task_becomes_a_chain_whose_steps_are_planned_one_behind_the_other(
    town: Town, dora: Caller
) -> None:
    leak, steps = await main_repair(town, dora)
    assert list(steps) == ["isolation", "excavation", "leak_visit", "reinstatement"]
    assert steps["isolation"]["state"] == "assigned", "nothing is before it"
    assert steps["excavation"]["waits_for"] == "permit_missing"
    assert steps["leak_visit"]["waits_for"] == "predecessor_unplanned"
    assert (leak.state, leak.rep_id, leak.unplaced_reason) == (
        TaskState.UNPLACED,
        None,
        "predecessor_unplanned",
    ), "it stood on a route already, and is the dispatcher's again"
    inbox = {task["id"]: task["unplaced_reason"] for task in await dora.get("/api/inbox")}
    assert inbox[str(leak.id)] == "predecessor_unplanned" and len(inbox) == 3

    await granted(dora, str(leak.id), 1, 9)
    await settle(town)

    steps = await steps_of(dora, str(leak.id))
    assert [step["state"] for step in steps.values()] == ["assigned"] * 4
    in_turn = list(steps.values())
    for before, after in pairwise(in_turn):
        assert at(after["starts_at"]) >= at(before["ends_at"]), after["type"]["code"]
    assert at(steps["excavation"]["starts_at"]) >= MORNING + timedelta(hours=1)
    assert at(steps["reinstatement"]["ends_at"]) <= MORNING + timedelta(hours=9)
    await town.database.run(follow, town.services, leak.id)
    again = list((await steps_of(dora, str(leak.id))).values())
    assert again == in_turn, "looked at again, nothing changes"


async def test_a_step_that_ends_later_pushes_the_next_and_who_waits_is_told(town: Town, dora: Caller) -> None:
    leak, _ = await main_repair(town, dora)
    await granted(dora, str(leak.id))
    await settle(town)
    steps = await steps_of(dora, str(leak.id))
    isolation, dig = steps["isolation"], steps["excavation"]
    phone = Phone(await town.caller("ann"), town)
    # Somebody is at the valve, and it takes an hour and a half longer.
    town.clock.set(at(isolation["starts_at"]))
    await phone.send(*(phone.act(kind, UUID(isolation["task_id"])) for kind in ("acceptance", "arrival")))
    await settle(town)
    late = int((at(isolation["ends_at"]) + timedelta(minutes=92)).timestamp()) // 300 * 300 + 60
    town.clock.set(datetime.fromtimestamp(late, UTC))
    await look(Turn(Job("test", look, 1.0), town.house))
    await settle(town)
    later = (await steps_of(dora, str(leak.id)))["excavation"]
    assert at(later["not_before"]) >= town.clock.now() > at(dig["starts_at"])
    assert at(later["starts_at"]) >= at(later["not_before"])
    told = {each["task_id"] for kind in ("task_retimed", "task_assigned") for each in await town.events(kind)}
    assert dig["task_id"] in told
    before = len(await town.outbox("chain_moved"))
    town.clock.advance(20)
    await look(Turn(Job("test", look, 1.0), town.house))
    assert len(await town.outbox("chain_moved")) == before, "told every five minutes, not at every look"


async def test_when_a_step_is_cancelled_those_behind_it_are_held_with_the_reason(
    town: Town, dora: Caller
) -> None:
    leak, steps = await main_repair(town, dora)
    await granted(dora, str(leak.id))
    await settle(town)
    dig = steps["excavation"]["task_id"]
    await cancel(dora, str(dig), "no need to dig")
    await settle(town)
    leak = await town.reload(leak)
    assert (leak.state, leak.unplaced_reason) == (TaskState.UNPLACED, "predecessor_cancelled")
    after = await steps_of(dora, str(leak.id))
    assert after["reinstatement"]["waits_for"] == "predecessor_unplanned"
    assert after["isolation"]["state"] == "assigned"
    assert (await town.events("task_unplaced"))[-2:][0]["reason"] in (
        "predecessor_cancelled",
        "predecessor_unplanned",
    )
    # Nobody gives it to anybody meanwhile, however firmly.
    rep = str(town.reps["ann"].id)
    body = {"rep_id": rep, "overrule": True, "version": leak.version}
    error = await refused(dora, "POST", f"/api/tasks/{leak.id}/assignment", body)
    assert (error["code"], error["params"]["reason"]) == ("task_waits", "predecessor_cancelled")
    moved = {"tasks": [{"id": str(leak.id), "version": leak.version}], "rep_id": rep, "overrule": True}
    assert (await refused(dora, "POST", "/api/task-moves", moved))["code"] == "task_waits"
    fits = await dora.get(f"/api/tasks/{leak.id}/fits")
    assert fits["blocked"] == "predecessor_cancelled"
    # The dispatcher takes the link away; the visit then waits for nothing.
    await dora.delete(f"/api/chains/{leak.id}/links/{dig}/{leak.id}")
    await settle(town)
    assert (await town.reload(leak)).state is TaskState.ASSIGNED


async def test_a_step_is_not_begun_before_its_time_also_when_said_offline(town: Town, dora: Caller) -> None:
    leak, steps = await main_repair(town, dora)
    await granted(dora, str(leak.id), 3, 9)
    await settle(town)
    steps = await steps_of(dora, str(leak.id))
    phones = {code: Phone(await town.caller(code), town) for code in ("ann", "bob")}

    def phone(step: dict[str, Any]) -> Phone:
        return phones[step["rep"]["code"]]

    def acts(step: dict[str, Any], *kinds: str, **body: Any) -> list[dict[str, Any]]:
        return [phone(step).act(kind, UUID(step["task_id"]), **body) for kind in kinds]

    dig = steps["excavation"]
    answer = await phone(dig).send(*acts(dig, "acceptance", "arrival"))
    assert states(answer) == ["accepted", "step_not_ready"]
    assert answer["results"][1]["error"]["params"]["reason"] == "predecessor_open"
    shut = steps["isolation"]
    town.clock.set(at(shut["starts_at"]))
    await phone(shut).send(*acts(shut, "acceptance", "arrival"))
    town.clock.set(at(shut["ends_at"]))
    answer = await phone(shut).send(*acts(shut, "completion", note="shut"))
    assert states(answer) == ["done"]
    await settle(town)
    answer = await phone(dig).send(*acts(dig, "arrival"))
    error = answer["results"][0]["error"]
    assert (error["code"], error["params"]["reason"]) == ("step_not_ready", "permit_not_yet")
    assert at(error["params"]["at"]) == MORNING + timedelta(hours=3)
    # What is heard of late counts with the moment at which it was.
    early = acts(dig, "arrival")[0] | {"at": (MORNING + timedelta(hours=2)).isoformat()}
    town.clock.set(MORNING + timedelta(hours=4))
    assert states(await phone(dig).send(early)) == ["step_not_ready"]
    assert states(await phone(dig).send(*acts(dig, "arrival"))) == ["on_site"]
    own = await phone(dig).caller.get("/api/rep/route")
    shown = next(stop["task"]["chain"] for stop in own["stops"] if stop["task"]["id"] == dig["task_id"])
    assert [permit["number"] for permit in shown["permits"]] == ["SW-77"]


async def test_a_permit_that_is_refused_or_over_takes_the_step_off_its_route(
    town: Town, dora: Caller
) -> None:
    leak, steps = await main_repair(town, dora)
    chain = await granted(dora, str(leak.id), 0, 9)
    await settle(town)
    [permit] = chain["permits"]
    body = {name: permit[name] for name in ("kind", "authority", "number", "valid_from", "valid_until")}
    chain = await dora.put(
        f"/api/permits/{permit['id']}", body | {"state": "refused", "version": permit["version"]}
    )
    await settle(town)
    steps = await steps_of(dora, str(leak.id))
    assert steps["excavation"]["waits_for"] == "permit_refused" and steps["excavation"]["state"] == "unplaced"
    stale = body | {"state": "granted", "version": permit["version"]}
    assert (await refused(dora, "PUT", f"/api/permits/{permit['id']}", stale))["code"] == "stale_version"
    [permit] = chain["permits"]
    ends = (MORNING + timedelta(hours=4)).isoformat()
    again = body | {"state": "granted", "version": permit["version"], "valid_until": ends}
    await dora.put(f"/api/permits/{permit['id']}", again)
    await settle(town)
    steps = await steps_of(dora, str(leak.id))
    assert steps["excavation"]["state"] == "assigned"
    assert steps["reinstatement"]["waits_for"] == "permit_too_short", "filling in would end after it"
    town.clock.set(MORNING + timedelta(hours=4, minutes=1))
    await look(Turn(Job("test", look, 1.0), town.house))
    await settle(town)
    steps = await steps_of(dora, str(leak.id))
    assert steps["excavation"]["waits_for"] == "permit_expired"
    async with town.database.reading() as session:
        audited = set(await session.scalars(select(AuditEntry.action)))
    assert {"make_chain", "add_permit", "change_permit"} <= audited


async def test_all_that_is_wrong_with_a_link_or_a_permit_is_said_at_once(town: Town, dora: Caller) -> None:
    here, there = [await town.task(where=inside(zone)) for zone in ("A1", "B1")]
    error = await refused(
        dora, "POST", "/api/chain-links", {"predecessor": str(here.id), "successor": str(here.id)}
    )
    assert ("step_itself", "body.successor") in faults(error)
    await cancel(dora, str(there.id), "a mistake")
    error = await refused(
        dora, "POST", "/api/chain-links", {"predecessor": str(here.id), "successor": str(there.id)}
    )
    assert faults(error) == {
        ("step_finished", "body.successor"),
        ("steps_of_other_stations", "body.successor"),
    }
    second, third = [await town.task(where=inside("A1", east=east)) for east in (0.2, 0.7)]
    for one, two in ((here, second), (second, third)):
        await dora.post("/api/chain-links", {"predecessor": str(one.id), "successor": str(two.id)})
    error = await refused(
        dora, "POST", "/api/chain-links", {"predecessor": str(third.id), "successor": str(here.id)}
    )
    assert faults(error) == {("steps_in_circle", "body.successor")}
    error = await refused(
        dora, "POST", f"/api/tasks/{here.id}/permits", {"kind": "traffic", "state": "granted"}
    )
    assert {code for code, _ in faults(error)} == {
        "permit_authority_missing",
        "permit_number_missing",
        "permit_dates_missing",
    }
    error = await refused(dora, "POST", f"/api/tasks/{here.id}/chain", {"template": "main_repair"})
    assert error["code"] == "chain_stands"
    await settle(town)
    steps = (await dora.get(f"/api/chains/{here.id}"))["steps"]
    assert [step["task_id"] for step in steps] == [str(each.id) for each in (here, second, third)]


async def test_lag_is_kept_and_a_step_added_by_hand_comes_before_the_visit(town: Town, dora: Caller) -> None:
    leak = await town.task(where=inside("A1"))
    await dora.post(
        f"/api/tasks/{leak.id}/chain-steps", {"side": "before", "type": "isolation", "lag_min": 45}
    )
    await settle(town)
    steps = await steps_of(dora, str(leak.id))
    gap = at(steps["leak_visit"]["starts_at"]) - at(steps["isolation"]["ends_at"])
    assert gap >= timedelta(minutes=45)
    customer = await town.customer_of(leak)
    told = await customer.get(f"/api/requests/{leak.request_id}/appointment")
    [before] = told["before"]
    assert before["type"]["name_en"] == "Isolation" and not before["done"]
    assert at(before["ends_at"]) <= at(told["eta"])


async def test_planning_again_keeps_the_steps_in_turn(town: Town, dora: Caller) -> None:
    leak, _ = await main_repair(town, dora)
    await granted(dora, str(leak.id))
    for east in (0.1, 0.9):
        await town.task(where=inside("A2", east=east))
    await settle(town)
    asked = await dora.post("/api/reoptimisations", {"station": "SA", "budget_s": 1})
    await plan_waiting(town.database, town.services, search=search_here)
    plan = await dora.get(f"/api/reoptimisations/{asked['id']}")
    if plan["state"] == "ready":
        await dora.post(f"/api/reoptimisations/{plan['id']}/application", {"version": plan["version"]})
        await settle(town)
    steps = list((await steps_of(dora, str(leak.id))).values())
    for before, after in pairwise(steps):
        assert at(after["starts_at"]) >= at(before["ends_at"])


async def test_offered_windows_begin_when_the_step_before_is_over(town: Town, dora: Caller) -> None:
    leak = await town.task(where=inside("A1"))
    await dora.post(
        f"/api/tasks/{leak.id}/chain-steps", {"side": "before", "type": "isolation", "lag_min": 26 * 60}
    )
    await settle(town)
    ready = (await town.reload(leak)).not_before
    assert ready is not None and ready > MORNING + timedelta(hours=26)
    windows = (await dora.get(f"/api/tasks/{leak.id}/windows"))["windows"]
    assert windows and all(at(window["end"]) > ready for window in windows)
    first = windows[0]
    await dora.put(f"/api/tasks/{leak.id}/appointment", {"start": first["start"], "end": first["end"]})
    await settle(town)
    async with town.database.reading() as session:
        visit = await session.get_one(VisitRow, leak.id)
    assert visit.starts_at >= ready


async def test_with_the_customer_the_other_steps_forget_where_it_was(town: Town, dora: Caller) -> None:
    leak, steps = await main_repair(town, dora)
    for step in steps.values():
        await cancel(dora, str(step["task_id"]), "not now")
    await settle(town)
    assert leak.request_id is not None
    await town.hear(RequestErased(request_id=leak.request_id, step=9))
    for step in steps.values():
        task = await dora.get(f"/api/tasks/{step['task_id']}")
        assert task["address"] == "" and task["erased_at"], step["type"]["code"]


async def test_a_supervisor_writes_templates_and_hears_every_fault(town: Town) -> None:
    from tests.contract.test_check_ins import supervisor

    sue = await supervisor(town)
    wrong = {
        "name": "",
        "steps": [
            {"type": "digging", "lag_min": 5, "permits": ["traffic", "traffic"]},
        ],
    }
    error = await refused(sue, "PUT", "/api/chain-templates/Valve", wrong)
    assert {code for code, _ in faults(error)} == {
        "code_malformed",
        "name_missing",
        "too_few_steps",
        "task_type_unknown",
        "lag_before_first",
        "permit_twice",
    }
    steps = [{"type": "isolation"}, {"type": "leak_visit", "lag_min": 60, "permits": ["permit_to_work"]}]
    await sue.put("/api/chain-templates/valve_first", {"name": "先关阀", "steps": steps})
    codes = [template["code"] for template in await sue.get("/api/chain-templates")]
    assert codes == ["main_repair", "valve_first"]
    assert (
        await refused(
            sue, "PUT", "/api/chain-templates/valve_first", {"name": "x", "steps": steps, "version": 9}
        )
    )["code"] == "stale_version"
