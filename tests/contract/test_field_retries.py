"""What nobody could take is placed once somebody can: at once when there is news, else by the sweep."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from field.dispatch import retries
from field.dispatch.hours import note_changed
from field.dispatch.retries import RETRY_EVERY
from field.dispatch.tables import Shift
from field.grid.tables import Rep
from field.reps.imports import import_reps
from field.task.tables import Task
from field.task.task import TaskState
from field.visits.handlers import group
from kernel.actors import SYSTEM
from kernel.contracts import Event, RouteEased
from kernel.database import UnitOfWork
from kernel.outbox import read_event
from tests.rig.foundations import MORNING
from tests.rig.town import REPS, Town, inside, sweep, zone_file

SOON = MORNING + timedelta(hours=2)


async def news(town: Town, *kinds: str, heard: Collection[UUID] = ()) -> None:
    """Deliver what the field has told itself and was not ``heard``, and what comes of that; each once."""
    delivered = set(heard)
    while True:
        rows = [row for kind in kinds or ("task_done", "route_eased") for row in await town.outbox(kind)]
        if not (fresh := [row for row in rows if row.id not in delivered]):
            return
        for row in fresh:
            delivered.add(row.id)
            event: Event = read_event(row.type, row.body)
            await town.deliver(row.id, event)


async def busy_ann(town: Town) -> tuple[Task, Task]:
    """Ann, the only one of level 3, has a job of three hours; another that is due in two finds nobody."""
    at_once: dict[str, Any] = {"window_start": MORNING, "window_end": MORNING + timedelta(minutes=15)}
    long = await town.task(where=inside("A1"), level=3, duration_s=3 * 3600, **at_once)
    pressing = await town.task(where=inside("A2"), level=3, window_start=MORNING, window_end=SOON)
    assert (pressing.state, pressing.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")
    assert town.rep_code(long.rep_id) == "ann"
    return long, pressing


async def test_who_finishes_early_gets_what_nobody_had_time_for(town: Town) -> None:
    long, pressing = await busy_ann(town)
    ann = await town.caller("ann")
    await ann.post(f"/api/tasks/{long.id}/acceptance")
    await ann.post(f"/api/tasks/{long.id}/arrival")
    town.clock.advance(20 * 60)
    await ann.post(f"/api/tasks/{long.id}/completion", {"note": "Only a loose nut."})
    await news(town)
    now = await town.reload(pressing)
    assert (now.state, town.rep_code(now.rep_id), now.unplaced_reason) == (TaskState.ASSIGNED, "ann", None)
    assert len(await town.events("task_assigned")) == 2


async def test_who_declines_is_asked_for_the_others_and_not_again_for_that_one(town: Town) -> None:
    long, pressing = await busy_ann(town)
    ann = await town.caller("ann")
    await ann.post(f"/api/tasks/{long.id}/declination", {"reason": "The pump room is locked."})
    await news(town)
    assert town.rep_code((await town.reload(pressing)).rep_id) == "ann"
    left = await town.reload(long)
    assert (left.state, left.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")


@pytest.mark.parametrize(
    ("needs", "before", "after"),
    [
        ({"skill": "water_quality"}, "leak_repair:3;valve:2", "leak_repair:3;water_quality:1"),
        ({"parts": (("coupling_dn15", 9),)}, "coupling_dn15:4", "coupling_dn15:27"),
    ],
    ids=["skill", "parts"],
)
async def test_a_file_that_brings_what_was_missing(
    town: Town, needs: dict[str, Any], before: str, after: str
) -> None:
    tasks = [await town.task(where=inside("A1", east=0.2 + number / 10), **needs) for number in range(3)]
    assert {task.state for task in tasks} == {TaskState.UNPLACED}
    file = REPS.replace(before, after).encode()
    await town.database.run(import_reps, SYSTEM, file, dry_run=True)
    assert len(await town.outbox("route_eased")) == 1, "trying a file out, as before, tells nobody"
    await town.database.run(import_reps, SYSTEM, file)
    await news(town)
    states = [(await town.reload(task)).state for task in tasks]
    assert states == [TaskState.ASSIGNED] * 3, "one after the other, all of them"


async def test_what_no_event_tells_of_is_found_by_the_sweep(town: Town) -> None:
    evening = MORNING + timedelta(hours=11)  # half past seven, two hours after the shift
    task = await town.task(
        where=inside("A1"), window_start=evening, window_end=evening + timedelta(hours=1), severity="minor"
    )
    assert task.unplaced_reason == "nobody_able"

    async def work_late(uow: UnitOfWork) -> None:
        hours = {"start_at": MORNING, "end_at": evening + timedelta(hours=3)}
        day = town.services.day_of(MORNING)
        uow.session.add(Shift(id=uuid4(), rep_id=town.reps["bob"].id, day=day, **hours))
        await note_changed(uow, [day])

    await town.database.run(work_late)
    town.clock.advance(RETRY_EVERY.total_seconds() - 1)
    assert await sweep(town.database, town.services) == 0, "it was tried a moment ago"
    town.clock.advance(1)
    assert await sweep(town.database, town.services) == 1
    assert town.rep_code((await town.reload(task)).rep_id) == "bob"


async def test_what_is_urgent_after_hours_is_placed_once_its_promise_is_broken(town: Town) -> None:
    town.clock.set(MORNING + timedelta(hours=10))  # half past six in the evening, shifts ended at 17:30
    task = await town.task(where=inside("A1"), severity="urgent")
    assert (task.state, task.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")
    assert {each["rule"]["code"] for each in task.placement["passed_over"]} == {"off_shift"}
    town.clock.advance(2 * 3600 + 1)
    assert await sweep(town.database, town.services) >= 1
    now = await town.reload(task)
    assert (now.state, town.rep_code(now.rep_id)) == (TaskState.ASSIGNED, "ann")
    assert (now.placement["day"], now.placement["position"]) == ("2026-11-22", 0), "first thing tomorrow"


async def test_who_is_idle_in_the_morning_gets_what_was_urgent_last_night(town: Town) -> None:
    town.clock.set(MORNING - timedelta(hours=12))
    task = await town.task(where=inside("A1"), severity="urgent")
    assert task.unplaced_reason == "nobody_able"
    town.clock.set(MORNING + timedelta(minutes=10))  # 08:40, and nothing has swept all night
    dora = await town.caller("dora")
    found = await dora.get(f"/api/tasks/{task.id}/proposals")
    assert [town.rep_code(UUID(each["rep_id"])) for each in found["best"]] == ["ann", "bob", "cyd"]
    await sweep(town.database, town.services)
    assert (await town.reload(task)).state is TaskState.ASSIGNED


async def test_a_retry_in_vain_leaves_no_trace(town: Town) -> None:
    task = await town.task(where=inside("A1"), skill="water_quality")
    before = await town.reload(task)
    for _ in range(3):
        await town.hear(RouteEased(rep_id=town.reps["ann"].id))
        await town.hear(RouteEased())
        town.clock.advance(RETRY_EVERY.total_seconds())
        await sweep(town.database, town.services)
    now = await town.reload(task)
    assert (now.version, now.steps) == (before.version, before.steps)
    assert len(await town.events("task_unplaced")) == 1
    assert len(await town.outbox("route_eased")) == 1 + 3 * 2, "nor does it go on asking itself"


async def test_what_a_dispatcher_keeps_back_stays_there(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    dora = await town.caller("dora")
    await dora.post(f"/api/tasks/{task.id}/return", {"version": task.version, "reason": "They will ring."})
    await news(town)
    await town.hear(RouteEased())
    town.clock.advance(RETRY_EVERY.total_seconds())
    await sweep(town.database, town.services)
    now = await town.reload(task)
    assert (now.state, now.unplaced_reason) == (TaskState.UNPLACED, "taken_back")


async def test_a_retry_that_meets_a_dispatcher_takes_nothing_from_them(town: Town) -> None:
    task = await town.task(where=inside("A1"), skill="water_quality")

    async def learn(uow: UnitOfWork) -> None:
        learned = update(Rep).where(Rep.code == "ann").values(skills={"water_quality": 1})
        await uow.session.execute(learned)

    await town.database.run(learn)
    dora = await town.caller("dora")
    wanted = {"rep_id": str(town.reps["cyd"].id), "version": task.version, "overrule": True}
    answer, *_ = await asyncio.gather(
        dora.http.post(f"/api/tasks/{task.id}/assignment", json=wanted),
        asyncio.gather(*(town.hear(RouteEased()) for _ in range(4))),
    )
    now = await town.reload(task)
    decided = "cyd" if answer.status_code == 200 else "ann"
    assert answer.status_code in (200, 409)
    assert (now.state, town.rep_code(now.rep_id)) == (TaskState.ASSIGNED, decided)
    standing = [task_id for code in town.reps for task_id in await town.route(code)]
    assert standing == [task.id], "it stands in one route"
    assert len(await town.events("task_assigned")) == 1


HARBOUR = "address,town,lon,lat\n1 Harbour Road,Monaco,7.4131,43.7051\n9 Cliff Path,Monaco,7.4531,43.7051\n"


async def bring(town: Town, kind: str, data: bytes) -> None:
    dora = await town.caller("dora")
    before = [row.id for row in await town.outbox("ground_learned")]
    await dora.upload(f"/api/imports/{kind}", data, name=f"{kind}.csv")
    await news(town, "ground_learned", heard=before)


async def test_an_address_file_places_what_had_no_place(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "TOLD_AT_ONCE", 2)
    known = [await town.task(where=None, priority=priority) for priority in (1, 3, 2)]
    unknown = await town.task(where=None, address="1 Nowhere Lane")
    beyond = await town.task(where=None, address="9 Cliff Path")
    expert = await town.task(where=None, skill="water_quality")
    assert {task.unplaced_reason for task in (*known, unknown, beyond, expert)} == {"no_place"}
    await bring(town, "addresses", HARBOUR.encode())
    assert {(await town.reload(task)).state for task in known} == {TaskState.ASSIGNED}
    placed = [event["task_id"] for event in await town.events("task_assigned")]
    assert placed == [str(known[at].id) for at in (1, 2, 0)], "the most pressing first"
    now = await town.reload(unknown)
    assert (now.unplaced_reason, now.version) == ("no_place", unknown.version), "in vain, and without a trace"
    assert (await town.reload(beyond)).unplaced_reason == "outside_zones"
    now = await town.reload(expert)
    assert (now.unplaced_reason, now.lon) == ("nobody_able", 7.4131), "its place is known, and what it lacks"
    before = await town.reload(known[0])
    await bring(town, "addresses", HARBOUR.encode())
    assert (await town.reload(known[0])).version == before.version


async def test_a_zone_file_places_what_lay_outside(town: Town) -> None:
    outside = await town.task(where=(7.445, 43.705))
    assert outside.unplaced_reason == "outside_zones"
    wider = json.loads(zone_file())
    wider["features"][3]["geometry"]["coordinates"][0][1][0] = 7.45
    wider["features"][3]["geometry"]["coordinates"][0][2][0] = 7.45
    await bring(town, "zones", json.dumps(wider).encode())
    assert (await town.reload(outside)).state is TaskState.ASSIGNED


def test_the_field_hears_its_own_news() -> None:
    assert {"task_done", "route_eased", "ground_learned"} <= group.types
