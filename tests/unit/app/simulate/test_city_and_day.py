"""A made-up city and its day: the same seed, the same; and what a utility's file must be."""

from __future__ import annotations

import csv
import io
import json

import pytest
import shapely

from app.simulate.city import make_city, travel_s
from app.simulate.day import OPENS_S, Wishes, luck, plan_day


def test_zones_fill_the_city_and_never_overlap() -> None:
    city = make_city(60, 20, seed=3)
    assert len(city.zones) == 60
    outlines = list(city.zones.values())
    assert all(outline.is_valid and outline.geom_type == "Polygon" for outline in outlines)
    whole = shapely.union_all(outlines)
    # A decimetre in degrees: what neighbours may disagree by along their border.
    assert sum(outline.area for outline in outlines) == pytest.approx(whole.area, rel=1e-4)
    assert whole.geom_type == "Polygon", "no zone lies apart"


def test_every_zone_has_one_owner_of_its_station() -> None:
    city = make_city(60, 45, seed=3)
    owners = {zone: rep for rep in city.reps for zone in rep.zones}
    assert owners.keys() == city.zones.keys()
    assert sum(len(rep.zones) for rep in city.reps) == 60
    assert all(owners[zone].station == station for zone, station in city.stations.items())


def test_the_same_seed_is_the_same_city_and_the_same_day() -> None:
    once, again, other = (make_city(12, 6, seed) for seed in (5, 5, 6))
    assert once.zone_file() == again.zone_file() != other.zone_file()
    assert once.rep_file() == again.rep_file()
    days = [plan_day(city, Wishes(60), seed=5) for city in (once, again)]
    assert days[0] == days[1] != plan_day(once, Wishes(60), seed=6)


def test_files_are_what_an_importer_reads() -> None:
    city = make_city(12, 6, seed=1)
    assert len(json.loads(city.zone_file())["features"]) == 12
    rows = list(csv.DictReader(io.StringIO(city.rep_file().decode())))
    assert [row["code"] for row in rows] == [rep.code for rep in city.reps]


def test_a_day_has_what_was_wished_for_and_a_storm_three_times_as_many_calls() -> None:
    city = make_city(30, 15, seed=2)
    day = plan_day(city, Wishes(tasks=2000, hours=10, ill=2, burst=9), seed=2)
    visits = sum(contact.visited and not contact.withdrawn for contact in day.contacts)
    assert visits + len(day.jobs) == pytest.approx(2000, rel=0.15)
    assert len(day.absences) == 2
    assert sum(job.key.startswith("burst") for job in day.jobs) == 9
    begins, ends = day.storm_s
    in_storm = sum(begins <= contact.at_s < ends for contact in day.contacts)
    around = sum(begins - 1800 <= contact.at_s < begins for contact in day.contacts)
    around += sum(ends <= contact.at_s < ends + 1800 for contact in day.contacts)
    assert in_storm == pytest.approx(3 * around, rel=0.3)
    times = [contact.at_s for contact in day.contacts]
    assert times == sorted(times) and OPENS_S <= times[0] and times[-1] <= day.closes_s


def test_luck_hangs_on_what_it_is_about_and_not_on_when() -> None:
    assert luck(1, "visit", "a").random() == luck(1, "visit", "a").random()
    assert luck(1, "visit", "a").random() != luck(1, "visit", "b").random()


def test_nobody_makes_a_city_of_nothing() -> None:
    with pytest.raises(ValueError, match="three zones"):
        make_city(2, 1, seed=1)


def test_travel_takes_longer_than_the_straight_way() -> None:
    assert travel_s((113.9, 22.5), (113.9, 22.5)) == 0
    # 1,112 m north: 1,557 m of street at 28 km/h is 200 s, and 90 s to park
    assert travel_s((113.9, 22.5), (113.9, 22.51)) == pytest.approx(290, abs=1)
