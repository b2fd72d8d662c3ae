"""`zones.geojson`: what is read, and how each thing that can be wrong is named."""

from __future__ import annotations

import itertools
import json
import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.grid.files.importer import Limits, read_zones
from kernel.errors import Fault
from tests.unit.grid.files import block, changed, shaped, square, units, zone, zone_file

BOWTIE = [[7.40, 43.72], [7.41, 43.73], [7.41, 43.72], [7.40, 43.73], [7.40, 43.72]]


def faults(data: bytes, **options: Any) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in read_zones(data, **options).faults]


def only_fault(data: bytes, **options: Any) -> Fault:
    (fault,) = read_zones(data, **options).faults
    return fault


def test_a_sound_file_is_read_whole() -> None:
    read = read_zones(zone_file(units=units()), reps={"R1"})
    assert (read.faults, read.warnings) == ((), ())
    assert [row.code for row in read.rows] == ["Z1", "Z2", "Z3", "Z4"]
    first, *_, last = read.rows
    assert (first.name, first.name_zh_hant, first.name_en) == ("Z1分区", "Z1分区", "Zone Z1")
    assert (first.company, first.office, first.station, first.sub_area) == ("C1", "O1", "S1", "S1-A")
    assert (first.rep, last.rep, last.name_zh_hant) == ("R1", None, "四號分區")
    assert first.geometry.geom_type == "MultiPolygon"
    assert first.geometry.bounds == (7.40, 43.72, 7.41, 43.73)
    assert [(unit.level, unit.code, unit.parent) for unit in read.units] == [
        ("company", "C1", None),
        ("office", "O1", "C1"),
        ("station", "S1", "O1"),
        ("station", "S2", "O1"),
        ("sub_area", "S1-A", "S1"),
        ("sub_area", "S2-A", "S2"),
    ]
    assert read.units[0].name == "C1单位" == read.units[0].name_zh_hant


def test_without_declared_units_they_follow_from_the_zones() -> None:
    read = read_zones(zone_file())
    assert read.faults == ()
    assert [(unit.level, unit.code, unit.name_en) for unit in read.units][:2] == [
        ("company", "C1", "C1"),
        ("office", "O1", "O1"),
    ]


def test_all_faults_of_a_file_are_told_at_once_each_with_its_place() -> None:
    z1, z2, z3, z4 = block()
    broken = [
        changed(z1, name=None, station="S 1"),
        shaped(z2, BOWTIE),
        changed(z3, code="z4"),
        z4,
        {"type": "Point", "coordinates": [7, 43]},
        shaped(changed(z1, code="Z5", sub_area="S2-A"), square(7.4150, 43.7350)),
    ]
    assert faults(zone_file(broken)) == [
        ("bad_code", "feature 1, station"),
        ("missing_field", "feature 1, name"),
        ("self_intersection", "feature 2, geometry"),
        ("duplicate_code", "feature 4, code"),
        ("not_feature", "feature 5"),
        ("wrong_parent", "feature 6, sub_area"),
        ("zones_overlap", "feature 6"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"a": NaN}', "invalid_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"\xff\xfe", "not_utf8"),
        (b"null", "not_feature_collection"),
        (b'{"type": "Feature"}', "not_feature_collection"),
        (b'{"type": "FeatureCollection"}', "not_feature_collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "not_feature_collection"),
        (b'{"type": "FeatureCollection", "features": []}', "no_features"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value,
)
def test_what_is_no_feature_collection_is_said_to_be_none(data: bytes, code: str) -> None:
    read = read_zones(data)
    assert [fault.code for fault in read.faults] == [code]
    assert read.rows == ()


def test_a_json_error_names_its_line() -> None:
    fault = only_fault(b'{\n "type": "FeatureCollection",\n "features": [,]\n}')
    assert (fault.code, fault.where, fault.params["column"]) == ("invalid_json", "line 3", 15)


def test_a_byte_order_mark_is_taken() -> None:
    assert faults(b"\xef\xbb\xbf" + zone_file()) == []


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:OGC::CRS84", True),
        ("EPSG:4326", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("EPSG:3857", False),
        ("urn:ogc:def:crs:EPSG::4490", True),
        ("EPSG:4490", True),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", True),
        ("urn:ogc:def:crs:EPSG::4547", False),
        ("EPSG:4214", False),
        ("", False),
    ],
)
def test_another_coordinate_system_is_named(name: str, taken: bool) -> None:
    data = zone_file(crs={"type": "name", "properties": {"name": name}})
    if taken:
        assert faults(data) == []
    else:
        fault = only_fault(data)
        assert (fault.code, fault.where, fault.params) == (
            "wrong_crs",
            "file, crs",
            {"field": "crs", "crs": name},
        )


def turned(*features: Any) -> list[Any]:
    """The same features with latitude first."""
    return [shaped(f, [[y, x] for x, y in f["geometry"]["coordinates"][0]]) for f in features]


def test_an_urn_that_says_latitude_first_is_believed_when_only_that_is_a_place_on_earth() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}
    read = read_zones(zone_file(turned(zone("Z1", 121.4, 31.2)), crs=crs))
    assert read.faults == ()
    assert read.rows[0].geometry.bounds == (121.4, 31.2, 121.41, 31.21)
    assert [warning.code for warning in read.warnings] == ["latitude_first"]


def test_the_caller_may_say_which_comes_first() -> None:
    data = zone_file(turned(*block()))
    assert read_zones(data).rows[0].geometry.bounds == (43.72, 7.40, 43.73, 7.41)
    read = read_zones(data, crs="urn:ogc:def:crs:EPSG::4326")
    assert (read.faults, read.axes_named) == ((), True)
    assert read.rows[0].geometry.bounds == (7.40, 43.72, 7.41, 43.73)


@pytest.mark.parametrize(
    "ring",
    [
        [[10.0, 70.0], [50.0, 70.0], [50.0, 130.0], [10.0, 130.0], [10.0, 70.0]],
        [[120.0, 200.0], [150.0, 200.0], [150.0, 330.0], [120.0, 330.0], [120.0, 200.0]],
    ],
)
def test_the_plane_of_a_drawing_is_not_called_swapped(ring: list[list[float]]) -> None:
    assert faults(zone_file([shaped(block()[0], ring)])) == [("coordinates_of_a_plan", "feature 1, geometry")]


def test_a_drawing_within_the_ranges_of_degrees_is_too_wide_for_a_zone() -> None:
    ring = [[10.0, 10.0], [50.0, 10.0], [50.0, 70.0], [10.0, 70.0], [10.0, 10.0]]
    assert faults(zone_file([shaped(block()[0], ring)])) == [("zone_too_wide", "feature 1, geometry")]


@pytest.mark.parametrize("east", [-179.95, 180.05])
def test_an_outline_across_the_date_line_is_named(east: float) -> None:
    ring = [[179.95, -17], [east, -17], [east, -16.9], [179.95, -16.9], [179.95, -17]]
    assert faults(zone_file([shaped(block()[0], ring)])) == [("crosses_antimeridian", "feature 1, geometry")]


def test_a_zone_that_is_cut_at_the_date_line_is_taken() -> None:
    west = [[179.9, -17], [180, -17], [180, -16.9], [179.9, -16.9], [179.9, -17]]
    east = [[-180, -17], [-179.9, -17], [-179.9, -16.9], [-180, -16.9], [-180, -17]]
    cut = shaped(block()[0], [west], [east], kind="MultiPolygon")  # type: ignore[list-item]
    assert faults(zone_file([cut])) == []


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b"\x00\x00\x27\x0a" + b"\x00" * 96, "ESRI Shapefile (.shp)"),
        (
            b"\x03\x7e\x0b\x1d\x04\x00\x00\x00\x61\x00\x1b\x00" + b"\x00" * 60,
            "dBASE, of an ESRI Shapefile (.dbf)",
        ),
        (b"PK\x03\x04" + b"\x00" * 26 + b"zones.shp" + b"\xff" * 40, "ESRI Shapefile (.zip)"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"xl/workbook.xml" + b"\xff" * 40, "Excel (.xlsx)"),
        (b"SQLite format 3\x00" + b"\xff" * 90, "GeoPackage (.gpkg)"),
        (b"<?xml version='1.0'?>\n<kml xmlns='x'>", "KML"),
        (b"[TITLE]\nnet 1\n[JUNCTIONS]\n", "EPANET (.inp)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 90, "Excel (.xls)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_kind_of_file_is_called_by_its_name(beginning: bytes, name: str) -> None:
    fault = only_fault(beginning)
    assert (fault.code, fault.params["found"]) == ("other_format", name)


def test_a_coordinate_system_that_is_no_name_is_refused() -> None:
    assert faults(zone_file(crs="EPSG:4326")) == [("wrong_crs", "file, crs")]


@pytest.mark.parametrize(
    ("ring", "code", "guess"),
    [
        ([[x * 111_320, y * 138_000] for x, y in square(7.4, 43.72)], "coordinates_in_metres", "EPSG:3857"),
        ([[x * 5_000_000, y] for x, y in square(7.4, 43.72)], "coordinates_in_metres", ""),
        ([[y, x] for x, y in square(113.9, 22.5)], "coordinates_swapped", None),
        (square(200.0, 43.72), "coordinates_out_of_range", None),
        (square(7.4, 90.5), "coordinates_swapped", None),
    ],
)
def test_coordinates_that_are_not_degrees_are_said_to_be_what_they_look_like(
    ring: list[list[float]], code: str, guess: str | None
) -> None:
    z1, *others = block()
    fault = only_fault(zone_file([shaped(z1, ring), *others]))
    assert (fault.code, fault.where) == (code, "feature 1, geometry")
    assert fault.params.get("guess") == guess


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "wrong_geometry"),
        ({"type": "Point", "coordinates": [7.4, 43.7]}, "wrong_geometry"),
        ({"type": "GeometryCollection", "geometries": []}, "wrong_geometry"),
        ({"type": "Polygon"}, "empty_geometry"),
        ({"type": "Polygon", "coordinates": []}, "empty_geometry"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "empty_geometry"),
        ({"type": "Polygon", "coordinates": [7.4]}, "bad_position"),
        ({"type": "Polygon", "coordinates": [[7.4]]}, "bad_position"),
        ({"type": "Polygon", "coordinates": [[[7.4], [7.4], [7.4], [7.4]]]}, "bad_position"),
        ({"type": "Polygon", "coordinates": [[["7.4", 43.7]] * 4]}, "bad_position"),
        ({"type": "Polygon", "coordinates": [[[True, 43.7]] * 4]}, "bad_position"),
        ({"type": "Polygon", "coordinates": [[[10**400, 43.7]] * 4]}, "bad_position"),
        ({"type": "Polygon", "coordinates": [square(7.4, 43.7)[:3]]}, "ring_too_short"),
        ({"type": "Polygon", "coordinates": [square(7.4, 43.7)[:4]]}, "ring_not_closed"),
        ({"type": "Polygon", "coordinates": [BOWTIE]}, "self_intersection"),
        ({"type": "Polygon", "coordinates": [square(7.4, 43.7), square(8.4, 43.7)]}, "hole_outside"),
        (
            {"type": "MultiPolygon", "coordinates": [[square(7.4, 43.7)], [square(7.405, 43.705)]]},
            "self_intersection",
        ),
        (
            {"type": "MultiPolygon", "coordinates": [[square(7.4, 43.7)], [square(7.402, 43.702, 0.002)]]},
            "rings_nested",
        ),
        ({"type": "Polygon", "coordinates": [[[7.4, 43.7]] * 4]}, "invalid_ring"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:30],
)
def test_a_shape_that_is_no_area_is_refused(geometry: Any, code: str) -> None:
    z1, *others = block()
    assert faults(zone_file([{**z1, "geometry": geometry}, *others])) == [(code, "feature 1, geometry")]


def test_a_self_intersection_is_named_with_its_place_on_the_map() -> None:
    fault = only_fault(zone_file([shaped(block()[0], BOWTIE)]))
    assert (fault.params["lon"], fault.params["lat"]) == (7.405, 43.725)


def test_each_broken_part_of_a_zone_is_told() -> None:
    other = [[x + 1, y] for x, y in BOWTIE]
    feature = shaped(block()[0], [BOWTIE], [other], kind="MultiPolygon")  # type: ignore[list-item]
    read = read_zones(zone_file([feature]))
    assert [(fault.code, fault.params["part"]) for fault in read.faults] == [
        ("self_intersection", 1),
        ("self_intersection", 2),
    ]


def test_a_height_is_dropped_and_either_winding_is_taken() -> None:
    ring = [[x, y, 12.5] for x, y in reversed(square(7.40, 43.72))]
    (row,) = read_zones(zone_file([shaped(block()[0], ring)])).rows
    assert not row.geometry.has_z and row.geometry.area == pytest.approx(1e-4)


def test_zones_that_overlap_are_both_named_with_the_area() -> None:
    z1, z2, z3, z4 = block()
    fault = only_fault(zone_file([z1, shaped(z2, square(7.409, 43.72)), z3, z4]))
    assert (fault.code, fault.where) == ("zones_overlap", "feature 2")
    assert (fault.params["code"], fault.params["other"], fault.params["other_feature"]) == ("Z2", "Z1", 1)
    # 0.001° × 0.01° at 43.725° north: 80.4 m × 1112 m.
    assert fault.params["area_m2"] == pytest.approx(89_350, rel=0.002)


def test_a_zone_inside_another_is_swallowed_by_it() -> None:
    z1 = block()[0]
    inner = shaped(changed(z1, code="Z9", rep=None), square(7.404, 43.724, 0.001))
    assert faults(zone_file([z1, inner])) == [("zone_swallows", "feature 1")]
    assert faults(zone_file([z1, changed(z1, code="Z9")])) == [("zone_swallows", "feature 1")]


def test_a_sliver_within_tolerance_is_no_overlap() -> None:
    z1, z2, *_ = block()
    # 2 cm wide, 1.1 km long: 22 m².
    near = shaped(z2, square(7.40999975, 43.72))
    assert faults(zone_file([z1, near])) == []
    assert faults(zone_file([z1, near]), limits=Limits(overlap_m2=10)) == [("zones_overlap", "feature 2")]


def test_a_code_twice_names_where_it_was_first_whatever_the_case() -> None:
    z1, z2, *_ = block()
    fault = only_fault(zone_file([z1, changed(z2, code="z1")]))
    assert (fault.code, fault.where, fault.params) == (
        "duplicate_code",
        "feature 2, code",
        {"feature": 2, "field": "code", "code": "z1", "first": 1}
        | {"mends": [{"id": "merge:2", "kind": "merge"}]},
    )


@pytest.mark.parametrize("field", ["code", "name", "name_en", "company", "office", "station", "sub_area"])
@pytest.mark.parametrize("empty", [None, ""])
def test_a_missing_field_is_named(field: str, empty: str | None) -> None:
    z1, *others = block()
    z1["properties"][field] = empty
    assert faults(zone_file([z1, *others])) == [("missing_field", f"feature 1, {field}")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("code", "Z 1", "bad_code"),
        ("code", "z" * 33, "bad_code"),
        ("code", ["Z1"], "bad_code"),
        ("code", True, "bad_code"),
        ("rep", "林（一）", "bad_code"),
        ("name", "  ", "bad_name"),
        ("name", 7, "bad_name"),
        ("name", "x" * 81, "bad_name"),
        ("name_en", "a\x00b", "bad_name"),
        ("name_zh_hant", {"a": 1}, "bad_name"),
    ],
)
def test_a_value_that_cannot_be_is_named(field: str, value: Any, code: str) -> None:
    z1, *others = block()
    z1["properties"][field] = value
    assert faults(zone_file([z1, *others])) == [(code, f"feature 1, {field}")]


def test_a_code_saved_as_a_number_is_taken() -> None:
    (row,) = read_zones(zone_file([changed(block()[0], code=17)])).rows
    assert row.code == "17"


def test_units_are_held_against_what_the_file_declares() -> None:
    declared = [
        *units(),
        {**units()[0], "level": "region"},
        units()[2],
        {**units()[3], "code": "S9", "parent": "O7"},
    ]
    z1, z2, z3, z4 = block()
    features = [changed(z1, office="O2"), changed(z2, sub_area="S2-A"), z3, z4]
    read = read_zones(zone_file(features, units=declared))
    assert [(fault.code, fault.where) for fault in read.faults] == [
        ("unknown_level", "unit 7, level"),
        ("duplicate_unit", "unit 8, code"),
        ("unknown_parent", "unit 9, parent"),
        ("unknown_unit", "feature 1, office"),
        ("wrong_parent", "feature 1, station"),
        ("wrong_parent", "feature 2, sub_area"),
    ]
    assert ("unit_unused", "S9") in {(each.code, each.params.get("code")) for each in read.warnings}


@pytest.mark.parametrize(
    ("unit", "code", "where"),
    [
        (7, "wrong_type", "unit 1"),
        ({"level": "company", "code": "C 1", "name": "a", "name_en": "a"}, "bad_code", "unit 1, code"),
        ({"level": "company", "code": "C1", "name": "", "name_en": "a"}, "bad_name", "unit 1, name"),
        (
            {"level": "company", "code": "C1", "name": "a", "name_en": "a", "parent": "X"},
            "parent_not_allowed",
            "unit 1, parent",
        ),
        (
            {"level": "company", "code": "C1", "name": "a", "name_en": "a", "parent": 3},
            "wrong_type",
            "unit 1, parent",
        ),
        ({"level": "office", "code": "O1", "name": "a", "name_en": "a"}, "missing_field", "unit 1, parent"),
        ({"level": ["x"], "code": "O1", "name": "a", "name_en": "a"}, "unknown_level", "unit 1, level"),
    ],
)
def test_a_broken_unit_is_named(unit: Any, code: str, where: str) -> None:
    assert (code, where) in faults(zone_file(units=[unit, *units()[1:]]))


def test_units_that_are_no_list_are_refused() -> None:
    assert faults(zone_file(units={})) == [("wrong_type", "units")]


def test_one_code_under_two_parents_is_a_fault() -> None:
    z1, z2, z3, z4 = block()
    fault = only_fault(zone_file([z1, z2, changed(z3, sub_area="S1-A"), z4]))
    assert (fault.code, fault.where) == ("wrong_parent", "feature 3, sub_area")
    assert (fault.params["parent"], fault.params["expected"]) == ("S2", "S1")


def test_a_representative_nobody_knows_is_warned_of() -> None:
    read = read_zones(zone_file(), reps={"R7"})
    assert read.faults == ()
    assert [(each.code, each.where) for each in read.warnings] == [("unknown_rep", "feature 1, rep")]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=100), "file_too_large"),
        (Limits(features=3), "too_many_features"),
        (Limits(vertices=19), "too_many_vertices"),
        (Limits(vertices_per_zone=4), "too_many_vertices"),
    ],
)
def test_a_file_beyond_the_caps_is_refused(limits: Limits, code: str) -> None:
    assert {fault.code for fault in read_zones(zone_file(), limits=limits).faults} == {code}
    assert read_zones(zone_file(), limits=limits).rows == ()


def test_zones_that_all_lie_on_each_other_do_not_take_for_ever() -> None:
    """A star of slivers that all meet in one point: nothing overlaps, and every pair must be looked at."""
    corners = [(0.01 * math.cos(n * math.pi / 60), 0.01 * math.sin(n * math.pi / 60)) for n in range(121)]
    centre = [7.4, 43.7]
    star = [
        shaped(zone(f"Z{n}", 0, 0), [centre, [7.4 + x, 43.7 + y], [7.4 + u, 43.7 + v], centre])
        for n, ((x, y), (u, v)) in enumerate(itertools.pairwise(corners))
    ]
    assert faults(zone_file(star)) == []
    assert {fault for fault, _ in faults(zone_file(star), limits=Limits(comparisons=20_000))} == {
        "zones_entangled"
    }


def test_faults_beyond_a_cap_are_counted() -> None:
    features = [changed(each, name=None) for each in block()]
    read = read_zones(zone_file(features), limits=Limits(faults=2))
    assert [fault.code for fault in read.faults] == ["missing_field", "missing_field", "more_faults"]
    assert read.faults[-1].params == {"more": 2}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=json_values, seed=st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_no_value_anywhere_in_the_file_breaks_the_reader(value: Any, seed: int) -> None:
    """Some part of a sound file is replaced by anything at all: the reader answers, and never with half
    a row.
    """
    dice = random.Random(seed)
    document: Any = json.loads(zone_file(units=units()))
    spot, key = document, dice.choice(list(document))
    while isinstance(spot[key], dict | list) and spot[key] and dice.random() < 0.85:
        spot = spot[key]
        key = dice.choice(list(spot)) if isinstance(spot, dict) else dice.randrange(len(spot))
    spot[key] = value
    read = read_zones(json.dumps(document).encode("utf-8", "surrogatepass"))
    assert all(row.geometry.is_valid and row.code and row.name.isprintable() for row in read.rows)
    for each in (*read.faults, *read.warnings):
        json.dumps(each.params, allow_nan=False)
