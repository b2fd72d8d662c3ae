"""Announcements: written, told, told again, over; and who sees them where."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field.announcements.commands import look_at_ends
from field.announcements.tables import AnnouncementStep
from field.task.tables import Task
from kernel.actors import Role
from kernel.audit import AuditEntry
from kernel.database import UnitOfWork
from kernel.identity.staff import Staff, actor_of, add_staff
from tests.contract.test_field_devices import Phone
from tests.contract.test_network import send
from tests.rig.foundations import MORNING
from tests.rig.people import Caller, Refusal
from tests.rig.pipes import network_file
from tests.rig.town import Town, inside, square

Json = dict[str, Any]
HERE = "/api/announcements"


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


def hours(count: float) -> str:
    return (MORNING + timedelta(hours=count)).isoformat()


def shut_off(**more: Any) -> Json:
    told = {"kind": "planned_shut_off", "cause": "valve_work", "starts_at": hours(30), "ends_at": hours(34)}
    return told | {"area": {"zones": ["A1"]}} | more


def burst(**more: Any) -> Json:
    told = {"kind": "burst", "cause": "burst_main", "starts_at": hours(0), "ends_at": hours(3)}
    return told | {"area": {"zones": ["A1"]}} | more


async def publish(caller: Caller, body: Json) -> Json:
    made = await caller.post(HERE, body)
    told: Json = await caller.post(f"{HERE}/{made['id']}/publication", {"version": made["version"]})
    return told


async def at(caller: Caller, zone: str) -> list[Json]:
    lon, lat = inside(zone)
    found: list[Json] = await caller.get(f"{HERE}/at", lon=lon, lat=lat)
    return found


async def refusal(coming: Any) -> tuple[str, list[str]]:
    with pytest.raises(Refusal) as refused:
        await coming
    error = refused.value.body["error"]
    return error["code"], [fault["code"] for fault in error.get("faults", [])]


async def test_nobody_is_told_of_a_draft_and_everybody_in_the_area_of_what_is_published(
    town: Town, dora: Caller
) -> None:
    made = await dora.post(HERE, burst(where="1 Harbour Road", advice=["close_taps", "run_tap"]))
    assert (made["state"], made["faults"], await at(dora, "A1")) == ("draft", [], [])
    await dora.post(f"{HERE}/{made['id']}/publication", {"version": made["version"]})
    (told,) = await at(dora, "A1")
    assert (told["id"], told["phase"], told["advice"]) == (made["id"], "now", ["close_taps", "run_tap"])
    assert "1 Harbour Road" in told["texts"]["en"]["where"]
    assert await at(dora, "A2") == []


async def test_anybody_reads_what_is_told_and_nothing_of_anybody(town: Town, dora: Caller) -> None:
    await publish(dora, burst(exempt="secret reason"))
    nobody = await town.caller(None)
    answer = await nobody.http.get(f"{HERE}/current")
    assert answer.status_code == 200 and "max-age=20" in answer.headers["cache-control"]
    (told,) = answer.json()["announcements"]
    assert told["texts"]["zh-Hans"]["title"] == "水管爆裂抢修"
    assert not {"area", "zones", "exempt", "task_id", "steps", "classes"} & told.keys()
    assert "secret" not in answer.text and "Dora" not in answer.text
    assert len(await at(nobody, "A1")) == 1
    assert await refusal(nobody.get(HERE)) == ("unauthenticated", [])
    assert await refusal((await town.caller("ann")).get(HERE)) == ("forbidden", [])


async def test_notice_is_asked_for_by_a_row_that_a_supervisor_writes(town: Town, dora: Caller) -> None:
    async def hire(uow: UnitOfWork) -> Staff:
        return await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))

    town.people["sue"] = actor_of(await town.database.run(hire))
    sue = await town.caller("sue")
    made = await dora.post(HERE, shut_off(starts_at=hours(10), ends_at=hours(12)))
    assert [each["code"] for each in made["faults"]] == ["notice_short"]
    here, seen = f"{HERE}/{made['id']}", {"version": made["version"]}
    assert await refusal(dora.post(f"{here}/publication", seen)) == ("announcement_invalid", ["notice_short"])
    policy = {"kind": "planned_shut_off", "notice_h": 8}
    assert (await refusal(dora.put("/api/announcement-policies", policy)))[0] == "forbidden"
    await sue.put("/api/announcement-policies", policy)
    assert (await dora.post(f"{here}/publication", seen))["state"] == "published"
    (row, *_) = await dora.get("/api/announcement-policies")
    assert (row["kind"], row["notice_h"], row["version"]) == ("planned_shut_off", 8, 1)
    late = await dora.post(
        HERE, shut_off(starts_at=hours(1), ends_at=hours(2), exempt="The valve drips into a cable duct")
    )
    assert late["faults"] == []


async def test_all_that_is_wrong_comes_back_at_once_and_nothing_is_kept(town: Town, dora: Caller) -> None:
    body = shut_off(ends_at=hours(1), area={"zones": ["A1", "Z9", "Z8"]})
    code, faults = await refusal(dora.post(HERE, body))
    assert (code, faults) == ("announcement_invalid", ["zone_unknown", "zone_unknown", "end_before_start"])
    bow = [[7.40, 43.70], [7.41, 43.71], [7.41, 43.70], [7.40, 43.71]]
    assert (await refusal(dora.post(HERE, burst(area={"ring": bow}))))[1] == ["area_crosses_itself"]
    assert (await refusal(dora.post(HERE, burst(area=None))))[1] == ["area_needed"]
    assert (await refusal(dora.post(HERE, burst(area={"zones": ["A1"], "ring": bow}))))[0] == "invalid"
    assert await dora.get(HERE) == []


async def test_every_version_is_kept_and_a_moved_end_is_told(town: Town, dora: Caller) -> None:
    told = await publish(dora, burst())
    here = f"{HERE}/{told['id']}"
    body = burst(ends_at=hours(6), version=told["version"])
    del body["area"]
    after = await dora.put(here, body)
    assert (after["state"], after["moved_from"], after["zones"]) == ("updated", told["ends_at"], ["A1"])
    (seen,) = await at(dora, "A1")
    assert (seen["ends_at"], seen["moved_from"]) == (after["ends_at"], told["ends_at"])
    over = await dora.post(f"{here}/end", {"version": after["version"]})
    assert [step["kind"] for step in over["steps"]] == ["write", "publish", "update", "end"]
    assert [step["told"].get("ends_at") for step in over["steps"]][1:3] == [
        datetime.fromisoformat(each["ends_at"]).isoformat() for each in (told, after)
    ]
    assert {step["by"] for step in over["steps"]} == {"Dora"}
    assert await at(dora, "A1") == [] and await dora.get(HERE) == []
    assert [each["id"] for each in await dora.get(HERE, state="ended")] == [told["id"]]
    for what in ("end", "withdrawal", "publication"):
        refused = await refusal(dora.post(f"{here}/{what}", {"version": over["version"]}))
        assert refused[0] == "announcement_move_refused"
    async with town.database.reading() as session:
        actions = list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))
    assert [each for each in actions if each.endswith("_announcement")] == [
        *("write_announcement", "publish_announcement", "update_announcement", "end_announcement")
    ]


async def test_of_two_who_change_it_at_once_one_looks_again(town: Town, dora: Caller) -> None:
    made = await dora.post(HERE, burst())
    changes = [burst(where=where, version=made["version"]) for where in ("east", "west")]
    answers = await asyncio.gather(*(dora.http.put(f"{HERE}/{made['id']}", json=each) for each in changes))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (kept,) = await dora.get(HERE)
    assert kept["where"] == next(a.json()["where"] for a in answers if a.status_code == 200)


async def test_another_one_on_the_same_ground_is_told_of_and_allowed(town: Town, dora: Caller) -> None:
    first = await publish(dora, burst())
    second = await dora.post(HERE, burst(area={"ring": square(0)[0]}))
    assert [each["id"] for each in second["overlaps"]] == [first["id"]]
    beside = await dora.post(HERE, burst(area={"zones": ["A2"]}))
    later = await dora.post(HERE, shut_off())
    assert beside["overlaps"] == later["overlaps"] == []


async def test_a_traced_shut_off_gives_the_area_and_counts_who_is_without_water(
    town: Town, dora: Caller
) -> None:
    await send(dora, network_file())
    made = await dora.post(HERE, burst(area={"trace": {"places": [{"pipe": "S-B1"}]}}))
    assert (made["source"], made["zones"], made["connections"]) == ("trace", ["B1"], 3)
    assert made["classes"] == {"home": 2, "hospital": 1}
    told = await dora.post(f"{HERE}/{made['id']}/publication", {"version": made["version"]})
    assert "C-B1-0" not in json.dumps(told), "who depends on water is counted and not named"
    lon, lat = 7.425, 43.706
    assert [each["id"] for each in await dora.get(f"{HERE}/at", lon=lon, lat=lat)] == [made["id"]]
    assert await dora.get(f"{HERE}/at", lon=lon + 0.003, lat=lat) == []
    by_zone = await dora.post(HERE, burst(area={"zones": ["B1"]}))
    assert by_zone["connections"] == 3
    task = await town.task(where=(7.425, 43.706))
    from_task = burst(area={"trace": {"places": [{"task_id": str(task.id)}]}}, task_id=str(task.id))
    drafted = await dora.post(HERE, from_task)
    assert (drafted["task_id"], drafted["area"]) == (str(task.id), made["area"])


async def test_without_a_network_a_trace_is_refused_and_zones_say_what_they_know(
    town: Town, dora: Caller
) -> None:
    body = burst(area={"trace": {"places": [{"pipe": "S-B1"}]}})
    assert (await refusal(dora.post(HERE, body)))[0] == "no_network"
    made = await dora.post(HERE, burst())
    assert made["connections"] is None or made["connections"] >= 0


async def test_a_representative_has_it_at_the_stops_concerned(town: Town, dora: Caller) -> None:
    task: Task = await town.task(where=inside("A1"))
    phone = Phone(await town.caller("ann"), town)
    await phone.send(phone.act("acceptance", task.id))
    assert await phone.caller.get("/api/rep/announcements") == []
    told = await publish(dora, burst())
    await publish(dora, burst(area={"zones": ["B2"]}))
    (at_stop,) = await phone.caller.get("/api/rep/announcements")
    assert (at_stop["announcement"]["id"], at_stop["task_ids"]) == (told["id"], [str(task.id)])


async def test_an_end_that_passes_unsaid_is_noted_once_and_shown_first(town: Town, dora: Caller) -> None:
    told = await publish(dora, burst(ends_at=hours(1)))
    await publish(dora, burst(starts_at=hours(-1), ends_at=hours(9)))
    town.clock.set(MORNING + timedelta(minutes=61))
    assert sum(await asyncio.gather(*(look_at_ends(town.database) for _ in range(3)))) >= 1
    await look_at_ends(town.database)
    first, second = await dora.get(HERE)
    assert (first["id"], first["phase"], bool(first["passed_at"])) == (told["id"], "overdue", True)
    assert second["passed_at"] is None
    (seen, _) = await at(dora, "A1")
    assert seen["phase"] in ("now", "overdue")
    async with town.database.reading() as session:
        kinds = list(await session.scalars(select(AnnouncementStep.kind)))
    assert [kind.value for kind in kinds].count("pass") == 1
    body = burst(ends_at=hours(5), version=first["version"])
    after = await dora.put(f"{HERE}/{told['id']}", body)
    assert (after["passed_at"], after["phase"]) == (None, "now")


async def test_what_begins_in_a_week_is_listed_and_not_yet_at_the_place(town: Town, dora: Caller) -> None:
    week = shut_off(starts_at=hours(7 * 24), ends_at=hours(7 * 24 + 2))
    await publish(dora, week)
    assert await at(dora, "A1") == []
    nobody = await town.caller(None)
    (told,) = (await nobody.get(f"{HERE}/current"))["announcements"]
    assert told["phase"] == "coming"


async def test_hostile_text_stays_text(town: Town, dora: Caller) -> None:
    nasty = "<script>alert(1)</script>\u202e{when}"
    told = await publish(dora, burst(where=nasty, extra={"en": nasty}, bowser=nasty))
    assert told["texts"]["en"]["extra"] == nasty == told["bowser"]
    assert nasty in told["texts"]["zh-Hans"]["where"]
    assert (await refusal(dora.post(HERE, burst(where="a\x00b"))))[0] == "invalid"
