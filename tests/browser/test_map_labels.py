"""Names beside dots on a map: none over another, and as few left out as can be."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.rig.browsers import Browsers

MODULE = Path("static/lib/labels.js").read_text("utf-8")
HEIGHT = 16
VIEW = {"left": 0, "top": 0, "right": 800, "bottom": 600}
RUN = """async ([source, dots, given]) => {
  const { placeLabels } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  return [...placeLabels(dots, given)];
}"""
Box = tuple[float, float, float, float]


async def placed(browsers: Browsers, dots: list[dict[str, Any]], **given: Any) -> dict[str, Box]:
    """Where the module puts the names: left, top, right, bottom by id."""
    page = await (await browsers.context("desk")).new_page()
    answer = await page.evaluate(RUN, [MODULE, dots, {"height": HEIGHT, "view": VIEW} | given])
    await page.context.close()
    by_id = {dot["id"]: dot for dot in dots}
    found = {}
    for name, offset in answer:
        dot = by_id[name]
        left, middle = dot["x"] + offset["dx"], dot["y"] + offset["dy"]
        found[name] = (left, middle - HEIGHT / 2, left + dot["width"], middle + HEIGHT / 2)
    return found


def dot(name: str, x: float, y: float, width: float = 60) -> dict[str, Any]:
    return {"id": name, "x": x, "y": y, "r": 11, "width": width}


def mark(dot: dict[str, Any]) -> Box:
    return (dot["x"] - dot["r"], dot["y"] - dot["r"], dot["x"] + dot["r"], dot["y"] + dot["r"])


def meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


async def test_who_stands_alone_is_named_to_the_right(browsers: Browsers) -> None:
    assert await placed(browsers, [dot("ann", 400, 300)]) == {"ann": (415, 292, 475, 308)}


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (6, 0), (0, 9), (30, 4), (-25, -3)])
async def test_two_who_stand_close_are_both_named(browsers: Browsers, dx: float, dy: float) -> None:
    dots = [dot("ann", 400, 300), dot("bob", 400 + dx, 300 + dy)]
    names = await placed(browsers, dots)
    assert set(names) == {"ann", "bob"}
    assert not meet(names["ann"], names["bob"])
    assert not meet(names["ann"], mark(dots[1])) and not meet(names["bob"], mark(dots[0]))


async def test_a_name_stays_on_the_map_and_off_what_is_urgent_where_it_can(browsers: Browsers) -> None:
    names = await placed(browsers, [dot("edge", 790, 300)])
    assert names["edge"][2] <= VIEW["right"]
    urgent = {"left": 420, "top": 290, "right": 440, "bottom": 310}
    names = await placed(browsers, [dot("ann", 400, 300)], avoid=[urgent])
    assert names["ann"][2] < 400, "to the left of its dot"
    everywhere = {"left": 0, "top": 0, "right": 800, "bottom": 600}
    assert await placed(browsers, [dot("ann", 400, 300)], avoid=[everywhere]), "before nobody is named"


@pytest.mark.parametrize("seed", range(4))
async def test_in_a_crowd_nothing_is_covered_and_the_first_are_named(browsers: Browsers, seed: int) -> None:
    chance = random.Random(seed)
    dots = [
        dot(str(n), chance.uniform(20, 780), chance.uniform(20, 580), chance.uniform(25, 110))
        for n in range(60)
    ]
    names = await placed(browsers, dots)
    assert "0" in names or any(meet(mark(dots[0]), mark(other)) for other in dots[1:])
    assert len(names) >= 40
    for one, other in combinations(names.values(), 2):
        assert not meet(one, other)
    for name, box in names.items():
        assert not any(meet(box, mark(each)) for each in dots if each["id"] != name)


async def test_in_a_large_utility_some_are_named_and_the_chosen_one_always(browsers: Browsers) -> None:
    chance = random.Random(1)
    dots = [dot(str(n), chance.uniform(0, 800), chance.uniform(0, 600), 70 * (n < 100)) for n in range(1500)]
    dots[0] |= {"sure": True, "x": 1, "y": 1}
    names = await placed(browsers, dots)
    assert "0" in names and len(names) > 40
    for one, other in combinations(names.values(), 2):
        assert not meet(one, other)
    walled_in = [dot("own", 60, 8) | {"sure": True}, *(dot(str(n), 20 + 10 * n, 30) for n in range(20))]
    assert "own" in await placed(browsers, walled_in)


async def test_who_has_no_name_to_be_written_still_keeps_others_off(browsers: Browsers) -> None:
    names = await placed(browsers, [dot("ann", 400, 300), dot("nameless", 430, 300, 0)])
    assert set(names) == {"ann"} and not meet(names["ann"], mark(dot("nameless", 430, 300)))
