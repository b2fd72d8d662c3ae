"""A window that is offered is a place in a route; held it is nobody else's, and taken it is a promise."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from field.appointments.commands import lapsed_holds, let_lapse
from field.appointments.tables import Appointment
from field.dispatch.tables import VisitRow, WindowHold
from field.task.tables import Task
from field.task.task import TaskState
from kernel.jobs import one_by_one
from tests.rig.people import Caller
from tests.rig.town import Town, inside

HOUR = timedelta(hours=1)


async def windows(caller: Caller, task: Task) -> list[dict[str, Any]]:
    found = await caller.get(f"/api/requests/{task.request_id}/windows")
    return list(found["windows"])


def clocks(town: Town, offered: list[dict[str, Any]], day: int = 0) -> list[str]:
    """The windows of a day, by the clock on the utility's wall."""
    first = town.services.day_of(town.clock.now())
    local = [datetime.fromisoformat(each["start"]).astimezone(town.services.timezone) for each in offered]
    return [f"{at:%H:%M}" for at in local if at.date() == first + timedelta(days=day)]


def body(window: dict[str, Any]) -> dict[str, Any]:
    return {"start": window["start"], "end": window["end"]}


async def choose(caller: Caller, task: Task, window: dict[str, Any], what: str) -> httpx.Response:
    return await caller.http.put(f"/api/requests/{task.request_id}/{what}", json=body(window))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_the_windows_offered_are_free_and_spread_over_days(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    offered = await windows(await town.customer_of(task), task)
    days = {each["day"] for each in offered}
    assert (len(offered), len(days)) == (8, 7)
    dora = await town.caller("dora")
    every = (await dora.get(f"/api/tasks/{task.id}/windows"))["windows"]
    assert clocks(town, every) == ["08:00", "10:00", "13:00", "15:00"]
    assert {(each["start"]) for each in offered} <= {each["start"] for each in every}
    assert {each["day"] for each in every if each["cheapest"]} == {each["day"] for each in every}


async def test_nobody_able_means_no_window(town: Town) -> None:
    task = await town.task(where=inside("A1"), skill="pressure")
    assert await windows(await town.customer_of(task), task) == []


async def test_a_visit_without_a_place_is_promised_to_nobody(town: Town) -> None:
    event = town.visit(None, address="nowhere")
    await town.hear(event)
    task = await town.task(event)
    caller = await town.customer_of(task)
    answer = await caller.http.get(f"/api/requests/{task.request_id}/windows")
    assert (answer.status_code, code(answer)) == (409, "appointment_place_unknown")


async def test_a_window_taken_is_a_promise_on_the_route(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    caller = await town.customer_of(task)
    dora = await town.caller("dora")
    every = (await dora.get(f"/api/tasks/{task.id}/windows"))["windows"]
    window = next(each for each in every if clocks(town, [each], 2) == ["13:00"])

    held = await choose(caller, task, window, "window-hold")
    assert held.status_code == 200, held.text
    assert held.json()["held"]["start"] == window["start"]
    taken = await choose(caller, task, window, "appointment")
    assert taken.status_code == 200, taken.text
    told = taken.json()
    assert (told["window_start"], told["window_end"]) == (window["start"], window["end"])
    assert (told["held"], told["stops_away"], told["state"]) == (None, None, "assigned")
    assert window["start"] <= told["eta"] <= window["end"]

    now = await town.reload(task)
    async with town.database.reading() as session:
        visit = await session.get_one(VisitRow, task.id)
        assert now.window_start <= visit.starts_at <= now.window_end
        assert await session.get(WindowHold, task.id) is None
        assert (await session.get_one(Appointment, task.id)).made_by == "customer"
    [promised] = await town.events("visit_promised")
    assert (promised["start_clock"], promised["end_clock"], promised["why"]) == ("13:00", "15:00", "customer")
    standing = [task_id for rep in town.reps for task_id in await town.route(rep)]
    assert standing == [task.id], "it stands in one route"


async def test_the_same_promise_again_changes_nothing(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    caller = await town.customer_of(task)
    [window, *_] = await windows(caller, task)
    await choose(caller, task, window, "appointment")
    before = await town.reload(task)
    again = await choose(caller, task, window, "appointment")
    assert (again.status_code, (await town.reload(task)).version) == (200, before.version)
    assert len(await town.events("visit_promised")) == 1


async def full_day(town: Town, rep: str, minutes: int, day: int = 1) -> None:
    """Fill the others' days, and so much of that representative's, from the window's start on."""
    date = town.services.day_of(town.clock.now()) + timedelta(days=day)
    for name in town.reps:
        blocked = minutes if name == rep else 9 * 60
        start = town.services.moment(date, 480)
        task = await town.task(
            where=inside({"ann": "A1", "bob": "A2", "cyd": "B1"}[name]),
            duration_s=blocked * 60,
            window_start=start,
            window_end=start + HOUR,
        )
        assert town.rep_code(task.rep_id) == name


async def test_of_two_who_want_the_last_place_one_gets_it(town: Town) -> None:
    # Ann has one place left tomorrow: 15:00 to 17:00, for one visit of two hours.
    await full_day(town, "ann", 6 * 60 + 50)
    tasks = [
        await town.task(where=inside("A1", east=0.4 + place / 10), duration_s=110 * 60) for place in range(2)
    ]
    callers = [await town.customer_of(task) for task in tasks]
    offered = [await windows(caller, task) for caller, task in zip(callers, tasks, strict=True)]
    assert [clocks(town, each, 1) for each in offered] == [["15:00"], ["15:00"]]
    [window] = [each for each in offered[0] if clocks(town, [each], 1)]

    answers = await asyncio.gather(
        *(choose(caller, task, window, "window-hold") for caller, task in zip(callers, tasks, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(place for place, answer in enumerate(answers) if answer.status_code == 409)
    assert code(answers[loser]) == "window_taken"
    # Fresh ones are there at once, without what the other is deciding about.
    fresh = await windows(callers[loser], tasks[loser])
    assert fresh
    assert clocks(town, fresh, 1) == []
    assert code(await choose(callers[loser], tasks[loser], window, "appointment")) == "window_taken"
    winner = 1 - loser
    assert (await choose(callers[winner], tasks[winner], window, "appointment")).status_code == 200


async def test_what_is_held_is_a_visit_for_whoever_is_placed_meanwhile(town: Town) -> None:
    await full_day(town, "ann", 6 * 60 + 50)
    task = await town.task(where=inside("A1", east=0.4), duration_s=110 * 60)
    caller = await town.customer_of(task)
    [window] = [each for each in await windows(caller, task) if clocks(town, [each], 1)]
    assert (await choose(caller, task, window, "window-hold")).status_code == 200

    start, end = datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"])
    wanted: dict[str, Any] = {"where": inside("A1", east=0.6), "duration_s": 110 * 60}
    other = await town.task(**wanted, window_start=start, window_end=end)
    assert (other.state, other.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")

    town.clock.advance(601)
    assert await one_by_one(town.database, let_lapse, await lapsed_holds(town.database)) == 1
    later = await town.task(**wanted, window_start=start, window_end=end)
    assert later.state is TaskState.ASSIGNED


async def test_a_hold_that_was_given_back_is_free_at_once(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    caller = await town.customer_of(task)
    [window, *_] = await windows(caller, task)
    await choose(caller, task, window, "window-hold")
    await caller.http.delete(f"/api/requests/{task.request_id}/window-hold")
    async with town.database.reading() as session:
        assert (await session.scalars(select(WindowHold))).all() == []
    assert [event["rep_id"] for event in await town.events("route_eased")]


async def test_a_dispatcher_promises_on_the_telephone(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    dora = await town.caller("dora")
    here = f"/api/tasks/{task.id}"
    [window, *_] = (await dora.get(f"{here}/windows"))["windows"]
    held = await dora.put(f"{here}/window-hold", body(window))
    assert held["held"]["end"] == window["end"]
    told = await dora.put(f"{here}/appointment", body(window))
    assert told["window_start"] == window["start"]
    [promised] = await town.events("visit_promised")
    assert promised["why"] == "dispatcher"


@pytest.mark.parametrize(
    ("shift", "expected"),
    [(timedelta(minutes=7), "window_not_offered"), (timedelta(days=30), "window_not_offered")],
)
async def test_only_what_is_offered_can_be_taken(town: Town, shift: timedelta, expected: str) -> None:
    task = await town.task(where=inside("A1"))
    caller = await town.customer_of(task)
    [window, *_] = await windows(caller, task)
    other = {name: (datetime.fromisoformat(window[name]) + shift).isoformat() for name in ("start", "end")}
    answer = await choose(caller, task, other, "appointment")
    assert (answer.status_code, code(answer)) == (409, expected)


async def test_whoever_is_on_the_way_is_not_called_back_by_a_page(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    caller, ann = await town.customer_of(task), await town.caller("ann")
    [*_, window] = await windows(caller, task)
    await ann.post(f"/api/tasks/{task.id}/acceptance", {})
    await ann.post(f"/api/tasks/{task.id}/travel", {})
    answer = await choose(caller, task, window, "appointment")
    assert (answer.status_code, code(answer)) == (409, "too_late_to_change")


async def test_another_customers_visit_does_not_exist(town: Town) -> None:
    own, other = await town.task(where=inside("A1")), await town.task(where=inside("A2"))
    caller = await town.customer_of(own)
    for method, path in (("GET", "appointment"), ("GET", "windows"), ("DELETE", "window-hold")):
        answer = await caller.http.request(method, f"/api/requests/{other.request_id}/{path}")
        assert answer.status_code == 404


async def test_the_page_counts_the_stops_before(town: Town) -> None:
    first = await town.task(where=inside("A1"), severity="urgent")
    ann = await town.caller("ann")
    await ann.post(f"/api/tasks/{first.id}/acceptance", {})
    second = await town.task(where=inside("A1", east=0.7))
    caller = await town.customer_of(second)
    told = await caller.get(f"/api/requests/{second.request_id}/appointment")
    assert told["stops_away"] == 1
    here = f"/api/tasks/{first.id}"
    for step in ("travel", "arrival"):
        await ann.post(f"{here}/{step}", {})
    town.clock.advance(3600)
    overrun = await caller.get(f"/api/requests/{second.request_id}/appointment")
    assert overrun["stops_away"] == 1
    assert datetime.fromisoformat(overrun["eta"]) > town.clock.now()
    await ann.post(f"{here}/completion", {"note": "Done."})
    assert (await caller.get(f"/api/requests/{second.request_id}/appointment"))["stops_away"] == 0


async def test_whoever_is_placed_around_a_hold_stands_where_the_route_has_them(town: Town) -> None:
    day = town.services.day_of(town.clock.now()) + timedelta(days=1)

    async def at(hour: int, east: float) -> Task:
        start = town.services.moment(day, hour * 60)
        return await town.task(where=inside("A1", east=east), window_start=start, window_end=start + HOUR)

    afternoon = await at(13, 0.4)
    thinking = await town.task(where=inside("A1", east=0.6))
    caller, dora = await town.customer_of(thinking), await town.caller("dora")
    every = (await dora.get(f"/api/tasks/{thinking.id}/windows"))["windows"]
    [early] = [each for each in every if clocks(town, [each], 1) == ["08:00"]]
    assert (await choose(caller, thinking, early, "window-hold")).status_code == 200

    between = await at(11, 0.5)
    # Behind what is held and before the afternoon: the first of what stands in the route.
    async with town.database.reading() as session:
        places = {id: (await session.get_one(VisitRow, id)).position for id in (between.id, afternoon.id)}
    assert places == {between.id: 0, afternoon.id: 1}
    assert (await choose(caller, thinking, early, "appointment")).status_code == 200
    async with town.database.reading() as session:
        assert (await session.get_one(VisitRow, thinking.id)).position == 0


async def test_without_a_visit_there_is_nothing_to_arrange(town: Town) -> None:
    nothing = Task(request_id=uuid4())
    caller = await town.customer_of(nothing)
    here = f"/api/requests/{nothing.request_id}"
    told = await caller.get(f"{here}/appointment")
    assert (told["state"], told["may"]) == ("none", [])
    for method, path in (("GET", "windows"), ("DELETE", "window-hold")):
        answer = await caller.http.request(method, f"{here}/{path}")
        assert (answer.status_code, code(answer)) == (409, "no_visit")
