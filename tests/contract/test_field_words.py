"""What a customer says about the visit has its effect on the route, once, and a dispatcher sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from field.appointments.handlers import group as appointments
from field.appointments.tables import Appointment, CustomerWord
from field.dispatch.tables import VisitRow
from field.task.tables import Task
from field.task.task import TaskState
from kernel.outbox import EVENT_TYPES
from tests.rig.people import Caller
from tests.rig.town import Town, inside


async def say(caller: Caller, task: Task, kind: str, minutes: int | None = None, **more: Any) -> Any:
    body = {"client_id": str(uuid4()), "kind": kind, "minutes": minutes} | more
    return await caller.post(f"/api/requests/{task.request_id}/visit-words", body)


async def promise(town: Town, task: Task, hour: str, day: int = 0) -> dict[str, Any]:
    """Promise the window that begins then, as a dispatcher."""
    dora = await town.caller("dora")
    zone, today = town.services.timezone, town.services.day_of(town.clock.now())
    for window in (await dora.get(f"/api/tasks/{task.id}/windows"))["windows"]:
        start = datetime.fromisoformat(window["start"]).astimezone(zone)
        if (start.date(), f"{start:%H:%M}") == (today + timedelta(days=day), hour):
            chosen = {"start": window["start"], "end": window["end"]}
            return dict(await dora.put(f"/api/tasks/{task.id}/appointment", chosen))
    raise AssertionError("that window is not free")


async def promised(town: Town, task: Task) -> Appointment | None:
    async with town.database.reading() as session:
        return await session.get(Appointment, task.id)


async def starts(town: Town, task: Task) -> datetime:
    async with town.database.reading() as session:
        return (await session.get_one(VisitRow, task.id)).starts_at


async def test_not_today_is_tomorrow_and_other_times_are_offered(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    await promise(town, task, "13:00")
    caller = await town.customer_of(task)
    told = await say(caller, task, "not_today")
    assert (told["effect"], told["appointment"]["window_start"]) == ("reoffered", None)
    now = await town.reload(task)
    tomorrow = town.services.moment(town.services.day_of(town.clock.now()) + timedelta(days=1), 0)
    assert (now.state, now.window_start) == (TaskState.ASSIGNED, tomorrow)
    assert await starts(town, task) >= tomorrow
    assert await promised(town, task) is None
    *_, last = await town.events("visit_promised")
    assert (last["window_start"], last["why"]) == (None, "not_today")
    assert (await caller.get(f"/api/requests/{task.request_id}/windows"))["windows"]


async def test_a_word_sent_twice_has_its_effect_once(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="minor")
    caller = await town.customer_of(task)
    name = str(uuid4())
    first = await say(caller, task, "worse", client_id=name)
    again = await say(caller, task, "worse", client_id=name)
    assert first["effect"] == again["effect"]
    assert (await town.reload(task)).severity == "major"
    async with town.database.reading() as session:
        assert (await session.get_one(CustomerWord, UUID(name))).seen_at is None


async def test_later_moves_the_visit_within_what_was_promised(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    await promise(town, task, "10:00")
    town.clock.advance(100 * 60)  # ten past ten
    caller = await town.customer_of(task)
    told = await say(caller, task, "late", 45)
    assert told["effect"] == "moved"
    assert await starts(town, task) >= town.clock.now() + timedelta(minutes=45)
    kept = await promised(town, task)
    assert kept is not None
    assert await starts(town, task) <= kept.window_end
    [retimed] = await town.events("task_retimed")
    assert datetime.fromisoformat(retimed["eta"]) == await starts(town, task)


async def test_later_than_was_promised_changes_nothing(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    await promise(town, task, "10:00")
    town.clock.advance(100 * 60)
    before = await starts(town, task)
    told = await say(await town.customer_of(task), task, "late", 120)
    assert (told["effect"], await starts(town, task)) == ("no_room", before)


async def test_later_makes_nobody_else_late(town: Town) -> None:
    start = town.services.moment(town.services.day_of(town.clock.now()), 600)
    promised_now: dict[str, Any] = {"window_start": start, "window_end": start + timedelta(hours=2)}
    first = await town.task(where=inside("A1"), duration_s=3600, **promised_now)
    await promise(town, first, "10:00")
    second = await town.task(
        where=inside("A1", east=0.6),
        duration_s=600,
        window_start=start + timedelta(minutes=60),
        window_end=start + timedelta(minutes=75),
    )
    assert second.rep_id == (await town.reload(first)).rep_id
    town.clock.advance(90 * 60)
    told = await say(await town.customer_of(first), first, "late", 40)
    # Where the first stood nobody could wait so long; it goes behind the other, who keeps the time.
    assert told["effect"] == "moved"
    assert await town.route("ann") == [second.id, first.id]
    assert await starts(town, second) <= second.window_end


async def test_worse_is_placed_again_as_what_it_is_now(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="minor")
    await promise(town, task, "15:00", day=2)
    told = await say(await town.customer_of(task), task, "worse")
    assert told["effect"] == "sooner"
    now = await town.reload(task)
    assert (now.severity, now.priority) == ("major", 2)
    assert await starts(town, task) < town.clock.now() + timedelta(hours=6)
    assert await promised(town, task) is None


async def test_worse_keeps_what_stands_where_nobody_comes_sooner(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="minor")
    before = await starts(town, task)
    told = await say(await town.customer_of(task), task, "worse")
    assert (told["effect"], await starts(town, task)) == ("kept", before)
    assert (await town.reload(task)).state is TaskState.ASSIGNED


async def test_what_is_urgent_gets_no_worse(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="urgent")
    caller = await town.customer_of(task)
    body = {"client_id": str(uuid4()), "kind": "worse"}
    refused = await caller.http.post(f"/api/requests/{task.request_id}/visit-words", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "urgent_already")


@pytest.mark.parametrize("body", [{"kind": "late"}, {"kind": "worse", "minutes": 10}, {"kind": "sing"}])
async def test_a_word_that_says_nothing_clear_is_refused(town: Town, body: dict[str, Any]) -> None:
    task = await town.task(where=inside("A1"))
    caller = await town.customer_of(task)
    sent = {"client_id": str(uuid4())} | body
    refused = await caller.http.post(f"/api/requests/{task.request_id}/visit-words", json=sent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid")


async def test_nobody_home_leaves_a_card_and_the_task_waits_for_another_time(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    await promise(town, task, "10:00")
    ann = await town.caller("ann")
    town.clock.advance(100 * 60)
    for act in ("acceptance", "travel", "arrival", "not-home"):
        answer = await ann.post(f"/api/tasks/{task.id}/{act}", {})
    assert answer["state"] == "unplaced"
    now = await town.reload(task)
    assert (now.unplaced_reason, now.rep_id) == ("not_home", None)
    assert await town.route("ann") == []
    rows = await town.outbox("task_unplaced")
    for row in rows:
        event = EVENT_TYPES[row.type](**_typed(row.body))
        await appointments.bind(town.services).handle(town.database, row.id, event)
    assert await promised(town, task) is None
    caller = await town.customer_of(task)
    assert (await caller.get(f"/api/requests/{task.request_id}/windows"))["windows"]


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    return {name: UUID(value) if name.endswith("_id") and value else value for name, value in body.items()}
