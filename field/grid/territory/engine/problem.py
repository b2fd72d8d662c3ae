"""Who could answer for which zone: what a proposal is worked out from.

Zones and representatives are numbers from 0; whoever asks keeps what they stand for. A *territory* is the set
of zones that one representative answers for. It is *contiguous* when one can walk from each of its zones to
each other through zones of the same territory, from neighbour to neighbour.

Districting by annealed flips of border zones is an old art: D'Amico, Wang, Batta & Rump 2002, "A simulated
annealing approach to police district design", DOI 10.1016/S0305-0548(01)00056-9; Kalcsics & Ríos-Mercado
2019, "Districting Problems", DOI 10.1007/978-3-030-32177-2_25.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOBODY: Final = -1
"""Of a zone: it has no representative."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """Zones [Z], representatives [R], and who is beside whom.

    The neighbours of zone ``z`` are ``beside[first[z]:first[z + 1]]``; each pair stands there both ways, with
    its ``tie``: 1 where people cross the border as they please, less where a river or a railway makes the way
    round long; that is what cutting them apart costs. ``load`` is the work of each zone in any unit, above 0.
    ``x``, ``y`` and the homes are metres. ``capacity`` is each representative's part of the work in any unit,
    above 0. ``may`` [Z, R]: who is able to. ``locked`` and ``yesterday`` name a representative, or `NOBODY`.
    ``most_zones``: that one may have.
    """

    first: Ints
    beside: Ints
    tie: Floats
    load: Floats
    x: Floats
    y: Floats
    capacity: Floats
    home_x: Floats
    home_y: Floats
    may: Flags
    locked: Ints
    yesterday: Ints
    most_zones: int = 1_000_000

    @property
    def zones(self) -> int:
        return len(self.load)

    @property
    def reps(self) -> int:
        return len(self.capacity)

    @cached_property
    def target(self) -> Floats:
        """The load that each representative should have [R], of the work that anybody is able to do."""
        total = self.load[self.may.any(axis=1)].sum()
        share: Floats = self.capacity * (total / self.capacity.sum()) if total else self.capacity
        return share

    @cached_property
    def pinned(self) -> Flags:
        """Zones that can be nobody else's [Z]: locked, or only one is able to."""
        pinned: Flags = (self.locked != NOBODY) | (self.may.sum(axis=1) == 1)
        return pinned

    @cached_property
    def neighbours(self) -> list[list[int]]:
        """The same neighbours as lists, for what is not compiled."""
        return [self.beside[a:b].tolist() for a, b in pairwise(self.first.tolist())]

    @cached_property
    def pins(self) -> list[int]:
        """Who must have each zone [Z], or `NOBODY`."""
        only = np.where(self.pinned, self.may.argmax(axis=1), NOBODY)
        pins: list[int] = np.where(self.locked != NOBODY, self.locked, only).tolist()
        return pins

    def pinned_to(self, zone: int) -> int:
        """The one who must have the zone, or `NOBODY`."""
        return self.pins[zone]


def pack(
    pairs: Iterable[tuple[int, int, float]],
    load: Sequence[float],
    places: Sequence[tuple[float, float]],
    capacity: Sequence[float],
    *,
    homes: Sequence[tuple[float, float]] | None = None,
    may: Flags | None = None,
    locked: Sequence[int] | None = None,
    yesterday: Sequence[int] | None = None,
    most_zones: int = 1_000_000,
) -> Problem:
    """A problem out of neighbouring pairs with their ties. What is left out restricts nothing.

    Raises:
        ValueError: no zones or nobody to have them; loads or capacities that are not above 0; a lock on
            somebody who is not able to, or does not exist.
    """
    zones, reps = len(load), len(capacity)
    if not zones or not reps:
        raise ValueError("a proposal needs zones and people")
    if min(load) <= 0 or min(capacity) <= 0:
        raise ValueError("loads and capacities are above 0")
    able = np.ones((zones, reps), np.bool_) if may is None else np.asarray(may, np.bool_)
    locks = _named(locked, zones)
    for zone, rep in enumerate(locks.tolist()):
        if rep >= reps or (rep != NOBODY and not able[zone, rep]):
            raise ValueError(f"zone {zone} is locked to somebody who may not have it")
    ties: list[dict[int, float]] = [{} for _ in range(zones)]
    for one, other, tie in pairs:
        if one != other:
            ties[one][other] = ties[other][one] = float(tie)
    ordered = [sorted(each.items()) for each in ties]
    middle = np.array(places, np.float64).reshape(zones, 2)
    home = np.array(homes, np.float64).reshape(reps, 2) if homes is not None else np.full((reps, 2), np.nan)
    return Problem(
        first=np.cumsum([0, *(len(each) for each in ordered)]).astype(np.int64),
        beside=np.array([other for each in ordered for other, _ in each], np.int64),
        tie=np.array([tie for each in ordered for _, tie in each], np.float64),
        load=np.array(load, np.float64),
        x=np.ascontiguousarray(middle[:, 0]),
        y=np.ascontiguousarray(middle[:, 1]),
        capacity=np.array(capacity, np.float64),
        home_x=np.ascontiguousarray(home[:, 0]),
        home_y=np.ascontiguousarray(home[:, 1]),
        may=able,
        locked=locks,
        yesterday=_named(yesterday, zones),
        most_zones=most_zones,
    )


def _named(given: Sequence[int] | None, zones: int) -> Ints:
    return np.full(zones, NOBODY, np.int64) if given is None else np.array(given, np.int64)


def pieces(problem: Problem, owner: Sequence[int]) -> list[list[int]]:
    """The contiguous pieces of all territories, each the zones of one representative; nobody's aside."""
    seen = [False] * problem.zones
    found = []
    for start in range(problem.zones):
        if seen[start] or owner[start] == NOBODY:
            continue
        seen[start] = True
        piece = [start]
        for zone in piece:
            for other in problem.neighbours[zone]:
                if not seen[other] and owner[other] == owner[start]:
                    seen[other] = True
                    piece.append(other)
        found.append(piece)
    return found
