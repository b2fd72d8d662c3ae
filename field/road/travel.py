"""Travel times between places: over the road graph where one is loaded, else a stated estimate.

A trip between two points is: walk from the door to the street, ride, park, walk to the next door.

- Riding: each road class has an average speed for the vehicle (`Vehicle.kmh`), capped by a mapped speed
  limit; every junction of three or more arms costs `junction_s` (giving way, lights, turning).
- Parking: each trip that is ridden ends with `stop_s` (park, lock, take the tools).
- Walking: the straight distance between door and street, times `CROOKED`, at `WALK_MS`. Two doors within
  `STROLL_M` of each other are walked where that is quicker (farther, a harbour may lie between them).
- Nobody walks across water: not to a street on the other bank, nor to a door there.
- A ferry takes the time that its line says, and half its interval to wait.
- A point farther than `STREETLESS_M` from any street is outside the graph's area: the way to it beyond that
  distance is ridden on roads we do not know, at `UNKNOWN_KMH`. But where there are streets that nothing
  joins to the others, an island or what an extract's border has cut off, no way is known, and none is made
  up: `UNREACHABLE_S`, which no working day has room for.

- Turn restrictions and gates are kept by whoever they are for (:mod:`field.road.network`).

These are times on empty roads; the hour's traffic is put on top (:mod:`field.road.pace`). Not modelled:
slopes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from field.road.mapped.osm_xml import read_osm
from field.road.network import Network
from field.road.shortest import NO_ARC, UNREACHED, times_from, tree_from
from field.road.snapping import Placed, Snap, StreetIndex
from field.road.straight import (
    CROOKED,
    STROLL_M,
    WALK_MS,
    Floats,
    Haversine,
    Ints,
    Source,
    apart,
    stroll_s,
)
from field.road.streets import Point, Streets, load_streets
from field.road.vehicles import SCOOTER, Vehicle

__all__ = ["CROOKED", "STROLL_M", "UNREACHABLE_S", "WALK_MS", "Haversine", "RoadGraph", "Source", "Travel"]

STREETLESS_M = 300.0
UNKNOWN_KMH = 20.0
UNREACHABLE_S = 7 * 24 * 3600
"""Instead of a time where no road leads: a week."""
CACHE_BYTES = 64 << 20
BLOCK = 64
SNAPPED_KEPT = 50_000


class Travel(Protocol):
    """What the planners need to know about getting about."""

    @property
    def source(self) -> Source:
        """Where the figures come from; shown wherever they are."""

    @property
    def still_s(self) -> int:
        """Seconds of each trip that no hour makes longer: parking, and the walk to the door."""

    def seconds(self, points: Sequence[Point]) -> Ints:
        """Whole seconds from each point to each other: int32 [n, n], zero on the diagonal."""

    def around(self, place: Point, others: Floats) -> Ints:
        """Whole seconds to ``place`` from each other place, and from it on to each: int32 [2, n]."""

    def legs(self, starts: Sequence[Point], ends: Sequence[Point]) -> list[int]:
        """Whole seconds from each start to the end of the same number."""

    def at_hand(self, points: Sequence[Point], *, around: bool = False) -> bool:
        """Whether ``seconds`` of these points (or ``around`` the first) comes without a search of streets."""

    def learn(self, points: Sequence[Point], *, around: bool = False) -> None:
        """Search what ``at_hand`` asks for; slow, to be called in a thread."""

    def path(self, a: Point, b: Point) -> list[Point]:
        """The line to draw from a to b, both included."""

    def reaches(self, point: Point) -> bool:
        """Whether any way is known that leads there."""


def _access_ms(metres: Floats) -> npt.NDArray[np.int64]:
    """From a door to the street: on foot, and beyond `STREETLESS_M` on roads we do not know."""
    walked = np.minimum(metres, STREETLESS_M) / WALK_MS
    ridden = np.maximum(metres - STREETLESS_M, 0) / (UNKNOWN_KMH / 3.6)
    return np.rint((walked + ridden) * (CROOKED * 1000)).astype(np.int64)


class RoadGraph:
    """Travel times over real streets for one vehicle.

    Only the largest strongly connected part is used: from any place on it every other can be reached. Where
    streets are that nothing joins to that part is known too, so as not to say that one can get there. Times
    from a junction are computed once and kept (least recently used first out, `CACHE_BYTES`). Thread-safe.
    Call `field.road.shortest.warm_up` at start: until then the plain search answers, several times slower.
    """

    source: Source = "road_graph"

    def __init__(self, streets: Streets, vehicle: Vehicle = SCOOTER) -> None:
        self.vehicle = vehicle
        self.attribution = streets.attribution
        self._net = Network.of(streets, vehicle)
        self.nodes = self._net.nodes
        self._edges = self._net.edges
        self._index = StreetIndex(self._edges, streets.water)
        self._apart = StreetIndex(self._net.apart, streets.water) if self._net.apart else None
        self._rows: OrderedDict[int, Ints] = OrderedDict()
        self._back: OrderedDict[int, Ints] = OrderedDict()
        self._snapped: OrderedDict[Point, tuple[int, float, float]] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def from_osm(cls, path: Path, vehicle: Vehicle = SCOOTER) -> RoadGraph:
        """Build from an OSM XML extract (`.osm`, `.osm.gz`); raises `StreetsUnreadable`."""
        return cls(read_osm(path), vehicle)

    @classmethod
    def load(cls, path: Path, vehicle: Vehicle = SCOOTER) -> RoadGraph:
        """Build from a streets file (`field.road.streets.dump_streets`); raises `StreetsUnreadable`."""
        return cls(load_streets(path), vehicle)

    @property
    def still_s(self) -> int:
        """See `Travel.still_s`; the walk to and from the street is ridden time to the matrix."""
        return round(self.vehicle.stop_s)

    def snap(self, point: Point) -> Snap:
        """The nearest place on a street (never in a tunnel) and its distance in metres."""
        return self._index.snap(point)

    def _ends(self, placed: Placed) -> tuple[Ints, npt.NDArray[np.int64], Ints, npt.NDArray[np.int64]]:
        """States a trip can leave by and arrive by, with the ms to or from each: four arrays [2, n].

        Row 0 rides with the edge's direction, row 1 against it: closed on one-ways, unless the place is the
        junction itself, as it is for a door at the corner: no turn has been made there, or is left to make.
        """
        net, edge = self._net, placed.edge
        tail, head, ride = net.tail[edge], net.head[edge], net.ride_ms[edge]
        first = np.rint(placed.share * ride).astype(np.int64)
        rest = ride - first
        forth, back = net.forth[edge], net.back[edge]
        closed = int(UNREACHED)
        ahead = np.where((forth >= 0) | (rest == 0), rest + net.node_ms[head], closed)
        backwards = np.where((back >= 0) | (first == 0), first + net.node_ms[tail], closed)
        leave = np.stack(
            [
                np.where((rest == 0) | (forth < 0), head, net.after[forth]),
                np.where((first == 0) | (back < 0), tail, net.after[back]),
            ]
        )
        arrive = np.stack(
            [
                np.where((first == 0) | (forth < 0), net.at[tail], net.into[forth]),
                np.where((rest == 0) | (back < 0), net.at[head], net.into[back]),
            ]
        )
        onward = np.where((forth >= 0) | (first == 0), first, closed)
        against = np.where((back >= 0) | (rest == 0), rest, closed)
        return leave, np.stack([ahead, backwards]), arrive, np.stack([onward, against])

    def _times(self, sources: Ints, targets: Ints) -> npt.NDArray[np.int64]:
        """Junction to junction, ms: int64 [sources, targets]."""
        found = np.empty((len(sources), len(targets)), np.int64)
        for start in range(0, len(sources), BLOCK):
            block = sources[start : start + BLOCK].tolist()
            rows = self._searched(block)
            for row, node in enumerate(block, start):
                found[row] = rows[node][targets]
        return found

    def _searched(self, nodes: Sequence[int], *, back: bool = False) -> dict[int, Ints]:
        """Times from each junction to all others (``back``: to it from all), kept or searched for now."""
        kept = self._back if back else self._rows
        with self._lock:
            rows = {node: kept[node] for node in nodes if node in kept}
            for node in rows:
                kept.move_to_end(node)
        missing = np.array([node for node in dict.fromkeys(nodes) if node not in rows], np.int32)
        if len(missing):
            indptr, heads, ms = self._net.back_moves if back else self._net.moves
            # Not under the lock: others look up what is kept meanwhile.
            rows |= zip(missing.tolist(), times_from(indptr, heads, ms, missing), strict=True)
            with self._lock:
                kept.update((node, rows[node]) for node in missing.tolist())
                while len(kept) > max(BLOCK, CACHE_BYTES // (4 * self._net.states)):
                    kept.popitem(last=False)
        return rows

    def _place(self, lonlat: Floats) -> Placed:
        """Where places lie on the streets. The same ones are asked for all day, so that they are kept."""
        keys = [(lon, lat) for lon, lat in lonlat.tolist()]
        with self._lock:
            known = {key: self._snapped[key] for key in keys if key in self._snapped}
        fresh = [key for key in dict.fromkeys(keys) if key not in known]
        if fresh:
            placed = self._index.place(np.array(fresh, np.float64))
            columns = (placed.edge.tolist(), placed.share.tolist(), placed.metres.tolist())
            known |= zip(fresh, zip(*columns, strict=True), strict=True)
            with self._lock:
                self._snapped.update((key, known[key]) for key in fresh)
                while len(self._snapped) > SNAPPED_KEPT:
                    self._snapped.popitem(last=False)
        edge, share, metres = zip(*(known[key] for key in keys), strict=True)
        return Placed(np.array(edge, np.int64), np.array(share, np.float64), np.array(metres, np.float64))

    def _junctions(self, points: Sequence[Point]) -> tuple[list[int], list[int]]:
        """By which trips leave these points, and by which they arrive."""
        leave, _, arrive, _ = self._ends(self._place(np.asarray(points, np.float64).reshape(-1, 2)))
        return np.unique(leave).tolist(), np.unique(arrive).tolist()

    def at_hand(self, points: Sequence[Point], *, around: bool = False) -> bool:
        """See `Travel.at_hand`."""
        leave, arrive = self._junctions(points[:1] if around else points)
        with self._lock:
            forward = all(node in self._rows for node in leave)
            return forward and (not around or all(node in self._back for node in arrive))

    def learn(self, points: Sequence[Point], *, around: bool = False) -> None:
        """See `Travel.learn`."""
        leave, arrive = self._junctions(points[:1] if around else points)
        self._searched(leave)
        if around:
            self._searched(arrive, back=True)

    def around(self, place: Point, others: Floats) -> Ints:
        """See `Travel.around`; equal to the column and the row of `seconds`."""
        if not len(others):
            return np.zeros((2, 0), np.int32)
        here, there = self._place(np.array([place], np.float64)), self._place(others)
        leave, leave_ms, arrive, arrive_ms = self._ends(here)
        far_leave, far_leave_ms, far_arrive, far_arrive_ms = self._ends(there)
        onward = self._searched(leave[:, 0].tolist())
        back = self._searched(arrive[:, 0].tolist(), back=True)
        ride = np.stack(self._along_edge(there, here))
        for near in (0, 1):
            to_here, from_here = back[int(arrive[near, 0])], onward[int(leave[near, 0])]
            for far in (0, 1):
                there_ms = far_leave_ms[far] + to_here[far_leave[far]] + arrive_ms[near, 0]
                on_ms = leave_ms[near, 0] + from_here[far_arrive[far]].astype(np.int64) + far_arrive_ms[far]
                np.minimum(ride, np.stack([there_ms, on_ms]), out=ride)
        ride += _access_ms(here.metres) + _access_ms(there.metres) + round(self.vehicle.stop_s * 1000)
        ridden: Floats = np.minimum(ride / 1000, UNREACHABLE_S)
        door = np.array([place], np.float64)
        ridden[:, self._lost(door, here) | self._lost(others, there)] = UNREACHABLE_S
        return np.rint(np.minimum(ridden, self._on_foot_s(door, others))).astype(np.int32)

    def _along_edge(self, a: Placed, b: Placed) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """ms from each of ``a`` to the one ``b`` without leaving their edge, and back; else out of reach."""
        ride, far = self._net.ride_ms[b.edge[0]], np.iinfo(np.int64).max // 2
        ahead = np.rint(b.share[0] * ride).astype(np.int64) - np.rint(a.share * ride).astype(np.int64)
        same, edge = a.edge == b.edge[0], b.edge[0]
        along, against = self._net.forth[edge] >= 0, self._net.back[edge] >= 0
        still = same & (ahead == 0)
        forth = np.where(still | same & np.where(ahead > 0, along, against), np.abs(ahead), far)
        back = np.where(still | same & np.where(ahead < 0, along, against), np.abs(ahead), far)
        return forth, back

    def legs(self, starts: Sequence[Point], ends: Sequence[Point]) -> list[int]:
        """See `Travel.legs`."""
        return [int(self.seconds([start, end])[0, 1]) for start, end in zip(starts, ends, strict=True)]

    def seconds(self, points: Sequence[Point]) -> Ints:
        """See `Travel.seconds`. Not symmetric: one-way streets."""
        if not len(points):
            return np.zeros((0, 0), np.int32)
        lonlat = np.asarray(points, np.float64).reshape(-1, 2)
        placed = self._place(lonlat)
        leave, leave_ms, arrive, arrive_ms = self._ends(placed)
        sources, source_row = np.unique(leave, return_inverse=True)
        targets, target_row = np.unique(arrive, return_inverse=True)
        times = self._times(sources.astype(np.int32), targets.astype(np.int32))
        ride = np.full((len(points), len(points)), np.iinfo(np.int64).max // 2)
        for out in (0, 1):
            for into in (0, 1):
                between = times[source_row[out][:, None], target_row[into][None, :]]
                np.minimum(ride, leave_ms[out][:, None] + between + arrive_ms[into][None, :], out=ride)
        ride = np.minimum(ride, self._along_one_edge(placed))
        access = _access_ms(placed.metres)
        ride += access[:, None] + access + round(self.vehicle.stop_s * 1000)
        ridden: Floats = np.minimum(ride / 1000, UNREACHABLE_S)
        lost = self._lost(lonlat, placed)
        ridden[lost | lost[:, None]] = UNREACHABLE_S
        quickest: Floats = np.rint(np.minimum(ridden, self._on_foot_s(lonlat[:, None], lonlat)))
        return quickest.astype(np.int32)

    def _on_foot_s(self, a: Floats, b: Floats) -> Floats:
        """Seconds on foot between places, (…, 2) each; endless where it is too far or water is between."""
        on_foot = stroll_s(apart(a, b))
        on_foot[self._index.across_water(a, b, STROLL_M)] = np.inf
        return on_foot

    def _lost(self, lonlat: Floats, placed: Placed) -> npt.NDArray[np.bool_]:
        """Points that lie by streets which nothing joins to the others: bool [n]."""
        lost = np.zeros(len(lonlat), np.bool_)
        far = np.flatnonzero(placed.metres > STREETLESS_M)
        if self._apart is not None and len(far):
            ours, others = self._index.farness(lonlat[far]), self._apart.farness(lonlat[far])
            lost[far] = [cut_off < joined for joined, cut_off in zip(ours, others, strict=True)]
        return lost

    def reaches(self, point: Point) -> bool:
        """See `Travel.reaches`."""
        lonlat = np.array([point], np.float64)
        return not self._lost(lonlat, self._index.place(lonlat))[0]

    def _along_one_edge(self, placed: Placed) -> npt.NDArray[np.int64]:
        """ms between points on the same edge without leaving it; out of reach for all other pairs."""
        ride = self._net.ride_ms[placed.edge]
        at = np.rint(placed.share * ride).astype(np.int64)
        ahead = at[None, :] - at[:, None]
        same = placed.edge[:, None] == placed.edge
        along, against = self._net.forth[placed.edge] >= 0, self._net.back[placed.edge] >= 0
        allowed = same & ((ahead == 0) | np.where(ahead > 0, along, against))
        return np.where(allowed, np.abs(ahead), np.iinfo(np.int64).max // 2)

    def path(self, a: Point, b: Point) -> list[Point]:
        """See `Travel.path`: door, street, …, street, door; straight where it is quicker to walk."""
        lonlat = np.array([a, b], np.float64)
        placed = self._index.place(lonlat)
        leave, leave_ms, arrive, arrive_ms = self._ends(placed)
        best = int(self._along_one_edge(placed)[0, 1])
        line = self._index.part(int(placed.edge[0]), float(placed.share[0]), float(placed.share[1]))
        for out in (0, 1):
            if leave_ms[out, 0] >= UNREACHED:
                continue
            time, via = tree_from(*self._net.moves, int(leave[out, 0]))
            for into in (0, 1):
                total = int(leave_ms[out, 0]) + int(time[arrive[into, 1]]) + int(arrive_ms[into, 1])
                if total < min(best, int(UNREACHED)):
                    best = total
                    line = [
                        *self._index.part(int(placed.edge[0]), float(placed.share[0]), 1.0 - out),
                        *self._walk_back(via, int(arrive[into, 1])),
                        *self._index.part(int(placed.edge[1]), float(into), float(placed.share[1])),
                    ]
        ridden_s = (best + int(_access_ms(placed.metres).sum())) / 1000 + self.vehicle.stop_s
        walked = self._on_foot_s(lonlat[0], lonlat[1]) <= ridden_s or self._lost(lonlat, placed).any()
        whole = [a, b] if walked else [a, *line, b]
        return [p for i, p in enumerate(whole) if i == 0 or p != whole[i - 1]]

    def _walk_back(self, via: Ints, state: int) -> list[Point]:
        legs: list[list[Point]] = []
        while (move := int(via[state])) != NO_ARC:
            ridden = int(self._net.move_ride[move])
            if ridden >= 0:
                shape = list(self._edges[ridden >> 1].shape)
                legs.append(shape[::-1] if ridden & 1 else shape)
            state = int(self._net.move_tail[move])
        return [point for leg in reversed(legs) for point in leg]
