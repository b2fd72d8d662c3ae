"""What a representative's day looks like while what was done waits on the phone to be sent."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.packs import pack
from tests.rig.need import require

SCRIPT = """
import { withActions, withTaken } from "pages/rep/overlay.js";
const { route, actions, taken } = JSON.parse(process.argv[2]);
process.stdout.write(JSON.stringify(withActions(taken.reduce(withTaken, route), actions)));
"""

PLANNED = {
    "arrives_at": "2026-03-02T09:20:00Z",
    "starts_at": "2026-03-02T09:30:00Z",
    "ends_at": "2026-03-02T10:00:00Z",
}


def action(kind: str, at: str) -> dict[str, str]:
    return {"id": kind, "kind": kind, "task_id": "t", "at": f"2026-03-02T{at}:00Z"}


def the_stop(
    tmp_path: Path, *actions: dict[str, str], taken: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    require("node")

    def source(path: str) -> str:
        return SCRIPT if path == "it" else Path("static", path).read_text("utf-8")

    file = tmp_path / "it.mjs"
    file.write_text(pack("it", source), "utf-8")
    route = {"stops": [{"task": {"id": "t", "state": "assigned"}, "position": 1, **PLANNED}]}
    told = json.dumps({"route": route, "actions": actions, "taken": taken})
    run = subprocess.run(["node", file, told], capture_output=True, text=True, check=True, timeout=120)
    [stop] = json.loads(run.stdout)["stops"]
    return dict(stop)


def times(stop: dict[str, Any]) -> tuple[str, str, str]:
    return stop["arrives_at"][11:16], stop["starts_at"][11:16], stop["ends_at"][11:16]


def test_somebody_on_the_way_comes_as_planned(tmp_path: Path) -> None:
    stop = the_stop(tmp_path, action("acceptance", "08:00"), action("travel", "09:00"))
    assert (stop["task"]["state"], times(stop)) == ("travelling", ("09:20", "09:30", "10:00"))


def test_arrival_and_end_are_what_the_phone_noted_and_not_what_was_planned(tmp_path: Path) -> None:
    arrived = the_stop(tmp_path, action("travel", "09:00"), action("arrival", "09:41"))
    assert (arrived["task"]["state"], times(arrived)) == ("on_site", ("09:41", "09:41", "10:00"))
    done = the_stop(tmp_path, action("arrival", "09:41"), action("completion", "11:05"))
    assert (done["task"]["state"], times(done)) == ("done", ("09:41", "09:41", "11:05"))


def test_what_the_server_has_taken_stays_done_until_the_day_is_read_again(tmp_path: Path) -> None:
    arrived = the_stop(tmp_path, taken=[action("travel", "09:00"), action("arrival", "09:41")])
    assert (arrived["task"]["state"], arrived["waiting"]) == ("on_site", False)
    done = the_stop(tmp_path, action("completion", "11:05"), taken=[action("arrival", "09:41")])
    assert (done["task"]["state"], done["waiting"]) == ("done", True)
    assert times(done) == ("09:41", "09:41", "11:05")
