"""One rule for codes and names in both kinds of file."""

from __future__ import annotations

from typing import Any

import pytest

from field.grid.files.importer import read_reps, read_zones
from tests.unit.grid.files import block, changed, person, rep_file, units, zone_file

TAKEN = [
    ("Z1 ", "Z1"),
    ("\u3000Z1", "Z1"),
    ("Z1\xa0", "Z1"),
    ("101.0", "101"),
    ("007.00", "007"),
    ("Ｚ１", "Z1"),
    ("Z-1_a.2", "Z-1_a.2"),
    ("1.5", "1.5"),
    ("城东-03", "城东-03"),
    ("東區.一", "東區.一"),
    ("é", "é"),
    ("e\u0301", "é"),
    ("\u212b1", "Å1"),
    ("Зона7", "Зона7"),
    ("ज़ोन", "ज़ोन".replace("\u095b", "\u091c\u093c")),
    ("〇三", "〇三"),
    ("区" * 32, "区" * 32),
]
REFUSED = [
    *("Z 1", "Z/1", "-1", "城东 一区", "城東（一）", "Z%1", "区" * 33, "😀"),
    *("Z\u200b1", "Z\u202e1", "Z\ufe0f", "区\U000e0100", "\u3164", "\u0301e"),
]


@pytest.mark.parametrize(("written", "code"), TAKEN)
def test_a_code_is_the_same_in_both_files(written: str, code: str) -> None:
    (zone,) = read_zones(zone_file([changed(block()[0], code=written, station=written)])).rows
    assert (zone.code, zone.station) == (code, code)
    row = person(code=written, station=written, zones=f"{written};Z9")
    (rep,) = read_reps(rep_file(row), stations={code}, zones={code, "Z9"}).rows
    assert (rep.code, rep.station, rep.zones) == (code, code, (code, "Z9"))


@pytest.mark.parametrize("written", REFUSED)
def test_what_cannot_be_a_code_cannot_in_either(written: str) -> None:
    assert [f.code for f in read_zones(zone_file([changed(block()[0], code=written)])).faults] == ["bad_code"]
    assert [f.code for f in read_reps(rep_file(person(code=written))).faults] == ["bad_code"]


@pytest.mark.parametrize(("number", "code"), [(101, "101"), (101.0, "101"), (101.5, "101.5")])
def test_a_number_is_the_code_that_it_spells(number: Any, code: str) -> None:
    (row,) = read_zones(zone_file([changed(block()[0], code=number)])).rows
    assert row.code == code


@pytest.mark.parametrize("number", [1e300, -3.0, True, 10**40])
def test_a_number_that_spells_no_code_is_refused(number: Any) -> None:
    faults = read_zones(zone_file([changed(block()[0], code=number)])).faults
    assert [fault.code for fault in faults] == ["bad_code"]


def test_a_code_that_becomes_another_is_found_twice() -> None:
    z1, z2, *_ = block()
    data = zone_file([changed(z1, code="101"), changed(z2, code="101.0")])
    assert [(f.code, f.where) for f in read_zones(data).faults] == [("duplicate_code", "feature 2, code")]


def test_units_are_named_by_the_same_rule() -> None:
    declared = [{**unit, "code": f"{unit['code']} "} for unit in units()]
    assert read_zones(zone_file(units=declared)).faults == ()


@pytest.mark.parametrize("written", ["王\u3000芳", "王\xa0芳", " 王 \u2003 芳 ", "王\u202f芳"])
def test_any_space_within_a_name_is_one_space(written: str) -> None:
    (rep,) = read_reps(rep_file(person(name=written))).rows
    (zone,) = read_zones(zone_file([changed(block()[0], name=written)])).rows
    assert rep.name == zone.name == "王 芳"
