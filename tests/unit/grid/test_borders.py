"""What is wrong with how zones lie, where, and what mends it: each mend does what it said it would."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from field.grid.files.borders.ground import square_metres
from field.grid.files.importer import ZoneFile, read_zones
from kernel.errors import Fault
from tests.unit.grid.files import block, changed, shaped, square, zone, zone_file

Feature = dict[str, Any]


def test_a_gap_that_zones_enclose_and_pieces_apart_are_warned_of() -> None:
    ring = [
        zone(f"Z{x}{y}", 7.40 + x / 100, 43.72 + y / 100)
        for x in range(3)
        for y in range(3)
        if (x, y) != (1, 1)
    ]
    read = read_zones(zone_file([*ring, zone("Z9", 7.50, 43.72)]))
    assert read.faults == ()
    alone, gap = read.warnings
    assert (gap.code, gap.params["lon"], gap.params["lat"]) == ("gap_between_zones", 7.415, 43.735)
    assert gap.params["area_m2"] == pytest.approx(893_000, rel=0.01)
    assert (alone.code, alone.where) == ("zone_alone", "feature 9")
    # 0.07° of longitude at 43.725° north.
    assert alone.params["metres"] == pytest.approx(5_625, rel=0.01)
    far = [changed(zone(f"Y{x}", 7.60 + x / 100, 43.72), rep=None) for x in range(2)]
    pieces = read_zones(zone_file([*ring, *far])).warnings[-1]
    assert (pieces.code, pieces.params) == ("zones_in_pieces", {"pieces": 2})


def read(features: list[Feature], *mends: str) -> ZoneFile:
    return read_zones(zone_file(features), mends=mends)


def offers(found: Fault) -> list[dict[str, Any]]:
    listed: Any = found.params["mends"]
    return list(listed)


def area(file: ZoneFile, code: str) -> float:
    return square_metres(next(row.geometry for row in file.rows if row.code == code))


def only(file: ZoneFile) -> Fault:
    (fault,) = file.faults
    return fault


def test_an_outline_that_crosses_itself_is_untangled_only_when_that_is_picked() -> None:
    z1, z2, *_ = block()
    bow_tie = [[7.40, 43.72], [7.41, 43.73], [7.41, 43.72], [7.40, 43.73], [7.40, 43.72]]
    features = [shaped(z1, bow_tie), z2]
    fault = only(read(features))
    (offer,) = offers(fault)
    assert (fault.code, offer["id"]) == ("self_intersection", "untangle:1")
    assert fault.params["shape"]["type"] == "Polygon"  # type: ignore[index]
    mended = read(features, offer["id"])
    assert mended.faults == ()
    assert area(mended, "Z1") == pytest.approx(offer["after_m2"], rel=1e-5)
    told = next(each for each in mended.warnings if each.code == "mended_outline")
    assert (told.params["mend"], told.params["after_m2"]) == ("untangle:1", offer["after_m2"])


def test_an_open_ring_is_closed() -> None:
    z1, z2, *_ = block()
    features = [shaped(z1, square(7.40, 43.72)[:-1]), z2]
    fault = only(read(features))
    assert (fault.code, offers(fault)[0]["id"]) == ("ring_not_closed", "close:1")
    assert area(read(features, "close:1"), "Z1") == pytest.approx(area(read(block()), "Z1"))


def test_ground_that_two_zones_have_is_cut_out_of_the_one_or_the_other() -> None:
    z1, z2, *_ = block()
    features = [z1, shaped(z2, square(7.409, 43.72))]
    fault = only(read(features))
    assert {each["id"] for each in offers(fault)} == {"cut:1:2", "cut:2:1"}
    shape = shapely.from_geojson(json.dumps(fault.params["shape"]))
    assert square_metres(shape) == pytest.approx(89_350, rel=0.002)
    for offer in offers(fault):
        mended = read(features, offer["id"])
        assert mended.faults == ()
        loser, keeper = offer["code"], offer["other"]
        assert area(mended, loser) == pytest.approx(offer["after_m2"], abs=1)
        assert area(mended, loser) + 89_000 < area(mended, keeper)


def test_a_zone_that_swallows_its_neighbour_is_cut_and_nothing_else_is_offered() -> None:
    z1 = block()[0]
    features = [z1, shaped(changed(z1, code="Z9", rep=None), square(7.404, 43.724, 0.001))]
    fault = only(read(features))
    assert (fault.code, fault.params["code"], fault.params["other"]) == ("zone_swallows", "Z1", "Z9")
    assert [each["id"] for each in offers(fault)] == ["cut:1:2"]
    mended = read(features, "cut:1:2")
    assert mended.faults == () and len(mended.rows[0].geometry.geoms[0].interiors) == 1


def test_a_gap_is_given_to_a_neighbour() -> None:
    ring = [
        zone(f"Z{x}{y}", 7.40 + x / 100, 43.72 + y / 100)
        for x in range(3)
        for y in range(3)
        if (x, y) != (1, 1)
    ]
    (gap,) = read(ring).warnings
    assert gap.code == "gap_between_zones" and len(offers(gap)) == 3
    before = read(ring)
    offer = offers(gap)[0]
    after = read(ring, offer["id"])
    assert [each.code for each in after.warnings] == ["mended"]
    assert area(after, offer["code"]) == pytest.approx(2 * area(before, offer["code"]), rel=0.001)


def test_parts_with_one_code_become_one_zone() -> None:
    z1, z2, *_ = block()
    features = [z1, changed(z2, code="z1")]
    assert offers(only(read(features)))[0]["id"] == "merge:2"
    (row,) = read(features, "merge:2").rows
    assert row.code == "Z1" and square_metres(row.geometry) == pytest.approx(2 * 893_500, rel=0.002)


def test_slivers_are_told_and_dropped() -> None:
    z1, z2, *_ = block()
    crumb = [[7.52, 43.72], [7.52005, 43.72], [7.52005, 43.72005], [7.52, 43.72]]
    z1["geometry"] = {"type": "MultiPolygon", "coordinates": [[square(7.40, 43.72)], [crumb]]}
    told = next(each for each in read([z1, z2]).warnings if each.code == "slivers")
    assert (told.params["slivers"], offers(told)[0]["id"]) == (1, "slivers:1")
    mended = read([z1, z2], "slivers:1")
    assert len(mended.rows[0].geometry.geoms) == 1
    assert [each.code for each in mended.warnings] == ["mended"]


@pytest.mark.parametrize(
    "mend", ["untangle:1", "cut:1:9", "merge:3", "fill:1:7.4,43.7", "nonsense", "slivers:2"]
)
def test_a_mend_that_fits_nothing_is_told_and_changes_nothing(mend: str) -> None:
    plain, mended = read(block()), read(block(), mend)
    assert [(each.code, each.params["mend"]) for each in mended.warnings] == [("mend_unused", mend)]
    assert [row.geometry for row in mended.rows] == [row.geometry for row in plain.rows]


def test_all_mends_of_a_file_at_once() -> None:
    """Faults of several kinds: what the first reading offers mends all of them, but for what they hid."""
    z1, z2, z3, z4 = block()
    features = [
        shaped(z1, [[7.40, 43.72], [7.41, 43.73], [7.41, 43.72], [7.40, 43.73], [7.40, 43.72]]),
        shaped(z2, square(7.4095, 43.72)),
        shaped(z3, square(7.40, 43.7295)),
        changed(z4, code="Z3"),
    ]
    picked: list[str] = []
    for _ in range(4):
        file = read(features, *picked)
        if not file.faults:
            break
        picked += [offers(fault)[0]["id"] for fault in file.faults]
    assert file.faults == () and {row.code for row in file.rows} == {"Z1", "Z2", "Z3"}
