"""Divisions to begin with: yesterday's, mended where it has to be; or a new one, grown from seeds.

A new division begins with one zone for each representative: spread by the work (Lloyd 1982, DOI
10.1109/TIT.1982.1056489), each given to somebody who lives near. From there whoever has least of what they
should have takes the nearest free zone beside their own, until none is left.
"""

import heapq
from collections.abc import Sequence
from typing import Final

import numpy as np

from field.grid.territory.engine.figures import apart
from field.grid.territory.engine.problem import NOBODY, Ints, Problem

ROUNDS: Final = 12
"""Of Lloyd's: after some ten the middles hardly move."""


def afresh(problem: Problem, seed: int) -> list[int]:
    """A division that owes nothing to yesterday's, but keeps what is pinned."""
    owner = [problem.pinned_to(zone) for zone in range(problem.zones)]
    _plant(problem, owner, seed)
    grow(problem, owner)
    return owner


def mended(problem: Problem) -> list[int]:
    """Yesterday's division, with the rules kept: what lies apart, is nobody's or belongs to somebody not able
    to have it goes to a neighbour; and whoever has nothing gets one zone to begin with."""
    owner: list[int] = problem.yesterday.tolist()
    for zone in range(problem.zones):
        pinned = problem.pinned_to(zone)
        if pinned != NOBODY:
            owner[zone] = pinned
        elif owner[zone] != NOBODY and not problem.may[zone, owner[zone]]:
            owner[zone] = NOBODY
    let_go(problem, owner)
    _cut_back(problem, owner)
    grow(problem, owner)
    _give_first_zones(problem, owner)
    return owner


def let_go(problem: Problem, owner: list[int]) -> None:
    """Make nobody's what lies apart from the rest of its territory, and holds nothing pinned."""
    for piece in apart(problem, owner):
        for zone in piece:
            owner[zone] = NOBODY


def _cut_back(problem: Problem, owner: list[int]) -> None:
    """Who has more zones than one may have gives the outermost away."""
    counts = np.bincount([rep for rep in owner if rep != NOBODY], minlength=problem.reps)
    for rep in np.flatnonzero(counts > problem.most_zones).tolist():
        mine = [zone for zone in range(problem.zones) if owner[zone] == rep]
        middle_x, middle_y = problem.x[mine].mean(), problem.y[mine].mean()
        away = np.hypot(problem.x[mine] - middle_x, problem.y[mine] - middle_y)
        far = [mine[at] for at in np.argsort(-away, kind="stable").tolist() if not problem.pinned[mine[at]]]
        while counts[rep] > problem.most_zones:
            zone = next((zone for zone in far if _can_go(problem, owner, zone)), None)
            if zone is None:
                break
            far.remove(zone)
            owner[zone] = NOBODY
            counts[rep] -= 1


def _can_go(problem: Problem, owner: list[int], zone: int) -> bool:
    """Whether the rest keeps the rules without the zone: where it tears, both parts hold something pinned."""
    rep, owner[zone] = owner[zone], NOBODY
    whole = not apart(problem, owner)
    owner[zone] = rep
    return whole


def grow(problem: Problem, owner: list[int]) -> None:
    """Give nobody's zones to territories beside them, least loaded first; what none of those able to have it
    reaches stays nobody's."""
    loads, counts = [0.0] * problem.reps, [0] * problem.reps
    sums = np.zeros((problem.reps, 2))
    edge: list[set[int]] = [set() for _ in range(problem.reps)]

    def join(zone: int, rep: int) -> None:
        owner[zone] = rep
        loads[rep] += float(problem.load[zone])
        counts[rep] += 1
        sums[rep] += (problem.x[zone], problem.y[zone])
        edge[rep].update(other for other in problem.neighbours[zone] if owner[other] == NOBODY)

    for zone, rep in enumerate(owner):
        if rep != NOBODY:
            join(zone, rep)
    waiting = [(loads[rep] / float(problem.target[rep]), rep) for rep in range(problem.reps)]
    heapq.heapify(waiting)
    while waiting:
        _, rep = heapq.heappop(waiting)
        if counts[rep] >= problem.most_zones:
            continue
        edge[rep] = {zone for zone in edge[rep] if owner[zone] == NOBODY and problem.may[zone, rep]}
        if not edge[rep]:
            continue
        middle = sums[rep] / counts[rep]
        nearest = min(
            edge[rep], key=lambda z: (float(np.hypot(problem.x[z] - middle[0], problem.y[z] - middle[1])), z)
        )
        join(nearest, rep)
        heapq.heappush(waiting, (loads[rep] / float(problem.target[rep]), rep))


def tears(problem: Problem, owner: Sequence[int], zone: int) -> bool:
    """Whether the zone's territory falls apart without it."""
    rep = owner[zone]
    mates = [other for other in problem.neighbours[zone] if owner[other] == rep]
    if len(mates) < 2:
        return False
    seen, walk = {zone, mates[0]}, [mates[0]]
    for here in walk:
        for other in problem.neighbours[here]:
            if other not in seen and owner[other] == rep:
                seen.add(other)
                walk.append(other)
    return not all(mate in seen for mate in mates)


def _plant(problem: Problem, owner: list[int], seed: int) -> None:
    """One zone for each representative who has none."""
    having = set(owner)
    without = [rep for rep in range(problem.reps) if rep not in having]
    free = np.array([zone for zone in range(problem.zones) if owner[zone] == NOBODY], np.int64)
    if not without or not len(free):
        return
    seeds = _spread_seeds(problem, free, min(len(without), len(free)), seed)
    for rep, zone in _matched(problem, without, seeds):
        owner[zone] = rep


def _spread_seeds(problem: Problem, free: Ints, number: int, seed: int) -> list[int]:
    """So many of the free zones, each in the midst of an equal part of the work."""
    dice = np.random.default_rng(seed)
    places = np.stack([problem.x[free], problem.y[free]], axis=1)
    load = problem.load[free]
    middles = places[[int(dice.choice(len(free), p=load / load.sum()))]]
    nearest = np.full(len(free), np.inf)
    while len(middles) < number:  # k-means++, Arthur & Vassilvitskii 2007: far from those there are
        nearest = np.minimum(nearest, ((places - middles[-1]) ** 2).sum(axis=1))
        weight = nearest * load
        chance = weight / weight.sum() if weight.sum() > 0 else load / load.sum()
        middles = np.vstack([middles, places[int(dice.choice(len(free), p=chance))]])
    for _ in range(ROUNDS):
        belongs = _nearest_middle(places, middles)
        total = np.bincount(belongs, load, number)
        for axis in range(2):
            moment = np.bincount(belongs, load * places[:, axis], number)
            middles[:, axis] = np.where(total > 0, moment / np.maximum(total, 1e-12), middles[:, axis])
    taken: set[int] = set()
    for middle in middles:
        order = np.argsort(((places - middle) ** 2).sum(axis=1), kind="stable")
        taken.add(next(int(free[at]) for at in order if int(free[at]) not in taken))
    return sorted(taken)


def _nearest_middle(places: np.ndarray, middles: np.ndarray) -> np.ndarray:
    squares = (places**2).sum(axis=1)[:, None] - 2 * places @ middles.T + (middles**2).sum(axis=1)[None]
    nearest: np.ndarray = squares.argmin(axis=1)
    return nearest


def _matched(problem: Problem, reps: Sequence[int], seeds: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of representative and seed, the nearest to a home first; where no home is known, in order."""
    x, y = problem.home_x[list(reps)], problem.home_y[list(reps)]
    far = np.hypot(x[:, None] - problem.x[seeds][None], y[:, None] - problem.y[seeds][None])
    far = np.where(np.isnan(far), 1e12, far)
    far[~problem.may[np.ix_(seeds, reps)].T] = np.inf
    pairs = []
    rows, columns = set(range(len(reps))), set(range(len(seeds)))
    for at in np.argsort(far, axis=None, kind="stable").tolist():
        row, column = divmod(at, len(seeds))
        if row in rows and column in columns and np.isfinite(far[row, column]):
            rows.discard(row)
            columns.discard(column)
            pairs.append((reps[row], seeds[column]))
    return pairs


def _give_first_zones(problem: Problem, owner: list[int]) -> None:
    """Somebody new begins with the zone nearest to home that its owner can give."""
    counts = np.bincount([rep for rep in owner if rep != NOBODY], minlength=problem.reps)
    loads = np.bincount(
        [max(rep, 0) for rep in owner],
        np.where(np.array(owner) == NOBODY, 0.0, problem.load),
        minlength=problem.reps,
    )
    for rep in np.flatnonzero(counts == 0).tolist():
        far = np.hypot(problem.x - problem.home_x[rep], problem.y - problem.home_y[rep])
        if np.isnan(far).any():  # no home is known: where there is most to do
            far = np.array([-loads[max(each, 0)] / problem.target[max(each, 0)] for each in owner])
        for zone in np.argsort(far, kind="stable").tolist():
            had = owner[zone]
            given = had == NOBODY or (counts[had] > 1 and not tears(problem, owner, zone))
            if problem.may[zone, rep] and not problem.pinned[zone] and given:
                owner[zone] = rep
                counts[rep] += 1
                if had != NOBODY:
                    counts[had] -= 1
                break
