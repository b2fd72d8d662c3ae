"""The zone of a point, by rule and against shapely asked zone by zone."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from field.grid.zones import Zone, ZoneIndex, hierarchy


def square(code: str, west: float, south: float, size: float = 1.0, **units: str) -> Zone:
    return Zone(code, shapely.box(west, south, west + size, south + size), **units)


BLOCK = ZoneIndex([square("D", 1, 1), square("B", 1, 0), square("C", 0, 1), square("A", 0, 0)])


def code(lon: float, lat: float, index: ZoneIndex = BLOCK) -> str | None:
    zone = index.zone_of(lon, lat)
    return zone.code if zone else None


def test_a_point_is_in_the_zone_around_it() -> None:
    assert [code(0.5, 0.5), code(1.5, 0.5), code(0.5, 1.5), code(1.5, 1.5)] == ["A", "B", "C", "D"]


def test_a_point_on_a_border_is_in_the_zone_with_the_smallest_code() -> None:
    assert code(1, 0.5) == "A"
    assert code(1, 1) == "A"
    assert code(1.5, 1) == "B"
    assert code(1, 1.5) == "C"
    assert code(2, 2) == "D"
    assert code(0, 0) == "A"


def test_the_order_in_which_zones_come_does_not_matter() -> None:
    other = ZoneIndex(reversed(BLOCK.zones))
    for lon, lat in [(1, 1), (1, 0.5), (0.2, 0.2), (1, 1.5)]:
        assert code(lon, lat, other) == code(lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"), [(2.1, 1), (-0.1, 0.5), (1, 2.0001), (math.nan, 1), (1, math.inf), (1e300, -1e300)]
)
def test_a_point_outside_all_zones_is_in_none(lon: float, lat: float) -> None:
    assert code(lon, lat) is None


def test_a_hole_belongs_to_nobody_but_its_rim_does() -> None:
    ring = Zone("R", shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2)))
    assert code(1.5, 1.5, ZoneIndex([ring])) is None
    assert code(1, 1.5, ZoneIndex([ring])) == "R"
    assert code(0.5, 0.5, ZoneIndex([ring])) == "R"


def test_outside_the_nearest_zone_and_its_distance_on_the_ground_are_told() -> None:
    zones = [square("N", 7.0, 44.02, 0.01), square("E", 7.025, 44.0, 0.01), square("A", 7.0, 44.0, 0.01)]
    east = ZoneIndex(zones)
    # At 44° north 0.01° east is 0.8 km, 0.01° north is 1.1 km: the nearest in degrees is not the nearest.
    hint = east.nearest(7.0165, 44.0135)
    assert hint is not None and hint.zone.code == "A"
    hint = east.nearest(7.018, 44.005)
    assert hint is not None and hint.zone.code == "E"
    assert hint.distance_m == pytest.approx(0.007 * 111_195 * math.cos(math.radians(44.015)), rel=1e-3)
    inside = east.nearest(7.005, 44.005)
    assert inside is not None and (inside.zone.code, inside.distance_m) == ("A", 0)


def test_of_equally_near_zones_the_smallest_code_is_named() -> None:
    pair = ZoneIndex([square("B", 0, 0), square("A", 2, 0)])
    hint = pair.nearest(1.5, 0.5)
    assert hint is not None and hint.zone.code == "A"


def test_without_zones_there_is_no_answer_and_no_error() -> None:
    empty = ZoneIndex([])
    assert (len(empty), empty.zone_of(7, 43), empty.nearest(7, 43), empty.get("A")) == (0, None, None, None)
    assert BLOCK.nearest(math.nan, 1) is None


def test_two_zones_cannot_share_a_code() -> None:
    with pytest.raises(ValueError, match="same code"):
        ZoneIndex([square("A", 0, 0), square("A", 1, 0)])


coordinates = st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5]) | st.floats(-1, 4)
boxes = st.lists(st.tuples(coordinates, coordinates, st.sampled_from([0.5, 1.0, 2.0])), max_size=8)


@given(boxes, coordinates, coordinates)
@settings(max_examples=300, deadline=None)
def test_the_index_answers_as_asking_every_zone_would(
    squares: list[tuple[float, float, float]], lon: float, lat: float
) -> None:
    zones = [square(f"Z{n}", *where) for n, where in enumerate(squares)]
    index = ZoneIndex(zones)
    point = shapely.Point(lon, lat)
    containing = [zone.code for zone in zones if zone.geometry.covers(point)]
    assert code(lon, lat, index) == min(containing, default=None)
    hint = index.nearest(lon, lat)
    assert (hint is None) == (not zones)
    if hint is not None and containing:
        assert hint.distance_m == 0


def test_the_hierarchy_names_parents_children_and_all_zones_below() -> None:
    units = {"company": "C", "office": "O", "station": "S1", "sub_area": "S1-A"}
    zones = [
        square("Z1", 0, 0, 1, **units),
        square("Z2", 1, 0, 1, **units),
        square("Z3", 0, 1, 1, **{**units, "sub_area": "S1-B"}),
        square("Z4", 1, 1, 1, **{**units, "station": "S2", "sub_area": "S2-A"}),
        square("Z5", 2, 2, company="C"),
    ]
    tree = hierarchy(zones)
    assert tree["company", "C"].children == ("O",)
    assert tree["company", "C"].zones == ("Z1", "Z2", "Z3", "Z4", "Z5")
    assert tree["office", "O"].children == ("S1", "S2")
    assert (tree["station", "S1"].parent, tree["station", "S1"].children) == ("O", ("S1-A", "S1-B"))
    assert tree["sub_area", "S1-A"].children == tree["sub_area", "S1-A"].zones == ("Z1", "Z2")
    assert ("station", "") not in tree
