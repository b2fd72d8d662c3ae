"""What a division of the zones is worth, and whether it keeps the rules.

Nothing here knows how a division was found: what is shown, checked before it is stored, and compared in
benchmarks is counted from the zones alone.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from field.grid.territory.engine.problem import NOBODY, Problem, pieces


@dataclasses.dataclass(frozen=True)
class Figures:
    """Of one division. Shares are of 1.

    ``deviation``: the largest of anybody's load from what it should be, and ``mean_deviation`` that of all;
    ``rms_m``: how far the work lies from the middle of its territory, as the root of the mean square;
    ``cut``: of all ties between neighbours the share that is cut; ``moved``: zones that have somebody else
    than yesterday, of those that had somebody; ``apart``: pieces that do not hang together with the rest of
    their territory, though no lock wants that; ``nobody``: zones without a representative.
    """

    deviation: float
    mean_deviation: float
    rms_m: float
    cut: float
    moved: int
    moved_load: float
    apart: int
    nobody: int


@dataclasses.dataclass(frozen=True)
class RepFigures:
    """Of one representative: load as a share of all, ``deviation`` from what it should be, zones and which
    of them are new."""

    load: float
    deviation: float
    zones: int
    gained: int
    lost: int


def figures_of(problem: Problem, owner: Sequence[int]) -> Figures:
    """Count what a division is worth."""
    who = np.asarray(owner, np.int64)
    deviations = np.abs(loads_of(problem, owner) / problem.target - 1.0)
    moved = (problem.yesterday != NOBODY) & (who != problem.yesterday)
    one = np.repeat(np.arange(problem.zones), np.diff(problem.first))
    cut = problem.tie[who[one] != who[problem.beside]].sum()
    return Figures(
        deviation=float(deviations.max()),
        mean_deviation=float(deviations.mean()),
        rms_m=_rms(problem, who),
        cut=float(cut / problem.tie.sum()) if len(problem.tie) else 0.0,
        moved=int(moved.sum()),
        moved_load=float(problem.load[moved].sum() / problem.load.sum()),
        apart=len(apart(problem, owner)),
        nobody=int((who == NOBODY).sum()),
    )


def loads_of(problem: Problem, owner: Sequence[int]) -> np.ndarray:
    """The load of each representative [R]."""
    who = np.asarray(owner, np.int64)
    had = who != NOBODY
    loads: np.ndarray = np.bincount(who[had], problem.load[had], problem.reps)
    return loads


def each_of(problem: Problem, owner: Sequence[int]) -> list[RepFigures]:
    """The same for each representative."""
    who, before, total = np.asarray(owner, np.int64), problem.yesterday, problem.load.sum()
    loads, other = loads_of(problem, owner), who != before
    deviations = loads / problem.target - 1.0

    def counted(of: np.ndarray) -> list[int]:
        counts: list[int] = np.bincount(of[of != NOBODY], minlength=problem.reps).tolist()
        return counts

    zones, gained, lost = counted(who), counted(who[other]), counted(before[other])
    return [
        RepFigures(float(loads[rep] / total), float(deviations[rep]), zones[rep], gained[rep], lost[rep])
        for rep in range(problem.reps)
    ]


def _rms(problem: Problem, who: np.ndarray) -> float:
    """By the moments of each territory, about the middle of the town: one pass for all of them."""
    had = who != NOBODY
    rep, load = who[had], problem.load[had]
    x, y = problem.x[had] - problem.x.mean(), problem.y[had] - problem.y.mean()
    loads = np.bincount(rep, load, problem.reps)
    moments = np.bincount(rep, load * x, problem.reps) ** 2 + np.bincount(rep, load * y, problem.reps) ** 2
    about_middles = (moments[loads > 0] / loads[loads > 0]).sum()
    spread = float((load * (x * x + y * y)).sum() - about_middles)
    return float(np.sqrt(max(spread, 0.0) / problem.load.sum()))


def apart(problem: Problem, owner: Sequence[int]) -> list[list[int]]:
    """Pieces of territories that hold no zone pinned to their representative, beside the largest such one."""
    loose: dict[int, list[list[int]]] = defaultdict(list)
    for piece in pieces(problem, owner):
        rep = owner[piece[0]]
        if not any(problem.pinned_to(zone) == rep for zone in piece):
            loose[rep].append(piece)
    found = []
    for parts in loose.values():
        parts.sort(key=lambda piece: float(problem.load[piece].sum()), reverse=True)
        found += parts[1:]
    return found


def faults_of(problem: Problem, owner: Sequence[int]) -> list[str]:
    """Every rule that a division breaks, in words for whoever develops; empty when it may be stored.

    A zone may be nobody's only if nobody able to have it has a zone beside it, or room for one more.
    """
    faults = []
    if len(owner) != problem.zones:
        return [f"{len(owner)} zones were divided, and there are {problem.zones}"]
    counts = np.bincount([rep for rep in owner if rep != NOBODY], minlength=problem.reps)
    if len(counts) > problem.reps:
        return ["somebody has zones who does not exist"]
    for zone, rep in enumerate(owner):
        wanted = problem.pinned_to(zone)
        if rep == NOBODY:
            near = {owner[other] for other in problem.neighbours[zone]} - {NOBODY}
            able = [each for each in near if problem.may[zone, each] and counts[each] < problem.most_zones]
            if wanted != NOBODY or able:
                faults.append(f"zone {zone} is nobody's though somebody could have it")
        elif not problem.may[zone, rep]:
            faults.append(f"zone {zone} went to {rep}, who is not able to have it")
        elif problem.locked[zone] not in (NOBODY, rep):
            faults.append(f"zone {zone} is locked to {problem.locked[zone]} and went to {rep}")
    faults += [f"{piece} of {owner[piece[0]]} lie apart" for piece in apart(problem, owner)]
    pinned = Counter(problem.pins)
    for rep, count in enumerate(counts.tolist()):
        if count > max(problem.most_zones, pinned[rep]):
            faults.append(f"{rep} has {count} zones and may have {problem.most_zones}")
    return faults


def pressing(figures: Iterable[Figures]) -> list[bool]:
    """Which of several divisions are worth showing: those that no other beats in balance, compactness and
    zones moved at once."""
    all_of_them = [(round(each.deviation, 3), round(each.rms_m, 1), each.moved) for each in figures]
    return [
        not any(
            (other != mine or number < own) and all(a <= b for a, b in zip(other, mine, strict=True))
            for number, other in enumerate(all_of_them)
            if number != own
        )
        for own, mine in enumerate(all_of_them)
    ]
