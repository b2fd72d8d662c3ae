"""What can be mended: each mend has a name, is offered with a fault, and is done when a person has picked it.

The names are made of what they do and of the numbers of features, so that the same file and the same picks
give the same zones; nothing is kept between two readings::

    close:3               the rings of feature 3 end where they begin
    untangle:3            feature 3 is what its outline encloses, without where it crosses itself
    merge:5               feature 5 is one more part of the zone that has its code already
    slivers:3             feature 3 without its slivers
    cut:3:5               feature 3 without the ground that it shares with 5
    fill:3:7.412,43.7051  feature 3 with the gap around that place

A mend that no longer fits (its fault is gone, the features are others) is told as a warning. The order is
that of the list above, whatever order they were picked in.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from field.grid.files.borders.ground import areal, areas_m2, drawn, square_metres
from field.grid.files.records import Feature
from kernel.files.findings import Findings, shown

MOST: Final = 5_000
SLIVER_M2: Final = 100.0
THIN: Final = 0.01
"""Of a part's area to that of a circle as long around: a strip a hundred times as long as wide has 0.03."""
THIN_M2: Final = 2_000.0

_NAME: Final = re.compile(
    r"(?:(close|untangle|merge|slivers):(\d{1,6})|cut:(\d{1,6}):(\d{1,6})"
    r"|fill:(\d{1,6}):(-?\d{1,3}(?:\.\d{1,9})?),(-?\d{1,2}(?:\.\d{1,9})?))"
)


def offer(
    kind: str, *parts: object, before: BaseGeometry | None = None, after: BaseGeometry | None = None
) -> Any:
    """A mend as it is offered with a fault: its name, the area before and after, and how it would look."""
    told: dict[str, Any] = {"id": ":".join(map(str, (kind, *parts))), "kind": kind}
    if before is not None:
        told["before_m2"] = round(square_metres(before))
    if after is not None:
        told["after_m2"] = round(square_metres(after))
        told["after"] = drawn(after)
    return told


class Mends:
    """The picks, and which of them were of use."""

    def __init__(self, names: Iterable[str], findings: Findings) -> None:
        self._findings = findings
        self._single: dict[tuple[str, int], str] = {}
        self.cuts: dict[tuple[int, int], str] = {}
        self.fills: dict[tuple[int, float, float], str] = {}
        self._used: set[str] = set()
        self._names: list[str] = []
        for name in list(dict.fromkeys(names))[:MOST]:
            found = _NAME.fullmatch(name)
            self._names.append(name)
            if found is None:
                continue
            if found[1]:
                self._single[found[1], int(found[2])] = name
            elif found[3]:
                self.cuts[int(found[3]), int(found[4])] = name
            else:
                self.fills[int(found[5]), float(found[6]), float(found[7])] = name

    def wants(self, kind: str, feature: int) -> bool:
        """Whether that mend of that feature was picked."""
        return (kind, feature) in self._single

    def of(self, kind: str) -> list[int]:
        """The features for which such a mend was picked."""
        return sorted(number for each, number in self._single if each == kind)

    def done(self, kind: str, *parts: object, before: BaseGeometry | None, after: BaseGeometry) -> None:
        """Tell what was mended, with its area before, if it had one, and after."""
        name, where = ":".join(map(str, (kind, *parts))), f"feature {parts[0]}"
        self._used.add(name)
        told = {"mend": name, "kind": kind, "shape": drawn(after), "after_m2": round(square_metres(after))}
        if before is None:
            self._findings.warning("mended_outline", where, **told)
        else:
            self._findings.warning("mended", where, before_m2=round(square_metres(before)), **told)

    def tell_unused(self) -> None:
        """Warn of picks that did nothing."""
        for name in self._names:
            if name not in self._used:
                self._findings.warning("mend_unused", "file", mend=shown(name))


def mended(read: Sequence[Feature], mends: Mends, findings: Findings) -> list[Feature]:
    """The features with the picked mends of whole zones done, in the order of the list above."""
    by_number = {feature.number: feature for feature in read}
    for number in mends.of("merge"):
        _merge(by_number, number, mends)
    for number in mends.of("slivers"):
        feature = by_number.get(number)
        if feature is not None and feature.geometry is not None:
            kept = without_slivers(feature.geometry)
            if kept is not None:
                mends.done("slivers", number, before=feature.geometry, after=kept)
                by_number[number] = _shaped(feature, kept)
    for one, other in sorted(mends.cuts):
        _cut(by_number, one, other, mends)
    if mends.fills:
        _fill(by_number, mends)
    return list(by_number.values())


def _shaped(feature: Feature, geometry: MultiPolygon) -> Feature:
    row = dataclasses.replace(feature.row, geometry=geometry) if feature.row is not None else None
    return dataclasses.replace(feature, geometry=geometry, row=row)


def _merge(by_number: dict[int, Feature], number: int, mends: Mends) -> None:
    part = by_number.get(number)
    first = by_number.get(part.joins) if part is not None and part.joins is not None else None
    if part is None or first is None or part.geometry is None or first.geometry is None:
        return
    whole = areal(shapely.union(first.geometry, part.geometry))
    mends.done("merge", number, before=first.geometry, after=whole)
    by_number[first.number] = _shaped(first, whole)
    del by_number[number]


def _cut(by_number: dict[int, Feature], one: int, other: int, mends: Mends) -> None:
    loser, keeper = by_number.get(one), by_number.get(other)
    if loser is None or keeper is None or loser.geometry is None or keeper.geometry is None:
        return
    left = cut(loser.geometry, keeper.geometry)
    if left is not None:
        mends.done("cut", one, other, before=loser.geometry, after=left)
        by_number[one] = _shaped(loser, left)


def cut(loser: BaseGeometry, keeper: BaseGeometry) -> MultiPolygon | None:
    """What is left of the one without the other; None where that is nothing."""
    left = areal(shapely.difference(loser, keeper))
    # What the cut leaves of an edge that was meant to be the same is no part of a zone.
    return without_slivers(left, crumbs=True) or (left if not left.is_empty else None)


def _fill(by_number: dict[int, Feature], mends: Mends) -> None:
    holes = holes_between(feature.geometry for feature in by_number.values() if feature.geometry is not None)
    for number, lon, lat in sorted(mends.fills):
        feature = by_number.get(number)
        gap = next((hole for hole in holes if hole.covers(shapely.Point(lon, lat))), None)
        if feature is None or feature.geometry is None or gap is None:
            continue
        whole = areal(shapely.union(feature.geometry, gap))
        name = mends.fills[number, lon, lat].split(":", 1)[1]
        mends.done("fill", *name.split(":"), before=feature.geometry, after=whole)
        by_number[number] = _shaped(feature, whole)


def holes_between(shapes: Iterable[BaseGeometry]) -> list[Polygon]:
    """What zones enclose together and none of them has."""
    whole = shapely.union_all(np.array(list(shapes), dtype=object))
    parts = [part for part in shapely.get_parts(whole) if isinstance(part, Polygon)]
    return [Polygon(ring) for part in parts for ring in part.interiors]


def slivers_of(shape: MultiPolygon) -> list[Polygon]:
    """Parts, and holes, that are too small or too thin to be meant; never the largest part."""
    parts = np.array(shape.geoms, dtype=object)
    holes = np.array([Polygon(ring) for part in shape.geoms for ring in part.interiors], dtype=object)
    found: list[Polygon] = []
    if len(parts) > 1:
        small = _thin(parts)
        small[int(np.argmax(shapely.area(parts)))] = False
        found += parts[small].tolist()
    if len(holes):
        found += holes[_thin(holes)].tolist()
    return found


def _thin(shapes: Any) -> Any:
    areas = areas_m2(shapes)
    round_ = shapely.area(shapes) * 4 * np.pi / np.maximum(shapely.length(shapes), 1e-12) ** 2
    return (areas < SLIVER_M2) | ((areas < THIN_M2) & (round_ < THIN))


def without_slivers(shape: MultiPolygon, *, crumbs: bool = False) -> MultiPolygon | None:
    """The shape without them; None where it has none. `crumbs`: parts alone, and holes stay."""
    slivers = slivers_of(shape)
    if not slivers:
        return None
    gone = {each.wkb for each in slivers}
    kept = []
    for part in shape.geoms:
        if part.wkb in gone:
            continue
        rings = [ring for ring in part.interiors if crumbs or Polygon(ring).wkb not in gone]
        kept.append(Polygon(part.exterior, rings))
    return MultiPolygon(kept)


def untangled(shape: MultiPolygon) -> MultiPolygon | None:
    """What an outline that crosses itself encloses (GEOS' "structure" method); None where that is nothing."""
    found = areal(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    return None if found.is_empty else found
