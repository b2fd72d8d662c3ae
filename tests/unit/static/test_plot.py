"""The axis of a plot, its labels, and which point a finger or an arrow key means."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.packs import pack
from tests.rig.need import require

SCRIPT = """
import { arrow, labelled, nearest, thin, ticks } from "lib/plot.js";
const plot = { arrow, labelled, nearest, thin, ticks };
const calls = JSON.parse(process.argv[2]);
process.stdout.write(JSON.stringify(calls.map(([name, ...given]) => plot[name](...given) ?? null)));
"""


def answers(folder: Path, *calls: list[Any]) -> list[Any]:
    require("node")

    def source(path: str) -> str:
        return SCRIPT if path == "it" else Path("static", path).read_text("utf-8")

    file = folder / "it.mjs"
    file.write_text(pack("it", source), "utf-8")
    told = json.dumps(calls)
    run = subprocess.run(["node", file, told], capture_output=True, text=True, check=True, timeout=120)
    return list(json.loads(run.stdout))


def test_an_axis_holds_the_highest_value_and_has_few_lines(tmp_path: Path) -> None:
    values = [0, 0.004, 0.031, 0.2, 0.37, 0.999, 1]
    for value, levels in zip(values, answers(tmp_path, *(["ticks", v, False] for v in values)), strict=True):
        assert levels[0] == 0 and levels[-1] >= value - 1e-9 and 2 <= len(levels) <= 6
        assert levels[-1] <= max(0.01, value * 2)
    assert answers(tmp_path, ["ticks", 0.3, True]) == [[0, 0.2, 0.4, 0.6, 0.8, 1]]


@pytest.mark.parametrize(("count", "width"), [(1, 300), (26, 600), (156, 280), (8, 100)])
def test_labels_have_room_and_the_newest_has_one(tmp_path: Path, count: int, width: int) -> None:
    (shown,) = answers(tmp_path, ["labelled", count, width, 58])
    assert shown[-1] == count - 1
    assert len(shown) * 58 <= width + 58


MARKS = [
    {"x": 0, "y": 50, "line": 0, "at": 0},
    {"x": 40, "y": 20, "line": 0, "at": 1},
    {"x": 40, "y": 80, "line": 1, "at": 1},
    {"x": 80, "y": 10, "line": 0, "at": 3},
]


def test_what_is_pressed_is_the_nearest_point(tmp_path: Path) -> None:
    asked = [
        ["nearest", MARKS, 38, 60],
        ["nearest", MARKS, 30, 30],
        ["nearest", MARKS, 500, 0],
        ["nearest", [], 1, 1],
    ]
    assert answers(tmp_path, *asked) == [MARKS[2], MARKS[1], MARKS[3], None]


def test_arrows_go_along_a_line_and_to_the_line_above(tmp_path: Path) -> None:
    asked = [
        ["arrow", MARKS, MARKS[1], "ArrowRight"],
        ["arrow", MARKS, MARKS[1], "ArrowLeft"],
        ["arrow", MARKS, MARKS[3], "ArrowRight"],
        ["arrow", MARKS, MARKS[0], "End"],
        ["arrow", MARKS, MARKS[2], "ArrowUp"],
        ["arrow", MARKS, MARKS[1], "ArrowDown"],
        ["arrow", MARKS, MARKS[1], "Tab"],
    ]
    assert answers(tmp_path, *asked) == [MARKS[3], MARKS[0], None, MARKS[3], MARKS[1], MARKS[2], None]


def test_few_are_too_few(tmp_path: Path) -> None:
    asked = [["thin", {"value": 0.5, "n": n}] for n in (0, 4, 5)] + [["thin", {"value": None, "n": 0}]]
    assert answers(tmp_path, *asked) == [True, True, False, False]
