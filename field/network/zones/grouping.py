"""Which junctions of a network belong together: by what the model says of them, or by where it is cut.

Four ways, each of which utilities' models know:

- *tags*: of junctions (EPANET's ``[TAGS] NODE``);
- *patterns*: of their demand, where each DMA has its own;
- *link tags*: a junction belongs where most metres of its pipes do;
- *cuts*: what hangs together when closed pipes and valves, control valves, and pipes with a meter are taken
  out. What is left small (the bit between two valves) is no zone.

A junction of which nothing is said joins the nearest one of which something is, along the pipes (E. W.
Dijkstra, doi:10.1007/BF01386390).
"""

from __future__ import annotations

import dataclasses
import heapq
from collections import Counter, defaultdict
from typing import Final, Literal

import numpy as np

from field.network.engine.segments import Ints, components
from field.network.files.build import Network

By = Literal["tags", "patterns", "link_tags", "cuts"]
WAYS: Final[tuple[By, ...]] = ("tags", "patterns", "link_tags", "cuts")
LEAST: Final = 10
"""Junctions of a part that is a zone of its own."""
METER_TAGS: Final = ("meter", "inlet_meter", "水表", "水錶", "流量计", "流量計")
"""Tags by which a pipe says that it has a zone's meter."""


@dataclasses.dataclass(frozen=True)
class Grouping:
    """`of`: int32 [nodes], the group of each, -1 where nothing leads to any; `names`: of the groups, empty
    where the model has none; `border`: links that were taken out, ascending."""

    of: Ints
    names: tuple[str, ...]
    border: Ints


def grouped(network: Network, by: By, meters: frozenset[str] = frozenset(), least: int = LEAST) -> Grouping:
    """`meters`: codes of pipes that a zone's meter sits on; `least`: see :data:`LEAST`, of cuts alone."""
    border = _border(network, meters) if by == "cuts" else np.empty(0, np.int32)
    if by == "cuts":
        of, count = _parts(network, border, least)
        names: tuple[str, ...] = ("",) * count
    else:
        said = _said(network, by)
        names = tuple(sorted({name for name in said if name}))
        number = {name: at for at, name in enumerate(names)}
        of = np.array([number.get(name, -1) for name in said], np.int32)
    return Grouping(_spread(network, of), names, border)


def _said(network: Network, by: By) -> list[str]:
    if by == "tags":
        return [node.tag for node in network.nodes]
    if by == "patterns":
        return [node.pattern for node in network.nodes]
    metres: dict[int, Counter[str]] = defaultdict(Counter)
    for link in network.links:
        tag = network.pipes[link.pipe].tag
        if tag:
            for node in (link.start, link.end):
                metres[node][tag] += max(1, round(link.length_m))
    return [
        min(metres[node], key=lambda tag: (-metres[node][tag], tag)) if node in metres else ""
        for node in range(len(network.nodes))
    ]


def _border(network: Network, meters: frozenset[str]) -> Ints:
    """Links that water does not pass, or is counted on."""
    closed = {valve.link for valve in network.valves if valve.kind == "closed"}
    found = []
    for number, link in enumerate(network.links):
        pipe = network.pipes[link.pipe]
        metered = pipe.code in meters or pipe.tag.casefold() in METER_TAGS
        if number in closed or pipe.closed or pipe.kind == "control_valve" or metered:
            found.append(number)
    return np.array(found, np.int32)


def _parts(network: Network, border: Ints, least: int) -> tuple[Ints, int]:
    ends = np.array([(link.start, link.end) for link in network.links], np.int32).reshape(-1, 2)
    kept = np.delete(ends, border, axis=0)
    of = components(len(network.nodes), kept[:, 0], kept[:, 1])
    sizes = np.bincount(of)
    large = np.flatnonzero(sizes >= least)
    number = np.full(len(sizes), -1, np.int32)
    number[large] = np.arange(len(large), dtype=np.int32)
    return number[of], len(large)


def _spread(network: Network, of: Ints) -> Ints:
    """Those without a group join the nearest that has one, along the links."""
    ways: list[list[tuple[int, float]]] = [[] for _ in network.nodes]
    for link in network.links:
        ways[link.start].append((link.end, link.length_m))
        ways[link.end].append((link.start, link.length_m))
    found = of.tolist()
    done = [group >= 0 for group in found]
    todo = [
        (metres, node, beyond)
        for node, group in enumerate(found)
        if group >= 0
        for beyond, metres in ways[node]
        if not done[beyond]
    ]
    heapq.heapify(todo)
    while todo:
        metres, node, beyond = heapq.heappop(todo)
        if done[beyond]:
            continue
        done[beyond], found[beyond] = True, found[node]
        for after, more in ways[beyond]:
            if not done[after]:
                heapq.heappush(todo, (metres + more, beyond, after))
    return np.array(found, np.int32)
