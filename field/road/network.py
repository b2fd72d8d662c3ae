"""The streets that one vehicle may use, as arrays that searches run on.

Each edge is ridden by up to two arcs, along its shape and against it. Turn restrictions and gates unfold the
junctions that they stand at into several states (:mod:`field.road.turns`); searches run over states. Only the
largest strongly connected part is kept: from any place on it every other can be reached, restrictions kept.
A street that may be ridden into, and not out again, counts as closed: one walks there from the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from field.road.shortest import joined_to, largest_strong_component
from field.road.streets import Street, Streets
from field.road.tagging import FERRY, MODES
from field.road.turns import NO_ARC, Path, Unfolded, only_as_forbidden, unfold
from field.road.vehicles import Vehicle

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Csr = tuple[Ints, Ints, Ints]


@dataclass(frozen=True, slots=True)
class Network:
    """Edges and the states of their junctions, for one vehicle.

    - ``tail``, ``head``, ``ride_ms``: of each edge; ``forth``, ``back``: its arcs, -1 where that is closed;
    - ``node_ms``: of each junction, what crossing it takes;
    - ``after``, ``into`` by arc, ``at`` by junction: see :class:`field.road.turns.Unfolded`;
    - ``moves``, ``back_moves``: from each state on, and (reversed) to each state, in compressed rows;
    - ``move_ride``, ``move_tail``: of each of ``moves``, what is ridden (as in :class:`Turn`, else -1), and
      the state it comes from.
    """

    nodes: int
    states: int
    edges: list[Street]
    apart: list[Street]
    tail: Ints
    head: Ints
    ride_ms: Longs
    forth: Longs
    back: Longs
    node_ms: Longs
    after: Ints
    into: Ints
    at: Ints
    moves: Csr
    back_moves: Csr
    move_ride: Longs
    move_tail: Ints

    @classmethod
    def of(cls, streets: Streets, vehicle: Vehicle) -> Network:
        """Raises `ValueError` where no street is open to the vehicle."""
        ours = [
            number for number, edge in enumerate(streets.edges) if open_to(vehicle, edge) and edge.metres > 0
        ]
        whole = _Arcs(streets, vehicle, ours)
        kept = whole.connected()
        if not kept:
            raise ValueError("no street is open to this vehicle")
        tails, heads = whole.tail, whole.head
        joined = joined_to(len(streets.nodes), tails, heads, streets.edges[kept[0]].tail)
        apart = [streets.edges[number] for number in ours if not joined[streets.edges[number].tail]]
        return _Arcs(streets, vehicle, kept).network(apart)


def open_to(vehicle: Vehicle, street: Street) -> bool:
    """Whether the vehicle may use the street."""
    return not street.closed & MODES[vehicle.mode] and (
        street.kind == FERRY or vehicle.kmh.get(street.kind, 0) > 0
    )


def ride_ms(vehicle: Vehicle, street: Street) -> int:
    """How long the vehicle rides from one end to the other."""
    if street.kind == FERRY:
        return street.seconds * 1000
    return round(street.metres / (min(vehicle.kmh[street.kind], street.limit_kmh or 999) / 3.6) * 1000)


class _Arcs:
    """Some of the streets' edges as arcs, the junctions numbered as in the streets."""

    def __init__(self, streets: Streets, vehicle: Vehicle, numbers: Sequence[int]) -> None:
        self._streets, self._vehicle, self._numbers = streets, vehicle, np.array(numbers, np.int64)
        bit = MODES[vehicle.mode]
        edges = [streets.edges[number] for number in numbers]
        self._edges = edges
        tails = np.array([edge.tail for edge in edges], np.int32)
        heads = np.array([edge.head for edge in edges], np.int32)
        two_way = np.array([not edge.one_way or bool(edge.against & bit) for edge in edges], np.bool_)
        back = np.flatnonzero(two_way)
        tail = np.concatenate([tails, heads[back]])
        order = np.argsort(tail, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        self._forth = place[: len(edges)]
        self._back = np.full(len(edges), -1, np.int64)
        self._back[back] = place[len(edges) :]
        self.tail = tail[order].astype(np.int32)
        self.head = np.concatenate([heads, tails[back]])[order].astype(np.int32)
        ridden = np.concatenate([2 * np.arange(len(edges)), 2 * back + 1])
        self._ride = ridden[order].astype(np.int64)  # 2 × place among our edges, plus one against the shape
        self._unfolded = unfold(len(streets.nodes), self.tail, self.head, self._forbidden(bit))

    def _forbidden(self, bit: int) -> list[Path]:
        """The restrictions and gates that bind this vehicle, in arcs; none that speaks of closed streets."""
        ours = {int(number): place for place, number in enumerate(self._numbers)}

        def arc(ride: int) -> int:
            place = ours.get(ride >> 1)
            return -1 if place is None else int((self._back if ride & 1 else self._forth)[place])

        no: list[Path] = []
        only: list[Path] = []
        for turn in self._streets.turns:
            path = tuple(arc(ride) for ride in turn.path)
            if turn.modes & bit and min(path) >= 0:
                (only if turn.only else no).append(path)
        no += only_as_forbidden(only, {path[-2]: self._out(int(self.head[path[-2]])) for path in only})
        return [*no, *self._past([node for node, modes in self._streets.gates if modes & bit])]

    def _out(self, node: int) -> list[int]:
        """The arcs that leave a junction: they lie sorted by where they leave."""
        return list(range(*np.searchsorted(self.tail, [node, node + 1]).tolist()))

    def _past(self, gates: Sequence[int]) -> Iterator[Path]:
        """Every way past a gate; who turns round before it does not pass it."""
        for come in np.flatnonzero(np.isin(self.head, gates)).tolist():
            for go in self._out(int(self.head[come])):
                if self._ride[come] ^ self._ride[go] != 1:
                    yield come, go

    def connected(self) -> list[int]:
        """The streets' numbers of the edges that lie in the largest strongly connected part."""
        moves = self._unfolded
        inside = largest_strong_component(moves.states, moves.tail, moves.head)
        ridden = (moves.arc != NO_ARC) & inside[moves.tail] & inside[moves.head]
        places = np.unique(self._ride[moves.arc[ridden]] >> 1)
        kept: list[int] = self._numbers[places].tolist()
        return kept

    def network(self, apart: list[Street]) -> Network:
        """The arrays, with junctions numbered anew: those that an edge meets."""
        used = np.unique(np.concatenate([self.tail, self.head]))
        number = np.full(len(self._streets.nodes), -1, np.int64)
        number[used] = np.arange(len(used))
        tails = number[[edge.tail for edge in self._edges]].astype(np.int32)
        heads = number[[edge.head for edge in self._edges]].astype(np.int32)
        moves = self._renumbered(number, len(used))
        arms = np.bincount(np.concatenate([tails, heads]), minlength=len(used))
        node_ms = np.where(arms >= 3, round(self._vehicle.junction_s * 1000), 0).astype(np.int64)
        times = np.array([ride_ms(self._vehicle, edge) for edge in self._edges], np.int64)
        ends = number[self.head]
        arc_ms = times[self._ride >> 1] + node_ms[ends]
        cost = np.where(moves.arc == NO_ARC, 0, arc_ms[moves.arc]).astype(np.int32)
        forward = np.argsort(moves.tail, kind="stable")
        backward = np.argsort(moves.head, kind="stable")
        ridden = np.where(moves.arc == NO_ARC, -1, self._ride[moves.arc])
        return Network(
            nodes=len(used),
            states=moves.states,
            edges=self._edges,
            apart=apart,
            tail=tails,
            head=heads,
            ride_ms=times,
            forth=self._forth,
            back=self._back,
            node_ms=node_ms,
            after=moves.after,
            into=moves.into,
            at=moves.at,
            moves=(_starts(moves.tail, moves.states), moves.head[forward], cost[forward]),
            back_moves=(_starts(moves.head, moves.states), moves.tail[backward], cost[backward]),
            move_ride=ridden[forward],
            move_tail=moves.tail[forward],
        )

    def _renumbered(self, number: Longs, nodes: int) -> Unfolded:
        """The states with the junctions that no edge meets left out."""
        was, most = self._unfolded, len(self._streets.nodes)
        state = np.concatenate([number, np.arange(nodes, nodes + was.states - most)]).astype(np.int32)
        met = number >= 0
        return Unfolded(
            nodes + was.states - most,
            state[was.tail],
            state[was.head],
            was.arc,
            state[was.after],
            state[was.into],
            state[was.at[met]],
        )


def _starts(ends: Ints, states: int) -> Ints:
    """Where each state's moves begin, in compressed rows."""
    return np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=states))]).astype(np.int32)
