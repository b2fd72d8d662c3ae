"""A form is written, published, filled in where there is no network, and read; nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from field.forms.tables import TaskAnswers
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.identity.staff import actor_of, add_staff
from tests.contract.test_field_devices import Phone, states
from tests.contract.test_field_steps import PNG
from tests.rig.people import Caller
from tests.rig.town import Town, inside

LEAK = "/api/task-types/leak_visit"
REPAIRED = {"outcome": "repaired", "place": "meter", "parts_used": {"coupling_dn15": 1}}


def filled(answers: dict[str, Any], number: int = 1, type: str = "leak_visit") -> dict[str, Any]:
    return {"type": type, "number": number, "answers": answers}


@pytest.fixture
async def sue(town: Town) -> Caller:
    """A supervisor."""

    async def hire(uow: UnitOfWork) -> None:
        roles = frozenset({Role.SUPERVISOR})
        town.people["sue"] = actor_of(await add_staff(uow, username="sue", name="Sue", roles=roles))

    await town.database.run(hire)
    return await town.caller("sue")


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


async def at_the_door(phone: Phone, task: Task) -> None:
    steps = [phone.act(kind, task.id) for kind in ("acceptance", "travel", "arrival")]
    assert states(await phone.send(*steps)) == ["accepted", "travelling", "on_site"]


async def detail(town: Town, task: Task) -> dict[str, Any]:
    answer: dict[str, Any] = await (await town.caller("dora")).get(f"/api/tasks/{task.id}")
    return answer


async def written(sue: Caller, change: Any) -> dict[str, Any]:
    """The leak visit's form, changed and published."""
    draft = await sue.get(f"{LEAK}/draft")
    change(draft["definition"])
    body = {"version": draft["version"], "definition": draft["definition"]}
    kept = await sue.put(f"{LEAK}/draft", body)
    answer: dict[str, Any] = await sue.post(f"{LEAK}/forms", {"version": kept["version"], "note": "new"})
    return answer


def more_in_it(form: dict[str, Any]) -> None:
    form["sections"][0]["fields"].append(
        {"id": "weather", "type": "text", "label": {"en": "Weather"}, "required": True}
    )


async def test_a_form_that_is_filled_in_is_read_with_its_task(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    client_id = str(uuid4())
    proof = await phone.caller.upload(
        f"/api/tasks/{task.id}/proofs", PNG, media_type="image/png", client_id=client_id
    )
    answers = REPAIRED | {"after": [client_id], "follow_up": "typed before the outcome was another"}
    answer = await phone.send(phone.act("completion", task.id, form=filled(answers), proofs=[client_id]))
    assert states(answer) == ["done"]

    seen = await detail(town, task)
    assert (seen["type"]["code"], seen["type"]["form"]) == ("leak_visit", 1)
    [told] = seen["answers"]
    assert (told["type"], told["number"], told["rep_name_en"]) == ("leak_visit", 1, "Ann")
    assert told["answers"] == REPAIRED | {"after": [proof["id"]]}, (
        "photos by our ids; what was hidden is not kept"
    )
    assert [each["id"] for each in seen["proofs"]] == [proof["id"]]
    assert (await phone.caller.get(f"/api/tasks/{task.id}"))["answers"] == seen["answers"]


async def test_what_is_missing_goes_back_to_the_phone_and_then_goes_through(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    answer = await phone.send(phone.act("completion", task.id, note="done", form=filled({"pressure": 9})))
    assert states(answer) == ["form_faulty"]
    assert answer["results"][0]["error"]["params"] == {"count": 1}
    seen = await detail(town, task)
    assert (seen["state"], seen["conflicts"], seen["answers"]) == ("on_site", [], [])

    assert states(await phone.send(phone.act("completion", task.id, form=filled(REPAIRED)))) == ["done"]


async def test_all_faults_are_told_with_their_fields(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    answers = {"outcome": "repaired", "pressure": 9, "gone": 1}
    response = await phone.caller.http.post(
        f"/api/tasks/{task.id}/completion", json={"form": filled(answers)}
    )
    assert response.status_code == 422
    faults = response.json()["error"]["faults"]
    assert [(fault["code"], fault["where"]) for fault in faults] == [
        ("answer_too_large", "form.pressure"),
        ("answer_unknown_field", "form.gone"),
    ]


async def test_an_older_version_is_taken_as_it_was_filled(town: Town, phone: Phone, sue: Caller) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    act = phone.act("completion", task.id, form=filled(REPAIRED))
    published = await written(sue, more_in_it)
    assert (published["form"], published["has_draft"]) == (2, False)

    assert states(await phone.send(act)) == ["done"]
    [told] = (await detail(town, task))["answers"]
    assert told["number"] == 1
    assert "weather" not in str((await sue.get(f"{LEAK}/forms/1"))["definition"])
    [newest, first] = await sue.get(f"{LEAK}/forms")
    assert (newest["note"], [(each["kind"], each["id"]) for each in newest["changes"]]) == (
        "new",
        [("added", "weather")],
    )
    assert first["changes"] == []


async def test_the_new_version_is_what_the_next_one_is_filled_from(
    town: Town, phone: Phone, sue: Caller
) -> None:
    await written(sue, more_in_it)
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    [stop] = (await phone.caller.get("/api/rep/route"))["stops"]
    assert stop["task"]["type"]["form"] == 2
    acts = [
        phone.act("completion", task.id, form=filled(REPAIRED | each, 2)) for each in ({}, {"weather": "dry"})
    ]
    assert states(await phone.send(*acts)) == ["form_faulty", "done"]


async def test_no_such_version_goes_back_to_the_phone(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    answer = await phone.send(phone.act("completion", task.id, form=filled(REPAIRED, 7)))
    assert states(answer) == ["form_unknown"]


async def test_what_was_filled_in_on_a_task_that_moved_is_evidence_and_may_count(
    town: Town, phone: Phone
) -> None:
    task = await town.task(where=inside("A1"))
    acts = [phone.act(kind, task.id) for kind in ("acceptance", "travel", "arrival")]
    acts.append(phone.act("completion", task.id, form=filled(REPAIRED | {"strange": 1})))
    dora = await town.caller("dora")
    wanted = {"rep_id": str(town.reps["bob"].id), "version": task.version}
    await dora.post(f"/api/tasks/{task.id}/assignment", wanted)
    assert states(await phone.send(*acts)) == ["kept: noted", "kept: noted", "kept: open", "kept: open"]

    [conflict] = (await detail(town, task))["conflicts"]
    assert conflict["acts"][-1]["form"]["answers"]["strange"] == 1, "as it came"
    decision = {"version": conflict["version"], "decision": "count"}
    await dora.post(f"/api/task-conflicts/{conflict['id']}/decision", decision)
    seen = await detail(town, task)
    assert (seen["state"], seen["answers"][0]["answers"]) == ("done", REPAIRED)


async def test_a_form_of_a_version_that_there_is_not_is_kept_as_it_came(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    acts = [phone.act("completion", task.id, form=filled({"strange": 1}, 9))]
    dora = await town.caller("dora")
    wanted = {"rep_id": str(town.reps["bob"].id), "version": task.version}
    await dora.post(f"/api/tasks/{task.id}/assignment", wanted)
    assert states(await phone.send(*acts)) == ["kept: open"]
    [conflict] = (await detail(town, task))["conflicts"]
    assert conflict["acts"][0]["form"] == filled({"strange": 1}, 9)
    decision = {"version": conflict["version"], "decision": "count"}
    await dora.post(f"/api/task-conflicts/{conflict['id']}/decision", decision)
    assert (await detail(town, task))["state"] == "done"


@pytest.mark.parametrize("strange", ['"a\\u0000b"', "NaN", "1e999", '{"a\\u0000": 1}', '[["x", -Infinity]]'])
async def test_what_no_database_keeps_is_refused(town: Town, phone: Phone, sue: Caller, strange: str) -> None:
    task = await town.task(where=inside("A1"))
    body = f'{{"form": {{"type": "leak_visit", "number": 1, "answers": {{"x": {strange}}}}}}}'
    response = await phone.caller.http.post(
        f"/api/tasks/{task.id}/completion", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    draft = f'{{"version": 1, "definition": {{"sections": [{{"x": {strange}}}]}}}}'
    kept = await sue.http.put(f"{LEAK}/draft", content=draft, headers={"Content-Type": "application/json"})
    assert kept.status_code == 422


class TestTypes:
    async def test_what_a_new_task_begins_with(self, town: Town, sue: Caller) -> None:
        lon, lat = inside("B1")
        made = await sue.post("/api/tasks", {"type": "meter_swap", "lon": lon, "lat": lat})
        assert (made["type"]["code"], made["category"], made["skill"]) == (
            "meter_swap",
            "meter",
            "meter_work",
        )
        assert made["duration_s"] == 2400
        assert made["window_end"] == "2026-11-28T00:30:00Z", "its own clock: seven days"

    async def test_what_is_said_beside_the_type_counts(self, town: Town, sue: Caller) -> None:
        lon, lat = inside("B1")
        body = {"type": "meter_swap", "lon": lon, "lat": lat, "duration_s": 600, "severity": "urgent"}
        made = await sue.post("/api/tasks", body)
        assert (made["duration_s"], made["severity"]) == (600, "urgent")

    async def test_a_type_that_there_is_not(self, sue: Caller) -> None:
        assert await sue.refused("POST", "/api/tasks", json={"type": "party"}) == "task_type_unknown"
        assert await sue.refused("POST", "/api/tasks", json={}) == "invalid"

    async def test_one_of_the_utilitys_own(self, town: Town, sue: Caller) -> None:
        names = {"name": "消火栓检查", "name_zh_hant": "消防栓檢查", "name_en": "Hydrant check"}
        new = {"code": "hydrant_check", **names, "category": "other", "skill": "valve"}
        made = await sue.post("/api/task-types", new)
        assert (made["form"], made["version"]) == (0, 1)
        assert await sue.refused("POST", "/api/task-types", json=new) == "task_type_exists"
        off = {**{k: v for k, v in new.items() if k != "code"}, "active": False, "version": made["version"]}
        await sue.put("/api/task-types/hydrant_check", off)
        assert await sue.refused("POST", "/api/tasks", json={"type": "hydrant_check"}) == "task_type_unknown"
        assert await sue.refused("PUT", "/api/task-types/hydrant_check", json=off) == "stale_version"

    async def test_a_form_is_demanded_where_the_type_says_so(
        self, town: Town, phone: Phone, sue: Caller
    ) -> None:
        task = await own_task(town, sue, "publicity")
        await at_the_door(phone, task)
        assert states(await phone.send(phone.act("completion", task.id, note="done"))) == ["form_missing"]

    async def test_closing_is_for_those_who_can_and_what_was_done_is_kept(
        self, town: Town, phone: Phone, sue: Caller
    ) -> None:
        task = await own_task(town, sue, "sampling")
        await at_the_door(phone, task)
        seen = await phone.caller.get(f"/api/tasks/{task.id}")
        assert (seen["type"]["may_close"], "complete" in seen["allowed"]) == (False, False)
        assert states(await phone.send(phone.act("completion", task.id, note="done"))) == ["kept: open"]
        assert (await town.reload(task)).state is TaskState.ON_SITE

    async def test_some_are_settled_by_a_supervisor_only(self, town: Town, phone: Phone, sue: Caller) -> None:
        task = await own_task(town, sue, "shut_off")
        await at_the_door(phone, task)
        await phone.send(phone.act("escalation", task.id, reason="a valve is stuck"))
        body = {"version": (await town.reload(task)).version, "note": "put off"}
        dora = await town.caller("dora")
        assert "settle" not in (await dora.get(f"/api/tasks/{task.id}"))["allowed"]
        path = f"/api/tasks/{task.id}/settlement"
        assert await dora.refused("POST", path, json=body) == "may_not_close"
        assert (await sue.post(path, body))["state"] == "done"


async def own_task(town: Town, sue: Caller, type: str) -> Task:
    """A task of a type that Ann has, whatever she can do."""
    lon, lat = inside("A1")
    made = await sue.post("/api/tasks", {"type": type, "lon": lon, "lat": lat})
    given = {"rep_id": str(town.reps["ann"].id), "version": made["version"], "overrule": True}
    if (made["rep"] or {}).get("id") != given["rep_id"]:
        await sue.post(f"/api/tasks/{made['id']}/assignment", given)
    async with town.database.reading() as session:
        return await session.get_one(Task, UUID(made["id"]))


class TestWriting:
    async def test_a_form_that_cannot_be_filled_in_is_kept_and_not_published(self, sue: Caller) -> None:
        draft = await sue.get(f"{LEAK}/draft")
        broken = {"sections": [{"id": "S", "title": {}, "fields": []}]}
        kept = await sue.put(f"{LEAK}/draft", {"version": draft["version"], "definition": broken})
        assert kept["has_draft"]
        assert {fault["code"] for fault in kept["faults"]} == {"form_id", "form_label", "form_empty"}
        body = {"version": kept["version"]}
        assert await sue.refused("POST", f"{LEAK}/forms", json=body) == "form_not_sound"
        assert (await sue.get(f"{LEAK}/draft"))["definition"] == broken, "nothing of it is lost"
        gone = await sue.delete(f"{LEAK}/draft?version={kept['version']}")
        assert gone["definition"] == draft["definition"]

    async def test_two_who_write_at_once(self, sue: Caller) -> None:
        draft = await sue.get(f"{LEAK}/draft")
        body = {"version": draft["version"], "definition": draft["definition"]}
        await sue.put(f"{LEAK}/draft", body)
        assert await sue.refused("PUT", f"{LEAK}/draft", json=body) == "stale_version"

    async def test_nothing_new_is_not_published(self, sue: Caller) -> None:
        draft = await sue.get(f"{LEAK}/draft")
        body = {"version": draft["version"]}
        assert await sue.refused("POST", f"{LEAK}/forms", json=body) == "no_draft"

    async def test_a_dispatcher_reads_and_does_not_write(self, town: Town) -> None:
        dora = await town.caller("dora")
        assert len(await dora.get("/api/task-types")) == 13
        body = {"version": 1, "definition": {"sections": []}}
        assert await dora.refused("PUT", f"{LEAK}/draft", json=body) == "forbidden"

    async def test_every_form_that_a_house_begins_with_is_sound(self, sue: Caller) -> None:
        for kind in await sue.get("/api/task-types"):
            draft = await sue.get(f"/api/task-types/{kind['code']}/draft")
            assert (draft["faults"], draft["changes"], kind["form"]) == ([], [], 1), kind["code"]

    @pytest.mark.parametrize("path", ["/api/task-types/no_such/draft", f"{LEAK}/forms/99", f"{LEAK}/forms/0"])
    async def test_what_there_is_not(self, sue: Caller, path: str) -> None:
        assert await sue.refused("GET", path) == "not_found"


class TestStock:
    async def test_parts_used_leave_the_van_and_a_low_van_makes_a_line(
        self, town: Town, phone: Phone, sue: Caller
    ) -> None:
        await sue.put("/api/van-levels/coupling_dn15", {"low": 2, "full": 6})
        assert [line["rep_code"] for line in await sue.get("/api/restock-lines")] == []
        task = await town.task(where=inside("A1"), parts=(("coupling_dn15", 1),))
        await at_the_door(phone, task)
        await phone.send(phone.act("completion", task.id, form=filled(REPAIRED)))

        [line] = await sue.get("/api/restock-lines")
        assert (line["rep_code"], line["part"], line["on_hand"], line["wanted"]) == (
            "ann",
            "coupling_dn15",
            1,
            5,
        )
        assert (await phone.caller.get("/api/rep/van"))["parts"] == {"coupling_dn15": 1}
        path = f"/api/reps/{line['rep_id']}/restocks"
        assert (await sue.post(path, {"parts": {"coupling_dn15": 5}}))["parts"] == {"coupling_dn15": 6}
        assert await sue.get("/api/restock-lines") == []

    async def test_what_was_used_is_not_counted_twice_by_the_planner(self, town: Town, phone: Phone) -> None:
        """Two couplings: one is used, and the next job that needs one still fits."""
        first = await town.task(where=inside("A1"), parts=(("coupling_dn15", 1),))
        await at_the_door(phone, first)
        await phone.send(phone.act("completion", first.id, form=filled(REPAIRED)))
        second = await town.task(where=inside("A1"), parts=(("coupling_dn15", 1),))
        assert second.rep_id == town.reps["ann"].id

    async def test_without_a_form_the_planned_parts_are_used(self, town: Town, phone: Phone) -> None:
        task = await town.task(where=inside("A1"), parts=(("coupling_dn15", 2),))
        await at_the_door(phone, task)
        await phone.send(phone.act("completion", task.id, note="done"))
        assert (await phone.caller.get("/api/rep/van"))["parts"] == {"coupling_dn15": 0}


async def test_how_long_it_took_is_what_the_taps_say(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    acts = [phone.act("acceptance", task.id), phone.act("travel", task.id)]
    town.clock.advance(600)
    acts.append(phone.act("arrival", task.id))
    town.clock.advance(1500)
    await phone.send(*acts, phone.act("completion", task.id, form=filled(REPAIRED)))
    seen = await detail(town, task)
    assert (seen["travel_took_s"], seen["work_took_s"]) == (600, 1500)


async def test_the_file_of_a_types_answers(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    answers = {"outcome": "made_safe", "follow_up": "=1+1 come back"}
    await phone.send(phone.act("completion", task.id, form=filled(answers)))
    dora = await town.caller("dora")
    response = await dora.http.get(f"{LEAK}/answers")
    head, line = response.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Task,Form version,Filled in at,Representative,Zone")
    assert "Made safe for now" in line
    assert ",'=1+1 come back," in line, "no spreadsheet takes it for a formula"


async def test_nothing_is_left_of_the_answers_when_the_task_is_erased(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await at_the_door(phone, task)
    answers = {"outcome": "made_safe", "follow_up": "ask for Quill"}
    await phone.send(phone.act("completion", task.id, form=filled(answers)))

    async def erase(uow: UnitOfWork) -> None:
        await town.services.erasers.erase(uow, "task", task.id)

    await town.database.run(erase)
    async with town.database.reading() as session:
        rows = (await session.scalars(TaskAnswers.__table__.select())).all()
    [told] = (await detail(town, task))["answers"]
    assert (len(rows), told["answers"], told["number"]) == (1, {}, 1)
