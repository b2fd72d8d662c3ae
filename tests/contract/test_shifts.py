"""Rosters become days, dates make a difference, overtime is asked for and decided."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from field.dispatch.tables import Shift
from field.shifts.roster.settling import settle_waiting
from field.task.task import TaskState
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town, inside

TODAY = date(2026, 11, 21)
"""A Saturday, 08:30 in Shanghai."""
WEEK = [
    {
        "weekday": weekday,
        "spans": [{"start": "08:00", "end": "17:00"}],
        "rest": {"earliest": "11:30", "latest": "13:00", "minutes": 30},
    }
    for weekday in range(7)
]


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def stored(town: Town, rep: str) -> dict[date, Shift]:
    async with town.database.reading() as session:
        found = await session.scalars(select(Shift).where(Shift.rep_id == town.reps[rep].id))
        return {shift.day: shift for shift in found}


def here(town: Town, rep: str = "ann") -> str:
    return f"/api/reps/{town.reps[rep].id}"


async def days(caller: Caller, rep: str, **query: Any) -> list[dict[str, Any]]:
    seen = await caller.get("/api/shifts", **query)
    return next(each["days"] for each in seen["reps"] if each["code"] == rep)


async def test_a_pattern_becomes_days_some_weeks_ahead_and_nobody_else_has_rows(
    town: Town, dora: Caller
) -> None:
    body = {"valid_from": "2026-11-23", "weeks": 2, "duties": [{"week": 1, **WEEK[0]}]}
    [pattern] = await dora.post(f"{here(town)}/shift-patterns", body)
    assert (pattern["weeks"], len(pattern["duties"])) == (2, 1)
    rows = await stored(town, "ann")
    worked = [day for day, row in rows.items() if row.start_at < row.end_at]
    assert worked == [date(2026, 11, 30), date(2026, 12, 14), date(2026, 12, 28)]
    assert TODAY not in rows, "before it she has her usual hours"
    assert await stored(town, "bob") == {}
    seen = await days(dora, "ann", first="2026-11-30")
    assert (seen[0]["source"], seen[0]["worked_min"], seen[0]["rest"]["minutes"]) == ("pattern", 510, 30)
    assert seen[1]["worked_min"] == 0
    await dora.delete(f"{here(town)}/shift-patterns/{pattern['id']}")
    assert await stored(town, "ann") == {}


async def test_who_has_a_day_off_gets_no_task_that_day_and_takes_it_again_afterwards(
    town: Town, dora: Caller
) -> None:
    before = await town.task(where=inside("A1"))
    assert town.rep_code(before.rep_id) == "ann", "the day is kept in this process from here on"
    await dora.post(f"{here(town)}/shift-exceptions", {"day": str(TODAY), "duty": {}})
    task = await town.task(where=inside("A1", 0.6))
    assert town.rep_code(task.rep_id) == "bob"
    [seen] = await days(dora, "ann", days=1)
    await dora.delete(f"{here(town)}/shift-exceptions/{seen['exception_id']}?version={seen['version']}")
    again = await town.task(where=inside("A1", 0.4))
    assert town.rep_code(again.rep_id) == "ann"


async def test_all_faults_of_a_pattern_come_at_once_and_nothing_is_stored(town: Town, dora: Caller) -> None:
    bad = [
        {"weekday": 0, "spans": [{"start": "08:00", "end": "17:00"}], "ends": "station"},
        {"weekday": 0, "week": 3, "spans": [{"start": "06:00", "end": "23:00"}]},
        {"weekday": 1, "rest": {"earliest": "12:00", "latest": "12:30", "minutes": 30}},
    ]
    body = {"valid_from": "2026-12-01", "valid_until": "2026-11-30", "duties": bad}
    with pytest.raises(Refusal) as refused:
        await dora.post(f"{here(town)}/shift-patterns", body)
    faults = refused.value.body["error"]["faults"]
    assert [(fault["code"], fault["where"]) for fault in faults] == [
        ("ends_before_it_begins", "body.valid_until"),
        ("station_has_no_place", "body.duties.0.ends"),
        ("week_beyond_cycle", "body.duties.1.week"),
        ("shift_too_long", "body.duties.1.spans"),
        ("rest_without_one_span", "body.duties.2.rest"),
    ]
    assert await dora.get(f"{here(town)}/shift-patterns") == []
    for path, sent in (
        ("shift-exceptions", {"day": "2026-11-20", "duty": {}}),
        ("shift-patterns", {"valid_from": "2026-01-01", "valid_until": "2026-11-20", "duties": []}),
    ):
        assert await dora.refused("POST", f"{here(town)}/{path}", json=sent) == "shift_day_over"


async def test_a_holiday_frees_everybody_but_those_who_are_on_call(town: Town, dora: Caller) -> None:
    watch = [{**day, "on_call": {"start": "17:00", "end": "08:00"}} for day in WEEK]
    await dora.post(f"{here(town)}/shift-patterns", {"valid_from": "2026-11-21", "duties": watch})
    await dora.put("/api/holidays", {"holidays": [{"day": "2026-11-25", "name": "Water Day"}]})
    ann, bob = await stored(town, "ann"), await stored(town, "bob")
    free = date(2026, 11, 25)
    assert ann[free].start_at == ann[free].end_at and ann[free].on_call_until is not None
    assert bob[free].start_at == bob[free].end_at and set(bob) == {free}
    seen = await days(dora, "bob", first="2026-11-25", days=1)
    assert [day["source"] for day in seen] == ["holiday"]
    await dora.put("/api/holidays", {"holidays": []})
    assert await stored(town, "bob") == {}


async def test_overtime_lengthens_the_day_once_somebody_else_grants_it(town: Town, dora: Caller) -> None:
    ann = await town.caller("ann")
    until = "2026-11-21T20:00:00+08:00"
    wish = await ann.post("/api/rep/overtime", {"day": str(TODAY), "until": until})
    assert await ann.refused("POST", "/api/rep/overtime", json={"day": str(TODAY), "until": until}) == (
        "overtime_asked_already"
    )
    assert await stored(town, "ann") == {}, "a wish changes nothing"
    granted = await dora.post(f"/api/overtime/{wish['id']}/grant", {"version": wish["version"]})
    assert granted["state"] == "granted"
    [row] = (await stored(town, "ann")).values()
    assert row.end_at == datetime.fromisoformat(until)
    [told] = await town.events("overtime_decided")
    assert (told["state"], told["day"]) == ("granted", str(TODAY))
    assert (
        await dora.refused("POST", f"/api/overtime/{wish['id']}/refusal", json={}) == "overtime_move_refused"
    )
    town.clock.advance(9.5 * 3600)  # 18:00: her usual hours were over at 17:30
    late = await town.task(where=inside("A1"), window_end=town.clock.now() + timedelta(hours=1.5))
    assert town.rep_code(late.rep_id) == "ann"
    await dora.post(f"/api/overtime/{wish['id']}/withdrawal")
    assert await stored(town, "ann") == {}


async def test_overtime_that_cannot_be_is_refused(town: Town, dora: Caller) -> None:
    ann, bob = await town.caller("ann"), await town.caller("bob")
    for until in ("2026-11-21T17:00:00+08:00", "2026-11-22T02:00:00+08:00"):
        asked = {"day": str(TODAY), "until": until}
        assert await ann.refused("POST", "/api/rep/overtime", json=asked) == "overtime_impossible"
    wish = await ann.post("/api/rep/overtime", {"day": str(TODAY), "until": "2026-11-21T19:00:00+08:00"})
    own = f"/api/rep/overtime/{wish['id']}/withdrawal"
    assert await bob.refused("POST", own, json={}) == "not_found"
    assert await ann.refused("POST", f"/api/overtime/{wish['id']}/grant", json={}) == "forbidden"
    assert (await ann.post(own))["state"] == "withdrawn"


async def test_days_are_worked_out_further_as_time_goes_on(town: Town, dora: Caller) -> None:
    await dora.post(f"{here(town)}/shift-patterns", {"valid_from": "2026-11-21", "duties": WEEK[:1]})
    last = max(await stored(town, "ann"))
    while await settle_waiting(town.database, town.services):
        pass
    town.clock.advance(8 * 86_400)
    assert await settle_waiting(town.database, town.services) == 3
    assert max(await stored(town, "ann")) == last + timedelta(days=8)
    assert await settle_waiting(town.database, town.services) == 0


async def test_the_calendar_says_when_and_nothing_of_whom(town: Town, dora: Caller) -> None:
    body = {
        "valid_from": "2026-11-21",
        "duties": [{**WEEK[5], "on_call": {"start": "17:00", "end": "08:00"}}],
    }
    await dora.post(f"{here(town)}/shift-patterns", body)
    await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    url = (await ann.post("/api/rep/calendar-link"))["url"]
    path = "/api/calendars/" + url.rpartition("/")[2]
    nobody = await town.caller(None)
    answer = await nobody.http.get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    parsed = Calendar.from_ical(answer.content)
    saturday = [event for event in parsed.walk("VEVENT") if event.decoded("dtstart").date() == TODAY]
    assert [str(event["summary"]) for event in saturday] == ["上班", "休息", "待命"]
    assert str(saturday[0]["description"]) == "已安排上门：1"
    lengths = [event.decoded("dtend") - event.decoded("dtstart") for event in saturday]
    assert lengths == [timedelta(hours=9), timedelta(hours=2), timedelta(hours=15)]
    assert len({str(event["uid"]) for event in parsed.walk("VEVENT")}) == len(parsed.walk("VEVENT"))
    for secret in ("Lin", "13800138000", "Harbour", "leak"):
        assert secret not in answer.text
    renewed = (await ann.post("/api/rep/calendar-link"))["url"]
    assert renewed != url and (await nobody.http.get(path)).status_code == 404
    assert (await nobody.http.get("/api/calendars/" + renewed.rpartition("/")[2])).status_code == 200
    await ann.delete("/api/rep/calendar-link")
    assert (await nobody.http.get("/api/calendars/" + renewed.rpartition("/")[2])).status_code == 404


async def test_back_from_an_absence_the_day_is_as_the_roster_says(town: Town, dora: Caller) -> None:
    await dora.post(f"{here(town)}/shift-patterns", {"valid_from": "2026-11-21", "duties": WEEK})
    was = (await stored(town, "ann"))[TODAY].end_at
    await dora.post(f"{here(town)}/absence")
    off = (await stored(town, "ann"))[TODAY]
    assert off.start_at == off.end_at and off.rest_s is None
    await dora.delete(f"{here(town)}/absence")
    back = (await stored(town, "ann"))[TODAY]
    assert (back.end_at, back.rest_s) == (was, 1800)


async def rest_on_the_board(dora: Caller, rep: str) -> tuple[datetime, datetime]:
    """When a representative's break is, as the console draws it."""
    reps = (await dora.get("/api/board"))["reps"]
    row = reps["code"].index(rep)
    starts, ends = (
        datetime.fromtimestamp(reps[name][row], UTC) for name in ("rest_starts_at", "rest_ends_at")
    )
    return starts, ends


async def test_a_break_is_planned_around_and_shown(town: Town, dora: Caller) -> None:
    rest = {"earliest": "09:00", "latest": "09:15", "minutes": 60}
    week = [{**day, "rest": rest} for day in WEEK]
    await dora.post(f"{here(town)}/shift-patterns", {"valid_from": str(TODAY), "duties": week})
    first = await town.task(where=inside("A1"), duration_s=1500)
    second = await town.task(where=inside("A1", 0.6), duration_s=3000)
    assert [town.rep_code(task.rep_id) for task in (first, second)] == ["ann", "ann"]
    route = await (await town.caller("ann")).get("/api/rep/route")
    assert (route["rest"]["position"], len(route["stops"])) == (1, 2)
    taken = [datetime.fromisoformat(route["rest"][edge]) for edge in ("starts_at", "ends_at")]
    assert (taken[1] - taken[0], taken[0].minute) == (timedelta(hours=1), 0)
    assert await rest_on_the_board(dora, "ann") == tuple(taken)
    stops = [
        (datetime.fromisoformat(stop["leaves_at"]), datetime.fromisoformat(stop["ends_at"]))
        for stop in route["stops"]
    ]
    assert stops[0][1] <= taken[0] and taken[1] <= stops[1][0], "nothing is in between"
    # Two hours of work fit before no break at nine, and go behind it.
    third = await town.task(where=inside("A1", 0.3), duration_s=7200, severity="urgent")
    if town.rep_code(third.rep_id) == "ann":
        assert datetime.fromisoformat(third.placement["starts_at"]) >= taken[1]


async def test_a_roster_that_changes_under_a_route_brings_the_break_into_it(town: Town, dora: Caller) -> None:
    tasks = [await town.task(where=inside("A1", 0.3 + 0.1 * k), duration_s=5400) for k in range(2)]
    assert {town.rep_code(task.rep_id) for task in tasks} == {"ann"}
    duty = {"spans": [{"start": "08:00", "end": "17:00"}]}
    duty["rest"] = {"earliest": "09:30", "latest": "13:00", "minutes": 30}  # type: ignore[assignment]
    await dora.post(f"{here(town)}/shift-exceptions", {"day": str(TODAY), "duty": duty})
    ann = await town.caller("ann")
    assert (await ann.get("/api/rep/route"))["rest"]["position"] == 1
    for step in ("acceptance", "travel", "arrival", "completion"):
        await ann.post(f"/api/tasks/{tasks[0].id}/{step}", {"note": "tight"} if step == "completion" else {})
    rest = (await ann.get("/api/rep/route"))["rest"]
    assert rest["position"] == 1
    shown = await rest_on_the_board(dora, "ann")
    assert shown == tuple(datetime.fromisoformat(rest[edge]) for edge in ("starts_at", "ends_at"))
    third = await town.task(where=inside("A1", 0.9), duration_s=600)
    assert third.rep_id == tasks[0].rep_id, "what was stored and what is kept agree on the break"


async def test_what_is_urgent_at_night_goes_to_who_is_on_call_and_stays_in_that_days_work(
    town: Town, dora: Caller
) -> None:
    watch = [{**day, "on_call": {"start": "17:00", "end": "08:00"}} for day in WEEK]
    await dora.post(f"{here(town, 'bob')}/shift-patterns", {"valid_from": str(TODAY), "duties": watch})
    town.clock.advance(10.5 * 3600)  # 19:00
    soon: dict[str, Any] = {
        "window_start": town.clock.now(),
        "window_end": town.clock.now() + timedelta(hours=1.5),
    }
    minor = await town.task(where=inside("A1"), severity="minor", **soon)
    assert (minor.state, minor.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")
    evening = await town.task(where=inside("A1"), severity="urgent", **soon)
    assert (town.rep_code(evening.rep_id), evening.placement["day"]) == ("bob", str(TODAY))
    bob = await town.caller("bob")
    for step in ("acceptance", "travel", "arrival", "completion"):
        await bob.post(f"/api/tasks/{evening.id}/{step}", {"note": "tight"} if step == "completion" else {})
    town.clock.advance(6.5 * 3600)  # half past one in the night
    soon = {"window_start": town.clock.now(), "window_end": town.clock.now() + timedelta(hours=1.5)}
    night = await town.task(where=inside("A1"), severity="urgent", **soon)
    assert (town.rep_code(night.rep_id), night.placement["day"]) == ("bob", str(TODAY))
    route = await bob.get("/api/rep/route")
    assert (route["day"], route["next_task_id"]) == (str(TODAY), str(night.id)), "his phone shows it"


async def test_days_begin_and_end_where_the_roster_says(town: Town, dora: Caller) -> None:
    away = {"lon": inside("B2")[0], "lat": inside("B2")[1]}
    duty = {"spans": [{"start": "08:00", "end": "17:00"}], "begins": away, "ends": "anywhere"}
    await dora.post(f"{here(town)}/shift-exceptions", {"day": str(TODAY), "duty": duty})
    task = await town.task(where=inside("B2"), skill="valve")
    assert town.rep_code(task.rep_id) == "ann"
    route = await (await town.caller("ann")).get("/api/rep/route")
    [stop] = route["stops"]
    assert (stop["travel_s"], route["travel_s"]) == (0, 0), "she begins there, and ends there"
    body = {"day": str(TODAY), "duty": {**duty, "ends": "station"}}
    assert await dora.refused("POST", f"{here(town)}/shift-exceptions", json=body) == "shift_invalid"
    lon, lat = inside("A2")
    await dora.put("/api/depots", {"station": "SA", "lon": lon, "lat": lat})
    [seen] = await days(dora, "ann", days=1)
    await dora.post(f"{here(town)}/shift-exceptions", body | {"version": seen["version"]})
    assert (await (await town.caller("ann")).get("/api/rep/route"))["travel_s"] > 60


async def test_a_file_is_compared_before_it_is_taken_and_taken_whole(town: Town, dora: Caller) -> None:
    file = (
        b"rep,weekday,date,start,end,rest_from,rest_until,rest_min\n"
        b"ann,1,,08:00,16:00,11:00,12:00,30\nann,2,,08:00,16:00,,,\nbob,,2026-11-24,,,,,\n"
    )
    seen = await dora.upload("/api/imports/shifts?dry_run=true", file, name="shifts.csv")
    assert (seen["patterns"], seen["exceptions"], len(seen["changes"])) == (1, 1, 3)
    assert seen["changes"][0]["after"] == "08:00–16:00 (11:00–12:00, 30′)"
    assert await stored(town, "ann") == {}, "a dry run stores nothing"
    await dora.upload("/api/imports/shifts", file, name="shifts.csv")
    ann, bob = await stored(town, "ann"), await stored(town, "bob")
    assert (ann[date(2026, 11, 23)].rest_s, ann[date(2026, 11, 25)].start_at) == (
        1800,
        ann[date(2026, 11, 25)].end_at,
    )
    assert set(bob) == {date(2026, 11, 24)}
    again = await dora.upload("/api/imports/shifts?dry_run=true", file, name="shifts.csv")
    assert (again["unchanged"], again["changes"]) == (3, [])
    exported = await dora.get("/api/exports/shifts", first="2026-11-23", days=7)
    back = await dora.upload("/api/imports/shifts?dry_run=true", exported, name="shifts.csv")
    assert (back["exceptions"], back["unchanged"]) == (21, 1), "Bob's day off is one already"


async def test_all_faults_of_a_file_come_at_once_and_nothing_is_stored(town: Town, dora: Caller) -> None:
    file = (
        b"rep,date,start,end,begins\nann,2026-11-20,08:00,16:00,\nzoe,2026-11-24,08:00,16:00,\n"
        b"bob,2026-11-24,08:00,16:00,station\nbob,2026-11-24,09:00,16:00,\nann,2026-11-24,06:00,23:00,\n"
    )
    with pytest.raises(Refusal) as refused:
        await dora.upload("/api/imports/shifts", file, name="shifts.csv")
    faults = {(fault["where"], fault["code"]) for fault in refused.value.body["error"]["faults"]}
    assert faults == {
        ("line 6, start", "shift_too_long"),
        ("line 2", "shift_in_the_past"),
        ("line 3", "shift_rep_unknown"),
        ("line 4", "station_has_no_place"),
        ("line 5", "shift_twice"),
    }
    assert await stored(town, "bob") == {}


async def test_our_own_calendar_can_be_taken_in_again(town: Town, dora: Caller) -> None:
    await dora.post(f"{here(town)}/shift-patterns", {"valid_from": str(TODAY), "duties": WEEK})
    made = await dora.get(f"{here(town)}/calendar")
    seen = await dora.upload(
        f"/api/imports/shifts?dry_run=true&rep_id={town.reps['bob'].id}", made, name="ann.ics"
    )
    assert seen["exceptions"] > 30
    assert seen["changes"][0]["after"].startswith("08:00–17:00")
