"""The demo city: its files are what its sources make, its zones are a map, its morning is a day's work."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
import shapely

from assist.verdict.faults import CATALOGUE
from demo.build import build
from demo.city import FOLDER, City, load_city, opening_of
from field.grid.files.importer import RepFile, UnitRow, ZoneFile, ZoneRow, read_reps, read_zones
from field.grid.zones import Zone, ZoneIndex
from field.road.travel import RoadGraph

OPENING = opening_of(date(2026, 3, 12), ZoneInfo("Asia/Shanghai"))
PARTS = {part for kind in CATALOGUE.values() for part, _ in kind.parts}


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(FOLDER, OPENING)


@pytest.fixture(scope="module")
def zones(city: City) -> ZoneFile:
    return read_zones(city.zones)


@pytest.fixture(scope="module")
def reps(city: City, zones: ZoneFile) -> RepFile:
    stations = {unit.code for unit in zones.units if unit.level == "station"}
    return read_reps(city.reps, stations=stations, zones={row.code for row in zones.rows})


@pytest.fixture(scope="module")
def index(zones: ZoneFile) -> ZoneIndex:
    return ZoneIndex(Zone(row.code, row.geometry) for row in zones.rows)


def test_the_committed_files_are_what_the_sources_make() -> None:
    first, second = build(), build()
    assert first == second
    for name, content in first.items():
        assert (FOLDER / name).read_bytes() == content, f"{name} is stale: python -m demo.build"


def test_the_importer_takes_both_files_without_a_word(zones: ZoneFile, reps: RepFile) -> None:
    assert (zones.faults, zones.warnings) == ((), ())
    assert (reps.faults, reps.warnings) == ((), ())
    assert (len(zones.rows), len(reps.rows)) == (24, 12)


def test_the_hierarchy_is_complete(zones: ZoneFile) -> None:
    by_level = Counter(unit.level for unit in zones.units)
    assert by_level == {"company": 1, "office": 2, "station": 5, "sub_area": 10}
    parent = {unit.code: unit.parent for unit in zones.units}
    for row in zones.rows:
        assert [parent[row.sub_area], parent[row.station], parent[row.office]] == [
            row.station,
            row.office,
            row.company,
        ]
    assert {unit.code for unit in zones.units} == {
        code for row in zones.rows for code in (row.company, row.office, row.station, row.sub_area)
    }


def test_names_are_in_three_scripts(zones: ZoneFile, city: City) -> None:
    named: list[ZoneRow | UnitRow] = [*zones.rows, *zones.units]
    for row in named:
        assert all("\u4e00" <= letter <= "\u9fff" for letter in row.name + row.name_zh_hant)
        assert any(letter.isascii() and letter.isalpha() for letter in row.name_en)
    assert sum(row.name != row.name_zh_hant for row in zones.rows) >= 12
    for person in city.staff:
        assert set(person.names) == {"zh-Hans", "zh-Hant", "en"} and all(person.names.values())


def test_zones_are_whole_disjoint_and_leave_no_gap(zones: ZoneFile) -> None:
    shapes = [row.geometry for row in zones.rows]
    for shape in shapes:
        assert shape.is_valid and len(shape.geoms) == 1 and not shape.geoms[0].interiors
    overlap = sum(shapely.intersection(a, b).area for i, a in enumerate(shapes) for b in shapes[i + 1 :])
    assert overlap == 0
    whole: Any = shapely.union_all(shapes)
    land = shapely.geometry.shape(json.loads((FOLDER / "land.geojson").read_bytes())["geometry"])
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert shapely.symmetric_difference(whole, land).area < 1e-4 * land.area  # the grid, 0.1 m


def test_zones_carry_comparable_loads(city: City, index: ZoneIndex) -> None:
    doors = Counter(zone.code for d in city.doors if (zone := index.zone_of(d.lon, d.lat)) is not None)
    assert len(doors) == 24 and min(doors.values()) >= 8 and max(doors.values()) <= 100


def test_every_address_is_in_a_zone(city: City, index: ZoneIndex) -> None:
    assert len(city.doors) > 800
    assert [door.text for door in city.doors if index.zone_of(door.lon, door.lat) is None] == []
    assert len({door.text for door in city.doors}) == len(city.doors)


def test_every_zone_has_one_rep_and_both_files_agree(zones: ZoneFile, reps: RepFile) -> None:
    owner = {code: rep.code for rep in reps.rows for code in rep.zones}
    assert owner == {row.code: row.rep for row in zones.rows}


def test_reps_live_in_their_own_zones_and_carry_known_parts(reps: RepFile, index: ZoneIndex) -> None:
    for rep in reps.rows:
        home = index.nearest(rep.home_lon, rep.home_lat)
        assert home is not None and home.distance_m < 60
        near = {
            index.nearest(rep.home_lon + dx, rep.home_lat + dy)
            for dx in (-0.002, 0, 0.002)
            for dy in (-0.002, 0, 0.002)
        }
        assert set(rep.zones) & {found.zone.code for found in near if found}
        assert set(rep.parts) <= PARTS


def test_nobody_can_be_called(city: City, reps: RepFile) -> None:
    phones = [rep.phone for rep in reps.rows]
    phones += [task.customer_phone for task in city.tasks] + [request.phone for request in city.requests]
    assert len(set(phones)) == len(phones)
    for phone in phones:
        assert phone.startswith("+33199") and phonenumbers.is_valid_number(phonenumbers.parse(phone))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_morning_of_work(seed: int) -> None:
    city = load_city(FOLDER, OPENING, seed)
    assert 40 <= len(city.tasks) <= 60 and 6 <= len(city.requests) <= 10
    arrivals = [task.arrives_at for task in city.tasks]
    assert arrivals == sorted(arrivals)
    assert OPENING - timedelta(hours=2) <= arrivals[0] and arrivals[-1] < OPENING + timedelta(hours=5)
    assert {"leak", "meter_swap", "meter_reading", "collection", "publicity", "consulting", "inspection"} <= {
        entry["kind"] for entry in json.loads((FOLDER / "jobs.json").read_text())["jobs"]
    }
    for task in city.tasks:
        assert task.window_end - task.window_start >= timedelta(seconds=task.duration_s)
        assert task.window_end > task.arrives_at
        assert set(task.note) == {"zh-Hans", "zh-Hant", "en"} and set(task.parts) <= PARTS
        assert task.routine or task.fault in CATALOGUE


def test_every_job_can_be_done_by_two(reps: RepFile) -> None:
    for job in json.loads((FOLDER / "jobs.json").read_text())["jobs"]:
        able = [
            rep.code
            for rep in reps.rows
            if rep.skills.get(job["skill"], 0) >= job["level"]
            and all(rep.parts.get(part, 0) >= count for part, count in job["parts"].items())
        ]
        assert len(able) >= 2, job["fault"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_address_is_just_outside_every_zone(seed: int, index: ZoneIndex) -> None:
    city = load_city(FOLDER, OPENING, seed)
    strays = [task for task in city.tasks if index.zone_of(task.lon, task.lat) is None]
    assert len(strays) == 1
    near = index.nearest(strays[0].lon, strays[0].lat)
    assert near is not None and near.distance_m < 500
    assert all(index.zone_of(request.lon, request.lat) for request in city.requests)


def test_the_seed_makes_the_morning_and_the_opening_moves_it(city: City) -> None:
    assert load_city(FOLDER, OPENING) == city
    assert load_city(FOLDER, OPENING, seed=2).tasks != city.tasks
    later = load_city(FOLDER, OPENING + timedelta(hours=9))
    for moved, task in zip(later.tasks, city.tasks, strict=True):
        assert moved.arrives_at - task.arrives_at == moved.window_end - task.window_end == timedelta(hours=9)
        assert moved.address == task.address
    assert {
        shift.start_at - mine.start_at for shift, mine in zip(later.shifts, city.shifts, strict=True)
    } == {timedelta(hours=9)}


def test_shifts_follow_the_reps_file(city: City, reps: RepFile) -> None:
    midnight = datetime(2026, 3, 11, 16, tzinfo=UTC)  # in Shanghai
    assert {(s.rep, s.start_at, s.end_at) for s in city.shifts} == {
        (r.code, midnight + timedelta(minutes=r.shift_start), midnight + timedelta(minutes=r.shift_end))
        for r in reps.rows
    }


def test_a_day_without_a_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        load_city(FOLDER, datetime(2026, 3, 12, 8))


def test_staff_for_every_duty(city: City) -> None:
    duties = Counter(person.duty for person in city.staff)
    assert duties == {"technician": 3, "hotline": 1, "agent": 1, "dispatcher": 1, "supervisor": 1, "admin": 1}
    assert {person.language for person in city.staff if person.duty == "technician"} == {
        "zh-Hans",
        "zh-Hant",
        "en",
    }


def test_every_door_is_near_a_street(city: City) -> None:
    graph = RoadGraph.load(city.streets)
    off = sorted(graph.snap((door.lon, door.lat)).metres for door in city.doors)
    assert off[len(off) // 2] < 30 and off[-1] < 250
    assert "OpenStreetMap" in graph.attribution


def test_what_is_committed_is_small_and_attributed() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 1_500_000
    for name in ("streets.json", "zones.geojson", "land.geojson"):
        assert b"OpenStreetMap contributors" in (FOLDER / name).read_bytes()
    words = (FOLDER / "README.md").read_text()
    assert "ODbL" in words and "NYC Open Data" in words


def test_the_derived_log_names_no_address() -> None:
    with Path(FOLDER / "source" / "arrivals.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60 and set(rows[0]) == {"minute", "east", "north"}
    assert all(360 <= int(row["minute"]) < 780 and abs(float(row["east"])) < 5 for row in rows)
