"""A phone's positions come in batches: each is answered once, kept on shift only, shown, and forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from field.positions.commands import forget_tracks
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town

DAY = 24


@pytest.fixture
async def ann(town: Town) -> Caller:
    town.clock.advance(1800)
    return await town.caller("ann")


def drive(first: int, count: int, after_s: int = 0, **more: Any) -> dict[str, Any]:
    """A fix a minute, 400 m apart, from half past eight on."""
    fixes = [
        {
            "sequence": number,
            "at": (MORNING + timedelta(seconds=after_s + 60 * (number - first))).isoformat(),
            "lon": round(7.401 + 0.005 * number, 6),
            "lat": 43.7,
            "accuracy_m": 8.0,
        }
        for number in range(first, first + count)
    ]
    return {"fixes": fixes, **more}


async def test_what_is_acknowledged_is_kept_once_and_shown(town: Town, ann: Caller) -> None:
    phone = {"device": str(uuid4())}
    batch = drive(1, 5) | phone
    answers = await asyncio.gather(*(ann.post("/api/rep/positions", batch) for _ in range(3)))
    assert [answer["acknowledged"] for answer in answers] == [5, 5, 5]
    assert sorted(answer["kept"] for answer in answers) == [0, 0, 5], "three times the same is once"
    answer = await ann.post("/api/rep/positions", drive(4, 4, after_s=180) | phone)
    assert (answer["kept"], answer["repeated"], answer["acknowledged"]) == (2, 2, 7)

    shown = await ann.get("/api/rep/positions")
    assert shown["hours"] == DAY and shown["more"] is None
    assert [fix["at"][11:16] for fix in shown["fixes"]] == [
        "00:36",
        "00:35",
        "00:34",
        "00:33",
        "00:32",
        "00:31",
        "00:30",
    ]
    assert shown["last"] == shown["fixes"][0] == {
        "at": "2026-11-21T00:36:00Z", "lon": 7.436, "lat": 43.7, "accuracy_m": 8.0,
    }  # fmt: skip
    seen = {rep["code"]: rep["position"] for rep in await (await town.caller("dora")).get("/api/reps")}
    assert seen["ann"]["lon"] == 7.436
    assert (await (await town.caller("bob")).get("/api/rep/positions"))["fixes"] == []


async def test_each_refusal_is_named_and_holds_up_no_other(ann: Caller) -> None:
    batch = drive(1, 4) | {"device": str(uuid4())}
    batch["fixes"][1] |= {"lon": 0, "lat": 0}
    batch["fixes"][2] |= {"lon": 9.9}
    batch["fixes"].append(batch["fixes"][3] | {"sequence": 5, "at": "2026-11-20T23:59:00Z"})
    answer = await ann.post("/api/rep/positions", batch)
    assert [(each["sequence"], each["code"]) for each in answer["refused"]] == [
        (2, "position_nowhere"),
        (3, "position_implausible"),
        (5, "off_shift_position"),
    ]
    assert answer["refused"][0]["message"].startswith("The phone did not know")
    assert (answer["kept"], answer["acknowledged"]) == (2, 5)


async def test_a_phone_whose_clock_is_wrong_is_understood(town: Town, ann: Caller) -> None:
    batch = drive(1, 2) | {"device": str(uuid4())}
    wrong = timedelta(hours=-30)
    for fix, after in zip(batch["fixes"], (0, 60), strict=True):
        fix["at"] = (MORNING + wrong + timedelta(seconds=after)).isoformat()
    sent_at = (town.clock.now() + wrong).isoformat()
    answer = await ann.post("/api/rep/positions", batch | {"sent_at": sent_at})
    assert (answer["kept"], answer["skew_s"]) == (2, 30 * 3600)
    assert (await ann.get("/api/rep/positions"))["last"]["at"] == "2026-11-21T00:31:00Z"


async def test_a_shift_without_a_network_goes_up_in_one_call(town: Town, ann: Caller) -> None:
    town.clock.advance(7 * 3600)
    fixes = drive(1, 500)["fixes"]
    for number, fix in enumerate(fixes):  # there and back
        fix["lon"] = round(7.401 + 0.005 * min(number % 100, 100 - number % 100), 6)
    answer = await ann.post("/api/rep/positions", {"device": str(uuid4()), "fixes": fixes})
    kept = (answer["kept"], answer["acknowledged"])
    assert kept == (452, 500), "the others are later than now, by more than a minute"
    assert {each["code"] for each in answer["refused"]} == {"position_in_future"}


async def test_two_people_on_one_phone_number_for_themselves(town: Town, ann: Caller) -> None:
    phone = {"device": str(uuid4())}
    await ann.post("/api/rep/positions", drive(1, 9) | phone)
    bob = await town.caller("bob")
    assert (await bob.post("/api/rep/positions", drive(1, 2) | phone))["kept"] == 2


async def test_bad_input_says_every_fault_and_keeps_nothing(ann: Caller) -> None:
    batch = drive(1, 3) | {"device": str(uuid4())}
    batch["fixes"][0]["lon"], batch["fixes"][1]["at"], batch["fixes"][2]["accuracy_m"] = 181, "noon", -1
    answer = await ann.http.post("/api/rep/positions", json=batch)
    assert answer.status_code == 422
    where = {fault["where"] for fault in answer.json()["error"]["faults"]}
    assert {"body.fixes.0.lon", "body.fixes.1.at", "body.fixes.2.accuracy_m"} <= where
    twice = drive(1, 2) | {"device": str(uuid4())}
    twice["fixes"][1]["sequence"] = 1
    assert (await ann.http.post("/api/rep/positions", json=twice)).status_code == 422
    assert (await ann.get("/api/rep/positions"))["fixes"] == []


async def test_the_setting_s_hours_later_nothing_is_left(town: Town, ann: Caller) -> None:
    await ann.post("/api/rep/positions", drive(1, 5) | {"device": str(uuid4())})
    town.clock.advance(DAY * 3600 - 1800)
    assert await town.database.run(forget_tracks, DAY) == 0
    town.clock.advance(1)
    assert await town.database.run(forget_tracks, DAY) == 1
    assert (await ann.get("/api/rep/positions"))["fixes"] == []


async def test_without_hours_only_the_last_is_known(town: Town, ann: Caller) -> None:
    settings = town.house.settings.model_copy(update={"position_hours": 0})
    object.__setattr__(town.house, "settings", settings)
    await ann.post("/api/rep/positions", drive(1, 5) | {"device": str(uuid4())})
    shown = await ann.get("/api/rep/positions")
    assert (shown["hours"], shown["fixes"], shown["last"]["lon"]) == (0, [], 7.426)


@pytest.mark.parametrize("who", ["dora", "tess", None])
async def test_nobody_else_has_positions(town: Town, who: str | None) -> None:
    caller = await town.caller(who)
    expected = "forbidden" if who else "unauthenticated"
    batch = drive(1, 1) | {"device": str(uuid4())}
    assert await caller.refused("POST", "/api/rep/positions", json=batch) == expected
    assert await caller.refused("GET", "/api/rep/positions") == expected
