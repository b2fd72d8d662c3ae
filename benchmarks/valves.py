"""How long it takes to say which valves close a pipe, and whether it is right.

Networks of 11,025 and 11,063 junctions (one made, one published, if it lies beside the repository) with a
strategic layer of valves, one in fifty of them closed or stuck. Every pipe is as likely to be shut off. A
*trace* is the valves and all that loses its water; an *answer* is what a person gets: the walk, who is
without water, and for each valve what changes if it sticks. Times are CPU of one thread.

The peer is WNTR's ``valve_segments`` on the same valves: the parts that it finds must be ours, and its time
stands beside ours for cutting the network. It does not trace; whoever uses it does that on its segments.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import Figure, Line, Missing, percentile
from field.network.engine.search import warm_up
from field.network.engine.segments import Layout, Segments, segmented
from field.network.engine.tracing import Standing, standing, trace
from field.network.files.records import CLASSES
from field.network.model import PipeNetwork, ValvesNow, answer
from tests.rig.water import anywhere, made_grid, published, read_published, strategic, with_valves
from tests.unit.network.oracle import Plain

SIDE = 105
PEOPLE = 30_000
COMPARED = 40


def run(preset: str = "full") -> Iterator[Line]:
    """Figures of each network; "quick" traces fewer pipes."""
    traced = 300 if preset == "quick" else 3_000
    warm_up()
    dice = random.Random(11)
    yield from _measured("made", made_grid(SIDE, dice), traced, dice)
    if published("dmas").exists():
        yield from _measured("dmas", read_published("dmas").layout(), traced, dice)
        for name in ("ky4", "c-town"):
            bare = read_published(name).layout()
            layout = with_valves(bare, anywhere(bare, dice))
            yield from _beside_wntr(f"{name}_random", layout, segmented(layout), {"valves": "anywhere"})
    else:
        yield Missing("the published networks are not beside the repository", "field.valve_trace_dmas")


def _measured(name: str, bare: Layout, traced: int, dice: random.Random) -> Iterator[Line]:
    joints = strategic(bare, dice)
    layout = with_valves(bare, joints)
    segments = segmented(layout)
    count = len(joints)
    some = dice.sample(range(count), count // 50)
    closed, stuck = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    closed[some[::2]], stuck[some[1::2]] = True, True
    now = standing(segments, closed, stuck)
    links = [dice.randrange(len(layout.ends)) for _ in range(traced)]
    context: dict[str, Any] = {
        "junctions": layout.nodes,
        "pipes": len(layout.ends),
        "valves": count,
        "segments": segments.count,
        "traced": traced,
    }
    targets = [segments.of[[layout.nodes + link]] for link in links]
    took = _times(lambda n: trace(segments, now, targets[n]), traced)
    yield _figure(f"field.valve_trace_{name}_p50", percentile(took, 0.5), None, None, context)
    yield _figure(f"field.valve_trace_{name}_p99", percentile(took, 0.99), 50, 5, context)
    network, valves = _peopled(layout, segments, now, dice)
    took = _times(lambda n: answer(network, valves, [links[n]], (0.05, 0.05)), min(traced, 1_000))
    yield _figure(f"field.valve_answer_{name}_p99", percentile(took, 0.99), 50, 5, context)
    equal = _equal(layout, segments, now, closed, stuck, links[:COMPARED])
    name_equal = f"field.valve_trace_{name}_equal"
    yield Figure(name_equal, equal, "share of pipes", 1.0, 1.0, "higher", context | {"compared": COMPARED})
    yield from _beside_wntr(name, layout, segments, context)


def _figure(name: str, ms: float, target: float | None, moonshot: float | None, context: Any) -> Figure:
    return Figure(name, round(ms, 3), "ms", target, moonshot, "lower", context)


def _times(work: Callable[[int], object], times: int) -> list[float]:
    """Milliseconds of each call, after some that are not counted."""
    for number in range(min(50, times)):
        work(number)
    took = []
    for number in range(times):
        begun = time.thread_time_ns()
        work(number)
        took.append((time.thread_time_ns() - begun) / 1e6)
    return took


def _peopled(
    layout: Layout, segments: Segments, now: Standing, dice: random.Random
) -> tuple[PipeNetwork, ValvesNow]:
    """The network with places, and connections on its pipes: homes mostly, a hospital in a thousand."""
    places = np.random.default_rng(5).uniform(0, 0.1, (layout.nodes, 2))
    lines = tuple(places[ends] for ends in layout.ends)
    kinds = [CLASSES[3] if dice.random() < 0.001 else CLASSES[0] for _ in range(PEOPLE)]
    at = np.array([dice.randrange(len(layout.ends)) for _ in range(PEOPLE)], np.int32)
    codes = tuple(f"V{number}" for number in range(len(layout.valve_link)))
    states = tuple("closed" if shut else "unknown" for shut in now.closed.tolist())
    network = PipeNetwork(
        number=1,
        segments=segments,
        pipe=tuple(f"P{number}" for number in range(len(layout.ends))),
        kind=("pipe",) * len(layout.ends),
        length_m=np.full(len(layout.ends), 90.0),
        diameter_mm=(None,) * len(layout.ends),
        lines=lines,
        valve_code=codes,
        valve_state=states,
        valve_link=layout.valve_link,
        valve_place=places[layout.ends[layout.valve_link, layout.valve_end]],
        fitting_code=tuple(f"C{number}" for number in range(PEOPLE)),
        fitting_kind=tuple(kinds),
        fitting_link=at,
        fitting_place=places[layout.ends[at, 0]],
    )
    _ = network.served, network.shapes
    return network, ValvesNow(states, now)


def _equal(
    layout: Layout, segments: Segments, now: Standing, closed: Any, stuck: Any, links: list[int]
) -> float:
    """The share of pipes for which the plain oracle finds the same valves, and the same without water."""
    plain = Plain(layout, np.flatnonzero(closed).tolist(), np.flatnonzero(stuck).tolist())
    wet = plain.wet()
    same = 0
    for link in links:
        found = trace(segments, now, segments.of[[layout.nodes + link]])
        inside = plain.closed_part([layout.nodes + link])
        left = plain.wet(without=inside)
        valves = {
            valve for valve, far in plain.around(inside).items() if valve not in plain.closed and far in left
        }
        junctions, pipes = segments.parts_of(found.dry)
        dry = set(junctions.tolist()) | {layout.nodes + each for each in pipes.tolist()}
        same += set(found.close.tolist()) == valves and dry == wet - left
    return same / len(links)


def _beside_wntr(name: str, layout: Layout, segments: Segments, context: dict[str, Any]) -> Iterator[Line]:
    """The same valves given to WNTR: does it find the same parts, and in what time?"""
    try:
        import networkx
        import pandas
        from wntr.metrics.topographic import valve_segments
    except ImportError as error:
        yield Missing(f"{error}: make bench installs it", f"field.valve_segments_{name}_wntr_equal")
        return
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(f"n{node}" for node in range(layout.nodes))
    for link, (a, b) in enumerate(layout.ends.tolist()):
        graph.add_edge(f"n{a}", f"n{b}", key=f"l{link}")
    at = [
        (f"l{link}", f"n{layout.ends[link, end]}")
        for link, end in zip(layout.valve_link.tolist(), layout.valve_end.tolist(), strict=True)
    ]
    layer = pandas.DataFrame(at, columns=["link", "node"])
    begun = time.thread_time()
    segmented(layout)
    cut = time.thread_time() - begun
    begun = time.thread_time()
    nodes, links, _ = valve_segments(graph, layer)
    theirs_took = time.thread_time() - begun
    theirs = np.concatenate(
        [
            nodes.loc[[f"n{node}" for node in range(layout.nodes)]].to_numpy(),
            links.loc[[f"l{link}" for link in range(len(layout.ends))]].to_numpy(),
        ]
    )
    pairs = len(set(zip(theirs.tolist(), segments.of.tolist(), strict=True)))
    equal = pairs == len(set(theirs.tolist())) == segments.count
    context = context | {"ours_s": round(cut, 4), "wntr_s": round(theirs_took, 3)}
    yield Figure(
        f"field.valve_segments_{name}_wntr_equal", float(equal), "1 is yes", 1.0, 1.0, "higher", context
    )
    yield Figure(
        f"field.valve_segments_{name}_wntr_ratio",
        round(cut / theirs_took, 5),
        "ours / WNTR's",
        1.0,
        0.1,
        "lower",
        context,
    )
