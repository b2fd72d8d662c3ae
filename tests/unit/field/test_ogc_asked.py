"""What a map program may ask, and what it is told where it asks wrongly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from field.ogc.asked import LIMIT, MOST, Asked, read_asked, unknown

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def read(**given: str) -> Asked:
    asked, faults = read_asked(given)
    assert faults == []
    return asked


def test_nothing_asked_is_a_first_page_of_everything() -> None:
    assert read() == Asked(LIMIT, (), None, None)


def test_more_than_there_is_of_a_page_is_a_full_page() -> None:
    assert read(limit="100000").limit == MOST


def test_a_box_is_west_south_east_north_also_with_heights() -> None:
    assert read(bbox="7.1,43,7.5,44").boxes == ((7.1, 43.0, 7.5, 44.0),)
    assert read(bbox="7.1,43,-10,7.5,44,900").boxes == ((7.1, 43.0, 7.5, 44.0),)


def test_a_box_across_the_180th_meridian_is_two() -> None:
    assert read(bbox="170,-50,-170,-30").boxes == (
        (170.0, -50.0, 180.0, -30.0),
        (-180.0, -50.0, -170.0, -30.0),
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-30T12:00:00Z", (NOON, NOON)),
        ("2026-11-30T20:00:00+08:00", (NOON, NOON)),
        ("2026-11-30T20:00:00 08:00", (NOON, NOON)),
        ("2026-11-30T12:00:00Z/..", (NOON, None)),
        ("2026-11-30T12:00:00Z/", (NOON, None)),
        ("../2026-11-30T12:00:00Z", (None, NOON)),
        ("/2026-11-30T12:00:00Z", (None, NOON)),
    ],
)
def test_a_time_is_a_moment_or_an_interval(said: str, meant: tuple[datetime | None, datetime | None]) -> None:
    assert read(datetime=said).period == meant


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *(("limit", text) for text in ("0", "-1", "ten", "1.5", "")),
        *(
            ("bbox", text)
            for text in ("1,2,3", "1,2,3,x", "1,nan,3,4", "1,44,2,43", "1,2,3,4,5", "0,0,181,1")
        ),
        *(("datetime", text) for text in ("..", "../..", "/", "yesterday", "2026-11-30T12:00:00", "a/b")),
        ("datetime", "2026-11-30T12:00:00Z/2026-11-29T12:00:00Z"),
        ("cursor", "x" * 65),
    ],
)
def test_what_cannot_be_read_is_told(name: str, said: str) -> None:
    _, faults = read_asked({name: said})
    assert [fault.where for fault in faults] == [f"query.{name}"]


def test_all_faults_are_told_at_once() -> None:
    _, faults = read_asked({"limit": "0", "bbox": "1", "datetime": "x"})
    assert [fault.where for fault in faults] == ["query.limit", "query.bbox", "query.datetime"]


def test_a_misspelt_parameter_is_not_passed_over() -> None:
    assert [fault.where for fault in unknown({"bbx", "f"}, ("bbox",))] == ["query.bbx"]
