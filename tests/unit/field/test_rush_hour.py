"""A made-up day with a rush hour, planned by who knows of it and by who does not."""

from __future__ import annotations

import dataclasses
import random
from uuid import UUID

import numpy as np

from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.proposals import pack, propose
from field.dispatch.engine.route import RepDay, Route, Visit, insert
from field.road.pace import EVEN, Pace
from tests.unit.field.oracle import live

HOUR = 3600
RUSH = Pace.of(0, [2000 // (4 if hour in (7, 8, 12, 13, 17, 18) else 2) for hour in range(24)], still_s=45)
"""At half the speed from seven to nine, at noon, and from five to seven."""
REPS, TASKS = 6, 60


def promises(seed: int, known: Pace) -> tuple[int, int]:
    """(kept, broken) promises of a day that is planned by what is `known`, and then lived in the rush."""
    dice = random.Random(seed)
    places = np.array([(dice.uniform(0, 12), dice.uniform(0, 12)) for _ in range(REPS + TASKS)])
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    travel = np.rint(apart * 180 + 45).astype(np.int32)
    np.fill_diagonal(travel, 0)
    routes = [Route(RepDay(UUID(int=1 + k), 7 * HOUR, 18 * HOUR, k, k, {}, pace=known)) for k in range(REPS)]
    for number in range(TASKS):
        opens = dice.randint(7, 15) * HOUR
        visit = Visit(UUID(int=1000 + number), REPS + number, 1500, opens, opens + 2 * HOUR)
        best = propose(pack(routes, travel, 6 * HOUR), visit, travel, weights=Weights(0, 100)).best
        if best:
            row = best[0].rep_id.int - 1
            routes[row] = insert(routes[row], visit, best[0].position)
    kept = broken = 0
    for route in routes:
        there = dataclasses.replace(route, rep=dataclasses.replace(route.rep, pace=RUSH))
        for visit, start in zip(there.visits, live(there, travel, 6 * HOUR).starts, strict=True):
            kept, broken = kept + (start <= visit.latest), broken + (start > visit.latest)
    return kept, broken


def test_who_knows_of_the_rush_keeps_every_promise_that_was_given() -> None:
    """Eight days of sixty tasks: planned on empty roads every thirteenth customer or so waits in vain."""
    kept, broken = map(sum, zip(*(promises(seed, RUSH) for seed in range(8)), strict=True))
    assert (kept, broken) == (480, 0)
    kept, broken = map(sum, zip(*(promises(seed, EVEN) for seed in range(8)), strict=True))
    assert (kept, broken) == (444, 36)
