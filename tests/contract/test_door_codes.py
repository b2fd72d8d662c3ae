"""Who stands at the door is known by a code that the customer's own page checks."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from field.sites.door import MOST_WRONG
from field.task.tables import Task
from kernel.audit import AuditEntry
from tests.contract.test_field_devices import Phone
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town, inside


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


async def on_the_way(town: Town, phone: Phone) -> tuple[Task, str, Caller]:
    task = await town.task(where=inside("A1"))
    await phone.send(phone.act("acceptance", task.id))
    (code,) = await phone.caller.post("/api/rep/door-codes")
    assert code["task_id"] == str(task.id) and len(code["code"]) == 6
    return task, code["code"], await town.customer_of(task)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_the_right_code_names_who_it_is_and_the_phone_hears_of_it(town: Town, phone: Phone) -> None:
    task, code, customer = await on_the_way(town, phone)
    path = f"/api/requests/{task.request_id}/door-check"
    wrong = await customer.post(path, {"code": other_than(code)})
    assert (wrong["answer"], wrong["left"], wrong["person"]) == ("wrong", MOST_WRONG - 1, None)
    right = await customer.post(path, {"code": code})
    assert right["answer"] == "right" and right["person"]["number"] == "ann"
    assert right["person"]["name_en"] == "Ann"
    (shown,) = await phone.caller.post("/api/rep/door-codes")
    assert shown["code"] == code and shown["checked_at"], "asked again, it is the same"


async def test_comparing_is_written_down_and_a_difference_is_told_at_once(town: Town, phone: Phone) -> None:
    task, code, customer = await on_the_way(town, phone)
    here = f"/api/requests/{task.request_id}"
    assert (await customer.post(f"{here}/door-reveal"))["code"] == code
    assert (await customer.post(f"{here}/door-check", {"differs": True}))["answer"] == "locked"
    (alert,) = await (await town.caller("dora")).get("/api/door-alerts")
    assert alert["task_id"] == str(task.id) and alert["rep_code"] == "ann"
    async with town.database.reading() as session:
        entries = list(await session.scalars(select(AuditEntry)))
    assert {"door_code_revealed", "door_code_wrong"} <= {entry.action for entry in entries}
    assert code not in str([entry.detail for entry in entries])


async def test_too_many_wrong_tries_are_told_and_locked_until_somebody_has_looked(
    town: Town, phone: Phone
) -> None:
    task, code, customer = await on_the_way(town, phone)
    path, dora = f"/api/requests/{task.request_id}/door-check", await town.caller("dora")
    answers = [(await customer.post(path, {"code": other_than(code)}))["answer"] for _ in range(MOST_WRONG)]
    assert answers == ["wrong"] * (MOST_WRONG - 1) + ["locked"]
    assert (await customer.post(path, {"code": code}))["answer"] == "locked"
    assert (await customer.post(f"/api/requests/{task.request_id}/door-reveal"))["code"] is None
    (alert,) = await dora.get("/api/door-alerts")
    for _ in range(2):
        await dora.post(f"/api/door-alerts/{alert['task_id']}/closing")
    assert await dora.get("/api/door-alerts") == []
    (new,) = await phone.caller.post("/api/rep/door-codes")
    assert (await customer.post(path, {"code": new["code"]}))["answer"] == "right"


async def test_tries_are_limited(town: Town, phone: Phone) -> None:
    task, code, customer = await on_the_way(town, phone)
    for _ in range(10):
        await customer.post(f"/api/requests/{task.request_id}/door-check", {"code": other_than(code)})
    with pytest.raises(Refusal) as refused:
        await customer.post(f"/api/requests/{task.request_id}/door-check", {"code": code})
    assert refused.value.status == 429


async def test_a_code_ends_with_the_visit_and_with_its_representative(town: Town, phone: Phone) -> None:
    task, code, customer = await on_the_way(town, phone)
    path, dora = f"/api/requests/{task.request_id}/door-check", await town.caller("dora")
    now = await town.reload(task)
    await dora.post(
        f"/api/tasks/{task.id}/assignment", {"rep_id": str(town.reps["bob"].id), "version": now.version}
    )
    assert (await customer.post(path, {"code": code}))["answer"] == "nobody"
    bob = Phone(await town.caller("bob"), town)
    await bob.send(bob.act("acceptance", task.id))
    (his,) = await bob.caller.post("/api/rep/door-codes")
    assert (await customer.post(path, {"code": his["code"]}))["person"]["number"] == "bob"
    assert await phone.caller.post("/api/rep/door-codes") == []
    await bob.send(bob.act("arrival", task.id), bob.act("completion", task.id, note="done"))
    assert (await customer.post(path, {"code": his["code"]}))["answer"] == "nobody"
    other = await town.customer_of(await town.task(where=inside("A2")))
    with pytest.raises(Refusal, match="not_found"):
        await other.post(path, {"code": code})
