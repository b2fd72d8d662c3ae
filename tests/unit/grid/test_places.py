"""Addresses taken apart, held against streets, and points put into words, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.grid.places.address_file import parted, read_addresses
from field.grid.places.matching import WORTH_SHOWING, fit
from field.grid.places.osm_file import read_osm_addresses
from field.grid.places.words import COMPASS, cell_of, cells_around, direction_from, landmarks, metres_between
from field.grid.places.writing import grams, number_keys, street_words, take_apart

LON = st.floats(-179, 179)
LAT = st.floats(-80, 80)


@pytest.mark.parametrize(
    ("typed", "words", "keys", "detail"),
    [
        ("12 Rue Grimaldi, floor 3", ("12", "r", "grimaldi"), ["12"], "floor 3"),
        ("12bis, bd. d'Italie", ("12bis", "bd", "italie"), ["12bis"], ""),
        ("12 A rue Œuvre", ("12", "r", "oeuvre"), ["12a"], ""),
        ("Flat 4b, 221B Baker Street", ("221b", "baker", "st"), ["221b"], "Flat 4b"),
        ("Escalier du Port", ("escalier", "port"), [], ""),
        ("rez-de-chaussée, 4 av. Foch", ("4", "av", "foch"), ["4"], "rez-de-chaussée"),
        ("人民路三号", ("人民路",), ["3"], ""),
        ("人民路一百零八號", ("人民路",), ["108"], ""),
        ("阳光花园12号楼2单元501室", ("阳光花园",), ["12"], "2单元501室"),
        ("中山北路二段112巷8弄3號之2 5樓", ("中山北路二段",), ["112/8/3-2"], "5樓"),
        ("中山北路1025弄3", ("中山北路",), ["1025/3"], ""),
        ("中山北路 １０２５", ("中山北路",), ["1025"], ""),
        ("滬太路12號", ("沪太路",), ["12"], ""),
        ("", (), [], ""),
        ("，。", (), [], ""),
    ],
)
def test_what_an_address_says(typed: str, words: tuple[str, ...], keys: list[str], detail: str) -> None:
    written = take_apart(typed)
    assert (written.words, [number.key for number in written.numbers], written.detail) == (
        words,
        keys,
        detail,
    )


@given(st.text(max_size=400))
def test_any_text_can_be_taken_apart(text: str) -> None:
    written = take_apart(text)
    assert len(written.words) <= 24 and all(written.words)
    for word in written.words:
        assert grams(word)
    fit(written, ("r", "grimaldi"), ("monaco",))
    number_keys(text)
    parted(text)


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ("12", [(12, "12")]),
        ("12;14", [(12, "12"), (14, "14")]),
        ("12-16", [(12, "12"), (14, "14"), (16, "16")]),
        ("12-3", [(12, "12-3")]),
        ("3 bis", [(3, "3bis")]),
        ("007", [(7, "7")]),
        ("1025弄3号", [(1025, "1025/3")]),
        ("12/3", [(12, "12/3")]),
        ("Villa Rosa", []),
    ],
)
def test_the_numbers_of_a_cell(cell: str, keys: list[tuple[int, str]]) -> None:
    assert list(number_keys(cell)) == keys


@pytest.mark.parametrize(
    ("typed", "street", "likely"),
    [
        ("rue grimaldi", "Rue Grimaldi", 0.97),
        ("grim", "Rue Grimaldi", 0.8),
        ("grimadli 12", "Rue Grimaldi", WORTH_SHOWING),
        ("上海市普陀区中山北路", "中山北路", 0.9),
        ("中山", "中山北路", 0.85),
        ("boulevard albert premier", "Boulevard Albert 1er", WORTH_SHOWING),
    ],
)
def test_a_street_answers_to_its_name_to_its_beginning_and_to_slips(
    typed: str, street: str, likely: float
) -> None:
    assert fit(take_apart(typed), street_words(street), ()).score >= likely


@pytest.mark.parametrize(
    ("typed", "street"),
    [
        ("rue grimaldi", "Rue Princesse Caroline"),
        ("rue", "Avenue Foch"),
        ("中山北路", "人民路"),
        ("12", "Rue X"),
    ],
)
def test_another_street_does_not(typed: str, street: str) -> None:
    assert fit(take_apart(typed), street_words(street), ()).score < WORTH_SHOWING


def test_which_number_is_the_houses_is_decided_by_the_street() -> None:
    written = take_apart("11 rue du 12 Novembre")
    assert [n.key for n in fit(written, street_words("Rue du 12 Novembre"), ()).numbers] == ["11"]
    assert [n.key for n in fit(written, street_words("Rue de Novembre"), ()).numbers] == ["11", "12"]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("12 Rue Grimaldi", ("Rue Grimaldi", "12", True)),
        ("Hauptstraße 12a", ("Hauptstraße", "12a", False)),
        ("中山北路1025弄3号", ("中山北路", "1025弄3号", False)),
        ("人民路三号", ("人民路", "三号", False)),
        ("Rue Grimaldi", ("Rue Grimaldi", "", True)),
        ("12 bis rue Basse, floor 3", ("rue Basse", "12 bis", True)),
    ],
)
def test_a_whole_address_has_a_street_and_a_number(address: str, parts: tuple[str, str, bool]) -> None:
    assert parted(address) == parts


@given(st.binary(max_size=300))
def test_reading_never_raises(data: bytes) -> None:
    for file in (read_addresses(data), read_osm_addresses(data)):
        assert file.faults or file.streets


@given(LON, LAT, st.floats(-0.001, 0.001), st.floats(-0.001, 0.001))
def test_a_point_nearby_lies_in_a_cell_around(lon: float, lat: float, east: float, north: float) -> None:
    assert cell_of(lon + east, lat + north) in cells_around(lon, lat, 1)


@given(LON, LAT)
def test_directions_are_those_of_the_compass(lon: float, lat: float) -> None:
    for direction, east, north in (("n", 0, 1), ("e", 1, 0), ("s", 0, -1), ("w", -1, 0)):
        assert direction_from(lon + east * 0.001, lat + north * 0.001, lon, lat) == direction
        assert direction in COMPASS
    assert metres_between(lon, lat, lon, lat + 0.001) == pytest.approx(111.2, abs=0.1)


def test_each_street_is_a_landmark_once_the_nearest_first() -> None:
    doors = [("Far", 7.41, 43.7), ("Near", 7.401, 43.7), ("Near", 7.4005, 43.7), ("Middle", 7.4, 43.702)]
    found = landmarks(7.4, 43.7, doors)
    assert [(each.street, each.metres, each.direction) for each in found] == [
        ("Near", 40, "w"),
        ("Middle", 222, "s"),
    ]
