"""A short list of divisions to choose from: from few zones moved to the most even and the most compact.

No single weighing of balance, compactness and calm is right for a utility, so each alternative is the answer
to another wish, and one that is beaten in all three is left out.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from field.grid.territory.engine.figures import Figures, faults_of, figures_of, pressing
from field.grid.territory.engine.flips import Wish, cost_of, improve
from field.grid.territory.engine.problem import NOBODY, Problem
from field.grid.territory.engine.start import afresh, grow, mended

STEADY: Final = "steady"
LEVEL: Final = "level"
COMPACT: Final = "compact"
AFRESH: Final = "afresh"

WISHES: Final[Mapping[str, Wish]] = MappingProxyType(
    {
        STEADY: Wish(tolerance=0.095, spread=0.1, cut=0.05, moved=20.0, hot=20.0, cold=0.5, lenient=1.0),
        LEVEL: Wish(tolerance=0.018, cut=4.0, moved=1.0),
        COMPACT: Wish(tolerance=0.045, cut=4.0, moved=0.2),
        AFRESH: Wish(tolerance=0.015, cut=5.0, flips=10_000),
    }
)
"""From yesterday with as few zones moved as lead back within a tenth; within two hundredths; compact;
anew."""

TRIES_APART: Final = 101
"""So that no two tries of one proposal have a seed in common."""


@dataclasses.dataclass(frozen=True)
class Alternative:
    """One division; ``kind`` is its wish's name."""

    kind: str
    owner: tuple[int, ...]
    figures: Figures


class BrokenDivision(RuntimeError):
    """The search made a division that breaks a rule: a fault of ours, and nothing of it is stored."""


def alternatives(problem: Problem, seed: int, wishes: Mapping[str, Wish] = WISHES) -> list[Alternative]:
    """Divisions worth showing, calmest first; without a yesterday only the new ones.

    Raises:
        BrokenDivision: one does not keep the rules.
    """
    had = bool((problem.yesterday != NOBODY).any())
    begun = mended(problem) if had else []
    found: dict[tuple[int, ...], Alternative] = {}
    for number, (kind, wish) in enumerate(wishes.items()):
        if not had and kind in (STEADY, LEVEL):
            continue
        if had and kind != AFRESH:
            owner = divided(problem, begun, wish, seed + number)
        else:
            owner = afresh_best(problem, wish, seed + number)
        if faults := faults_of(problem, owner):
            raise BrokenDivision("; ".join(faults[:5]))
        found.setdefault(tuple(owner), Alternative(kind, tuple(owner), figures_of(problem, owner)))
    listed = list(found.values())
    shown = pressing([each.figures for each in listed])
    return [each for each, worth in zip(listed, shown, strict=True) if worth]


def afresh_best(problem: Problem, wish: Wish, seed: int) -> list[int]:
    """A new division: the better of two, since not every start leads far."""
    tries = [divided(problem, afresh(problem, at), wish, at) for at in (seed, seed + TRIES_APART)]
    return min(tries, key=lambda owner: cost_of(problem, owner, wish))


def divided(problem: Problem, start: Sequence[int], wish: Wish, seed: int) -> list[int]:
    """One division from a start; zones that were nobody's are offered once more at the end."""
    owner = improve(problem, start, wish, seed)
    grow(problem, owner)
    return owner


def spread_over(problem: Problem, absent: int, present: Sequence[bool], seed: int) -> list[int]:
    """Yesterday's division for one day on which somebody is absent: their zones go to neighbours who are
    there, all others keep what they have. Zones that no neighbour can have stay nobody's.

    ``present`` [R]: who is there today. The zones may tear apart whose they become: it is for a day.
    """
    covered = dataclasses.replace(problem, locked=np.full(problem.zones, NOBODY, np.int64))
    owner = problem.yesterday.tolist()
    free = [zone for zone in range(problem.zones) if owner[zone] == absent]
    there = covered.may & np.array(present, np.bool_)[None]
    there[:, absent] = False
    for zone in free:
        owner[zone] = NOBODY
    covered = dataclasses.replace(covered, may=there)
    grow(covered, owner)
    fixed = problem.yesterday.copy()
    fixed[free] = NOBODY
    held = dataclasses.replace(
        covered,
        may=np.where((fixed != NOBODY)[:, None], np.eye(problem.reps, dtype=np.bool_)[fixed], there),
    )
    wish = Wish(tolerance=0.0, balance=5.0, spread=0.5, cut=0.3, hot=2.0, flips=400)
    return improve(held, owner, wish, seed)
