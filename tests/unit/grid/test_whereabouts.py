"""Coordinates that cannot be meant, and those that are only unlikely."""

from __future__ import annotations

import pytest

from field.grid.atlas import place_at
from field.grid.files.importer import read_reps
from field.grid.whereabouts import Bounds, Place, box_around, doubt_of_place, km_outside
from tests.unit.grid.files import person, rep_file

MONACO = (7.40, 43.72, 7.42, 43.74)


def around(lon: float, lat: float, size: float = 0.02) -> Bounds:
    return (lon, lat, lon + size, lat + size)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        ("0", "0", "home_at_zero"),
        ("43.725", "7.405", "home_swapped"),
        ("47.4", "43.7", "home_far"),
        ("7.405", "-43.725", "home_far"),
        ("-7.405", "43.725", "home_far"),
    ],
)
def test_a_home_that_cannot_be_meant_is_refused(lon: str, lat: str, code: str) -> None:
    data = rep_file(person(home_lon=lon, home_lat=lat))
    (fault,) = read_reps(data, bounds=MONACO).faults
    assert (fault.code, fault.where) == (code, "line 2, home_lon")
    assert lon not in str(fault.params) or lon == "0"


def test_zones_on_both_sides_of_180_degrees_are_one_place() -> None:
    """Fiji: a zone on either side, and one that is cut there and lies on both edges of the map."""
    fiji = box_around(
        [(179.97, -16.8, 180.0, -16.7), (-180.0, -16.8, -179.95, -16.7), (-180, -16.9, 180, -16.8)]
    )
    assert fiji is not None and fiji == pytest.approx((179.97, -16.9, 180.05, -16.7))
    assert (
        doubt_of_place(fiji, None, named=False, atlas=lambda lon, lat: Place("FJ", "Fiji", lon > 170)) is None
    )
    assert doubt_of_place(fiji, fiji, named=False, atlas=place_at) is None
    assert (km_outside(-179.97, -16.75, fiji), km_outside(179.98, -16.75, fiji)) == (0, 0)
    data = rep_file(person(home_lon="-90.0", home_lat="-16.75"))
    assert [fault.code for fault in read_reps(data, bounds=fiji).faults] == ["home_far"]
    assert box_around([MONACO]) == MONACO and box_around([]) is None


@pytest.mark.parametrize(("lon", "lat"), [("7.405", "43.725"), ("7.26", "43.70"), ("8.9", "44.4")])
def test_a_home_in_the_next_town_is_taken(lon: str, lat: str) -> None:
    assert read_reps(rep_file(person(home_lon=lon, home_lat=lat)), bounds=MONACO).faults == ()


@pytest.mark.parametrize(
    ("lon", "lat", "country", "settled"),
    [
        (7.42, 43.735, "MC", True),
        (116.4, 39.9, "CN", True),
        (114.17, 22.3, "HK", True),
        (43.70, 7.42, "ET", False),
        (2.35, 48.85, "FR", True),
        (0.0, 0.0, "", False),
        (-150.0, -40.0, "", False),
        (179.999, -89.999, "AQ", False),
        (180.0, 90.0, "", False),
    ],
)
def test_the_map_knows_countries_towns_and_the_sea(
    lon: float, lat: float, country: str, settled: bool
) -> None:
    here = place_at(lon, lat)
    assert (here.country, here.settled) == (country, settled)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (MONACO, None),
        (around(116.4, 39.9), None),
        (around(87.6, 43.8), None),
        (around(-0.12, 51.5), None),
        (around(12.48, 41.9), None),
        (around(-58.4, -34.6), None),
        (around(43.73, 7.41), "place_swapped"),
        (around(41.9, 12.48), "place_swapped"),
        (around(48.85, 2.35), "place_swapped"),
        (around(0.0, 0.0), "place_at_sea"),
        (around(31.2, 30.04), "place_either"),
        (around(10.0, 10.0, 60.0), "place_wide"),
    ],
)
def test_where_zones_cannot_well_be_is_doubted_in_words(where: Bounds, code: str | None) -> None:
    doubt = doubt_of_place(where, None, False, place_at)
    assert (doubt.code if doubt else None) == code


def test_a_doubt_names_both_countries() -> None:
    doubt = doubt_of_place(around(43.73, 7.41), None, False, place_at)
    assert doubt is not None
    assert (doubt.params["country"], doubt.params["other_country"]) == ("Ethiopia", "Monaco")


def test_a_coordinate_system_settles_which_comes_first_and_not_that_it_is_land() -> None:
    assert doubt_of_place(around(31.2, 30.04), None, True, place_at) is None
    assert doubt_of_place(around(43.73, 7.41), None, True, place_at) is None
    assert doubt_of_place(around(0.0, 0.0), None, True, place_at) is not None


def test_zones_far_from_those_there_are_are_doubted_and_near_ones_never() -> None:
    swapped = doubt_of_place(around(43.73, 7.41), MONACO, True, place_at)
    assert swapped is not None and swapped.code == "place_swapped"
    elsewhere = doubt_of_place(around(2.35, 48.85), MONACO, False, place_at)
    assert elsewhere is not None and elsewhere.code == "place_elsewhere"
    cairo = around(31.2, 30.04)
    assert doubt_of_place(around(31.3, 30.1), cairo, False, place_at) is None


def test_distance_from_a_box_counts_the_short_way_round_the_world() -> None:
    fiji = (179.0, -18.0, 179.9, -17.0)
    assert km_outside(-179.9, -17.5, fiji) == pytest.approx(0.2 * 111.195 * 0.9537, rel=0.01)
    assert km_outside(179.5, -17.5, fiji) == 0.0
