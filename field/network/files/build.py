"""From what the layers draw to what is joined: junctions, links, and what sits on them.

Pipes that name their junctions are joined there and nowhere else. The ends of others are joined where they
lie within ``snap_m`` of one another or of the middle of a pipe, which is divided there. What lies on a pipe
(valves, hydrants, connections, sources) belongs to the nearest within its reach. Nothing farther off is
joined in silence: an end that stops short of a pipe is told of, by name and by how much.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Collection
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from field.network.engine.segments import Ints, Layout, components
from field.network.files.ground import Ground, cut
from field.network.files.records import (
    LAYERS,
    ONE_WAY,
    Floats,
    LayerName,
    NetworkFile,
    PipeRow,
    Place,
    PointRow,
)
from field.network.files.telling import tell_what_has_no_source, tell_what_is_drawn_against
from kernel.errors import Fault
from kernel.files.findings import Findings, shown

SNAP_M: Final = 0.5
VALVE_REACH_M: Final = 2.0
SOURCE_REACH_M: Final = 10.0
CONNECTION_REACH_M: Final = 60.0
SHORT_OF: Final = 10
"""An end is told of that stops within so many times ``snap_m`` of a pipe."""
MOST_TOGETHER: Final = 64
"""Ends of pipes within one square of ``snap_m``: more are no network."""
NEAR_AT_ONCE: Final = 32
NEAR_MOST: Final = 400
"""Pipes that one end may lie near to."""
MOST_WARNINGS: Final = 1_000
Cut = tuple[float, int, PointRow | None]
"""Metres along a pipe, the junction there, and the valve that makes it, if one does."""
CLOSED_MARK: Final = "#closed"
"""Behind a pipe's code: the valve that stands for a pipe which is closed, where no valve of it is known."""


@dataclasses.dataclass(frozen=True)
class Link:
    """A pipe, or what lies between two places at which it is divided. ``pipe`` counts ``Network.pipes``."""

    pipe: int
    part: int
    start: int
    end: int
    length_m: float
    line: tuple[Place, ...]


@dataclasses.dataclass(frozen=True)
class Sitting:
    """What sits on a link: a valve (at ``end`` 0 or 1 of it), hydrant or connection."""

    code: str
    kind: str
    link: int
    place: Place
    end: int = 0


@dataclasses.dataclass(frozen=True)
class Network:
    """A network as it is joined. ``nodes``: code and kind of each junction, and where it is."""

    nodes: tuple[PointRow, ...] = ()
    pipes: tuple[PipeRow, ...] = ()
    links: tuple[Link, ...] = ()
    valves: tuple[Sitting, ...] = ()
    hydrants: tuple[Sitting, ...] = ()
    connections: tuple[Sitting, ...] = ()
    sources: tuple[tuple[int, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def layout(self) -> Layout:
        """The same for the engine."""
        ends = np.array([(link.start, link.end) for link in self.links], np.int32).reshape(-1, 2)
        return Layout(
            nodes=len(self.nodes),
            ends=ends,
            valve_link=np.array([valve.link for valve in self.valves], np.int32),
            valve_end=np.array([valve.end for valve in self.valves], np.int32),
            sources=np.array([node for node, _ in self.sources], np.int32),
            one_way=np.array(
                [n for n, link in enumerate(self.links) if self.pipes[link.pipe].kind in ONE_WAY], np.int32
            ),
        )


def joined(file: NetworkFile, *, snap_m: float = SNAP_M, brought: Collection[LayerName] = LAYERS) -> Network:
    """Join what the layers draw. Never raises for what is in ``file``.

    ``brought``: the layers that are new. What an older one has that is on no pipe any more (valves, sources)
    is left out, and told of; in a new one it is a fault.
    """
    findings = Findings(MOST_WARNINGS)
    if not file.pipes:
        findings.fault("no_pipes", "file")
        return Network(faults=findings.faults)
    work = _Joining(file, snap_m, brought, findings)
    work.find_junctions()
    if not findings.faults:
        work.find_tees()
    if not findings.faults:
        work.place_valves()
        work.divide()
        work.place_sources()
        connections = work.on_links(file.connections or (), "connection_off")
        hydrants = work.on_links(file.hydrants or (), "hydrant_off")
    if findings.faults:
        return Network(faults=findings.faults, warnings=findings.warnings)
    network = Network(
        nodes=tuple(work.nodes),
        pipes=file.pipes,
        links=tuple(work.links),
        valves=tuple(work.valves),
        hydrants=hydrants,
        connections=connections,
        sources=tuple(work.sources),
    )
    tell_what_has_no_source(network, findings)
    tell_what_is_drawn_against(network, findings)
    return dataclasses.replace(network, warnings=findings.warnings)


class _Joining:
    """The work in progress."""

    def __init__(
        self, file: NetworkFile, snap_m: float, brought: Collection[LayerName], findings: Findings
    ) -> None:
        self.file, self.snap_m, self.brought, self.findings = file, snap_m, brought, findings
        self.pipes = file.pipes or ()
        sizes = [len(pipe.line) for pipe in self.pipes]
        flat = np.array([place for pipe in self.pipes for place in pipe.line], np.float64)
        self.ground = Ground.around(flat)
        metres = self.ground.metres(flat)
        owner = np.repeat(np.arange(len(sizes)), sizes)
        self.shapes = shapely.linestrings(metres, indices=owner)
        self.tree = shapely.STRtree(self.shapes)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        steps = np.concatenate([[0.0], np.hypot(*np.diff(metres, axis=0).T)])
        steps[starts[:-1]] = 0.0
        run = np.cumsum(steps)
        self.along = [run[a:b] - run[a] for a, b in itertools.pairwise(starts)]
        self.tips = np.stack([metres[starts[:-1]], metres[starts[1:] - 1]], axis=1)
        """float64 [pipes, 2, 2]: both ends of each pipe, x and y."""
        self.nodes: list[PointRow] = []
        self.ends: Ints = np.empty((0, 2), np.int32)
        self.cuts: dict[int, list[tuple[float, int]]] = defaultdict(list)
        """By pipe: where it is divided, and the junction there."""
        self.marks: list[tuple[PointRow, int, float | None, int]] = []
        """Valves: row, pipe, metres along it (None: at its end), end."""
        self.links: list[Link] = []
        self.of_pipe: list[range] = []
        self.valves: list[Sitting] = []
        self.sources: list[tuple[int, str]] = []

    def _wrong(self, layer: LayerName, code: str, where: str, /, **params: object) -> None:
        """A fault of a new layer; of an older one, whose features nobody can mend now, a warning."""
        if layer in self.brought:
            self.findings.fault(code, where, **params)
        else:
            self.findings.warning(code, "file", **params)

    # junctions ------------------------------------------------------------------------------------

    def find_junctions(self) -> None:
        """Those that are named, and those where ends of pipes lie together."""
        self.nodes = list(self.file.nodes)
        known = {node.code: number for number, node in enumerate(self.nodes)}
        ends = np.full((len(self.pipes), 2), -1, np.int32)
        loose: list[tuple[int, int]] = []
        for number, pipe in enumerate(self.pipes):
            for end, code in enumerate((pipe.start, pipe.end)):
                if not code:
                    loose.append((number, end))
                    continue
                if code not in known:
                    known[code] = len(self.nodes)
                    self.nodes.append(PointRow(code, pipe.line[-end], "junction"))
                ends[number, end] = known[code]
        if loose:
            pipes, sides = np.array(loose).T
            places = self.tips[pipes, sides]
            groups = self._together(places)
            if groups is None:
                return
            first = len(self.nodes)
            seen = np.unique(groups, return_index=True)[1]
            for group, at in enumerate(seen.tolist()):
                pipe, side = loose[at]
                self.nodes.append(PointRow(f"n{first + group + 1}", self.pipes[pipe].line[-side], "junction"))
            ends[pipes, sides] = first + groups
        self.loose = frozenset(number for number, _ in loose)
        self.ends = ends

    def _together(self, places: Floats) -> Ints | None:
        """Which of these places are one, numbered from 0; None where they are too many to be a network."""
        unique, inverse = np.unique(np.round(places, 3), axis=0, return_inverse=True)
        cells = np.floor(unique / self.snap_m).astype(np.int64)
        crowd = np.unique(cells, axis=0, return_counts=True)[1].max()
        if crowd > MOST_TOGETHER:
            self.findings.fault("too_many_ends", "file", found=int(crowd), most=MOST_TOGETHER)
            return None
        points = shapely.points(unique)
        near = shapely.STRtree(points).query(points, predicate="dwithin", distance=self.snap_m)
        return components(len(unique), near[0], near[1])[inverse.reshape(-1)]

    def find_tees(self) -> None:
        """Junctions that lie on the middle of a pipe divide it; ends that stop short of one are told of."""
        if not self.loose:
            return
        loose = np.array(sorted(self.loose))
        own = np.unique(self.ends[loose])
        places = self.ground.metres(np.array([self.nodes[node].place for node in own.tolist()], np.float64))
        degrees = np.bincount(self.ends.ravel(), minlength=len(self.nodes))
        short_of = self.snap_m * SHORT_OF
        for begin in range(0, len(own), NEAR_AT_ONCE):
            some = shapely.points(places[begin : begin + NEAR_AT_ONCE])
            at, pipes = self.tree.query(some, predicate="dwithin", distance=short_of)
            if len(at) > NEAR_AT_ONCE * NEAR_MOST:
                self.findings.fault("too_tangled", "file", most=NEAR_MOST)
                return
            keep = np.isin(pipes, loose)
            at, pipes = at[keep], pipes[keep]
            apart = shapely.distance(some[at], self.shapes[pipes])
            where = shapely.line_locate_point(self.shapes[pipes], some[at])
            for index in np.lexsort((apart, at)).tolist():
                node, pipe = int(own[begin + at[index]]), int(pipes[index])
                if node not in self.ends[pipe]:
                    self._tee(node, pipe, float(where[index]), float(apart[index]), int(degrees[node]))

    def _tee(self, node: int, pipe: int, where: float, apart: float, degree: int) -> None:
        if apart <= self.snap_m:
            self.cuts[pipe].append((where, node))
        elif degree == 1 and not any(node == each for cuts in (self.cuts[pipe],) for _, each in cuts):
            ending = int(np.flatnonzero((self.ends == node).any(axis=1))[0])
            self.findings.warning(
                "stops_short",
                "file",
                code=shown(self.pipes[ending].code),
                other=shown(self.pipes[pipe].code),
                metres=round(apart, 2),
                snap=self.snap_m,
            )

    # what sits on pipes ---------------------------------------------------------------------------

    def place_valves(self) -> None:
        """Each on its pipe: at the end that the file names, or where it lies."""
        by_code = {pipe.code: number for number, pipe in enumerate(self.pipes)}
        node_of = {node.code: number for number, node in enumerate(self.nodes)}
        degrees = np.bincount(self.ends.ravel(), minlength=len(self.nodes))
        rows = self.file.valves or ()
        near = self._nearest([row.place for row in rows], VALVE_REACH_M)
        for number, row in enumerate(rows, 1):
            where = f"feature {number}"
            if row.pipe and row.pipe not in by_code:
                self._wrong("valves", "unknown_link", f"{where}, pipe", code=shown(row.pipe))
                continue
            pipe = by_code.get(row.pipe, near[number - 1])
            if row.node:
                ends = self.ends[pipe].tolist() if row.pipe else []
                if node_of.get(row.node) not in ends:
                    self._wrong("valves", "not_its_node", f"{where}, node", code=shown(row.code))
                    continue
                self.marks.append((row, pipe, None, ends.index(node_of[row.node])))
            elif row.place is None or pipe < 0:
                self._wrong("valves", "valve_off_pipe", where, code=shown(row.code), most=VALVE_REACH_M)
            else:
                self._place_valve(row, pipe, where, degrees)

    def _place_valve(self, row: PointRow, pipe: int, where: str, degrees: npt.NDArray[np.integer]) -> None:
        point = shapely.Point(*self.ground.metres(np.array([row.place], np.float64))[0])
        if row.pipe and self.shapes[pipe].distance(point) > VALVE_REACH_M:
            self._wrong("valves", "valve_off_pipe", where, code=shown(row.code), most=VALVE_REACH_M)
            return
        at, length = float(self.shapes[pipe].line_locate_point(point)), float(self.along[pipe][-1])
        end = 0 if at <= self.snap_m else 1 if at >= length - self.snap_m else None
        if end is None:
            self.marks.append((row, pipe, at, 0))
        elif not row.pipe and degrees[self.ends[pipe, end]] > 2:
            self._wrong(
                "valves",
                "valve_at_junction",
                where,
                code=shown(row.code),
                pipes=int(degrees[self.ends[pipe, end]]),
            )
        else:
            self.marks.append((row, pipe, None, end))

    def _nearest(self, places: list[Place | None], reach_m: float) -> list[int]:
        """The nearest pipe of each place within reach; -1 for none."""
        return _nearest(self.tree, self.ground, places, reach_m)

    def divide(self) -> None:
        """Cut the pipes at their tees and at the valves in their middle, and set the valves."""
        middle: dict[int, list[tuple[float, PointRow]]] = defaultdict(list)
        at_end: dict[tuple[int, int], list[PointRow]] = defaultdict(list)
        for mark in self.marks:
            if mark[2] is None:
                at_end[mark[1], mark[3]].append(mark[0])
            else:
                middle[mark[1]].append((mark[2], mark[0]))
        for number, pipe in enumerate(self.pipes):
            cuts: list[Cut] = [(metres, node, None) for metres, node in self.cuts[number]]
            for metres, row in middle[number]:
                cuts.append((metres, len(self.nodes), row))
                self.nodes.append(PointRow(f"valve {row.code}", row.place, "valve"))
            cuts.sort(key=lambda each: each[0])
            first = len(self.links)
            self._divide(number, pipe, cuts)
            self.of_pipe.append(range(first, len(self.links)))
            for offset, (_, _, valve) in enumerate(cuts):
                if valve is not None:
                    self._set(valve, first + offset, 1)
            for end, link in ((0, first), (1, len(self.links) - 1)):
                for extra, valve in enumerate(at_end[number, end]):
                    if extra:
                        self.findings.warning("valves_together", "file", code=shown(valve.code))
                    self._set(valve, link, end)
            if pipe.closed:
                self._close(pipe, first)

    def _divide(self, number: int, pipe: PipeRow, cuts: list[Cut]) -> None:
        lines = cut(pipe.line, self.along[number], [metres for metres, _, _ in cuts])
        drawn = float(self.along[number][-1])
        scale = pipe.length_m / drawn if pipe.length_m and drawn > 0 else 1.0
        stops = [0.0, *(metres for metres, _, _ in cuts), drawn]
        joints = [int(self.ends[number, 0]), *(node for _, node, _ in cuts), int(self.ends[number, 1])]
        for part, line in enumerate(lines):
            length = round((stops[part + 1] - stops[part]) * scale, 2)
            if drawn == 0 and pipe.length_m:
                length = pipe.length_m
            self.links.append(Link(number, part, joints[part], joints[part + 1], length, tuple(line)))

    def _set(self, row: PointRow, link: int, end: int) -> None:
        place = row.place or self.links[link].line[-end]
        self.valves.append(Sitting(row.code, row.kind, link, place, end))

    def _close(self, pipe: PipeRow, first: int) -> None:
        """A pipe that is closed is closed by a valve: one of its own, or one that stands for it."""
        own = [n for n, valve in enumerate(self.valves) if valve.link >= first]
        if any(self.valves[n].kind == "closed" for n in own):
            return
        if own:
            self.valves[own[0]] = dataclasses.replace(self.valves[own[0]], kind="closed")
            return
        link = self.links[first]
        self.valves.append(Sitting(pipe.code + CLOSED_MARK, "closed", first, link.line[0], 0))

    def place_sources(self) -> None:
        """Each at the junction that the file names, or the nearest."""
        node_of = {node.code: number for number, node in enumerate(self.nodes)}
        rows = self.file.sources or ()
        places = self.ground.metres(
            np.array([node.place or (0.0, 0.0) for node in self.nodes], np.float64).reshape(-1, 2)
        )
        tree = shapely.STRtree(shapely.points(places))
        near = _nearest(tree, self.ground, [row.place for row in rows], SOURCE_REACH_M)
        for number, row in enumerate(rows, 1):
            node = node_of.get(row.node, near[number - 1])
            if node < 0:
                self._wrong(
                    "sources",
                    "source_off_pipe",
                    f"feature {number}",
                    code=shown(row.code),
                    most=SOURCE_REACH_M,
                )
            else:
                self.sources.append((node, row.kind))

    def on_links(self, rows: tuple[PointRow, ...], off: str) -> tuple[Sitting, ...]:
        """What sits on pipes without dividing them; what is out of reach is told of, and left out."""
        if not rows:
            return ()
        metres = [self.ground.metres(np.array(link.line, np.float64)) for link in self.links]
        tree = shapely.STRtree([shapely.LineString(line) for line in metres])
        by_code = {pipe.code: number for number, pipe in enumerate(self.pipes)}
        near = _nearest(tree, self.ground, [row.place for row in rows], CONNECTION_REACH_M)
        found = []
        for row, link in zip(rows, near, strict=True):
            if row.pipe in by_code and row.place is not None:
                point = shapely.Point(*self.ground.metres(np.array([row.place], np.float64))[0])
                link = min(self.of_pipe[by_code[row.pipe]], key=lambda n: tree.geometries[n].distance(point))
            if link < 0 or row.place is None:
                self.findings.warning(off, "file", code=shown(row.code), most=CONNECTION_REACH_M)
            else:
                found.append(Sitting(row.code, row.kind, int(link), row.place))
        return tuple(found)


def _nearest(tree: shapely.STRtree, ground: Ground, places: list[Place | None], reach_m: float) -> list[int]:
    """The number of the nearest geometry of each place within reach; -1 where there is none."""
    found = [-1] * len(places)
    there = [number for number, place in enumerate(places) if place is not None]
    if not there or not len(tree.geometries):
        return found
    points = shapely.points(ground.metres(np.array([places[n] for n in there], np.float64)))
    at, which = tree.query_nearest(points, max_distance=reach_m, all_matches=False)
    for index, geometry in zip(at.tolist(), which.tolist(), strict=True):
        found[there[index]] = geometry
    return found
