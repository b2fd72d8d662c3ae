"""The search as a whole: from one arrangement to the best one found before the budget is spent.

The heat falls geometrically from `Heat.hot` to `Heat.cold` over the budget, whatever the machine manages in
it. The same seed and the same steps give the same outcome; a budget in seconds does not.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from field.reoptimise.engine.compiled import Moves
from field.reoptimise.engine.draft import ABSENCE, ABSENT, STOP, Draft, Scratch, Terms, blank, unwritten
from field.reoptimise.engine.moves import BEST, BETTER, CURRENT

Spent = Callable[[int], float]
"""Given the number of steps made, which share of the budget is spent; from 1 on the search ends."""

FIRST_STEPS: Final = 20
SHARE: Final = 0.01
"""Steps before the clock is looked at first; afterwards it is looked at about a hundred times."""
SPARE_STOPS: Final = 24
"""Room for so many more stops than the longest route has."""


@dataclasses.dataclass(frozen=True)
class Heat:
    """Seconds by which a worse arrangement may be kept, at the beginning and at the end."""

    hot: float = 200.0
    cold: float = 3.0


USUAL_HEAT: Final = Heat()


@dataclasses.dataclass(frozen=True)
class Arranged:
    """The best arrangement: `order`, for each representative the stops; `cost`: of each, in seconds; `total`
    with what is absent; `before`: the total at the start; `steps` made, of which `better` found a better one.
    """

    order: tuple[tuple[int, ...], ...]
    cost: tuple[int, ...]
    total: int
    before: int
    steps: int
    better: int


def laid_out(terms: Terms, order: Sequence[Sequence[int]], moves: Moves, seed: int) -> tuple[Draft, Scratch]:
    """An arrangement with its times, ready to be changed."""
    widest = min(len(terms.stops), max((len(stops) for stops in order), default=0) + SPARE_STOPS)
    draft = blank(terms, max(1, widest))
    scratch = unwritten(terms, seed)
    for rep, stops in enumerate(order):
        draft.gaps[rep, : len(stops), STOP] = stops
        draft.size[rep] = len(stops)
        draft.rep[list(stops)] = rep
        draft.left[rep] -= terms.demand[list(stops)].sum(axis=0)
        moves.retime(terms, draft, scratch, rep)
    absent = int(terms.stops[draft.rep == ABSENT, ABSENCE].sum())
    scratch.tally[CURRENT] = scratch.tally[BEST] = int(draft.cost.sum()) + absent
    return draft, scratch


def improve(
    terms: Terms,
    order: Sequence[Sequence[int]],
    spent: Spent,
    moves: Moves,
    *,
    seed: int = 1,
    heat: Heat = USUAL_HEAT,
    fill: bool = False,
) -> Arranged:
    """Search from `order`; `fill`: what is absent is first put where it costs least."""
    draft, scratch = laid_out(terms, order, moves, seed)
    before = int(scratch.tally[BEST])
    kept = copy(draft)
    if fill:
        moves.fill(terms, draft, kept, scratch)
        scratch.tally[BEST] = scratch.tally[CURRENT]
    best = copy(draft)
    made, number, share = 0, FIRST_STEPS, spent(0)
    while share < 1.0 and len(terms.stops):
        until = min(1.0, share + SHARE)
        moves.steps(terms, draft, kept, best, scratch, _at(heat, share), _at(heat, until), number)
        made += number
        now = spent(made)
        pace = (now - share) / number
        number = max(1, min(4 * number, int(SHARE / pace) if pace > 0 else 4 * number))
        share = now
    return Arranged(
        order=tuple(tuple(best.gaps[rep, : best.size[rep], STOP].tolist()) for rep in range(len(best.size))),
        cost=tuple(best.cost.tolist()),
        total=int(scratch.tally[BEST]),
        before=before,
        steps=made,
        better=int(scratch.tally[BETTER]),
    )


def copy(draft: Draft) -> Draft:
    """The same in arrays of its own."""
    return Draft(*(np.copy(column) for column in draft))


def _at(heat: Heat, share: float) -> float:
    return heat.hot * float((heat.cold / heat.hot) ** min(1.0, share))
