"""How slow the roads really were: the hours' factors, out of ways that were driven.

A *way* is from setting off to the door, as the representative's taps say; beside it stands what it takes on
empty roads. What no hour changes (`still_s`) is taken off both. The *ratio* of the two counts for the hour in
which the middle of the way lies. Ways too short to say anything are left out, and ratios that no traffic
makes: a tap that was forgotten, or came a street too early.

Ratios are kept as counts in bins, evenly spaced on a scale on which twice as slow is as far from 1 as twice
as fast: nobody's ways are kept, and days add up. Of an hour counts the *median*, which some long breaks at
the roadside do not move; drawn towards the median of its kind of day, the more the fewer ways there are;
within the bounds of a profile. An hour with fewer than `LEAST_WAYS` says nothing.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Final

from field.road.pace import UNIT
from field.road.profile import HOURS, KINDS, LEAST, MOST

LEAST_WAYS: Final = 30
LEAST_BASE_S: Final = 120
"""Base seconds beyond what no hour changes from which on a way says something."""
LOWEST: Final = 0.2
HIGHEST: Final = 8.0
"""Ratios beside these are no traffic."""
PER_OCTAVE: Final = 24
"""Bins from a ratio to its double: each is 3 % wide."""

Bins = dict[int, int]
"""Ways by bin; bin b is of ratios around 2 ** (b / `PER_OCTAVE`)."""


@dataclasses.dataclass(frozen=True)
class Way:
    """A way that was driven: in which hour of the wall clock its middle lies, how many seconds it takes on
    empty roads, and how many it took.
    """

    hour: int
    base_s: int
    took_s: int


@dataclasses.dataclass(frozen=True)
class Learnt:
    """Of an hour: how many ways, and the factor in permille; None where they are too few."""

    ways: int
    factor: int | None


def tally(ways: Iterable[Way], still_s: int) -> dict[int, Bins]:
    """The ways by hour and bin."""
    found: dict[int, Bins] = {}
    for way in ways:
        base, took = way.base_s - still_s, way.took_s - still_s
        if base < LEAST_BASE_S or not LOWEST <= took / base <= HIGHEST:
            continue
        bins = found.setdefault(way.hour, {})
        at = bin_of(took / base)
        bins[at] = bins.get(at, 0) + 1
    return found


def added(tallies: Iterable[Mapping[int, Mapping[int, int]]]) -> dict[int, Bins]:
    """Several days as one."""
    found: dict[int, Bins] = {}
    for day in tallies:
        for hour, bins in day.items():
            into = found.setdefault(hour, {})
            for at, count in bins.items():
                into[at] = into.get(at, 0) + count
    return found


def learnt(days: Mapping[str, Iterable[Mapping[int, Mapping[int, int]]]]) -> dict[str, tuple[Learnt, ...]]:
    """For each hour of each kind of day what the days of that kind say."""
    return {kind: _of_kind(added(days.get(kind, ()))) for kind in KINDS}


def _of_kind(hours: Mapping[int, Mapping[int, int]]) -> tuple[Learnt, ...]:
    whole = added({0: bins} for bins in hours.values()).get(0, {})
    middle = median(whole)
    return tuple(_of_hour(hours.get(hour, {}), middle) for hour in range(HOURS))


def _of_hour(bins: Mapping[int, int], middle: float) -> Learnt:
    ways = sum(bins.values())
    if ways < LEAST_WAYS:
        return Learnt(ways, None)
    # With as many ways as there must be at least, the hour's own median counts half.
    own = ways / (ways + LEAST_WAYS)
    drawn = own * median(bins) + (1 - own) * middle
    return Learnt(ways, min(MOST, max(LEAST, round(UNIT * 2 ** (drawn / PER_OCTAVE)))))


def bin_of(ratio: float) -> int:
    """The bin of a ratio."""
    return round(PER_OCTAVE * math.log2(ratio))


def median(bins: Mapping[int, int]) -> float:
    """The bin in the middle; between the two where they are two. 0 of nothing."""
    ordered = sorted(bins)
    count = sum(bins.values())
    if not count:
        return 0.0
    lower = upper = None
    seen = 0
    for at in ordered:
        seen += bins[at]
        if lower is None and 2 * seen >= count:
            lower = at
        if 2 * seen > count:
            upper = at
            break
    assert lower is not None and upper is not None
    return (lower + upper) / 2
