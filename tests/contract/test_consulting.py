"""At the door a representative knows what was here before; looking further is bounded and written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from field.consulting import looking_up
from field.task.tables import Task
from field.visits.erasing import erase_task
from kernel.actors import SYSTEM
from kernel.audit import AuditEntry
from kernel.database import UnitOfWork
from tests.contract.doors_rig import picture
from tests.contract.test_field_devices import Phone
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town, inside

HERE = "和平路 12 号"
NEARBY: dict[str, Any] = {"where": inside("A1"), "address": HERE}


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


async def carried_out(town: Town, phone: Phone, note: str, **details: Any) -> Task:
    task = await town.task(**(NEARBY | details))
    steps = [phone.act(kind, task.id) for kind in ("acceptance", "travel", "arrival")]
    await phone.send(*steps)
    photo = await phone.caller.upload(f"/api/tasks/{task.id}/proofs", picture(), client_id=str(uuid4()))
    await phone.send(phone.act("completion", task.id, note=note, proofs=[photo["id"]]))
    return await town.reload(task)


async def meter_read(town: Town, phone: Phone, value: float) -> None:
    dora = await town.caller("dora")
    body = {"type": "meter_reading", "lon": inside("A1")[0], "lat": inside("A1")[1], "address": HERE}
    made = await dora.post("/api/tasks", body)
    given = {"rep_id": str(town.reps["ann"].id), "version": made["version"], "overrule": True}
    await dora.post(f"/api/tasks/{made['id']}/assignment", given)
    steps = [phone.act(kind, made["id"]) for kind in ("acceptance", "travel", "arrival")]
    await phone.send(*steps)
    photo = await phone.caller.upload(f"/api/tasks/{made['id']}/proofs", picture(), client_id=str(uuid4()))
    read = {"value": value, "photo": photo["id"]}
    answers = {"access": "yes", "meter_number": "M-778812", "reading": read}
    form = {"type": "meter_reading", "number": 1, "answers": answers}
    answer = await phone.send(phone.act("completion", made["id"], proofs=[photo["id"]], form=form))
    assert answer["results"][0]["status"] == 200, answer


async def places(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await caller.get("/api/rep/places")
    return found


async def test_the_day_s_stops_tell_what_was_there_before(town: Town, phone: Phone) -> None:
    first = await carried_out(town, phone, "new gasket")
    await carried_out(town, phone, "elsewhere", address="和平路 112 号")
    town.clock.advance(60)
    now = await town.task(where=inside("A1"), address="和平路１２号")
    later = await town.task(where=inside("A1"), address=HERE)
    by_task = {place["task_id"]: place for place in await places(phone.caller)}
    assert set(by_task) == {str(now.id), str(later.id)}
    here = by_task[str(now.id)]
    (visit,) = here["visits"]
    assert (visit["task_id"], visit["note"], visit["technician"]) == (str(first.id), "new gasket", "Tess")
    assert (visit["rep_en"], visit["state"], here["zone"]["code"]) == ("Ann", "done", "A1")
    assert [promise["task_id"] for promise in here["promises"]] == [str(later.id)]
    assert await places(await town.caller("cyd")) == []


async def test_its_photos_are_shown_to_whoever_has_to_go_there(town: Town, phone: Phone) -> None:
    await carried_out(town, phone, "new gasket")
    again = await town.task(**NEARBY)
    (here,) = await places(phone.caller)
    url = here["visits"][0]["photos"][0]["url"]
    bob = await town.caller("bob")
    assert (await bob.http.get(url)).status_code == 404
    now = await town.reload(again)
    given = {"rep_id": str(town.reps["bob"].id), "version": now.version, "overrule": True}
    await (await town.caller("dora")).post(f"/api/tasks/{again.id}/assignment", given)
    assert (await bob.http.get(url)).status_code == 200


async def test_the_meter_and_its_last_readings_are_there(town: Town, phone: Phone) -> None:
    for value in (100.0, 112.0):
        await meter_read(town, phone, value)
        town.clock.advance(60)
    await town.task(**NEARBY)
    (here,) = await places(phone.caller)
    assert here["meter"]["number"] == "M-778812"
    assert [read["value"] for read in here["meter"]["readings"]] == [112.0, 100.0]
    (found,) = (await phone.caller.post("/api/rep/place-look-ups", {"by": "meter", "words": "m 778812"}))[
        "places"
    ]
    assert (found["address"], found["visits"]) == (HERE, 2)


async def test_a_look_up_stays_in_one_s_station_and_is_written_down_without_the_words(
    town: Town, phone: Phone
) -> None:
    task = await carried_out(town, phone, "new gasket", customer_name="林女士")
    far = await town.task(where=inside("B2"), address="江边路 3 号", customer_name="林女士")
    path = "/api/rep/place-look-ups"
    for by, words in (("name", "林女士"), ("address", "和平路12")):
        found = await phone.caller.post(path, {"by": by, "words": words})
        assert [place["task_id"] for place in found["places"]] == [str(task.id)]
    assert (await phone.caller.post(f"{path}/{task.id}"))["task_id"] == str(task.id)
    with pytest.raises(Refusal, match="not_found"):
        await phone.caller.post(f"{path}/{far.id}")
    with pytest.raises(Refusal, match="forbidden"):
        await (await town.caller("tess")).post(path, {"by": "name", "words": "林女士"})
    async with town.database.reading() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.action.like("place_%")))
        entries = [(row.action, row.detail) for row in rows]
    assert [action for action, _ in entries] == ["place_looked_up", "place_looked_up", "place_opened"]
    assert entries[0][1] == {"by": "name", "found": [str(task.id)]} and "林" not in str(entries)


async def test_more_than_can_be_read_is_looked_through_by_pages_and_said(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for number in range(5):
        made.append(await town.task(address=f"和平路 {number % 2 + 1} 号"))
        town.clock.advance(60)
    monkeypatch.setattr(looking_up, "PAGE", 2)
    asked = {"by": "address", "words": "和平路"}
    found = await phone.caller.post("/api/rep/place-look-ups", asked)
    assert [(place["task_id"], place["visits"]) for place in found["places"]] == [
        (str(made[4].id), 3),
        (str(made[3].id), 2),
    ]
    assert not found["more"] and found["since"] is None, "all of it was read"
    monkeypatch.setattr(looking_up, "MOST_READ", 4)
    found = await phone.caller.post("/api/rep/place-look-ups", asked)
    assert [place["visits"] for place in found["places"]] == [2, 2]
    assert datetime.fromisoformat(found["since"]) == made[1].created_at


async def test_look_ups_are_few(town: Town, phone: Phone) -> None:
    for _ in range(12):
        await phone.caller.post("/api/rep/place-look-ups", {"by": "name", "words": "nobody"})
    with pytest.raises(Refusal) as refused:
        await phone.caller.post("/api/rep/place-look-ups", {"by": "name", "words": "nobody"})
    assert refused.value.status == 429


async def test_what_was_erased_or_is_of_another_street_of_that_name_is_not_there(
    town: Town, phone: Phone
) -> None:
    first = await carried_out(town, phone, "new gasket")
    await town.task(where=inside("A1", north=0.9), address=HERE)
    assert [place["visits"] for place in await places(phone.caller)] == [[]], "400 m further on"
    town.clock.advance(timedelta(minutes=1).total_seconds())
    now = await town.task(**NEARBY)

    async def erase(uow: UnitOfWork) -> None:
        await erase_task(uow, town.services, await uow.session.get_one(Task, first.id), SYSTEM)

    await town.database.run(erase)
    (here,) = [place for place in await places(phone.caller) if place["task_id"] == str(now.id)]
    assert here["visits"] == []
    found = await phone.caller.post("/api/rep/place-look-ups", {"by": "address", "words": "和平路"})
    assert str(first.id) not in str(found)
