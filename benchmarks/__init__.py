"""Programs that measure Curbstop: `python -m benchmarks NAME` prints one JSON object a line.

A benchmark is a module or package here with ``def run() -> Iterator[Line]`` (with a parameter ``preset:
str``, "full" or "quick", if it has a quick form). What a benchmark cannot measure it raises as `Missing`, or
yields as one where the rest of it goes on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One measured value beside what was wanted. ``context`` holds whatever one needs to judge it."""

    name: str
    value: float
    unit: str
    target: float | None = None
    moonshot: float | None = None
    better: Literal["lower", "higher"] = "lower"
    context: dict[str, Any] = field(default_factory=dict)


class Missing(Exception):
    """What the benchmark compares with, or needs, is not on this machine; or it did not come to an end.

    ``figure`` names the one figure that is missing; without it, it is all that the benchmark still had to
    tell.
    """

    def __init__(self, why: str, figure: str = "") -> None:
        super().__init__(why)
        self.figure = figure


Line = Figure | Missing


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0–1) of all values do not exceed (nearest rank).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
