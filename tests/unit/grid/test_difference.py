"""What a new file would change."""

from __future__ import annotations

from field.grid.files.importer import Difference, RepRow, difference, read_reps, read_zones
from tests.unit.grid.files import block, changed, person, rep_file, shaped, square, zone_file


def test_added_changed_and_removed_zones_are_told_apart() -> None:
    z1, z2, z3, z4 = block()
    before = read_zones(zone_file([z1, z2, z3])).rows
    after = read_zones(zone_file([z4, changed(z2, name="新名", rep="R2"), z1])).rows
    found = difference(before, after)
    assert [row.code for row in found.added] == ["Z4"]
    assert [row.code for row in found.removed] == ["Z3"]
    (change,) = found.changed
    assert (change.before.name, change.after.name) == ("Z2分区", "新名")
    assert change.fields == ("name", "name_zh_hant", "rep")
    assert found.unchanged == 1


def test_where_a_ring_starts_which_way_it_runs_and_where_a_row_stood_is_no_difference() -> None:
    z1, z2, *_ = block()
    ring = square(7.40, 43.72)
    turned = [*ring[2:], *ring[1:3]][::-1]
    before = read_zones(zone_file([z1, z2])).rows
    found = difference(before, read_zones(zone_file([z2, shaped(z1, turned)])).rows)
    assert (found.added, found.changed, found.removed, found.unchanged) == ((), (), (), 2)


def test_a_moved_border_is_a_difference() -> None:
    z1 = block()[0]
    before = read_zones(zone_file([z1])).rows
    (change,) = difference(
        before, read_zones(zone_file([shaped(z1, square(7.40, 43.72, 0.009))])).rows
    ).changed
    assert change.fields == ("geometry",)


def test_representatives_are_compared_by_every_column() -> None:
    before = read_reps(rep_file(person())).rows
    after = read_reps(rep_file(person(skills="valve:2;leak_repair:3", shift_end="18:00", zones="Z2;Z1"))).rows
    (change,) = difference(before, after).changed
    assert change.fields == ("shift_end", "zones")


def test_nothing_against_nothing() -> None:
    found: Difference[RepRow] = difference((), ())
    assert (found.added, found.changed, found.removed, found.unchanged) == ((), (), (), 0)
