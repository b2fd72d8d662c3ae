"""Work done at a door by somebody who no longer had the task: kept with its evidence, decided by a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from field.task.tables import Task
from field.task.task import TaskState
from field.visits.erasing import erase_task
from kernel.actors import SYSTEM
from kernel.database import UnitOfWork
from tests.contract.test_field_devices import Phone
from tests.rig.camera import frame
from tests.rig.people import Caller
from tests.rig.pictures import as_jpeg
from tests.rig.town import Town, inside


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


async def give_to(town: Town, task: Task, rep: str) -> None:
    dora = await town.caller("dora")
    now = await dora.get(f"/api/tasks/{task.id}")
    wanted = {"rep_id": str(town.reps[rep].id), "version": now["version"], "overrule": True}
    await dora.post(f"/api/tasks/{task.id}/assignment", wanted)


async def work_offline(town: Town, phone: Phone, task: Task) -> list[dict[str, Any]]:
    """Four actions, a photo and a note, while the task is given to Bob."""
    photo = uuid4()
    actions = []
    for kind in ("acceptance", "travel", "arrival"):
        actions.append(phone.act(kind, task.id))
        town.clock.advance(600)
    actions.append(phone.act("completion", task.id, note="new gasket", proofs=[str(photo)]))
    await give_to(town, task, "bob")
    await phone.caller.upload(f"/api/tasks/{task.id}/proofs", as_jpeg(frame(3)), client_id=str(photo))
    return actions


async def conflict_of(caller: Caller, task_id: UUID) -> dict[str, Any]:
    shown = await caller.get(f"/api/tasks/{task_id}")
    assert len(shown["conflicts"]) == 1
    found: dict[str, Any] = shown["conflicts"][0]
    return found


async def test_work_on_a_task_that_was_reassigned_is_kept_with_its_evidence(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    actions = await work_offline(town, phone, task)
    answer = await phone.send(*actions)

    assert [result["error"] for result in answer["results"]] == [None] * 4
    dora = await town.caller("dora")
    shown = await dora.get(f"/api/tasks/{task.id}")
    conflict = await conflict_of(dora, task.id)
    assert (conflict["state"], conflict["claim"], conflict["proposal"]) == ("open", "done", "count")
    assert [act["kind"] for act in conflict["acts"]] == ["acceptance", "travel", "arrival", "completion"]
    assert conflict["acts"][-1]["note"] == "new gasket"
    assert len(conflict["proofs"]) == 1
    assert conflict["rep"]["code"] == "ann"
    assert shown["rep"]["code"] == "bob", "nothing was taken from Bob by it"
    told = [line for line in shown["timeline"] if line["kind"] == "report"]
    assert [line["detail"]["what"] for line in told] == [act["kind"] for act in conflict["acts"]]
    ann, bob = phone.caller, await town.caller("bob")
    (reported,) = (await ann.get("/api/rep/route"))["reports"]
    assert (reported["id"], reported["holder"]["code"]) == (conflict["id"], "bob")
    (gone,) = (await ann.get("/api/rep/route"))["gone"]
    assert (gone["task_id"], gone["why"]) == (str(task.id), "reassigned")
    (stop,) = (await bob.get("/api/rep/route"))["stops"]
    assert stop["task"]["conflicts"][0]["claim"] == "done", "Bob hears of it before he drives"
    assert stop["task"]["conflicts"][0]["allowed"] == [], "and a dispatcher decides"
    assert [each["id"] for each in await dora.get("/api/inbox")] == [str(task.id)]
    picture = await bob.http.get(conflict["proofs"][0]["url"])
    assert picture.status_code == 200


async def test_work_that_counts_finishes_the_task_and_frees_who_was_to_go(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await phone.send(*await work_offline(town, phone, task))
    dora = await town.caller("dora")
    conflict = await conflict_of(dora, task.id)
    town.clock.advance(600)
    decision = {"version": conflict["version"], "decision": "count"}
    after = await dora.post(f"/api/task-conflicts/{conflict['id']}/decision", decision)

    assert (after["state"], after["rep"]["code"]) == ("done", "ann")
    assert after["finished_at"] == conflict["acts"][-1]["at"], "when it was done, not when it was decided"
    assert after["conflicts"][0]["state"] == "counted"
    assert await town.route("bob") == []
    (done,) = await town.events("task_done")
    assert (done["note"], len(done["proofs"])) == ("new gasket", 1)
    bob = await town.caller("bob")
    assert [gone["why"] for gone in (await bob.get("/api/rep/route"))["gone"]] == ["counted"]
    code = await dora.refused("POST", f"/api/task-conflicts/{conflict['id']}/decision", json=decision)
    assert code == "stale_version"
    assert await dora.get("/api/inbox") == []


@pytest.mark.parametrize(
    ("decision", "holder", "state"), [("give_back", "ann", "returned"), ("keep", "bob", "kept")]
)
async def test_a_dispatcher_may_decide_otherwise(
    town: Town, phone: Phone, decision: str, holder: str, state: str
) -> None:
    task = await town.task(where=inside("A1"))
    await phone.send(*await work_offline(town, phone, task))
    dora = await town.caller("dora")
    conflict = await conflict_of(dora, task.id)
    path = f"/api/task-conflicts/{conflict['id']}/decision"
    after = await dora.post(path, {"version": conflict["version"], "decision": decision})
    assert (after["state"], after["rep"]["code"]) == ("assigned", holder)
    assert after["conflicts"][0]["state"] == state
    again = {"version": after["conflicts"][0]["version"], "decision": "count"}
    assert await dora.refused("POST", path, json=again) == "decision_not_possible"


async def test_a_replay_is_one_report_and_a_later_one_asks_again(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    arrival, completion = phone.act("arrival", task.id), phone.act("completion", task.id, note="closed it")
    await give_to(town, task, "bob")
    dora = await town.caller("dora")
    for _ in range(2):
        await phone.send(arrival)
    conflict = await conflict_of(dora, task.id)
    assert (conflict["proposal"], len(conflict["acts"])) == ("give_back", 1)
    path = f"/api/task-conflicts/{conflict['id']}/decision"
    await dora.post(path, {"version": conflict["version"], "decision": "keep"})

    await phone.send(completion)
    conflict = await conflict_of(dora, task.id)
    assert (conflict["state"], conflict["proposal"], conflict["decided_at"]) == ("open", "count", None)


async def test_work_on_a_cancelled_task_waits_for_a_person(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    actions = [phone.act("arrival", task.id), phone.act("completion", task.id, note="closed it")]
    dora = await town.caller("dora")
    version = (await town.reload(task)).version
    await dora.post(f"/api/tasks/{task.id}/cancellation", {"version": version, "reason": "wrong number"})
    await phone.send(*actions)
    (waiting,) = await dora.get("/api/inbox")
    assert waiting["state"] == "cancelled"
    assert waiting["conflicts"][0]["allowed"] == ["keep"]
    assert [task["id"] for task in await dora.get("/api/tasks", open=True)] == [waiting["id"]]
    ann = phone.caller
    assert [gone["why"] for gone in (await ann.get("/api/rep/route"))["gone"]] == ["cancelled"]


async def test_two_who_finish_the_same_task_both_leave_their_word(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    actions = [phone.act("arrival", task.id), phone.act("completion", task.id, note="mine")]
    await give_to(town, task, "bob")
    bob = await town.caller("bob")
    for step in ("acceptance", "arrival"):
        await bob.post(f"/api/tasks/{task.id}/{step}", {})
    await bob.post(f"/api/tasks/{task.id}/completion", {"note": "his"})
    await phone.send(*actions)
    dora = await town.caller("dora")
    conflict = await conflict_of(dora, task.id)
    assert (conflict["state"], conflict["acts"][-1]["note"]) == ("noted", "mine")
    assert (await town.reload(task)).state is TaskState.DONE


async def test_what_was_written_about_an_own_task_that_has_gone_on_is_kept(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    answer = await phone.send(phone.act("travel", task.id), phone.act("completion", task.id, note="done"))
    first, second = answer["results"]
    assert first["error"]["code"] == "task_move_refused", "that says it all"
    assert (second["error"], second["conflict"]["state"]) == (None, "open")


async def test_nobody_reports_on_a_task_that_never_was_theirs(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    cyd = Phone(await town.caller("cyd"), town)
    answer = await cyd.send(cyd.act("completion", task.id, note="not mine"))
    assert answer["results"][0]["error"]["code"] == "not_found"
    dora = await town.caller("dora")
    assert (await dora.get(f"/api/tasks/{task.id}"))["conflicts"] == []


async def test_an_erasure_takes_the_words_and_photos_of_a_report(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await phone.send(*await work_offline(town, phone, task))
    dora = await town.caller("dora")
    conflict = await conflict_of(dora, task.id)
    path = f"/api/task-conflicts/{conflict['id']}/decision"
    await dora.post(path, {"version": conflict["version"], "decision": "count"})
    await town.database.run(erase, town, task.id)
    conflict = await conflict_of(dora, task.id)
    assert {act["note"] for act in conflict["acts"]} == {""}
    assert conflict["proofs"] == []
    late = await phone.send(phone.act("completion", task.id, note="again"))
    assert (late["results"][0]["error"] or {}).get("code") == "task_finished"


async def erase(uow: UnitOfWork, town: Town, task_id: UUID) -> None:
    await erase_task(uow, town.services, await uow.session.get_one(Task, task_id), SYSTEM)


async def test_a_photo_that_a_restored_server_lost_is_asked_for_again(town: Town, phone: Phone) -> None:
    task = await town.task(where=inside("A1"))
    await phone.send(phone.act("acceptance", task.id), phone.act("arrival", task.id))
    photo = uuid4()
    completion = phone.act("completion", task.id, note="", proofs=[str(photo)])
    answer = await phone.send(completion)
    assert (answer["results"], answer["expected"], answer["stopped"]) == ([], 3, "proof_unknown")
    path = f"/api/tasks/{task.id}/proofs"
    await phone.caller.upload(path, as_jpeg(frame(3)), client_id=str(photo))
    answer = await phone.send(completion)
    assert answer["results"][0]["task"]["state"] == "done"
