"""GCJ-02 and BD-09 there and back, and against places that others have published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.grid.formats import datum

# Known pairs (latitude, longitude): as they circulate with the common open implementations.
KNOWN = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), KNOWN)
def test_known_places_are_shifted_as_they_are_elsewhere(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    here, there = np.array([wgs84[::-1]]), np.array([gcj02[::-1]])
    assert datum.gcj02_from_wgs84(here) == pytest.approx(there, abs=1e-6)  # a tenth of a metre
    assert datum.wgs84_from_gcj02(there) == pytest.approx(here, abs=1e-6)


places = st.tuples(
    st.floats(datum.WEST + 0.1, datum.EAST - 0.1), st.floats(datum.SOUTH + 0.1, datum.NORTH - 0.1)
)


@given(st.lists(places, min_size=1, max_size=20))
def test_there_and_back_is_the_same_place_to_a_millimetre(listed: list[tuple[float, float]]) -> None:
    here = np.array(listed)
    assert datum.wgs84_from_gcj02(datum.gcj02_from_wgs84(here)) == pytest.approx(here, abs=1e-8)
    assert datum.wgs84_from_bd09(datum.bd09_from_wgs84(here)) == pytest.approx(here, abs=1e-8)


@given(places)
def test_the_shifts_are_hundreds_of_metres(place: tuple[float, float]) -> None:
    here = np.array([place])
    shifted = np.abs(datum.gcj02_from_wgs84(here) - here)
    assert float(shifted.max()) > 1e-5 and float(shifted.max()) < 0.05
    assert float(np.abs(datum.bd09_from_wgs84(here) - here).max()) < 0.06


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("wgs84", True),
        ("CGCS2000", True),
        ("gcj02", True),
        ("BD09", True),
        ("EPSG:4547", True),
        ("4547", True),
        ("urn:ogc:def:crs:EPSG::4547", True),
        ("EPSG:45470000", False),
        ("mars", False),
        ("", False),
    ],
)
def test_only_what_can_be_converted_is_a_datum(name: str, known: bool) -> None:
    assert datum.is_datum(name) is known
