"""How much work a zone is, as the utility weighs it.

Each factor is taken as the zone's share of the whole, so that a weight of 2 beside a weight of 1 means twice
as much whatever the units are. What is not known of a zone is taken as the mean of those of which it is
known, by area; a factor that is known of none is left out. Where nothing at all is known area alone counts.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

FACTORS: Final = ("connections", "main_length_m", "task_minutes", "key_accounts", "min_night_flow", "area")
"""Connections; metres of main; minutes of work on tasks in the last year; key accounts; minimum night flow
in cubic metres an hour, which grows with leakage; square metres."""

LEAST: Final = 0.02
"""Of the mean: no zone is no work at all."""


@dataclasses.dataclass(frozen=True)
class ZoneFacts:
    """What is known of a zone, by factor; None where it is not."""

    code: str
    known: Mapping[str, float | None]


@dataclasses.dataclass(frozen=True)
class Weighed:
    """``loads`` [Z] have the mean 1; ``used``: the factors that counted."""

    loads: tuple[float, ...]
    used: tuple[str, ...]


def weigh(facts: Sequence[ZoneFacts], areas: Sequence[float], weights: Mapping[str, float]) -> Weighed:
    """The load of each zone. ``areas``: square metres, above 0."""
    used, loads = [], [0.0] * len(facts)
    for factor in FACTORS:
        weight = weights.get(factor, 0.0)
        values: Sequence[float | None] = (
            areas if factor == "area" else [each.known.get(factor) for each in facts]
        )
        filled = _filled(values, areas)
        if weight <= 0 or filled is None:
            continue
        used.append(factor)
        total = sum(filled)
        for zone, value in enumerate(filled):
            loads[zone] += weight * value / total
    if not used:
        used, loads = ["area"], list(areas)
    mean = sum(loads) / len(loads)
    return Weighed(tuple(max(load / mean, LEAST) for load in loads), tuple(used))


def _filled(values: Sequence[float | None], areas: Sequence[float]) -> list[float] | None:
    """All values, those that are missing by area; None where there is nothing to go by."""
    known = [(value, area) for value, area in zip(values, areas, strict=True) if value is not None]
    total = sum(value for value, _ in known)
    if total <= 0:
        return None
    for_each = total / sum(area for _, area in known)
    return [
        value if value is not None else for_each * area for value, area in zip(values, areas, strict=True)
    ]
