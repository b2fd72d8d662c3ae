"""Programs that measure Curbstop: `python -m benchmarks NAME` prints one JSON object a line.

A benchmark is a module or package here with ``def run() -> Iterator[Figure]`` (with a parameter ``preset:
str``, "full" or "quick", if it has a quick form). What a benchmark cannot measure it raises as `Missing`.
"""

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
    """What the benchmark compares with, or needs, is not on this machine."""
