"""How long it takes to name the zone of a point among 2,000, and to read and check a file of as many,
sound and with faults.

The zones are a bent lattice of 50 × 40 cells that share their borders exactly, 40 vertices a cell.
Points: inside, on borders and corners, and outside. Times are CPU, so that what else runs on the
machine does not count.
"""

import json
import math
import random
import time
from collections.abc import Iterator

import numpy as np
import shapely

from benchmarks import Figure
from field.grid.files.importer import read_zones
from field.grid.zones import Zone, ZoneIndex

COLUMNS, ROWS = 50, 40
STEPS = 10
SIZE = 0.01
Points = list[tuple[float, float]]


def run(preset: str = "full") -> Iterator[Figure]:
    """Yield the figures; "quick" asks fewer points."""
    calls = 2_000 if preset == "quick" else 50_000
    rings = [cell(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    zones = [Zone(f"Z{number:04}", shapely.Polygon(ring)) for number, ring in enumerate(rings)]
    start = time.thread_time()
    index = ZoneIndex(zones)
    built = time.thread_time() - start
    dice = random.Random(3)
    points = [_point(dice, rings) for _ in range(calls)]
    context: dict[str, object] = {"zones": len(zones), "vertices": len(rings[0]) - 1, "points": calls}
    for lon, lat in points[:200]:
        index.zone_of(lon, lat)
    took, inside = [], 0
    for lon, lat in points:
        begun = time.thread_time_ns()
        found = index.zone_of(lon, lat)
        took.append(time.thread_time_ns() - begun)
        inside += found is not None
    p50, p99 = (float(value) / 1e6 for value in np.percentile(took, [50, 99]))
    context["inside"] = inside
    yield Figure("zones.of_point_p50", round(p50, 4), "ms", None, None, "lower", context)
    yield Figure("zones.of_point_p99", round(p99, 4), "ms", 5.0, 0.5, "lower", context)
    yield Figure(
        "zones.right", _right(index, zones, points[:500]), "share of points", 1.0, 1.0, "higher", context
    )
    took = []
    for lon, lat in points[: calls // 10]:
        begun = time.thread_time_ns()
        index.nearest(lon + 2 * SIZE * COLUMNS, lat)
        took.append(time.thread_time_ns() - begun)
    far = float(np.percentile(took, 99)) / 1e6
    yield Figure("zones.nearest_p99", round(far, 4), "ms", 5.0, 0.5, "lower", context)
    yield Figure("zones.index_built", round(built, 3), "s", None, None, "lower", context)
    data = _file(rings)
    begun_s = time.thread_time()
    read = read_zones(data)
    checked = time.thread_time() - begun_s
    yield Figure(
        "zones.file_read",
        round(checked, 3),
        "s",
        None,
        None,
        "lower",
        {"bytes": len(data), "zones": len(read.rows), "faults": len(read.faults)},
    )
    yield _faulty(rings)


def _faulty(rings: list[list[tuple[float, float]]]) -> Figure:
    """The same with every twentieth zone out of its place: each overlap told with its drawing and its
    mends."""
    moved = [
        [(x + 0.0008, y + 0.0008) for x, y in ring] if number % 20 == 0 else ring
        for number, ring in enumerate(rings)
    ]
    data = _file(moved)
    begun = time.thread_time()
    read = read_zones(data)
    took = time.thread_time() - begun
    told = {"bytes": len(data), "faults": len(read.faults), "warnings": len(read.warnings)}
    return Figure("zones.file_faults", round(took, 3), "s", 2.0, 0.5, "lower", told)


def _bend(x: float, y: float) -> tuple[float, float]:
    """A place of the lattice on the map: neighbours bend alike, so that borders stay shared."""
    lon = 113.8 + SIZE * (x + 0.3 * math.sin(y * 1.7) + 0.05 * math.sin(y * 9))
    lat = 22.4 + SIZE * (y + 0.3 * math.sin(x * 1.3) + 0.05 * math.sin(x * 11))
    return round(lon, 7), round(lat, 7)


def cell(column: int, row: int) -> Points:
    steps = [step / STEPS for step in range(STEPS)]
    ring = [_bend(column + step, row) for step in steps]
    ring += [_bend(column + 1, row + step) for step in steps]
    ring += [_bend(column + 1 - step, row + 1) for step in steps]
    ring += [_bend(column, row + 1 - step) for step in steps]
    return [*ring, ring[0]]


def _point(dice: random.Random, rings: list[Points]) -> tuple[float, float]:
    if dice.random() < 0.05:
        return dice.choice(dice.choice(rings))
    return _bend(dice.uniform(-2, COLUMNS + 2), dice.uniform(-2, ROWS + 2))


def _right(index: ZoneIndex, zones: list[Zone], points: Points) -> float:
    """Share of points for which asking every zone gives the same."""
    right = 0
    for lon, lat in points:
        point = shapely.Point(lon, lat)
        expected = min((zone.code for zone in zones if zone.geometry.intersects(point)), default=None)
        found = index.zone_of(lon, lat)
        right += (found.code if found else None) == expected
    return right / len(points)


def _file(rings: list[Points]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": f"Z{number:04}",
                "name": f"分区{number}",
                "name_en": f"Zone {number}",
                "company": "C1",
                "office": f"O{number // 500}",
                "station": f"S{number // 100}",
                "sub_area": f"A{number // 20}",
            },
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number, ring in enumerate(rings)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
