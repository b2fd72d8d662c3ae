"""What a technician types to find a customer, taken apart."""

from __future__ import annotations

import pytest

from assist.desk.search import number_in, words_of


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("+86 138-0013 8000", ["8613800138000"]),
        ("(0377) 93 30-12", ["0377933012"]),
        ("12 34", ["12", "34"]),
        ("海滨路 12 号", ["海滨路", "12", "号"]),
        ("  O\u2019Neill  Mary ", ["O\u2019Neill", "Mary"]),
        ("", []),
    ],
)
def test_a_telephone_number_is_one_word_and_everything_else_as_many_as_it_has(
    typed: str, words: list[str]
) -> None:
    assert words_of(typed) == words


def test_numbers_are_looked_for_without_the_noughts_before_them() -> None:
    assert number_in("013800138000") == "13800138000"
    assert number_in("海滨路") == number_in("12b") == number_in("0") == number_in("\u0663") == ""
