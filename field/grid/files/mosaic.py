"""How zones lie beside each other: overlaps, which are faults, and gaps, which may be meant (a lake, a
park).
"""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from field.grid.files.findings import Findings
from field.grid.files.records import Feature, Limits
from field.grid.meetings import Boxes, meetings, pieces_of
from field.grid.zones import METRES_PER_DEGREE


def square_metres(shape: BaseGeometry) -> float:
    """Area on the ground of a small WGS-84 geometry, m²; good to 1 % for zones of a city's size."""
    if shape.is_empty:
        return 0.0
    _, south, _, north = shape.bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    return float(shape.area) * METRES_PER_DEGREE**2 * squeeze


def check_mosaic(features: Sequence[Feature], limits: Limits, findings: Findings) -> None:
    """Note each pair of zones that overlaps by more than `limits.overlap_m2`, and warn of enclosed gaps
    beyond `limits.gap_m2` and of zones that hang together in several separate pieces.
    """
    drawn = [feature for feature in features if feature.geometry is not None]
    shapes = np.array([feature.geometry for feature in drawn], dtype=object)
    if not len(shapes):
        return
    if _overlaps(drawn, shapes, limits, findings):
        _gaps(shapely.union_all(shapes), limits, findings)


def _overlaps(
    drawn: Sequence[Feature], shapes: NDArray[np.object_], limits: Limits, findings: Findings
) -> bool:
    """Compare each zone with the later ones near it. False when that would take too long to be finished."""
    tree, sizes = STRtree(shapes), shapely.get_num_coordinates(shapes)
    left, meet = limits.comparisons, limits.meetings
    pieces: dict[int, Boxes] = {}
    for one in range(len(shapes)):
        near = tree.query(shapes[one])
        near = np.sort(near[near > one])
        left -= int(sizes[one]) * len(near) + int(sizes[near].sum())
        if left < 0:
            findings.fault("zones_entangled", f"feature {drawn[one].number}", code=drawn[one].code or "")
            return False
        shapely.prepare(shapes[one])
        for other in near[shapely.intersects(shapes[one], shapes[near])].tolist():
            for each in (one, other):
                if each not in pieces:
                    pieces[each] = pieces_of(shapes[each])
            found = meetings(pieces[one], pieces[other])
            meet -= found or 0
            if found is None or meet < 0:
                findings.fault("zones_entangled", f"feature {drawn[one].number}", code=drawn[one].code or "")
                return False
            shared = shapely.intersection(shapes[one], shapes[other])
            _tell(drawn[one], drawn[other], shared, limits, findings)
    return True


def _tell(one: Feature, other: Feature, shared: BaseGeometry, limits: Limits, findings: Findings) -> None:
    area = square_metres(shared)
    if area > limits.overlap_m2:
        place = shared.representative_point()
        findings.fault(
            "zones_overlap",
            f"feature {other.number}",
            code=other.code or "",
            other=one.code or "",
            other_feature=one.number,
            area_m2=round(area),
            lon=round(place.x, 6),
            lat=round(place.y, 6),
        )


def _gaps(whole: BaseGeometry, limits: Limits, findings: Findings) -> None:
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    for part in parts:
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            area = square_metres(hole)
            if area > limits.gap_m2:
                place = hole.representative_point()
                findings.warning(
                    "gap_between_zones",
                    "file",
                    area_m2=round(area),
                    lon=round(place.x, 6),
                    lat=round(place.y, 6),
                )
    if len(parts) > 1:
        findings.warning("zones_in_pieces", "file", pieces=len(parts))
