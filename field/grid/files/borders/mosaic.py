"""How zones lie beside each other. Overlaps are faults, and a zone that swallows another; gaps, slivers and
zones that touch no other may be meant (a lake, a road, an island), and are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from field.grid.files.borders.ground import areas_m2, drawn, metres, square_metres
from field.grid.files.borders.meetings import Boxes, meetings, pieces_of
from field.grid.files.borders.mends import cut, offer, slivers_of, without_slivers
from field.grid.files.records import Feature, Limits
from kernel.files.findings import Findings

SWALLOWED: Final = 0.9
"""Share of a zone that lies within another when it counts as swallowed by it."""
TOUCHING: Final = 1e-7
"""Degrees within which two borders are one: a centimetre."""

__all__ = ["check_mosaic", "square_metres"]


def check_mosaic(features: Sequence[Feature], limits: Limits, findings: Findings) -> None:
    """Note each pair of zones that overlaps by more than `limits.overlap_m2`; warn of enclosed gaps beyond
    `limits.gap_m2`, of slivers, of zones beside no other, and of zones that hang together in several pieces.
    Each with its place, a drawing, and what would mend it.
    """
    drawn_ = [feature for feature in features if feature.geometry is not None]
    shapes = np.array([feature.geometry for feature in drawn_], dtype=object)
    if not len(shapes):
        return
    for feature in drawn_:
        _slivers(feature, findings)
    neighbours = _overlaps(drawn_, shapes, limits, findings)
    if neighbours is None:
        return
    alone = _alone(drawn_, shapes, neighbours, findings)
    _gaps(drawn_, shapes, alone, limits, findings)


def _slivers(feature: Feature, findings: Findings) -> None:
    shape = feature.geometry
    if shape is None or (len(shape.geoms) == 1 and not shape.geoms[0].interiors):
        return
    slivers = slivers_of(shape)
    if not slivers:
        return
    place = slivers[0].representative_point()
    findings.warning(
        "slivers",
        f"feature {feature.number}, geometry",
        code=feature.code or "",
        slivers=len(slivers),
        area_m2=round(sum(map(square_metres, slivers))),
        lon=round(place.x, 6),
        lat=round(place.y, 6),
        shape=drawn(slivers[0]),
        mends=[offer("slivers", feature.number, before=shape, after=without_slivers(shape))],
    )


def _overlaps(
    features: Sequence[Feature], shapes: NDArray[np.object_], limits: Limits, findings: Findings
) -> set[int] | None:
    """Compare each zone with the later ones near it; which have a neighbour. None where that would take too
    long to be finished."""
    tree, sizes = STRtree(shapes), shapely.get_num_coordinates(shapes)
    left, meet = limits.comparisons, limits.meetings
    pieces: dict[int, Boxes] = {}
    touching: set[int] = set()
    pairs: list[tuple[int, int]] = []
    areas = areas_m2(shapes)
    for one in range(len(shapes)):
        near = tree.query(shapes[one])
        near = np.sort(near[near > one])
        left -= int(sizes[one]) * len(near) + int(sizes[near].sum())
        if left < 0:
            _entangled(features[one], findings)
            return None
        shapely.prepare(shapes[one])
        beside = near[shapely.intersects(shapes[one], shapes[near])].tolist()
        touching.update([one, *beside] if beside else [])
        for other in beside:
            for each in (one, other):
                if each not in pieces:
                    pieces[each] = pieces_of(shapes[each])
            found = meetings(pieces[one], pieces[other])
            meet -= found or 0
            if found is None or meet < 0:
                _entangled(features[one], findings)
                return None
            pairs.append((one, other))
    ones, others = (np.array(side, dtype=int) for side in (zip(*pairs, strict=True) if pairs else ((), ())))
    shared = shapely.intersection(shapes[ones], shapes[others])
    overlaps = areas_m2(shared)
    for at in np.flatnonzero(overlaps > limits.overlap_m2).tolist():
        one, other = pairs[at]
        sizes_m2 = (float(areas[one]), float(areas[other]))
        _tell(features[one], features[other], sizes_m2, shared[at], float(overlaps[at]), findings)
    return touching


def _entangled(feature: Feature, findings: Findings) -> None:
    findings.fault("zones_entangled", f"feature {feature.number}", code=feature.code or "")


def _tell(
    one: Feature,
    other: Feature,
    areas: tuple[float, float],
    shared: BaseGeometry,
    area: float,
    findings: Findings,
) -> None:
    place = shared.representative_point()
    # The larger zone can spare it sooner: that mend stands first.
    larger, smaller = (one, other) if areas[0] >= areas[1] else (other, one)
    swallowed = area >= SWALLOWED * min(areas)
    pairs = [(larger, smaller)] if swallowed else [(larger, smaller), (smaller, larger)]
    told: dict[str, Any] = {
        "code": other.code or "",
        "other": one.code or "",
        "other_feature": one.number,
        "area_m2": round(area),
        "lon": round(place.x, 6),
        "lat": round(place.y, 6),
        "shape": drawn(shared),
        "mends": [each for pair in pairs if (each := _cutting(*pair)) is not None],
    }
    if swallowed:
        told |= {"code": larger.code or "", "other": smaller.code or "", "other_feature": smaller.number}
        findings.fault("zone_swallows", f"feature {larger.number}", **told)
    else:
        findings.fault("zones_overlap", f"feature {other.number}", **told)


def _cutting(loser: Feature, keeper: Feature) -> Any:
    assert loser.geometry is not None and keeper.geometry is not None
    after = cut(loser.geometry, keeper.geometry)
    if after is None:
        return None
    told = offer("cut", loser.number, keeper.number, before=loser.geometry, after=after)
    return told | {"code": loser.code or "", "other": keeper.code or ""}


def _alone(
    features: Sequence[Feature], shapes: NDArray[np.object_], touching: set[int], findings: Findings
) -> int:
    """Zones that touch no other, where most do; how many."""
    alone = [at for at in range(len(shapes)) if at not in touching]
    if not alone or len(alone) * 2 > len(shapes):
        return 0
    rest = STRtree(np.delete(shapes, alone))
    for at in alone:
        _, away = rest.query_nearest(shapes[at], return_distance=True, all_matches=False)
        place = shapes[at].representative_point()
        findings.warning(
            "zone_alone",
            f"feature {features[at].number}",
            code=features[at].code or "",
            metres=round(metres(float(away[0]), place.y)),
            lon=round(place.x, 6),
            lat=round(place.y, 6),
            shape=drawn(shapes[at]),
        )
    return sum(len(shapes[at].geoms) for at in alone)


def _gaps(
    features: Sequence[Feature],
    shapes: NDArray[np.object_],
    alone: int,
    limits: Limits,
    findings: Findings,
) -> None:
    parts = [part for part in shapely.get_parts(shapely.union_all(shapes)) if part.geom_type == "Polygon"]
    holes = np.array([shapely.Polygon(ring) for part in parts for ring in part.interiors], dtype=object)
    tree = STRtree(shapes)
    for hole, area in zip(holes, areas_m2(holes), strict=True):
        if area > limits.gap_m2:
            place = hole.representative_point()
            lon, lat = round(place.x, 6), round(place.y, 6)
            findings.warning(
                "gap_between_zones",
                "file",
                area_m2=round(area),
                lon=lon,
                lat=lat,
                shape=drawn(hole),
                mends=_fillings(hole, (lon, lat), features, shapes, tree),
            )
    if len(parts) - alone > 1:
        findings.warning("zones_in_pieces", "file", pieces=len(parts))


OFFERED: Final = 3


def _fillings(
    hole: BaseGeometry,
    place: tuple[float, float],
    features: Sequence[Feature],
    shapes: NDArray[np.object_],
    tree: STRtree,
) -> list[Any]:
    """Who could have a gap: the neighbours with the longest border to it."""
    if not hole.covers(shapely.Point(place)):
        return []  # too small for a place in a tenth of a metre
    near = tree.query(hole, predicate="dwithin", distance=TOUCHING)
    shared = shapely.length(shapely.intersection(shapes[near], shapely.buffer(hole.exterior, TOUCHING)))
    best = near[np.argsort(-shared, kind="stable")][:OFFERED]
    found = []
    for at in best.tolist():
        whole = shapely.union(shapes[at], hole)
        told = offer("fill", features[at].number, f"{place[0]},{place[1]}", before=shapes[at], after=whole)
        found.append(told | {"code": features[at].code or ""})
    return found
