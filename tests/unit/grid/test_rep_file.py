"""`reps.csv`: what is read, and how each thing that can be wrong is named."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.grid.files.importer import Limits, read_reps
from kernel.errors import Fault
from tests.unit.grid.files import COLUMNS, PEOPLE, person, rep_file


def faults(data: bytes, **options: Any) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in read_reps(data, **options).faults]


def only_fault(data: bytes, **options: Any) -> Fault:
    (fault,) = read_reps(data, **options).faults
    return fault


def test_a_sound_file_is_read_whole() -> None:
    read = read_reps(rep_file(), stations={"S1", "S2"}, zones={"Z1", "Z2", "Z3", "Z4"})
    assert (read.faults, read.warnings, read.encoding) == ((), (), "utf-8")
    lin, wu, chen = read.rows
    assert (lin.code, lin.name, lin.name_en, lin.username) == ("R1", "林志强", "Lin Zhiqiang", "lin")
    assert (lin.skills, lin.parts) == ({"leak_repair": 3, "valve": 2}, {"gasket": 10, "coupling_dn15": 4})
    assert (lin.shift_start, lin.shift_end, lin.home_lon, lin.home_lat) == (480, 1020, 7.405, 43.725)
    assert (lin.zones, lin.line) == (("Z1", "Z2"), 2)
    assert [each.phone for each in read.rows] == ["+8613800138000", "+8613900139000", "+85223456789"]
    assert (wu.skills, wu.parts, wu.zones) == ({"meter_work": 1}, {}, ())
    assert (chen.name_en, chen.shift_end, chen.skills["consulting"]) == ("", 1440, 3)


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        (rep_file(), "utf-8"),
        (b"\xef\xbb\xbf" + rep_file(), "utf-8"),
        (rep_file().decode().encode("gb18030"), "gb18030"),
        (rep_file().replace(b"\n", b"\r\n") + b"\r\n\r\n", "utf-8"),
    ],
)
def test_files_as_spreadsheets_save_them(encoded: bytes, encoding: str) -> None:
    read = read_reps(encoded)
    assert (read.faults, read.encoding) == ((), encoding)
    assert read.rows[0].name == "林志强"
    assert read.rows == read_reps(rep_file()).rows


def test_columns_come_in_any_order_and_optional_ones_may_be_missing() -> None:
    kept = [column for column in COLUMNS if column not in ("name_en", "parts", "zones")]
    cells = dict(zip(COLUMNS, PEOPLE[0].split(","), strict=True))
    columns = kept[::-1]
    read = read_reps(rep_file(",".join(cells[column] for column in columns), columns=columns))
    assert read.faults == ()
    assert (read.rows[0].name, read.rows[0].parts, read.rows[0].zones) == ("林志强", {}, ())


def test_quoted_cells_and_lines_within_them_keep_the_line_numbers_right() -> None:
    broken = person(code="R9", username="nine", level="7", zones="")
    data = rep_file(PEOPLE[0].replace("林志强", '"林,\n志强"'), "", broken)
    read = read_reps(data)
    assert [(fault.code, fault.where) for fault in read.faults] == [
        ("bad_name", "line 2, name"),
        ("bad_level", "line 5, level"),
    ]


def test_all_faults_of_a_file_are_told_at_once_each_with_its_line_and_column() -> None:
    data = rep_file(
        PEOPLE[0],
        person(level="4", skills="leak_repair;plumbing", phone="12"),
        PEOPLE[1] + ",too,many",
        person(code="R3", username="LIN", station="S9", home_lat="143.7", zones="Z7"),
        person(code="R4", username="four", shift_start="17:00", shift_end="08:00", parts="gasket", zones=""),
    )
    assert faults(data, stations={"S1"}, zones={"Z1", "Z2"}) == [
        ("duplicate_code", "line 3, code"),
        ("duplicate_username", "line 3, username"),
        ("bad_level", "line 3, level"),
        ("bad_phone", "line 3, phone"),
        ("unknown_skill", "line 3, skills"),
        ("zone_claimed_twice", "line 3, zones"),
        ("zone_claimed_twice", "line 3, zones"),
        ("wrong_cell_count", "line 4"),
        ("bad_username", "line 5, username"),
        ("unknown_station", "line 5, station"),
        ("bad_coordinate", "line 5, home_lat"),
        ("unknown_zone", "line 5, zones"),
        ("shift_ends_before_start", "line 6, shift_end"),
        ("bad_parts", "line 6, parts"),
    ]


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ({"code": ""}, "missing_field", "code"),
        ({"code": "R 1"}, "bad_code", "code"),
        ({"name": ""}, "missing_field", "name"),
        ({"name": "x" * 81}, "bad_name", "name"),
        ({"phone": ""}, "missing_field", "phone"),
        ({"phone": "138 0013 800"}, "bad_phone", "phone"),
        ({"phone": "+86 238 0013 80000000"}, "bad_phone", "phone"),
        ({"phone": "+0 123456789"}, "bad_phone", "phone"),
        ({"phone": "call me"}, "bad_phone", "phone"),
        ({"username": "ab"}, "bad_username", "username"),
        ({"station": ""}, "missing_field", "station"),
        ({"skills": ""}, "missing_field", "skills"),
        ({"skills": "valve:0"}, "bad_level", "skills"),
        ({"skills": "valve:"}, "bad_level", "skills"),
        ({"skills": "valve;valve:2"}, "named_twice", "skills"),
        ({"level": ""}, "missing_field", "level"),
        ({"level": "２"}, "bad_level", "level"),
        ({"parts": "gasket:-1"}, "bad_parts", "parts"),
        ({"parts": "Gasket:1"}, "bad_parts", "parts"),
        ({"parts": "gasket:10000"}, "bad_parts", "parts"),
        ({"parts": "gasket:1;gasket:2"}, "named_twice", "parts"),
        ({"shift_start": "8"}, "bad_time", "shift_start"),
        ({"shift_start": "08:60"}, "bad_time", "shift_start"),
        ({"shift_end": "24:01"}, "bad_time", "shift_end"),
        ({"shift_end": "08:00"}, "shift_ends_before_start", "shift_end"),
        ({"home_lon": ""}, "missing_field", "home_lon"),
        ({"home_lon": "nan"}, "bad_coordinate", "home_lon"),
        ({"home_lon": "1e3"}, "bad_coordinate", "home_lon"),
        ({"home_lon": "-180.1"}, "bad_coordinate", "home_lon"),
        ({"home_lat": "７"}, "bad_coordinate", "home_lat"),
        ({"zones": "Z1;Z1"}, "named_twice", "zones"),
        ({"zones": "Z 1"}, "bad_code", "zones"),
    ],
)
def test_a_value_that_cannot_be_is_named(cells: dict[str, str], code: str, field: str) -> None:
    fault = only_fault(rep_file(person(**cells)))
    assert (fault.code, fault.where, fault.params["field"]) == (code, f"line 2, {field}", field)
    assert read_reps(rep_file(person(**cells))).rows == ()


def test_a_fault_never_repeats_a_phone_number_or_a_home() -> None:
    read = read_reps(rep_file(person(phone="+86 10 1", home_lon="7.41x", home_lat="43,7")))
    told = json.dumps([dict(fault.params) for fault in read.faults], ensure_ascii=False)
    assert "+86" not in told and "7.41" not in told


def test_a_duplicate_names_the_line_of_the_first() -> None:
    fault = only_fault(rep_file(PEOPLE[0], person(code="r1", username="other", zones="")))
    assert (fault.code, fault.params["first"], fault.params["value"]) == ("duplicate_code", 2, "r1")


def test_a_missing_column_a_doubled_one_and_an_unknown_one_are_told() -> None:
    columns = [*COLUMNS[1:], "phone", "Shoe Size"]
    read = read_reps(rep_file("x", columns=columns))
    assert [(fault.code, fault.params["column"]) for fault in read.faults] == [
        ("missing_column", "code"),
        ("duplicate_column", "phone"),
    ]
    assert [(each.code, each.params["column"]) for each in read.warnings] == [("unknown_column", "shoe size")]


def test_an_unknown_column_alone_does_no_harm() -> None:
    read = read_reps(rep_file(PEOPLE[0] + ",43", columns=[*COLUMNS, "shoe_size"]))
    assert read.faults == () and len(read.rows) == 1 and len(read.warnings) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_rows"),
        (b"\n\n", "no_rows"),
        (",".join(COLUMNS).encode(), "no_rows"),
        (b"\xff\xff\xff", "unknown_encoding"),
        (rep_file('"' + PEOPLE[0]), "not_csv"),
        (rep_file(PEOPLE[0].replace("林志强", "林" * 140_000)), "not_csv"),
        (rep_file().replace(b",", b";"), "wrong_separator"),
        (rep_file(PEOPLE[0].replace("lin", "l\0n")), "not_csv"),
    ],
)
def test_what_is_no_table_is_said_to_be_none(data: bytes, code: str) -> None:
    assert only_fault(data).code == code


@pytest.mark.parametrize(
    ("limits", "code"), [(Limits(file_bytes=10), "file_too_large"), (Limits(rows=2), "too_many_rows")]
)
def test_a_file_beyond_the_caps_is_refused(limits: Limits, code: str) -> None:
    assert only_fault(rep_file(), limits=limits).code == code


@given(st.integers(0, 2**32), st.text(max_size=12) | st.binary(max_size=12))
@settings(max_examples=400, deadline=None)
def test_no_bytes_anywhere_in_the_file_break_the_reader(seed: int, patch: str | bytes) -> None:
    dice = random.Random(seed)
    data = rep_file()
    start = dice.randrange(len(data) + 1)
    end = min(len(data), start + dice.choice((0, 1, 5, 40)))
    raw = patch if isinstance(patch, bytes) else patch.encode("utf-8", "surrogatepass")
    read = read_reps(data[:start] + raw + data[end:])
    assert all(row.skills and 0 <= row.shift_start < row.shift_end <= 1440 for row in read.rows)
    assert read.faults or read.rows
    for each in (*read.faults, *read.warnings):
        json.dumps(each.params, allow_nan=False)
