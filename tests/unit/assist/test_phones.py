"""Phone numbers as people in China write them."""

from __future__ import annotations

import pytest

from assist.request.phones import PhoneInvalid, normal_phone


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("(010) 6552 9988", "+861065529988"),
        ("021-62345678", "+862162345678"),
        ("+852 2123 4567", "+85221234567"),
        ("+886 912 345 678", "+886912345678"),
        ("+377 93 15 28 00", "+37793152800"),
    ],
)
def test_a_number_is_kept_in_one_form(written: str, kept: str) -> None:
    assert normal_phone(written) == kept


@pytest.mark.parametrize(
    "written", ["", "1", "12345", "138001380000000", "hello", "+999123", "１", "+86 138"]
)
def test_what_cannot_be_called_is_refused(written: str) -> None:
    with pytest.raises(PhoneInvalid):
        normal_phone(written)


def test_the_region_says_whose_local_numbers_are_meant() -> None:
    assert normal_phone("0912 345 678", "TW") == "+886912345678"
