"""A day that is over is looked back at: what it cost, and the decisions that cost most."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from field.figures.jobs import bring_up
from field.hindsight.commands import TRIES
from field.hindsight.jobs import count_asked, count_waiting
from field.hindsight.reading import read_driven
from field.hindsight.regret import Hindsight, look_back
from field.hindsight.tables import HindsightDecision
from field.reoptimise.apart import SearchLost
from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.replan import Rest
from field.task.tables import Task
from field.task.timeline import remember
from kernel.actors import SYSTEM
from kernel.contracts import RequestErased
from kernel.database import UnitOfWork
from tests.contract.test_figures import supervisor
from tests.rig.people import Caller
from tests.rig.town import Town, inside

HINDSIGHT = "/api/hindsight"
WAY_S, WORK_S = 420, 1500
DAY_S = 86_400


async def search_here(
    rest: Rest, _budget_s: float, seed: int, _still_wanted: Callable[[], Awaitable[bool]]
) -> Hindsight | None:
    """The look back itself, without the process around it."""
    return look_back(rest, lambda: lambda made: made / 300, quick_moves(), seed=seed)


async def driven(town: Town, who: Caller, *tasks: Task) -> None:
    """One after the other: accepted, on the way, at the door, done."""
    for task in tasks:
        at = f"/api/tasks/{task.id}"
        await who.post(f"{at}/acceptance")
        await who.post(f"{at}/travel")
        town.clock.advance(WAY_S)
        await who.post(f"{at}/arrival")
        town.clock.advance(WORK_S)
        await who.post(f"{at}/completion", {"note": "tightened"})


async def given(town: Town, task: Task, to: str) -> Task:
    """A dispatcher moves it by hand."""
    dora = await town.caller("dora")
    version = (await town.reload(task)).version
    body = {"rep_id": str(town.reps[to].id), "version": version}
    await dora.post(f"/api/tasks/{task.id}/assignment", body)
    return await town.reload(task)


async def over(town: Town) -> date:
    """The next morning, with yesterday's figures counted; yesterday."""
    yesterday = town.services.day_of(town.clock.now())
    town.clock.advance(DAY_S)
    await bring_up(town.database, town.services)
    return yesterday


async def count(town: Town) -> int:
    return await count_waiting(town.database, town.services, search=search_here)


async def a_day(town: Town) -> tuple[Task, Task, Task]:
    """Two leaks in Bob's zone and one in Ann's; the far one of Bob's was given to Ann by hand."""
    own = await town.task(where=inside("A1", 0.4))
    far = await town.task(where=inside("A2", 0.9))
    near = await town.task(where=inside("A2", 0.8))
    assert [town.rep_code(each.rep_id) for each in (own, far, near)] == ["ann", "bob", "bob"]
    far = await given(town, far, "ann")
    await driven(town, await town.caller("bob"), near)
    await driven(town, await town.caller("ann"), own, far)
    return own, far, near


async def test_the_costliest_decision_is_told_with_what_would_have_been_cheaper(town: Town) -> None:
    at = town.clock.now()
    own, far, near = await a_day(town)
    day = await over(town)
    dora = await town.caller("dora")
    waiting = await dora.get(HINDSIGHT)
    assert (waiting["day"], waiting["station"], waiting["state"]) == (day.isoformat(), "SA", "waiting")
    assert waiting["ratio"] is None and waiting["decisions"] == []
    assert await count_waiting(town.database, town.services) == 1, "in a process of its own"

    seen = await dora.get(HINDSIGHT, day=day.isoformat(), station="SA")
    assert (seen["state"], seen["people"], seen["stops"]) == ("counted", 2, 3)
    assert seen["ratio"] == round(seen["driven"]["total_s"] / seen["known"]["total_s"], 4) > 1
    assert seen["known"]["travel_s"] < seen["driven"]["travel_s"]
    first = seen["decisions"][0]
    assert (first["kind"], first["task"]["id"]) == ("moved", str(far.id))
    assert (first["rep"]["name_en"], first["better"]["name_en"]) == ("Ann", "Bob")
    assert first["cost"]["total_s"] >= first["cost"]["travel_s"] > 60
    passed = (await town.reload(near)).arrived_at
    assert passed and datetime.fromisoformat(first["near_at"]) == passed and first["near_m"] == 100
    assert datetime.fromisoformat(first["decided_at"]) == at.replace(microsecond=0)
    states = {each["names"]["code"]: (each["state"], each["ratio"]) for each in seen["stations"]}
    assert states == {"SA": ("counted", seen["ratio"]), "SB": ("empty", None)}
    assert (await dora.get(HINDSIGHT, station="SB"))["state"] == "empty"
    assert own.id != far.id


async def test_a_no_that_sent_somebody_else_is_one_of_them(town: Town) -> None:
    bob, ann = await town.caller("bob"), await town.caller("ann")
    first = await town.task(where=inside("A2", 0.8))
    task = await town.task(where=inside("A2", 0.9), level=2)  # Cyd, of the other station, is no help
    await bob.post(f"/api/tasks/{task.id}/acceptance")
    await bob.post(f"/api/tasks/{task.id}/declination", {"reason": "no key"})
    task = await town.reload(task)
    assert town.rep_code(task.rep_id) == "ann"
    await driven(town, bob, first)
    await driven(town, ann, task)
    await over(town)
    assert await count(town) == 1
    decision = (await (await town.caller("dora")).get(HINDSIGHT))["decisions"][0]
    assert (decision["kind"], decision["task"]["id"]) == ("declined", str(task.id))
    assert decision["better"]["name_en"] == "Bob"


async def test_a_day_is_counted_again_when_more_is_told_of_it_and_when_somebody_asks(town: Town) -> None:
    _, far, _ = await a_day(town)
    day = await over(town)
    assert [await count(town), await count(town)] == [1, 0]

    async def late(uow: UnitOfWork) -> None:
        remember(uow, await uow.session.get_one(Task, far.id), "report", SYSTEM, far.state)

    await town.database.run(late)
    await bring_up(town.database, town.services)
    assert [await count(town), await count(town)] == [1, 0]
    sue = await supervisor(town)
    asked = await sue.post(f"{HINDSIGHT}/counts", {"day": day.isoformat(), "station": "SA"})
    assert asked["state"] == "waiting"
    assert [await count_asked(town.database, town.services, search=search_here) for _ in range(2)] == [1, 0]
    assert (await sue.get(HINDSIGHT))["state"] == "counted"
    async with town.database.reading() as session:
        rows = (await session.scalars(select(HindsightDecision.rank))).all()
    assert sorted(rows) == list(range(1, len(rows) + 1)) and rows, "each counting in place of the last"


async def test_a_day_that_is_long_over_is_counted_only_when_somebody_asks(town: Town) -> None:
    await a_day(town)
    day = await over(town)
    town.clock.advance(20 * DAY_S)
    assert await count(town) == 0
    sue = await supervisor(town)
    assert (await sue.get(HINDSIGHT, day=day.isoformat(), station="SA"))["state"] == "uncounted"
    await sue.post(f"{HINDSIGHT}/counts", {"day": day.isoformat(), "station": "SA"})
    assert await count_asked(town.database, town.services, search=search_here) == 1
    seen = await sue.get(HINDSIGHT, day=day.isoformat(), station="SA")
    assert seen["state"] == "counted" and seen["decisions"]


async def test_a_search_that_is_lost_again_and_again_is_told_and_not_begun_for_ever(town: Town) -> None:
    await a_day(town)
    await over(town)
    begun = 0

    async def lost(*_given: Any) -> Hindsight | None:
        nonlocal begun
        begun += 1
        raise SearchLost("killed")

    for _ in range(TRIES + 3):
        assert await count_waiting(town.database, town.services, search=lost) == 0
    assert begun == TRIES
    sue = await supervisor(town)
    seen = await sue.get(HINDSIGHT)
    assert (seen["state"], seen["refused"], seen["decisions"]) == ("refused", "search_lost", [])
    await sue.post(f"{HINDSIGHT}/counts", {"day": seen["day"], "station": "SA"})
    assert await count_asked(town.database, town.services, search=search_here) == 1
    assert (await sue.get(HINDSIGHT))["state"] == "counted"


async def test_who_could_not_go_on_had_hours_until_then(town: Town) -> None:
    bob = await town.caller("bob")
    task = await town.task(where=inside("A2", 0.8))
    left = await town.task(where=inside("A2", 0.9))
    await driven(town, bob, task)
    dora = await town.caller("dora")
    since = town.clock.now()
    await dora.post(f"/api/reps/{town.reps['bob'].id}/absence", {"zones": []})
    left = await town.reload(left)
    if left.rep_id != town.reps["ann"].id:
        left = await given(town, left, "ann")
    await driven(town, await town.caller("ann"), left)
    day = await over(town)
    async with town.database.reading() as session:
        found = await read_driven(session, town.services, day, "SA")
    hours = {route.rep.rep_id: route.rep for route in found.rest.routes}
    bobs = hours[town.reps["bob"].id]
    assert (bobs.shift_start, bobs.shift_end) == (
        int(town.services.moment(day, 480).timestamp()),
        int(since.timestamp()),
    )
    assert found.absent == {town.reps["bob"].id: int(since.timestamp())}
    assert await count(town) == 1


async def test_what_is_kept_tells_nothing_of_a_customer(town: Town) -> None:
    _, far, _ = await a_day(town)
    await over(town)
    await count(town)
    assert far.request_id is not None
    await town.hear(RequestErased(request_id=far.request_id))
    await bring_up(town.database, town.services)
    dora = await town.caller("dora")
    seen = await dora.get(HINDSIGHT)
    (task,) = [each["task"] for each in seen["decisions"] if each["task"]["id"] == str(far.id)]
    assert task["address"] == ""
    (near,) = [each["near_m"] for each in seen["decisions"] if each["task"]["id"] == str(far.id)]
    assert near is None, "how far it was from somewhere says where it was"
    assert await count(town) == 1, "an erasure is a line"
    again = await dora.get(HINDSIGHT)
    assert again["stops"] == 3
    assert "" in {each["task"]["address"] for each in again["decisions"] if each["task"]["id"] == str(far.id)}


async def test_only_days_that_are_over_and_only_supervisors_ask(town: Town) -> None:
    dora, sue, ann = await town.caller("dora"), await supervisor(town), await town.caller("ann")
    today = town.services.day_of(town.clock.now())
    body = {"day": today.isoformat(), "station": "SA"}
    assert await dora.refused("POST", f"{HINDSIGHT}/counts", json=body) == "forbidden"
    assert await ann.refused("GET", HINDSIGHT) == "forbidden"
    assert await sue.refused("POST", f"{HINDSIGHT}/counts", json=body) == "day_not_over"
    nowhere = {"day": (today - timedelta(days=1)).isoformat(), "station": "moon"}
    assert await sue.refused("POST", f"{HINDSIGHT}/counts", json=nowhere) == "station_unknown"
    answer = await dora.http.get(HINDSIGHT, params={"day": today.isoformat()})
    assert answer.json()["error"]["code"] == "day_not_over"
    assert (await dora.http.get(HINDSIGHT, params={"day": "1999-01-01", "moon": 1})).status_code == 422
    empty = await dora.get(HINDSIGHT)
    assert (empty["state"], empty["station"]) == ("empty", "SA")
