"""How far a border moves: the ground that a zone gains and loses, and what to draw of a difference."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import shapely

from field.grid.files.borders.ground import DRAWN, areas_m2, drawn
from field.grid.files.borders.meetings import meetings, pieces_of
from field.grid.files.difference import Difference
from field.grid.files.records import ZoneRow

MOST_DRAWN: Final = 2_000


@dataclasses.dataclass(frozen=True)
class Moved:
    """A zone whose border is another one; areas on the ground, m²."""

    code: str
    gained_m2: int
    lost_m2: int


def moved(delta: Difference[ZoneRow]) -> tuple[Moved, ...]:
    """The zones whose borders move, by code. Where before and after run over each other too often to be
    cut, the whole of each is told."""
    changes = [change for change in delta.changed if "geometry" in change.fields]
    if not changes:
        return ()
    before = np.array([change.before.geometry for change in changes], dtype=object)
    after = np.array([change.after.geometry for change in changes], dtype=object)
    gained, lost = areas_m2(after), areas_m2(before)
    pairs = zip(before, after, strict=True)
    plain = np.array([meetings(pieces_of(one), pieces_of(other)) is not None for one, other in pairs])
    gained[plain] = areas_m2(shapely.difference(after[plain], before[plain]))
    lost[plain] = areas_m2(shapely.difference(before[plain], after[plain]))
    codes = [change.after.code for change in changes]
    return tuple(
        Moved(code, round(more), round(less))
        for code, more, less in zip(codes, gained.tolist(), lost.tolist(), strict=True)
    )


def drawings(delta: Difference[ZoneRow]) -> dict[str, dict[str, Any]]:
    """What to draw of a difference, by code: ``before`` and ``after`` of those whose place is new, gone or
    another one; at most :data:`MOST_DRAWN` zones, with fewer points where there are many."""
    told = [(row.code, None, row.geometry) for row in delta.added]
    told += [(row.code, row.geometry, None) for row in delta.removed]
    told += [
        (each.after.code, each.before.geometry, each.after.geometry)
        for each in delta.changed
        if "geometry" in each.fields
    ]
    points = DRAWN if len(told) <= 200 else DRAWN // 2
    return {
        code: {
            name: drawn(shape, points)
            for name, shape in (("before", before), ("after", after))
            if shape is not None
        }
        for code, before, after in told[:MOST_DRAWN]
    }
