"""What is in a van after parts were used and put in, and what it has too little of."""

from __future__ import annotations

from field.forms.closing import may_close, type_of
from field.forms.stock import Level, RestockLine, put_in, restock, taken


def test_parts_used_leave_the_van_and_a_wrong_count_ends_at_none() -> None:
    assert taken({"tap": 3, "pipe": 1}, {"tap": 1, "pipe": 2, "seal": 1}) == {"tap": 2, "pipe": 0}


def test_parts_put_in_are_there_also_those_that_were_not_carried() -> None:
    assert put_in({"tap": 1}, {"tap": 4, "seal": 2}) == {"seal": 2, "tap": 5}


def test_a_van_is_filled_up_with_what_it_carries_and_has_too_little_of() -> None:
    levels = [Level("tap", 2, 6), Level("pipe", 1, 3), Level("seal", 1, 9)]
    assert restock({"tap": 1, "pipe": 1}, levels) == (RestockLine("tap", 1, 2, 5),)


def test_who_may_close() -> None:
    assert may_close(0, "valve", {})
    assert may_close(2, "valve", {"valve": 2})
    assert not may_close(2, "valve", {"valve": 1, "leak_repair": 3})


def test_a_visit_that_a_customer_asked_for_is_a_leak_or_a_complaint() -> None:
    assert (type_of("leak"), type_of("dirty_water"), type_of("")) == ("leak_visit", "complaint", "complaint")
