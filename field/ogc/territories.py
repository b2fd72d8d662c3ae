"""Representatives' territories: the ground of all zones that one answers for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import shapely
from shapely.geometry.base import BaseGeometry

from field.grid.zones import Zone


def territories(zones: Iterable[Zone]) -> dict[str, BaseGeometry]:
    """By the representative's code, in the order of codes; zones that nobody answers for are in none."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for zone in zones:
        if zone.rep is not None:
            parts[zone.rep].append(zone.geometry)
    return {code: shapely.union_all(parts[code]) for code in sorted(parts)}
