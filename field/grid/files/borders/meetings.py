"""How often outlines meet, counted before GEOS is asked what they have in common.

What two outlines share can be as large as the product of their lengths: two combs of a thousand teeth, one
laid across the other, take it two minutes and four million points. Even to see that one outline is sound it
compares every piece with all that lie at the same place. Neighbours that share a border meet three times at
each of its points; so a few meetings for each piece are plenty, and far more are nobody's map.
"""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Boxes = NDArray[np.float64]
"""West, south, east and north of each piece."""

FOR_EACH: Final = 4
"""Meetings that each piece may have, on average."""
FREE: Final = 10_000
"""Meetings that are no work, however few the pieces are."""
_AT_A_TIME: Final = 64


def pieces_of(shape: BaseGeometry) -> Boxes:
    """The pieces of a (multi)polygon's outline, from one point to the next."""
    points, ring = shapely.get_coordinates(_rings(shape), return_index=True)
    first, second = points[:-1][ring[:-1] == ring[1:]], points[1:][ring[:-1] == ring[1:]]
    return np.hstack([np.minimum(first, second), np.maximum(first, second)])


def is_entangled(shape: BaseGeometry) -> bool:
    """Whether the outline, or its rings, lie at the same place too often to be looked at."""
    pieces, rings = pieces_of(shape), shapely.bounds(_rings(shape))
    return meetings(pieces, pieces) is None or meetings(rings, rings) is None


def meetings(one: Boxes, other: Boxes) -> int | None:
    """How many of the one's pieces lie where one of the other's does, and with how many of these; None where
    they are more than `FOR_EACH` says. Where that can be no work it is not counted.
    """
    one, other = _within(one, other), _within(other, one)
    if len(one) * len(other) <= FREE:
        return 0
    most, found = FREE + FOR_EACH * (len(one) + len(other)), 0
    tree = shapely.STRtree(shapely.box(*one.T))
    for start in range(0, len(other), _AT_A_TIME):
        found += tree.query(shapely.box(*other[start : start + _AT_A_TIME].T)).shape[1]
        if found > most:
            return None
    return found


def _within(boxes: Boxes, others: Boxes) -> Boxes:
    if not len(others):
        return boxes[:0]
    west, south = others[:, 0].min(), others[:, 1].min()
    east, north = others[:, 2].max(), others[:, 3].max()
    kept = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return np.asarray(boxes[kept], np.float64)


def _rings(shape: BaseGeometry) -> Any:
    return shapely.get_rings(shapely.get_parts(shape))
