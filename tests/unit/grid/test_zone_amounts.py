"""How much work a zone is, where a file says it."""

from __future__ import annotations

from typing import Any

import pytest

from field.grid.files.importer import read_zones
from field.grid.files.records import AMOUNTS
from tests.unit.grid.files import block, changed, zone_file


def test_how_much_work_a_zone_is_is_read_where_it_is_said() -> None:
    first, second, *rest = block()
    said = changed(first, connections=1200, main_length_m="8400.5", key_accounts=0, min_night_flow=3.2)
    rows = read_zones(zone_file([said, changed(second, connections=""), *rest])).rows
    assert [getattr(rows[0], name) for name in AMOUNTS] == [1200, 8400.5, 0, 3.2]
    assert [getattr(rows[1], name) for name in AMOUNTS] == [None] * 4


@pytest.mark.parametrize("value", [-1, 0.5, "many", True, [3], 1e12, "nan", "1e999"])
def test_an_amount_that_is_none_is_told_with_its_field(value: Any) -> None:
    first, *rest = block()
    (fault,) = read_zones(zone_file([changed(first, connections=value), *rest])).faults
    assert (fault.code, fault.where) == ("bad_amount", "feature 1, connections")
