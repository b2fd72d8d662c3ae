"""The valves of published networks, up to 15,000 junctions, against the plain oracle; and their files."""

from __future__ import annotations

import random

import numpy as np
import pytest

from field.network.engine.segments import Layout, segmented
from field.network.engine.tracing import standing, trace
from field.network.files.crs import named_system
from field.network.files.inp_file import read_inp
from tests.rig.need import require
from tests.rig.water import NETWORKS, PUBLISHED, anywhere, made_grid, read_published, strategic, with_valves
from tests.unit.network.oracle import Plain

TRACED = 12
"""Pipes of each network that are shut off."""


def layout_of(name: str) -> Layout:
    if name == "made":
        return made_grid(40, random.Random(3))
    require("networks")
    return read_published(name).layout()


@pytest.mark.parametrize("layer", ["strategic", "anywhere"])
@pytest.mark.parametrize("name", ["made", "ky4", "c-town", "dmas", "nj1"])
def test_it_answers_as_the_oracle_does(name: str, layer: str) -> None:
    dice = random.Random(f"{name} {layer}")
    bare = layout_of(name)
    joints = strategic(bare, dice) if layer == "strategic" else anywhere(bare, dice)
    layout = with_valves(bare, joints)
    count = len(joints)
    numbers = dice.sample(range(count), count // 20)
    closed, stuck = numbers[::2], numbers[1::2]
    flags = np.zeros((2, count), np.bool_)
    flags[0, closed], flags[1, stuck] = True, True
    segments = segmented(layout)
    now = standing(segments, flags[0], flags[1])
    plain = Plain(layout, closed, stuck)
    wet = plain.wet()
    for link in dice.sample(range(len(layout.ends)), TRACED):
        found = trace(segments, now, segments.of[[layout.nodes + link]])
        inside = plain.closed_part([layout.nodes + link])
        left = plain.wet(without=inside)
        around = plain.around(inside)
        assert _parts(layout, segments.parts_of(found.inside)) == inside
        assert _parts(layout, segments.parts_of(found.dry)) == wet - left
        needed = {valve for valve, far in around.items() if valve not in plain.closed and far in left}
        assert set(found.close.tolist()) == needed


def _parts(layout: Layout, found: tuple[np.ndarray, np.ndarray]) -> set[int]:
    return set(found[0].tolist()) | {layout.nodes + link for link in found[1].tolist()}


@pytest.mark.parametrize(
    ("name", "junctions", "links", "sources"),
    [
        ("nj1", 14_991, 16_078, 8),
        ("dmas", 11_063, 13_913, 22),
        ("ky4", 959, 1_158, 5),
        ("c-town", 388, 444, 8),
    ],
)
def test_a_published_file_is_read_whole(name: str, junctions: int, links: int, sources: int) -> None:
    require("networks")
    network = read_published(name)
    assert len(network.nodes) - len(network.sources) == junctions
    assert (len(network.links), len(network.sources)) == (links, sources)
    assert not network.faults


@pytest.mark.parametrize(
    ("name", "code", "where"),
    [
        ("bad_syntax", "unknown_section", "line 330"),
        ("bad_times", "bad_duration", "line 324"),
        ("bad_values", "unknown_node", "line 56, node1"),
    ],
)
def test_a_broken_file_is_refused_by_the_line(name: str, code: str, where: str) -> None:
    require("networks")
    data = (PUBLISHED / "network" / f"{name}.inp").read_bytes()
    read = read_inp(data, named_system, crs="EPSG:32618")
    assert [(fault.code, fault.where) for fault in read.faults] == [(code, where)]


def test_a_file_in_another_encoding_is_asked_about_or_read_as_named() -> None:
    require("networks")
    text = (PUBLISHED / "network" / "latin1.inp").read_text("utf-8")
    for data, encoding in ((text.encode(), None), (text.encode("latin-1"), "latin1")):
        read = read_inp(data, named_system, crs="EPSG:32618", encoding=encoding)
        assert not read.faults
        assert "12Ù" in {pipe.code for pipe in read.pipes or ()}
    unsure = read_inp(text.encode("latin-1"), named_system, crs="EPSG:32618")
    assert [fault.code for fault in unsure.faults] == ["unknown_encoding"]


def test_every_published_file_needs_its_coordinate_system_named() -> None:
    require("networks")
    for file, _ in NETWORKS.values():
        read = read_inp((PUBLISHED / file).read_bytes(), named_system)
        assert [fault.code for fault in read.faults] == ["crs_missing"]
