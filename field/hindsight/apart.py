"""Looking back in a process of its own, within a bound on seconds."""

from __future__ import annotations

import dataclasses
import time
from typing import Final

from field.hindsight.regret import Hindsight, look_back
from field.reoptimise.apart import START_S, Wanted, answer_apart
from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.improve import Spent
from field.reoptimise.engine.replan import Rest

PRICING_S: Final = 300.0
"""What pricing each task's places may take beside the searches: of three thousand stops, a good minute."""


async def look_back_apart(rest: Rest, budget_s: float, seed: int, still_wanted: Wanted) -> Hindsight | None:
    """Look back, searching for ``budget_s`` seconds; None as soon as it is no longer wanted.

    Raises:
        SearchLost: the process was killed, failed, or took too long.
    """
    within = budget_s + START_S + PRICING_S
    done: Hindsight | None = await answer_apart(_looked_back, (rest, budget_s, seed), within, still_wanted)
    return done


def _looked_back(rest: Rest, budget_s: float, seed: int) -> Hindsight:
    def half() -> Spent:
        begun = time.monotonic()
        return lambda made: (time.monotonic() - begun) / (budget_s / 2)

    # What has to be compiled, or read from where it lies compiled, is not what the budget is for.
    moves = quick_moves()
    fullest = max(rest.routes, key=lambda route: len(route.visits))
    look_back(dataclasses.replace(rest, routes=(fullest,)), lambda: lambda made: made / 1.0, moves)
    return look_back(rest, half, moves, seed=seed)
