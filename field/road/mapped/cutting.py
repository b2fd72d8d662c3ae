"""Ways as they are mapped, cut into street edges at their junctions, with the signs that stand there.

Where an extract ends, ways are cut too: it names nodes that it does not hold, and what lies between the nodes
on both sides of such a gap is not known, least of all that it is straight. The way ends on one side and
begins anew on the other.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from field.road import tagging
from field.road.mapped.signs import TurnSign
from field.road.streets import Point, Street, Streets, StreetsUnreadable, Turn, length_m

ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
MOST_VIA: Final = 8
"""Ways that one restriction may lead over; real ones have one or two."""

Ref = TypeVar("Ref", bound=Hashable)


@dataclass(frozen=True, slots=True)
class MappedWay(Generic[Ref]):
    """A way: its number, its nodes in order, its tags."""

    ref: Ref
    nodes: Sequence[Ref]
    tags: tagging.Tags


@dataclass(frozen=True, slots=True)
class MappedTurn(Generic[Ref]):
    """A restriction as it is mapped: from each of these ways over a node, or over ways, to each of those."""

    sign: TurnSign
    come: Sequence[Ref]
    node: Ref | None
    via: Sequence[Ref]
    go: Sequence[Ref]

    @classmethod
    def of(cls, sign: TurnSign, members: Iterable[tuple[str, str, Ref]]) -> MappedTurn[Ref]:
        """Of a relation's members as (role, type, number)."""
        found: dict[tuple[str, bool], list[Ref]] = {}
        for role, kind, ref in members:
            found.setdefault((role, kind in ("node", "n")), []).append(ref)
        nodes = found.get(("via", True), [])
        return cls(
            sign,
            found.get(("from", False), []),
            nodes[0] if len(nodes) == 1 else None,
            found.get(("via", False), []),
            found.get(("to", False), []),
        )


@dataclass(slots=True)
class Mapped(Generic[Ref]):
    """What an extract holds of streets. `gates`: nodes that stop somebody, with bits of whom."""

    places: dict[Ref, Point] = field(default_factory=dict)
    ways: list[MappedWay[Ref]] = field(default_factory=list)
    shores: list[Sequence[Ref]] = field(default_factory=list)
    turns: list[MappedTurn[Ref]] = field(default_factory=list)
    gates: dict[Ref, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ride(Generic[Ref]):
    """One edge ridden in one direction, as its number in a :class:`Turn`, and the nodes at its ends."""

    number: int
    start: Ref
    end: Ref


def cut_at_junctions(mapped: Mapped[Ref], attribution: str) -> Streets:
    """The street network.

    Raises:
        StreetsUnreadable: there is no street.
    """
    places = mapped.places
    whole = [(way, part) for way in mapped.ways for part in _parts(way.nodes, places)]
    if not whole:
        raise StreetsUnreadable("no street found")
    uses = Counter(ref for _, part in whole for ref in part)
    uses.update(ref for _, part in whole for ref in (part[0], part[-1]))
    uses.update(ref for ref in mapped.gates for _ in "ab")
    number: dict[Ref, int] = {}
    edges: list[Street] = []
    rides: dict[Ref, list[_Ride[Ref]]] = {}
    for way, part in whole:
        for start, end, edge in _edges(way.tags, part, places, uses, number):
            # What lies against the direction of a one-way is ridden by those whom the sign lets in.
            rides.setdefault(way.ref, []).append(_Ride(2 * len(edges), start, end))
            edges.append(edge)
    nodes = tuple(places[ref] for ref in number)
    water = tuple(
        tuple(places[ref] for ref in part) for refs in mapped.shores for part in _parts(refs, places)
    )
    turns = dict.fromkeys(
        Turn(path, turn.sign.only, turn.sign.modes) for turn in mapped.turns for path in _paths(turn, rides)
    )
    gates = tuple((number[ref], whom) for ref, whom in mapped.gates.items() if ref in number)
    return Streets(nodes, tuple(edges), attribution, water, tuple(turns), gates)


def _parts(refs: Sequence[Ref], places: Mapping[Ref, Point]) -> list[list[Ref]]:
    """A way's stretches that the extract holds."""
    runs = (list(run) for held, run in itertools.groupby(refs, lambda ref: ref in places) if held)
    return [run for run in runs if len(run) >= 2]


def _edges(
    tags: tagging.Tags,
    part: Sequence[Ref],
    places: Mapping[Ref, Point],
    uses: Mapping[Ref, int],
    number: dict[Ref, int],
) -> Iterator[tuple[Ref, Ref, Street]]:
    """The edges of one stretch, in the direction that a one-way has, with the nodes at their ends."""
    direction = tagging.direction(tags)
    ordered = part[::-1] if direction < 0 else part
    long = length_m([places[ref] for ref in part])
    per_m = tagging.ferry_seconds(tags, long) / max(long, 1.0)
    start = 0
    for end in range(1, len(ordered)):
        if uses[ordered[end]] < 2:
            continue
        shape = tuple(places[ref] for ref in ordered[start : end + 1])
        metres = length_m(shape)
        first, last = ordered[start], ordered[end]
        yield (
            first,
            last,
            Street(
                tail=number.setdefault(first, len(number)),
                head=number.setdefault(last, len(number)),
                metres=round(metres, 1),
                kind=tagging.kind(tags),
                name=tags.get("name", ""),
                one_way=direction != 0,
                tunnel=tags.get("tunnel", "no") != "no",
                limit_kmh=tagging.limit_kmh(tags),
                shape=shape,
                closed=tagging.closed(tags),
                seconds=round(metres * per_m),
                against=tagging.against(tags),
            ),
        )
        start = end


def _paths(turn: MappedTurn[Ref], rides: Mapping[Ref, Sequence[_Ride[Ref]]]) -> Iterator[tuple[int, ...]]:
    """The rides, one after the other, that a restriction speaks of; none where it does not hang together."""
    if len(turn.via) > MOST_VIA or bool(turn.via) == (turn.node is not None):
        return
    for come, go in itertools.product(turn.come, turn.go):
        if turn.node is not None and come != go and not turn.sign.only:
            if _passes(rides.get(go, ()), turn.node):
                continue  # to which side, nobody said
        for first in _both_ways(rides.get(come, ())):
            if turn.node is not None and first.end != turn.node:
                continue
            if turn.node is not None and _passes(rides[come], turn.node):
                continue  # from which side, nobody said
            for between in _along(turn.via, first.end, rides):
                end = between[-1].end if between else first.end
                before = between[-1] if between else first
                for last in _both_ways(rides.get(go, ())):
                    u_turn = last.number == before.number ^ 1
                    if last.start == end and (u_turn == (go == come and not between)):
                        yield (first.number, *(ride.number for ride in between), last.number)


def _both_ways(rides: Iterable[_Ride[Ref]]) -> Iterator[_Ride[Ref]]:
    for ride in rides:
        yield ride
        yield _Ride(ride.number ^ 1, ride.end, ride.start)


def _passes(rides: Sequence[_Ride[Ref]], node: Ref) -> bool:
    """Whether a way goes on beyond a node."""
    return sum((ride.start == node) + (ride.end == node) for ride in rides) > 1


def _along(
    via: Sequence[Ref], start: Ref, rides: Mapping[Ref, Sequence[_Ride[Ref]]]
) -> Iterator[list[_Ride[Ref]]]:
    """The ways between, each ridden from its one end to the other."""
    if not via:
        yield []
        return
    way = list(rides.get(via[0], ()))
    if any(one.end != two.start for one, two in itertools.pairwise(way)):
        return  # the extract's border has cut it
    back = [_Ride(ride.number ^ 1, ride.end, ride.start) for ride in reversed(way)]
    for ridden in (way, back):
        if ridden and ridden[0].start == start:
            for rest in _along(via[1:], ridden[-1].end, rides):
                yield [*ridden, *rest]
