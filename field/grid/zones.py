"""Which zone a point lies in, which zone is nearest, and the units above a zone.

A point belongs to a zone whose polygon it lies in or on. A point on the border of several zones (or in
an overlap within the importer's tolerance) belongs to the one with the smallest code, so that the same
address always gives the same zone. A point in no zone has none; `nearest` then says which zone it is
closest to and how far off.

The index is built once from all zones and is immutable: an STR-tree over the polygons (Leutenegger, Lopez &
Edgington 1997, DOI 10.1109/ICDE.1997.582015) with prepared geometries for the exact test.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

METRES_PER_DEGREE: Final = 6_371_008.8 * math.pi / 180.0
"""Of latitude, on the mean-radius sphere (IUGG)."""


@dataclasses.dataclass(frozen=True)
class Zone:
    """One DMA zone. `geometry` is a Polygon or MultiPolygon in WGS-84 degrees; `rep` names its
    representative.
    """

    code: str
    geometry: BaseGeometry
    company: str = ""
    office: str = ""
    station: str = ""
    sub_area: str = ""
    rep: str | None = None


@dataclasses.dataclass(frozen=True)
class Nearest:
    """The zone closest to a point. `distance_m` is 0 inside it; good to 0.5 % within 100 km of the
    zones' middle.
    """

    zone: Zone
    distance_m: float


@dataclasses.dataclass(frozen=True)
class Unit:
    """A company, office, station or sub-area, with the codes of what is directly and finally below it."""

    level: str
    code: str
    parent: str | None
    children: tuple[str, ...]
    zones: tuple[str, ...]


class ZoneIndex:
    """An immutable index over zones. Two zones with one code are a ValueError.

    `bounds`: west, south, east, north of them all; None where there are none.
    """

    def __init__(self, zones: Iterable[Zone]) -> None:
        # Sorted by code, so that the smallest index found is the smallest code.
        self.zones: Final = tuple(sorted(zones, key=lambda zone: zone.code))
        self._by_code = {zone.code: zone for zone in self.zones}
        if len(self._by_code) != len(self.zones):
            raise ValueError("two zones have the same code")
        shapes = np.array([zone.geometry for zone in self.zones], dtype=object)
        shapely.prepare(shapes)
        self._tree = STRtree(shapes)
        west, south, east, north = map(float, shapely.total_bounds(shapes)) if self.zones else (0.0,) * 4
        self.bounds: Final = (west, south, east, north) if self.zones else None
        # Degrees of longitude shrink with latitude; distances are measured on a copy squeezed to scale.
        self._squeeze = math.cos(math.radians((self.bounds[1] + self.bounds[3]) / 2)) if self.bounds else 1.0
        self._scaled = STRtree(
            [shapely.transform(zone.geometry, self._to_scale) for zone in self.zones],
        )

    def _to_scale(self, coordinates: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = coordinates * np.array([self._squeeze, 1.0])
        return scaled

    def __len__(self) -> int:
        return len(self.zones)

    def get(self, code: str) -> Zone | None:
        """The zone with this code, or None."""
        return self._by_code.get(code)

    def meeting(self, boxes: Sequence[tuple[float, float, float, float]]) -> list[Zone]:
        """The zones that meet any of the boxes (west, south, east, north), or all where there are none, in
        the order of their codes.
        """
        if not boxes:
            return list(self.zones)
        found: set[int] = set()
        for box in boxes:
            found.update(self._tree.query(shapely.box(*box), predicate="intersects").tolist())
        return [self.zones[at] for at in sorted(found)]

    def zone_of(self, lon: float, lat: float) -> Zone | None:
        """The zone a point in WGS-84 degrees belongs to (see the rule above), or None when it is in no
        zone.
        """
        if self.bounds is None or not (
            self.bounds[0] <= lon <= self.bounds[2] and self.bounds[1] <= lat <= self.bounds[3]
        ):
            return None
        found = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self.zones[int(found.min())] if found.size else None

    def nearest(self, lon: float, lat: float) -> Nearest | None:
        """The zone closest to a point, smallest code when several are equally close; None when there
        are no zones.
        """
        if not self.zones or not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        point = shapely.Point(lon * self._squeeze, lat)
        found, degrees = self._scaled.query_nearest(point, return_distance=True)
        return Nearest(self.zones[int(found.min())], float(degrees[0]) * METRES_PER_DEGREE)


def hierarchy(zones: Iterable[Zone]) -> Mapping[tuple[str, str], Unit]:
    """The units above the zones, keyed by (level, code), each with its parent, children and all zones
    below it.

    The children of a sub-area are zones. A zone without a code at some level is not counted there.
    """
    levels = ("company", "office", "station", "sub_area")
    parents: dict[tuple[str, str], str | None] = {}
    children: dict[tuple[str, str], set[str]] = {}
    below: dict[tuple[str, str], set[str]] = {}
    for zone in zones:
        path = [getattr(zone, level) for level in levels] + [zone.code]
        for depth, level in enumerate(levels):
            if not path[depth]:
                continue
            key = (level, path[depth])
            parents.setdefault(key, path[depth - 1] if depth else None)
            children.setdefault(key, set()).add(path[depth + 1])
            below.setdefault(key, set()).add(zone.code)
    return {
        key: Unit(key[0], key[1], parent, tuple(sorted(children[key] - {""})), tuple(sorted(below[key])))
        for key, parent in parents.items()
    }
