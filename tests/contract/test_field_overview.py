"""The board in one reading, a changed task as one small delta, outlines that are sent once."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.ids import uuid7
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside

DELTA_BYTES = 2000


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


def rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Columns turned into rows; they must all be of one length."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


async def wire(dora: Caller, path: str, **headers: str) -> tuple[int, bytes, Any]:
    """Status, body as it went over the wire, headers."""
    async with dora.http.stream("GET", path, headers=headers) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
        return response.status_code, raw, response.headers


async def test_the_board_says_in_one_reading_what_the_lists_say(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"), note="the cellar is full of water " * 20)
    lost = await town.task(where=None)
    board = await dora.get("/api/board")
    tasks = {row["id"]: row for row in rows(board["tasks"])}
    assert set(tasks) == {str(task.id), str(lost.id)}
    for listed in await dora.get("/api/tasks", open="true"):
        row = tasks[listed["id"]]
        for same in ("version", "state", "category", "severity", "address", "lon", "lat", "late_s"):
            assert row[same] == listed[same], same
        assert row["zone"] == (listed["zone"] and listed["zone"]["code"])
        assert row["rep"] == (listed["rep"] and listed["rep"]["code"])
        assert row["unplaced_reason"] == listed["unplaced_reason"]
        assert not row["undecided"]
    assert len(tasks[str(task.id)]["note"]) == 60, "a list needs no more than the beginning"
    shown = await dora.get(f"/api/tasks/{task.id}")
    for planned in ("starts_at", "ends_at"):
        assert tasks[str(task.id)][planned] == int(datetime.fromisoformat(shown[planned]).timestamp())

    reps = {row["code"]: row for row in rows(board["reps"])}
    for seen in await dora.get("/api/reps"):
        row = reps[seen["code"]]
        for same in ("id", "name", "name_en", "phone", "station", "skills", "parts", "home_lon", "home_lat"):
            assert row[same] == seen[same], same
        for same in ("on_shift", "open_tasks", "done_today"):
            assert row[same] == seen[same], same
    zones = {row["code"]: row for row in rows(board["zones"])}
    for feature in (await dora.get("/api/zones"))["features"]:
        told, row = feature["properties"], zones[feature["properties"]["code"]]
        for same in ("name", "name_en", "station", "coverage", "open_tasks", "carers", "able", "reasons"):
            assert row[same] == told[same], same
        assert row["owner"] == (told["owner"] and told["owner"]["code"])


async def test_finished_work_stays_on_the_day_where_it_was_done(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    town.clock.advance(600)
    for act in ("acceptance", "travel", "arrival", "completion"):
        town.clock.advance(300)
        version = (await town.reload(task)).version
        said = {"note": "dry again"} if act == "completion" else {}
        await ann.post(f"/api/tasks/{task.id}/{act}", {"version": version} | said)
    [row] = rows((await dora.get("/api/board"))["tasks"])
    done = await town.reload(task)
    assert (row["state"], row["rep"]) == ("done", "ann")
    assert done.arrived_at and done.finished_at
    assert (row["starts_at"], row["ends_at"]) == (
        int(done.arrived_at.timestamp()),
        int(done.finished_at.timestamp()),
    )
    town.clock.advance(25 * 3600)
    assert rows((await dora.get("/api/board"))["tasks"]) == []


async def test_a_changed_task_costs_one_small_delta(town: Town, dora: Caller) -> None:
    mine = [await town.task(where=inside("A1", east=0.1 * n), duration_s=600) for n in range(1, 9)]
    first = mine[0]
    path = f"/api/board/changes?tasks={first.id}&reps={town.reps['bob'].id}"
    status, raw, headers = await wire(dora, path, **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert len(raw) <= DELTA_BYTES
    delta = json.loads(gzip.decompress(raw))
    assert [row["id"] for row in rows(delta["tasks"])] == [str(first.id)]
    moved = {row["id"] for row in rows(delta["moved"])}
    holders = {str(town.reps[code].id) for code in ("ann", "bob")}
    routes = [await dora.get("/api/tasks", rep_id=rep_id, open="true") for rep_id in holders]
    assert moved == {task["id"] for route in routes for task in route} - {str(first.id)}
    assert {row["code"] for row in rows(delta["reps"])} == {"ann", "bob"}
    assert [row["code"] for row in rows(delta["zones"])] == ["A1"]
    board = await dora.get("/api/board")
    whole = {row["id"]: row for row in rows(board["tasks"])}
    for row in rows(delta["moved"]):
        assert row == {name: whole[row["id"]][name] for name in row}
    assert rows(delta["zones"])[0] in rows(board["zones"])
    assert all(row in rows(board["reps"]) for row in rows(delta["reps"]))


async def test_a_delta_tells_of_a_cancelled_task_and_of_its_zone(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("A1"))
    await dora.post(f"/api/tasks/{task.id}/cancellation", {"version": task.version, "reason": "twice"})
    delta = await dora.get("/api/board/changes", tasks=str(task.id))
    assert [(row["state"], row["zone"]) for row in rows(delta["tasks"])] == [("cancelled", "A1")]
    assert [(row["code"], row["open_tasks"]) for row in rows(delta["zones"])] == [("A1", 0)]


async def test_a_delta_is_bounded_and_its_ids_are_checked(town: Town, dora: Caller) -> None:
    nobody = await dora.get("/api/board/changes", tasks=str(uuid7(MORNING)))
    assert all(rows(nobody[name]) == [] for name in ("tasks", "moved", "reps", "zones"))
    assert await dora.refused("GET", "/api/board/changes", params={"tasks": "x"}) == "invalid"
    many = ",".join(str(uuid7(MORNING)) for _ in range(51))
    assert await dora.refused("GET", "/api/board/changes", params={"reps": many}) == "invalid"
    ann = await town.caller("ann")
    assert await ann.refused("GET", "/api/board") == "forbidden"


async def test_outlines_are_sent_once_for_each_import(town: Town, dora: Caller) -> None:
    status, raw, headers = await wire(dora, "/api/zones/outlines", **{"Accept-Encoding": "gzip"})
    assert (status, headers["cache-control"]) == (200, "private, no-cache")
    body = json.loads(gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw)
    whole = {
        feature["properties"]["code"]: feature["geometry"]["coordinates"]
        for feature in (await dora.get("/api/zones"))["features"]
    }
    assert set(body["zones"]) == set(whole)
    for code, polygons in body["zones"].items():
        for polygon, wanted in zip(polygons, whole[code], strict=True):
            for ring, corners in zip(polygon, wanted, strict=True):
                drawn = _drawn(ring, body["scale"])
                assert drawn == pytest.approx([each for corner in corners[:-1] for each in corner], abs=6e-6)
    again = await wire(dora, "/api/zones/outlines", **{"If-None-Match": headers["etag"]})
    assert (again[0], again[1]) == (304, b"")
    assert headers["etag"].strip('W/"') == (await dora.get("/api/board"))["version"]


def _drawn(ring: list[int], scale: int) -> list[float]:
    """Steps from corner to corner, in parts of a degree, turned into places."""
    x = y = 0
    places = []
    for at in range(0, len(ring), 2):
        x, y = x + ring[at], y + ring[at + 1]
        places += [x / scale, y / scale]
    return places


async def test_what_is_small_or_not_asked_for_is_not_compressed(town: Town, dora: Caller) -> None:
    await town.task(where=inside("A1"))
    _, _, plain = await wire(dora, "/api/board", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain and plain["vary"] == "Accept-Encoding"
    _, _, refused = await wire(dora, "/api/board", **{"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused
    _, _, packed = await wire(dora, "/api/board", **{"Accept-Encoding": "br, gzip"})
    assert packed["content-encoding"] == "gzip"
    town.clock.advance(timedelta(hours=1).total_seconds())
    _, _, secret = await wire(dora, "/api/me", **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in secret
