"""Zones at the borders of territories change hands, one at a time, while it is hot and then colder.

The cost of a division is a sum, all parts of which are about 1 in an ordinary town:

* balance: of each representative by how much the load is off beyond the tolerance, ``e``: ``e + 10 e²``. It
  weighs little at first and all in the end, so that zones can find their way through territories too large or
  too small;
* spread: the load times its squared distance to the middle of its territory, against that of the whole town
  divided by the number of territories;
* cut: the ties that are cut, as a share of all;
* moved: the zones that have somebody else than yesterday, as a share of all.

A flip takes a zone out of one territory and gives it to a neighbour's; a swap exchanges two neighbouring
zones, which balances finer than the load of a zone is. One that would tear a territory apart is never made.
What a flip changes is known from sums that are kept for each territory (load, its first and second moments),
so that it costs as much as the zone has neighbours. Annealing as Kirkpatrick, Gelatt & Vecchi 1983, DOI
10.1126/science.220.4598.671.

`anneal` is one function over flat sequences. Numba compiles it; without numba it runs as it is, over lists,
and gives the same answer to the last bit, since it brings its own random numbers (Marsaglia's xorshift of 32
bits, DOI 10.18637/jss.v008.i14).
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from field.grid.territory.engine.problem import NOBODY, Problem


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is wanted of a division. ``tolerance``: a deviation of load that costs nothing; the others weigh
    the parts of the cost. ``hot``, ``cold``: the first and the last temperature, where 1 is the cost of one
    zone in a town of them; ``lenient``: what part of its weight balance begins with; ``flips``: tried for
    each zone."""

    tolerance: float = 0.02
    balance: float = 20.0
    spread: float = 1.0
    cut: float = 1.5
    moved: float = 0.0
    hot: float = 10.0
    cold: float = 0.1
    lenient: float = 0.005
    flips: int = 12_000


def anneal(
    first: Any,
    beside: Any,
    tie: Any,
    load: Any,
    x: Any,
    y: Any,
    target: Any,
    may: Any,
    fixed: Any,
    yesterday: Any,
    owner: Any,
    best: Any,
    sums: Any,
    count: Any,
    mark: Any,
    stack: Any,
    flips: int,
    seed: int,
    tolerance: float,
    balance: float,
    spread: float,
    cut: float,
    moved: float,
    hot: float,
    cold: float,
    lenient: float,
    most_zones: int,
) -> float:
    """Improve ``owner`` [Z] in place and leave the best division met in ``best`` [Z]; its cost.

    ``may`` is [Z·R], ``sums`` [4·R] and ``count`` [R] zeros, ``mark`` [Z] zeros, ``stack`` [Z] anything.
    ``spread``, ``cut`` and ``moved`` are prices of one unit: what `run` makes of a wish.
    """
    zones, reps = len(load), len(target)
    sum_x, sum_y, sum_q = reps, 2 * reps, 3 * reps
    for u in range(zones):
        a = owner[u]
        if a >= 0:
            sums[a] += load[u]
            sums[sum_x + a] += load[u] * x[u]
            sums[sum_y + a] += load[u] * y[u]
            sums[sum_q + a] += load[u] * (x[u] * x[u] + y[u] * y[u])
            count[a] += 1
        best[u] = a
    rest, off = 0.0, 0.0
    for a in range(reps):
        over = abs(sums[a] / target[a] - 1.0) - tolerance
        if over > 0.0:
            off += over + 10.0 * over * over
        if sums[a] > 0.0:
            moment = sums[sum_x + a] * sums[sum_x + a] + sums[sum_y + a] * sums[sum_y + a]
            rest += spread * (sums[sum_q + a] - moment / sums[a])
    for u in range(zones):
        if yesterday[u] >= 0 and owner[u] != yesterday[u]:
            rest += moved
        for e in range(first[u], first[u + 1]):
            if beside[e] > u and owner[beside[e]] != owner[u]:
                rest += cut * tie[e]
    lowest = rest + balance * off
    state = (seed * 2654435761 + 88172645) & 0xFFFFFFFF
    if state == 0:
        state = 88172645
    walk = 0
    cooling = (cold / hot) ** (256.0 / max(flips, 256))
    heat = hot
    grave = balance * lenient
    stiffen = lenient ** (-256.0 / max(flips * 0.8, 256.0))
    for turn in range(flips):
        if turn % 256 == 255:
            heat *= cooling
            grave = min(balance, grave * stiffen)
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        u = state % zones
        degree = first[u + 1] - first[u]
        if fixed[u] or degree == 0:
            continue
        v = beside[first[u] + (state >> 16) % degree]
        a, b = owner[u], owner[v]
        if a == b or b < 0 or not may[u * reps + b]:
            continue
        swap = (state >> 13) % 4 == 0
        if swap:
            if fixed[v] or not may[v * reps + a]:
                continue
        elif count[a] <= 1 or count[b] >= most_zones:
            continue
        # What goes from a to b, net.
        w, wx, wy = load[u], load[u] * x[u], load[u] * y[u]
        wq = load[u] * (x[u] * x[u] + y[u] * y[u])
        if swap:
            w -= load[v]
            wx -= load[v] * x[v]
            wy -= load[v] * y[v]
            wq -= load[v] * (x[v] * x[v] + y[v] * y[v])
        change, skew = 0.0, 0.0
        for side in range(2):
            q, sign = (a, -1.0) if side == 0 else (b, 1.0)
            before, after = sums[q], sums[q] + sign * w
            over = abs(before / target[q] - 1.0) - tolerance
            if over > 0.0:
                skew -= over + 10.0 * over * over
            over = abs(after / target[q] - 1.0) - tolerance
            if over > 0.0:
                skew += over + 10.0 * over * over
            mx, my, square = sums[sum_x + q], sums[sum_y + q], sums[sum_q + q]
            change -= spread * (square - (mx * mx + my * my) / before)
            mx += sign * wx
            my += sign * wy
            change += spread * (square + sign * wq - (mx * mx + my * my) / after)
        for side in range(2 if swap else 1):
            z, mate, had, gets = (u, v, a, b) if side == 0 else (v, u, b, a)
            for e in range(first[z], first[z + 1]):
                other = beside[e]
                if swap and other == mate:
                    continue
                if owner[other] == had:
                    change += cut * tie[e]
                elif owner[other] == gets:
                    change -= cut * tie[e]
            if yesterday[z] >= 0:
                if had == yesterday[z]:
                    change += moved
                elif gets == yesterday[z]:
                    change -= moved
        worse = change + grave * skew
        if worse > 0.0:
            state ^= (state << 13) & 0xFFFFFFFF
            state ^= state >> 17
            state ^= (state << 5) & 0xFFFFFFFF
            if state / 4294967296.0 >= math.exp(-worse / heat):
                continue
        owner[u] = b
        if swap:
            owner[v] = a
        # Nothing may be torn. Of a flip: the zone's neighbours in its territory still reach each other. Of a
        # swap: either territory is reached whole; one that lay in pieces before swaps nothing.
        whole = True
        for side in range(2 if swap else 1):
            q, start, wanted = (a, v, count[a]) if side == 0 else (b, u, count[b])
            met = 1
            if not swap:
                wanted = 0
                for e in range(first[u], first[u + 1]):
                    if owner[beside[e]] == a:
                        wanted += 1
                        start = beside[e]
                if wanted < 2:
                    break
            walk += 1
            mark[start] = walk
            stack[0] = start
            top = 1
            while top > 0 and met < wanted:
                top -= 1
                z = stack[top]
                for e in range(first[z], first[z + 1]):
                    other = beside[e]
                    if mark[other] != walk and owner[other] == q:
                        mark[other] = walk
                        stack[top] = other
                        top += 1
                        if swap:
                            met += 1
                        else:
                            for f in range(first[u], first[u + 1]):
                                if beside[f] == other:
                                    met += 1
                                    break
            if met < wanted:
                whole = False
                break
        if not whole:
            owner[u] = a
            owner[v] = b
            continue
        for side in range(2):
            q, sign = (a, -1.0) if side == 0 else (b, 1.0)
            sums[q] += sign * w
            sums[sum_x + q] += sign * wx
            sums[sum_y + q] += sign * wy
            sums[sum_q + q] += sign * wq
        if not swap:
            count[a] -= 1
            count[b] += 1
        rest += change
        off += skew
        if rest + balance * off < lowest - 1e-9:
            lowest = rest + balance * off
            for z in range(zones):
                best[z] = owner[z]
    return lowest


_ready: list[Callable[..., float]] = []


def warm_up() -> str:
    """Make the compiled search ready. Returns "numba", or "python" where numba is not installed.

    To be called off the event loop: the first time on a machine it takes seconds, later one.
    """
    if not _ready:
        try:
            _ready.append(_compiled())
        except ImportError:
            return "python"
    return "numba"


def _compiled() -> Callable[..., float]:
    import numba
    from numba import types

    whole, real, flag = types.int64[::1], types.float64[::1], types.boolean[::1]
    signature = types.float64(
        *(whole, whole, real, real, real, real, real, flag, flag, whole),
        *(whole, whole, real, whole, whole, whole),
        *(types.int64, types.int64),
        *(types.float64,) * 8,
        types.int64,
    )
    try:
        compiled: Callable[..., float] = numba.njit(signature, cache=True, nogil=True)(anneal)
    except RuntimeError:
        # Installed where nothing can be written: numba has no place for its cache.
        compiled = numba.njit(signature, nogil=True)(anneal)
    return compiled


MOST: Final = 15_000_000
"""Flips tried at most: some seconds."""
SLOWER: Final = 60
"""How many times slower the search is where it is not compiled: it then tries that many flips fewer."""


def improve(
    problem: Problem, owner: Sequence[int], wish: Wish, seed: int, *, compiled: bool | None = None
) -> list[int]:
    """The best division met on the way from ``owner``, which keeps the rules or breaks no more than it did.

    ``compiled``: None takes what there is, and as much time either way; True and False take the same number
    of flips, and give the same answer.
    """
    fast = bool(_ready) if compiled is None else compiled
    flips = min(wish.flips * problem.zones, MOST)
    return _run(problem, owner, wish, seed, flips if compiled is not None or fast else flips // SLOWER, fast)[
        0
    ]


def cost_of(problem: Problem, owner: Sequence[int], wish: Wish) -> float:
    """What a division costs by a wish, as `anneal` counts it before its first flip."""
    return _run(problem, owner, wish, 0, 0, False)[1]


def _run(
    problem: Problem, owner: Sequence[int], wish: Wish, seed: int, flips: int, fast: bool
) -> tuple[list[int], float]:
    zones, reps = problem.zones, problem.reps
    who = np.array(owner, np.int64)
    x, y = problem.x - problem.x.mean(), problem.y - problem.y.mean()
    whole = float((problem.load * (x * x + y * y)).sum()) / reps
    ties = float(problem.tie.sum()) / 2.0
    arrays = [
        *(problem.first, problem.beside, problem.tie, problem.load, x, y, problem.target),
        *(np.ascontiguousarray(problem.may).reshape(-1), problem.pinned | (who == NOBODY), problem.yesterday),
        *(who, who.copy(), np.zeros(4 * reps), np.zeros(reps, np.int64)),
        *(np.zeros(zones, np.int64), np.zeros(zones, np.int64)),
    ]
    given: list[Any] = list(arrays) if fast else [array.tolist() for array in arrays]
    search: Callable[..., float] = _ready[0] if fast else anneal
    cost = search(
        *given,
        *(flips, seed, wish.tolerance, wish.balance),
        *(wish.spread / whole if whole else 0.0, wish.cut / ties if ties else 0.0, wish.moved / zones),
        *(wish.hot / zones, wish.cold / zones, wish.lenient, problem.most_zones),
    )
    return [int(rep) for rep in given[11]], float(cost)
