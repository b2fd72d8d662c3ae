"""A version of the network in memory, and what it answers: which valves, and who is then without water."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import shapely

from field.network.engine.segments import Flags, Ints, Segments
from field.network.engine.tracing import Closure, Standing, if_stuck, standing, trace
from field.network.files.ground import Ground
from field.network.files.records import CLASSES, VULNERABLE, Floats, Place

REACH_M: Final = 60.0
"""A place farther than this from every pipe is on none."""
ALTERNATIVES: Final = 24
"""Valves of one closure for which it is worked out what changes if they stick: more are no plan any more."""
DRAWN: Final = 3_000
"""Links of one answer that are drawn."""


@dataclasses.dataclass(frozen=True)
class PipeNetwork:
    """One version. Arrays count links, valves and fittings as the engine's layout does.

    ``pipe``: each link's pipe code; ``lines``: its places; ``valve_code``, ``valve_state`` (as the layer
    says) and ``valve_place``; ``fitting_code``, ``fitting_kind``, ``fitting_link``, ``fitting_place``:
    connections and hydrants.
    """

    number: int
    segments: Segments
    pipe: tuple[str, ...]
    kind: tuple[str, ...]
    length_m: Floats
    diameter_mm: tuple[float | None, ...]
    lines: tuple[Floats, ...]
    valve_code: tuple[str, ...]
    valve_state: tuple[str, ...]
    valve_link: Ints
    valve_place: Floats
    fitting_code: tuple[str, ...]
    fitting_kind: tuple[str, ...]
    fitting_link: Ints
    fitting_place: Floats

    @cached_property
    def ground(self) -> Ground:
        return Ground.around(np.concatenate(self.lines) if self.lines else np.empty((0, 2)))

    @cached_property
    def shapes(self) -> shapely.STRtree:
        """The links in plane metres, to find the nearest."""
        metres = [shapely.linestrings(self.ground.metres(line)) for line in self.lines]
        return shapely.STRtree(metres)

    @cached_property
    def links_of(self) -> dict[str, list[int]]:
        """By pipe code."""
        found: dict[str, list[int]] = {}
        for link, code in enumerate(self.pipe):
            found.setdefault(code, []).append(link)
        return found

    @cached_property
    def valve_of(self) -> dict[str, int]:
        """By valve code."""
        return {code: number for number, code in enumerate(self.valve_code)}

    @cached_property
    def served(self) -> Ints:
        """How many connections of each class lie in each segment: int32 [segments, classes]."""
        counts = np.zeros((self.segments.count, len(CLASSES)), np.int32)
        kinds = np.array([CLASSES.index(kind) if kind in CLASSES else -1 for kind in self.fitting_kind], int)
        people = np.flatnonzero(kinds >= 0)
        np.add.at(counts, (self.fitting_segment[people], kinds[people]), 1)
        return counts

    @cached_property
    def fitting_segment(self) -> Ints:
        """The segment of each fitting."""
        return self.segments.of[self.segments.nodes + self.fitting_link]

    @cached_property
    def vulnerable(self) -> Ints:
        """Fittings who cannot be without water, ascending."""
        return _where(self.fitting_kind, VULNERABLE)

    @cached_property
    def hydrants(self) -> Ints:
        """Fittings that are hydrants, ascending."""
        return _where(self.fitting_kind, ("hydrant",))

    def standing(self, found: Mapping[str, str]) -> ValvesNow:
        """How the valves stand; ``found``: states by code that people have reported, which go before the
        layer's own.
        """
        states = tuple(
            found.get(code, state) for code, state in zip(self.valve_code, self.valve_state, strict=True)
        )
        closed = np.array([state == "closed" for state in states], np.bool_)
        stuck = np.array([state == "stuck" for state in states], np.bool_)
        return ValvesNow(states, standing(self.segments, closed, stuck))

    def nearest(self, place: Place, within_m: float = REACH_M) -> tuple[int, float] | None:
        """The link nearest to a place, and how far off it is; None where none is within ``within_m``."""
        if not self.lines:
            return None
        point = shapely.Point(*self.ground.metres(np.array([place], np.float64))[0])
        at = int(self.shapes.nearest(point))
        apart = float(self.shapes.geometries[at].distance(point))
        return (at, apart) if apart <= within_m else None

    def metres_between(self, a: Place, b: Place) -> float:
        ax, ay = self.ground.metres(np.array([a, b], np.float64)).tolist()
        return math.dist(ax, ay)


@dataclasses.dataclass(frozen=True)
class ValvesNow:
    """How all valves of a version stand: by word, and for the engine."""

    states: tuple[str, ...]
    now: Standing


def _where(kinds: Sequence[str], wanted: Sequence[str]) -> Ints:
    return np.array([n for n, kind in enumerate(kinds) if kind in wanted], np.int32)


# answers --------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Served:
    """Who is without water. ``classes``: connections by class, those that there are; ``vulnerable``:
    fittings that cannot be without; ``hydrants``: fittings.
    """

    connections: int
    classes: dict[str, int]
    vulnerable: tuple[int, ...]
    hydrants: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class IfStuck:
    """What changes if a valve does not shut: valves to be shut besides, valves that then need not be, and who
    is without water besides. ``at_source``: nothing here shuts it off then.
    """

    valve: int
    instead: tuple[int, ...]
    not_needed: tuple[int, ...]
    more: Served
    more_m: float
    at_source: bool


@dataclasses.dataclass(frozen=True)
class Answer:
    """What shutting something off takes. Valves in the order in which they are reached from ``place``;
    ``closed_m``, ``lost_m``: metres of pipe in the closed part, and of what loses its water with it.
    """

    links: tuple[int, ...]
    place: Place
    closure: Closure
    close: tuple[int, ...]
    alternatives: tuple[IfStuck, ...]
    dry: Served
    closed_links: Ints
    lost_links: Ints
    closed_m: float
    lost_m: float


def answer(
    network: PipeNetwork, valves: ValvesNow, links: Sequence[int], place: Place | None = None
) -> Answer:
    """Shut off these links, all at once; ``place``: where whoever closes the valves sets out."""
    segments = network.segments
    targets = np.unique(segments.of[[segments.nodes + link for link in links]]).astype(np.int32)
    closure = trace(segments, valves.now, targets)
    start = place or _middle(network.lines[links[0]])
    dry = _served(network, closure.dry)
    closed_links, lost_links = (segments.parts_of(part)[1] for part in (closure.inside, closure.lost))
    return Answer(
        links=tuple(links),
        place=start,
        closure=closure,
        close=_in_order(network, closure.close.tolist(), start),
        alternatives=tuple(
            _alternative(network, valves, closure, valve) for valve in closure.close.tolist()[:ALTERNATIVES]
        ),
        dry=dry,
        closed_links=closed_links,
        lost_links=lost_links,
        closed_m=_metres(network, closed_links),
        lost_m=_metres(network, lost_links),
    )


def only_together(
    network: PipeNetwork, valves: ValvesNow, parts: Iterable[Sequence[int]], all_: Answer
) -> int:
    """Connections that lose their water because several shut-offs come together, and by none of them."""
    alone = np.zeros(network.segments.count, np.bool_)
    for links in parts:
        numbers = [network.segments.nodes + link for link in links]
        targets = np.unique(network.segments.of[numbers]).astype(np.int32)
        alone[trace(network.segments, valves.now, targets).dry] = True
    rest = all_.closure.dry[~alone[all_.closure.dry]]
    return int(network.served[rest].sum())


def _alternative(network: PipeNetwork, valves: ValvesNow, closure: Closure, valve: int) -> IfStuck:
    then = if_stuck(network.segments, valves.now, closure, valve)
    before = _flags(network.segments.count, closure.dry)
    more = then.dry[~before[then.dry]]
    _, links = network.segments.parts_of(more)
    old, new = set(closure.close.tolist()), set(then.close.tolist())
    return IfStuck(
        valve=valve,
        instead=tuple(sorted(new - old)),
        not_needed=tuple(sorted(old - new - {valve})),
        more=_served(network, more),
        more_m=_metres(network, links),
        at_source=then.at_source,
    )


def _served(network: PipeNetwork, segments: Ints) -> Served:
    counts = network.served[segments].sum(axis=0)
    inside = _flags(network.segments.count, segments)
    return Served(
        connections=int(counts.sum()),
        classes={name: int(count) for name, count in zip(CLASSES, counts, strict=True) if count},
        vulnerable=_within(network, network.vulnerable, inside),
        hydrants=_within(network, network.hydrants, inside),
    )


def _within(network: PipeNetwork, fittings: Ints, inside: Flags) -> tuple[int, ...]:
    found: list[int] = fittings[inside[network.fitting_segment[fittings]]].tolist()
    return tuple(found)


def _flags(count: int, numbers: Ints) -> Flags:
    flags = np.zeros(count, np.bool_)
    flags[numbers] = True
    return flags


def _metres(network: PipeNetwork, links: Ints) -> float:
    return round(float(network.length_m[links].sum()), 1)


def _in_order(network: PipeNetwork, valves: list[int], start: Place) -> tuple[int, ...]:
    """The nearest first, then always the nearest to the last one: nobody walks back and forth."""
    places = network.ground.metres(network.valve_place[valves]) if valves else np.empty((0, 2))
    here = network.ground.metres(np.array([start], np.float64))[0]
    left = list(range(len(valves)))
    order = []
    while left:
        nearest = min(left, key=lambda n: (math.dist(places[n], here), valves[n]))
        left.remove(nearest)
        order.append(valves[nearest])
        here = places[nearest]
    return tuple(order)


def _middle(line: Floats) -> Place:
    """The middle of a line, along it."""
    middle = shapely.LineString(line).interpolate(0.5, normalized=True)
    return middle.x, middle.y
