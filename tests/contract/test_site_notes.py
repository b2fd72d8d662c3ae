"""What is known of a place: who writes it, reads it, disputes it and decides, and when it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from field.sites.commands import KEPT, forget_notes
from field.sites.note import LASTS, NoteKind
from field.sites.tables import DoorCheck, SiteNote, SiteNoteRead
from field.task.tables import Task
from field.visits.erasing import erase_task
from kernel.actors import SYSTEM, Role
from kernel.audit import AuditEntry
from kernel.database import UnitOfWork
from kernel.identity.staff import Staff, actor_of, add_staff
from tests.contract.test_field_devices import Phone, states
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town, inside

HERE = "和平路 12 号"
GATE = "#4711*"


@pytest.fixture
async def phone(town: Town) -> Phone:
    return Phone(await town.caller("ann"), town)


async def stop(town: Town, phone: Phone, *, address: str = HERE, upto: int = 1) -> Task:
    task = await town.task(where=inside("A1"), address=address)
    steps = [phone.act(kind, task.id) for kind in ("acceptance", "travel", "arrival")][:upto]
    phone.sequence -= 3 - upto
    await phone.send(*steps)
    return task


def said(kind: str, **body: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": kind, **body}


async def sites(caller: Caller, task: Task) -> dict[str, Any]:
    stops = (await caller.get("/api/rep/sites"))["stops"]
    return next(each for each in stops if each["task_id"] == str(task.id))


async def supervisor(town: Town) -> Caller:
    async def hire(uow: UnitOfWork) -> Staff:
        return await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))

    town.people["sue"] = actor_of(await town.database.run(hire))
    return await town.caller("sue")


async def left(town: Town) -> list[int]:
    async with town.database.reading() as session:
        return [
            await session.scalar(select(func.count()).select_from(t)) or 0 for t in (SiteNote, SiteNoteRead)
        ]


async def test_what_one_writes_the_next_reads_once_and_with_its_time(town: Town, phone: Phone) -> None:
    task = await stop(town, phone, upto=3)
    dog = phone.act("site_note", task.id, site=said("dog", text="Large, behind the shed"))
    for _ in range(2):
        assert states(await phone.send(dog)) == ["on_site"]
    again = await stop(town, phone, address="和平路１２号", upto=0)
    other = await stop(town, phone, address="和平路 112 号", upto=0)
    (note,) = (await sites(phone.caller, again))["notes"]
    assert (note["kind"], note["text"], note["own"]) == ("dog", "Large, behind the shed", True)
    ends = town.clock.now() + LASTS[NoteKind.DOG]
    assert note["expires_at"] == ends.isoformat().replace("+00:00", "Z")
    assert (await sites(phone.caller, other))["notes"] == []
    for moment, texts in ((ends - timedelta(seconds=1), ["Large, behind the shed"]), (ends, [])):
        town.clock.set(moment)
        listed = await (await town.caller("dora")).get(f"/api/tasks/{again.id}/site-notes")
        assert [note["text"] for note in listed] == texts


async def test_a_gate_code_is_shown_on_its_day_to_who_has_the_stop_and_written_nowhere_else(
    town: Town, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    task = await stop(town, phone)
    dora = await town.caller("dora")
    listed = await dora.post(
        f"/api/tasks/{task.id}/site-notes", said("gate", gate_code=GATE, text="Left gate")
    )
    assert (listed[0]["gate_code"], listed[0]["has_code"]) == (None, True)
    seen = await sites(phone.caller, task)
    assert seen["notes"][0]["gate_code"] == GATE and seen["codes_until"]
    assert (await (await town.caller("bob")).get("/api/rep/sites"))["stops"] == []
    with pytest.raises(Refusal, match="forbidden"):
        await (await town.caller("bob")).get(f"/api/tasks/{task.id}/site-notes")
    await phone.send(phone.act("travel", task.id), phone.act("arrival", task.id))
    assert (await sites(phone.caller, task))["notes"][0]["gate_code"] == GATE
    customer = await town.customer_of(task)
    (shown,) = await customer.get(f"/api/requests/{task.request_id}/site-notes")
    assert shown["has_code"] and GATE not in str(shown)
    await phone.send(phone.act("completion", task.id, note="tight again"))
    after = await phone.caller.get("/api/rep/sites")
    assert GATE not in str(after), "the work is done there"
    town.clock.advance(86_400)
    tomorrow = await stop(town, phone, upto=0)
    assert GATE in str(await sites(phone.caller, tomorrow))
    assert GATE not in caplog.text
    async with town.database.reading() as session:
        entries = list(await session.scalars(select(AuditEntry)))
    assert GATE not in str([(entry.action, entry.detail) for entry in entries])


async def test_a_gate_code_of_another_days_stop_stays_in_the_house(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    dora = await town.caller("dora")
    await dora.post(f"/api/tasks/{task.id}/site-notes", said("gate", gate_code=GATE))
    town.clock.set(town.clock.now() + timedelta(hours=12))  # after the shift: what comes is tomorrow's
    late = await town.task(where=inside("A1"), address=HERE, severity="minor")
    seen = await sites(phone.caller, late)
    assert seen["notes"][0]["has_code"] and GATE not in str(seen) and seen["codes_until"] is None


async def test_a_danger_is_read_before_setting_off(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    dora = await town.caller("dora")
    (note,) = await dora.post(f"/api/tasks/{task.id}/site-notes", said("danger", text="Rotten floor"))
    with pytest.raises(Refusal) as refused:
        await phone.caller.post(f"/api/tasks/{task.id}/travel", {})
    assert refused.value.code == "danger_unread"
    assert (await sites(phone.caller, task))["unread"] == [note["id"]]
    await phone.send(phone.act("danger_read", task.id, notes=[note["id"], str(uuid4())]))
    assert (await sites(phone.caller, task))["unread"] == []
    assert (await phone.caller.post(f"/api/tasks/{task.id}/travel", {}))["state"] == "travelling"


async def test_who_set_off_without_a_network_did_set_off(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    travel = phone.act("travel", task.id)
    await (await town.caller("dora")).post(f"/api/tasks/{task.id}/site-notes", said("danger", text="Gas"))
    assert states(await phone.send(travel)) == ["travelling"]


async def test_a_disputed_note_stays_marked_until_a_supervisor_decides(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    dora, sue = await town.caller("dora"), await supervisor(town)
    path = f"/api/tasks/{task.id}/site-notes"
    await dora.post(path, said("danger", text="Rotten floor"))
    await dora.post(path, said("gate", gate_code=GATE))
    danger, gate = (await sites(phone.caller, task))["notes"]
    for note in (danger, gate):
        town.clock.advance(1)
        answer = await phone.send(phone.act("site_dispute", task.id, notes=[note["id"]], doubt="gone"))
        assert states(answer) == ["accepted"]
    shown = await sites(phone.caller, task)
    assert [note["state"] for note in shown["notes"]] == ["disputed"] * 2
    assert shown["unread"] == [danger["id"]] and GATE not in str(shown)
    waiting = await sue.get("/api/site-notes/disputed")
    assert [each["note"]["kind"] for each in waiting] == ["danger", "gate"]
    first, second = (each["note"] for each in waiting)
    with pytest.raises(Refusal, match="forbidden"):
        await dora.post(
            f"/api/site-notes/{first['id']}/decision", {"keep": True, "version": first["version"]}
        )
    with pytest.raises(Refusal, match="stale_version"):
        await sue.post(f"/api/site-notes/{first['id']}/decision", {"keep": True, "version": 99})
    await sue.post(f"/api/site-notes/{first['id']}/decision", {"keep": True, "version": first["version"]})
    await sue.post(f"/api/site-notes/{second['id']}/decision", {"keep": False, "version": second["version"]})
    (kept,) = (await sites(phone.caller, task))["notes"]
    assert (kept["kind"], kept["state"]) == ("danger", "standing")
    async with town.database.reading() as session:
        ended = await session.scalar(select(SiteNote.gate_code).where(SiteNote.kind == NoteKind.GATE))
    assert ended == ""


async def test_its_author_takes_a_note_back_and_still_so_gives_it_time(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    one, two = said("access", text="Side door"), said("dog", text="Small")
    await phone.send(*(phone.act("site_note", task.id, site=each) for each in (one, two)))
    town.clock.advance(3600)
    answer = await phone.send(
        phone.act("site_dispute", task.id, notes=[one["id"]], doubt="wrong"),
        phone.act("site_renewal", task.id, notes=[two["id"]]),
        phone.act("site_renewal", task.id, notes=[one["id"]]),
    )
    assert states(answer) == ["accepted", "accepted", "not_found"]
    (note,) = (await sites(phone.caller, task))["notes"]
    assert note["id"] == two["id"] and note["renewed_at"] > note["written_at"]


async def test_a_customer_reads_and_disputes_once_somebody_was_at_the_door(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    (note,) = await (await town.caller("dora")).post(
        f"/api/tasks/{task.id}/site-notes", said("dog", text="Barks")
    )
    customer, path = await town.customer_of(task), f"/api/requests/{task.request_id}/site-notes"
    assert await customer.get(path) == [], "an address alone proves nobody to live there"
    with pytest.raises(Refusal, match="not_found"):
        await customer.post(f"{path}/{note['id']}/dispute", {"doubt": "gone"})
    await phone.send(phone.act("travel", task.id), phone.act("arrival", task.id))
    assert [each["text"] for each in await customer.get(path)] == ["Barks"]
    (disputed,) = await customer.post(f"{path}/{note['id']}/dispute", {"doubt": "private"})
    assert disputed["state"] == "disputed"
    (waiting,) = await (await town.caller("dora")).get("/api/site-notes/disputed")
    assert (waiting["note"]["doubt"], waiting["note"]["doubted_by"]) == ("private", "customer")
    other = await town.customer_of(await stop(town, phone, address="Elsewhere 1", upto=0))
    with pytest.raises(Refusal, match="not_found"):
        await other.get(path)


async def test_all_that_is_wrong_with_a_note_is_said_at_once(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    dora = await town.caller("dora")
    bad = said("dog", gate_code="1", arrow=[0, 0, 1, 1])
    with pytest.raises(Refusal) as refused:
        await dora.post(f"/api/tasks/{task.id}/site-notes", bad)
    faults = refused.value.body["error"]["faults"]
    assert [each["code"] for each in faults] == ["site_note_no_gate", "site_note_no_photo"]
    with pytest.raises(Refusal, match="site_note_invalid"):
        await dora.post(f"/api/tasks/{task.id}/site-notes", said("dog"))
    answer = await phone.send(phone.act("site_note", uuid4(), site=said("dog", text="x")))
    assert states(answer) == ["not_found"]


async def test_notes_leave_with_the_visit_that_last_said_so(town: Town, phone: Phone) -> None:
    first = await stop(town, phone, upto=3)
    dog, gate = said("dog", text="Barks"), said("danger", text="Steep steps")
    await phone.send(*(phone.act("site_note", first.id, site=each) for each in (dog, gate)))
    await phone.send(phone.act("danger_read", first.id, notes=[gate["id"]]))
    await phone.send(phone.act("completion", first.id, note="done"))
    second = await stop(town, phone, upto=0)
    await phone.send(phone.act("site_renewal", second.id, notes=[dog["id"]]))

    async def erase(uow: UnitOfWork) -> None:
        await erase_task(uow, town.services, await uow.session.get_one(Task, first.id), SYSTEM)

    await town.database.run(erase)
    (note,) = (await sites(phone.caller, second))["notes"]
    assert note["id"] == dog["id"], "the other left with its visit"
    assert await left(town) == [1, 0]


async def test_time_takes_notes_codes_first(town: Town, phone: Phone) -> None:
    task = await stop(town, phone)
    for each in (said("gate", gate_code=GATE), said("danger", text="Steep")):
        await phone.send(phone.act("site_note", task.id, site=each))
    await phone.caller.post("/api/rep/door-codes")
    begun = town.clock.now()
    town.clock.set(begun + LASTS[NoteKind.GATE] + timedelta(seconds=1))
    assert await town.database.run(forget_notes) == 1
    town.clock.set(begun + LASTS[NoteKind.DANGER] + KEPT + timedelta(seconds=1))
    assert await town.database.run(forget_notes) == 1
    assert await left(town) == [0, 0]
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DoorCheck)) == 0
