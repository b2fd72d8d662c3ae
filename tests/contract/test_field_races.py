"""Several people at once: one wins, the others are told, nothing is lost and nothing is there twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import chain

import httpx
import pytest

from field.task.task import TaskState
from tests.rig.town import Town, inside, sweep


async def test_of_two_dispatchers_who_move_a_task_one_wins(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    dora, dirk = await town.caller("dora"), await town.caller("dirk")
    path = f"/api/tasks/{task.id}/assignment"

    async def assign(caller: httpx.AsyncClient, code: str) -> httpx.Response:
        wanted = {"rep_id": str(town.reps[code].id), "version": task.version}
        return await caller.post(path, json=wanted)

    answers = await asyncio.gather(assign(dora.http, "bob"), assign(dirk.http, "cyd"))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    now = await town.reload(task)
    assert lost.json()["error"]["code"] == "stale_version"
    assert lost.json()["error"]["params"] == {"current": now.version}
    assert won.json()["rep"]["id"] == str(now.rep_id)
    standing = [task_id for code in town.reps for task_id in await town.route(code)]
    assert standing == [task.id], "it stands in one route"


async def test_twenty_visits_at_once_all_find_their_place(town: Town) -> None:
    events = [town.visit(inside("A1", east=0.1 + 0.04 * n), duration_s=600) for n in range(20)]
    heard = await asyncio.gather(*(town.hear(event) for event in events), return_exceptions=True)
    # A delivery that lost its race too often is not confirmed; the bus delivers it again.
    for event, result in zip(events, heard, strict=True):
        if isinstance(result, Exception):
            await town.hear(event)

    tasks = [await town.task(event) for event in events]
    assert {task.state for task in tasks} == {TaskState.ASSIGNED}
    routes = [await town.route(code) for code in town.reps]
    assert Counter(chain.from_iterable(routes)) == Counter(task.id for task in tasks)


async def test_one_event_delivered_by_ten_workers_makes_one_task(town: Town) -> None:
    event = town.visit(inside("A1"))
    await town.hear(event)
    [row] = await town.outbox("visit_requested")
    again = await asyncio.gather(*(town.deliver(row.id, event) for _ in range(10)))
    assert not any(again)
    assert len(await town.events("task_assigned")) == 1


async def test_accepting_while_the_dispatcher_takes_it_away(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    ann, dora = await town.caller("ann"), await town.caller("dora")
    wanted = {"rep_id": str(town.reps["bob"].id), "version": task.version}
    accepted, moved = await asyncio.gather(
        ann.http.post(f"/api/tasks/{task.id}/acceptance", json={"version": task.version}),
        dora.http.post(f"/api/tasks/{task.id}/assignment", json=wanted),
    )
    assert sorted((accepted.status_code, moved.status_code)) in ([200, 404], [200, 409])
    now = await town.reload(task)
    if accepted.status_code == 200:
        assert (now.state, town.rep_code(now.rep_id)) == (TaskState.ACCEPTED, "ann")
    else:
        assert (now.state, town.rep_code(now.rep_id)) == (TaskState.ASSIGNED, "bob")


async def test_two_sweeps_at_once_do_the_work_once(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="urgent")
    town.clock.advance(300)
    done = await asyncio.gather(*(sweep(town.database, town.services) for _ in range(4)))
    assert sum(done) == 1
    assert (await town.reload(task)).refused_by == [str(town.reps["ann"].id)]


@pytest.mark.parametrize("callers", [2, 5, 16])
async def test_whoever_creates_a_task_has_lost_no_race(town: Town, callers: int) -> None:
    dora = await town.caller("dora")
    wanted = {
        "category": "leak",
        "severity": "minor",
        "skill": "leak_repair",
        "duration_s": 600,
    }

    async def create(number: int) -> list[int]:
        codes = []
        for turn in range(32 // callers):
            lon, lat = inside("A1", east=0.1 + 0.05 * number, north=0.2 + 0.02 * turn)
            answer = await dora.http.post("/api/tasks", json={**wanted, "lon": lon, "lat": lat})
            codes.append(answer.status_code)
        return codes

    answers = Counter(chain.from_iterable(await asyncio.gather(*map(create, range(callers)))))
    assert answers == {201: 32 // callers * callers}
    routes = [task_id for code in town.reps for task_id in await town.route(code)]
    assert len(routes) == len(set(routes)) == 32 // callers * callers, "each stands in one route"
