"""A representative is lost in the middle of the morning: the day is planned again, and a colleague drives.

The product runs with all its processes; the search has one of its own.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kernel.actors import Surface
from tests.rig.people import Caller
from tests.rig.working_day import WorkingDay

WORKING = ("asked", "running")
SEARCHED_S = 90
"""Where nothing has been compiled before, the search is compiled first."""


async def phone(day: WorkingDay, code: str) -> Caller:
    """The representative's own, signed in by the link that the import gave."""
    body = {"token": day.links[code].partition("#k=")[2], "surface": Surface.REP.value, "bearer": True}
    answer = await day.app.caller().post("/api/sign-in-links/redemption", body)
    return day.app.caller(answer["session"]["token"])


async def once_searched(day: WorkingDay, id: str) -> Any:
    """The re-optimisation, once its search is over."""
    async with asyncio.timeout(SEARCHED_S):
        while (plan := await day.dispatcher.get(f"/api/reoptimisations/{id}"))["state"] in WORKING:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return plan


@pytest.mark.timeout(180)
async def test_what_a_lost_representative_had_open_is_driven_by_a_colleague(working_day: WorkingDay) -> None:
    day, dora = working_day, working_day.dispatcher
    tasks = [await day.task(east=at) for at in (0.3, 0.5, 0.7)]
    ann, bob = await phone(day, "ann"), await phone(day, "bob")
    lost = (await ann.get("/api/rep/route"))["rep"]["id"]
    for step in ("acceptance", "travel", "arrival"):
        await ann.post(f"/api/tasks/{tasks[0]['id']}/{step}")

    asked = await dora.post("/api/reoptimisations", {"station": "SA", "gone": [lost], "budget_s": 1})
    plan = await once_searched(day, asked["id"])
    assert plan["state"] == "ready" and plan["gone"] == [lost]
    assert (plan["before"]["unserved"], plan["after"]["unserved"]) == (2, 0)
    assert (await bob.get("/api/rep/route"))["stops"] == [], "nothing changes before it is applied"
    await dora.post(f"/api/reoptimisations/{plan['id']}/application", {"version": plan["version"]})

    stops = (await bob.get("/api/rep/route"))["stops"]
    assert {stop["task"]["id"] for stop in stops} == {task["id"] for task in tasks[1:]}
    assert [stop["starts_at"] for stop in stops] == sorted(stop["starts_at"] for stop in stops)
    [kept] = (await ann.get("/api/rep/route"))["stops"]
    assert kept["task"]["id"] == tasks[0]["id"], "where she stands she stays"
    await bob.post(f"/api/tasks/{stops[0]['task']['id']}/acceptance")
    seen = await day.state_of({"id": stops[0]["task"]["id"]})
    assert (seen["state"], seen["rep"]["name"], seen["placement"]["reasons"][0]["code"]) == (
        "accepted",
        "博",
        "replanned",
    )
