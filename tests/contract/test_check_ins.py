"""Somebody who works alone and says nothing is found: step by step, each once, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field.safety.commands import KEPT, forget_timers, look_at_timers
from field.safety.tables import LoneStep, LoneTimer
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.delivery.tables import Delivery
from kernel.identity.staff import Staff, actor_of, add_staff
from kernel.ids import uuid7
from tests.contract.test_field_devices import Phone, states
from tests.rig.foundations import MORNING
from tests.rig.people import Caller, Refusal
from tests.rig.push_service import PushService
from tests.rig.town import Town, inside


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService().open() as opened:
        yield opened


async def begin(town: Town, phone: Phone, minutes: int = 30) -> Task:
    task = await town.task(where=inside("A1"))
    steps = [phone.act(kind, task.id) for kind in ("acceptance", "travel", "arrival")]
    answer = await phone.send(*steps, phone.act("timer_start", task.id, minutes=minutes))
    assert states(answer) == ["accepted", "travelling", "on_site", "on_site"]
    return task


async def supervisor(town: Town) -> Caller:
    async def hire(uow: UnitOfWork) -> Staff:
        return await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))

    town.people["sue"] = actor_of(await town.database.run(hire))
    return await town.caller("sue")


async def look(town: Town, minutes: float) -> None:
    town.clock.set(MORNING + timedelta(minutes=minutes))
    await look_at_timers(town.database)


async def kinds(town: Town) -> list[str]:
    async with town.database.reading() as session:
        rows = await session.scalars(select(LoneStep).order_by(LoneStep.timer_id, LoneStep.number))
        return [row.kind.value for row in rows]


async def climbed(town: Town, phone: Phone) -> Task:
    task = await begin(town, phone)
    for minutes in (25, 30, 32):
        await look(town, minutes)
    return task


async def test_silence_climbs_to_the_dispatcher_with_the_last_place_then_to_the_supervisor(
    town: Town, phone: Phone
) -> None:
    task = await begin(town, phone)
    dora = await town.caller("dora")
    town.clock.advance(600)
    await phone.caller.post("/api/positions", {"lon": 7.405, "lat": 43.706, "accuracy_m": 12.0})
    for minutes, shown in (
        (24, []),
        (25, []),
        (30, []),
        (31.9, []),
        (32, ["dispatcher"]),
        (37, ["supervisor"]),
    ):
        await look(town, minutes)
        await look_at_timers(town.database)
        assert [alert["state"] for alert in await dora.get("/api/safety/alerts")] == shown
    assert await kinds(town) == ["start", "remind", "run_out", "climb", "climb_on"]
    (alert,) = await dora.get("/api/safety/alerts")
    assert alert["rep"]["code"] == "ann" and alert["task"]["id"] == str(task.id)
    assert (alert["place"]["lon"], alert["place"]["age_s"]) == (7.405, 27 * 60)
    assert [step["at"][11:16] for step in alert["steps"]] == ["00:30", "00:55", "01:00", "01:02", "01:07"]


async def test_several_who_look_at_once_take_each_step_once_and_push_it_once(
    town: Town, phone: Phone, service: PushService
) -> None:
    await phone.caller.put("/api/push-subscription", service.subscription("ann", "en"))
    await begin(town, phone)
    for minutes in (25, 30, 32):
        town.clock.set(MORNING + timedelta(minutes=minutes))
        await asyncio.gather(*(look_at_timers(town.database) for _ in range(4)))
    assert await kinds(town) == ["start", "remind", "run_out", "climb"]
    async with town.database.reading() as session:
        sent = [row.text for row in await session.scalars(select(Delivery).order_by(Delivery.id))]
    pushed = [text for text in sent if "well" in text or "Check-in" in text]
    assert len(pushed) == 2, "before the end and at it; what climbs is not for her"


async def test_a_word_said_offline_goes_up_in_order_once_with_the_time_on_the_phone(
    town: Town, phone: Phone
) -> None:
    task = await climbed(town, phone)
    dora = await town.caller("dora")
    assert len(await dora.get("/api/safety/alerts")) == 1
    well = phone.act("timer_well", task.id) | {"at": (MORNING + timedelta(minutes=29)).isoformat()}
    for _ in range(2):
        await phone.send(well)
    assert await dora.get("/api/safety/alerts") == []
    own = await phone.caller.get("/api/rep/safety")
    assert own["timer"]["ends_at"] == (MORNING + timedelta(minutes=59)).isoformat().replace("+00:00", "Z")
    assert (await kinds(town))[-2:] == ["climb", "well"], "twice sent is once said"


async def test_a_phone_whose_clock_is_wrong_is_set_right(town: Town, phone: Phone) -> None:
    task = await begin(town, phone)
    town.clock.advance(1200)
    wrong = (town.clock.now() - timedelta(hours=3)).isoformat()
    body = {"device": str(phone.id), "actions": [phone.act("timer_well", task.id) | {"at": wrong}]}
    await phone.caller.post("/api/device-actions", body | {"sent_at": wrong})
    own = await phone.caller.get("/api/rep/safety")
    assert own["timer"]["ends_at"] == (MORNING + timedelta(minutes=50)).isoformat().replace("+00:00", "Z")


async def test_a_clock_that_is_set_back_lets_nobody_wait_longer(town: Town, phone: Phone) -> None:
    await begin(town, phone)
    town.clock.advance(600)
    await phone.send(phone.act("timer_well", (await _timer(town)).task_id))
    town.clock.set(MORNING - timedelta(hours=2))
    await look_at_timers(town.database)
    town.clock.advance(30 * 60)
    await look_at_timers(town.database)
    assert (await kinds(town))[-1] == "run_out"


async def _timer(town: Town) -> LoneTimer:
    async with town.database.reading() as session:
        return (
            await session.scalars(select(LoneTimer).order_by(LoneTimer.id.desc()))
        ).first() or pytest.fail()


@pytest.mark.parametrize("end", ["completion", "not_home", "escalation"])
async def test_what_ends_the_work_ends_the_timer_also_an_alert(town: Town, phone: Phone, end: str) -> None:
    task = await climbed(town, phone)
    body = {"escalation": {"reason": "too deep"}, "completion": {"note": "new gasket"}, "not_home": {}}[end]
    await phone.send(phone.act(end, task.id, **body))
    assert await (await town.caller("dora")).get("/api/safety/alerts") == []
    timer = await _timer(town)
    assert (timer.state.value, timer.why and timer.why.value) == ("ended", "finished")
    await look(town, 600)
    assert (await kinds(town))[-1] == "end"


async def test_a_task_that_is_taken_away_leaves_the_timer_to_its_person(town: Town, phone: Phone) -> None:
    task = await begin(town, phone)
    dora = await town.caller("dora")
    now = await town.reload(task)
    await dora.post(f"/api/tasks/{task.id}/cancellation", {"version": now.version, "reason": "settled"})
    await look(town, 30)
    await look(town, 32)
    (alert,) = await dora.get("/api/safety/alerts")
    assert alert["rep"]["code"] == "ann", "nobody has heard of her"
    answer = await phone.send(phone.act("timer_well", task.id))
    assert answer["results"][0]["status"] == 200
    assert await dora.get("/api/safety/alerts") == []


async def test_a_dispatcher_answers_once_and_closes(town: Town, phone: Phone) -> None:
    await climbed(town, phone)
    dora = await town.caller("dora")
    (alert,) = await dora.get("/api/safety/alerts")
    here, seen = f"/api/safety/alerts/{alert['id']}", {"version": alert["version"]}
    answers = await asyncio.gather(
        *(dora.post(f"{here}/answer", seen) for _ in range(2)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, Refusal)]
    assert [each.code for each in refused] == ["stale_version"]
    await look(town, 60)
    (alert,) = await dora.get("/api/safety/alerts")
    assert (alert["state"], bool(alert["answered_by"])) == ("answered", True)
    await dora.post(f"{here}/closing", {"version": alert["version"]})
    assert await dora.get("/api/safety/alerts") == []
    assert (await phone.caller.get("/api/rep/safety"))["timer"] is None


async def test_starting_anew_leaves_one_timer(town: Town, phone: Phone) -> None:
    task = await begin(town, phone)
    await phone.send(phone.act("timer_start", task.id, minutes=60), phone.act("timer_extend", task.id))
    own = await phone.caller.get("/api/rep/safety")
    assert own["timer"]["ends_at"] == (MORNING + timedelta(minutes=75)).isoformat().replace("+00:00", "Z")
    assert sorted(await kinds(town)) == ["end", "extend", "start", "start"]


async def test_a_word_without_a_timer_and_of_a_foreign_task(town: Town, phone: Phone) -> None:
    task = await begin(town, phone)
    await phone.send(phone.act("timer_end", task.id))
    answer = await phone.send(phone.act("timer_well", task.id))
    assert answer["results"][0]["status"] == 200 and (await kinds(town))[-1] == "end"
    answer = await phone.send(phone.act("timer_start", uuid7(town.clock.now())))
    assert answer["results"][0]["error"]["code"] == "not_found"


async def test_a_station_says_how_its_check_ins_go(town: Town, phone: Phone) -> None:
    sue = await supervisor(town)
    with pytest.raises(Refusal) as refused:
        await sue.put("/api/safety/policies", {"station": "nowhere", "types": ["leak_visit", "none"]})
    assert [(each["code"], each["where"]) for each in refused.value.body["error"]["faults"]] == [
        ("station_unknown", "body.station"),
        ("task_type_unknown", "body.types.1"),
    ]
    wanted: dict[str, Any] = {
        "types": ["leak_visit"],
        "minutes": 20,
        "before_s": 60,
        "climb_s": 30,
        "climb_on_s": 90,
    }
    await sue.put("/api/safety/policies", wanted)
    own = await phone.caller.get("/api/rep/safety")
    assert own["choices"] == [15, 20, 30, 60] and own["policy"]["types"] == ["leak_visit"]
    await begin(town, phone, minutes=20)
    for minutes in (18.9, 19, 20, 20.5, 22):
        await look(town, minutes)
    async with town.database.reading() as session:
        steps = (await session.scalars(select(LoneStep).order_by(LoneStep.number))).all()
    assert [(step.at - MORNING).total_seconds() for step in steps] == [0, 1140, 1200, 1230, 1320]


async def test_what_ended_long_ago_is_forgotten(town: Town, phone: Phone) -> None:
    task = await begin(town, phone)
    await phone.send(phone.act("timer_end", task.id))
    town.clock.advance(KEPT.total_seconds() - 60)
    assert await town.database.run(forget_timers) == 0
    town.clock.advance(120)
    assert await town.database.run(forget_timers) == 1
    assert await kinds(town) == []
    assert (await town.reload(task)).state is TaskState.ON_SITE
