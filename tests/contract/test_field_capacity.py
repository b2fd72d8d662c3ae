"""Three weeks ahead: what stands on a route or is held is not free, what nobody has is asked."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.rig.people import Caller
from tests.rig.town import Town, inside


async def cell(caller: Caller, by: str, code: str, day: int = 0) -> dict[str, Any]:
    told = await caller.get("/api/capacity", by=by)
    assert len(told["days"]) == 21
    row = next(row for row in told["rows"] if row["code"] == code)
    return dict(row["cells"][day])


async def test_what_is_planned_held_and_asked_is_counted(town: Town) -> None:
    dora = await town.caller("dora")
    empty = await cell(dora, "station", "SA")
    assert (empty["shift_min"], empty["planned_min"], empty["free_min"]) == (2 * 570, 0, 1140)
    task = await town.task(where=inside("A1", east=0.6), duration_s=3600)
    busy = await cell(dora, "station", "SA")
    assert busy["planned_min"] >= 60
    assert await cell(dora, "zone", "A1") == busy | {"shift_min": 570, "free_min": 570 - busy["planned_min"]}
    assert (await cell(dora, "zone", "A2"))["planned_min"] == 0

    windows = (await dora.get(f"/api/tasks/{task.id}/windows"))["windows"]
    chosen = {"start": windows[-1]["start"], "end": windows[-1]["end"]}
    await dora.put(f"/api/tasks/{task.id}/window-hold", chosen)
    assert (await cell(dora, "station", "SA", 6))["planned_min"] == 60

    await town.task(where=inside("A1"), skill="pressure", duration_s=1800)
    assert (await cell(dora, "station", "SA"))["asked_min"] == 30


async def test_the_file_says_the_same(town: Town) -> None:
    dora = await town.caller("dora")
    answer = await dora.http.get("/api/capacity/file", params={"by": "zone"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 4 * 21
    assert rows[0] | {"day": ""} == {
        "code": "A1",
        "day": "",
        "shift_min": "570",
        "planned_min": "0",
        "free_min": "570",
        "asked_min": "0",
    }
