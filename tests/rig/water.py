"""Pipe networks for tests and benchmarks: published ones if they lie beside the repository, and a made one.

No EPANET model has shut-off valves, so a layer of them is made: *strategic* ones, at each junction on every
pipe but one (the "N − 1 rule"), or a number of them anywhere.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from field.network.engine.segments import Layout
from field.network.files.build import Network, joined
from field.network.files.crs import named_system
from field.network.files.inp_file import read_inp

PUBLISHED = Path(__file__).parents[3] / "shared" / "data"
"""Benchmark networks, for tests only: they are no part of the product."""
NETWORKS = {
    "dmas": ("network/DMAs.inp", "EPSG:32618"),
    "nj1": ("network/NJ1.inp", "EPSG:32618"),
    "ky4": ("ky4.inp", "EPSG:3547"),
    "c-town": ("c-town.inp", "EPSG:32633"),
}


def published(name: str) -> Path:
    """The file of a published network."""
    return PUBLISHED / NETWORKS[name][0]


def read_published(name: str) -> Network:
    """A published network, joined."""
    file = read_inp(published(name).read_bytes(), named_system, crs=NETWORKS[name][1])
    assert not file.faults, file.faults[:3]
    return joined(file)


def with_valves(layout: Layout, joints: list[tuple[int, int]]) -> Layout:
    """The same network with valves at these joints (link, end) and no others."""
    pairs = np.array(joints, np.int32).reshape(-1, 2)
    return Layout(layout.nodes, layout.ends, pairs[:, 0].copy(), pairs[:, 1].copy(), layout.sources)


def strategic(layout: Layout, dice: random.Random, left_out: int = 1) -> list[tuple[int, int]]:
    """At each junction a valve on every pipe but ``left_out`` of them."""
    around: dict[int, list[tuple[int, int]]] = {}
    for link, ends in enumerate(layout.ends.tolist()):
        for end, node in enumerate(ends):
            around.setdefault(node, []).append((link, end))
    joints = []
    for node in sorted(around):
        some = around[node]
        dice.shuffle(some)
        joints += some[left_out:]
    return sorted(joints)


def anywhere(layout: Layout, dice: random.Random, share: float = 0.3) -> list[tuple[int, int]]:
    """At a share of all joints."""
    every = [(link, end) for link in range(len(layout.ends)) for end in (0, 1)]
    return sorted(dice.sample(every, int(len(every) * share)))


def made_grid(side: int, dice: random.Random) -> Layout:
    """Streets in a square, a tenth of their pipes missing, fed from two corners: ``side``² junctions."""
    ends = []
    for row in range(side):
        for column in range(side):
            here = row * side + column
            if column + 1 < side and dice.random() > 0.1:
                ends.append((here, here + 1))
            if row + 1 < side and dice.random() > 0.1:
                ends.append((here, here + side))
    none = np.empty(0, np.int32)
    sources = np.array([0, side * side - 1], np.int32)
    return Layout(side * side, np.array(ends, np.int32), none, none, sources)
