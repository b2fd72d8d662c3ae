"""What was typed at the counter, and what of an account it finds."""

from __future__ import annotations

import pytest

from assist.accounts.account_file import read_accounts
from assist.accounts.writing import LONGEST, Found, Written, recognised, tokens_of

CHINESE = Written("A-1001", "林小美", "+8613800138000", "海珠区中山北路1025弄3号202室", "WM-778899")
FRENCH = Written("B/77.12", "Zoë Dupont", "+33612345678", "12 Rue de l'Église", "M55")


def finds(text: str, account: Written) -> set[Found]:
    """By which kinds the words find the account."""
    tokens = tokens_of(account)
    return {each.kind for each in recognised(text) for token in tokens if each.first <= token < each.last}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("13800138000", ["phone", "account", "meter"]),
        ("+86 138 0013 8000", ["phone"]),
        ("１３８００", ["phone", "account", "meter"]),
        ("8000", ["phone", "account", "meter"]),
        ("800", []),
        ("WM-778899", ["account", "meter", "address"]),
        ("林", ["name", "address"]),
        ("li", ["name", "address"]),
        ("l", []),
        ("中山路12号", ["address"]),
        ("12 rue foch", ["account", "meter", "address"]),
        ("", []),
        ("%_'", []),
        ("😀", []),
    ],
)
def test_words_are_recognised(text: str, kinds: list[str]) -> None:
    assert [each.kind.value for each in recognised(text)] == kinds


@pytest.mark.parametrize("text", ["013800138000", "0086 138 0013 8000", "(138) 0013-8000", "8000"])
def test_a_number_is_found_by_its_end_in_any_writing(text: str) -> None:
    assert Found.PHONE in finds(text, CHINESE)


@pytest.mark.parametrize("text", ["林小", "小美", "美"])
def test_a_chinese_name_is_found_by_any_part(text: str) -> None:
    assert Found.NAME in finds(text, CHINESE)


@pytest.mark.parametrize("text", ["zoe", "DUPONT zo", "dupont", "Zoë D"])
def test_a_latin_name_is_found_in_either_order_and_without_accents(text: str) -> None:
    assert Found.NAME in finds(text, FRENCH)


@pytest.mark.parametrize("text", ["海珠区中", "中山北路", "山北路1025弄3", "北路 1025"])
def test_a_chinese_address_is_found_from_the_district_the_street_or_within(text: str) -> None:
    assert Found.ADDRESS in finds(text, CHINESE)


@pytest.mark.parametrize("text", ["12 rue", "rue de l", "eglise", "église 12", "rue de l'eglise 12"])
def test_a_latin_address_is_found_by_number_or_street(text: str) -> None:
    assert Found.ADDRESS in finds(text, FRENCH)


def test_codes_are_found_without_what_separates_them() -> None:
    assert finds("b7712", FRENCH) == {Found.ACCOUNT}
    assert Found.METER in finds("wm 7788", CHINESE)
    assert Found.NAME not in finds("美林", CHINESE)


def test_tokens_are_bounded_and_whole() -> None:
    tokens = tokens_of(Written("r", "美" * 120, "", "a " * 100, ""))
    assert len(tokens) < 30 and all(len(token) <= LONGEST for token in tokens)
    assert all(token.decode() for token in tokens)


def test_a_number_that_cannot_be_called_is_kept_and_told() -> None:
    file = read_accounts(b"account,phone\nA,12\nB,138 0013 8000\n")
    assert [row.phone for row in file.rows] == ["12", "+8613800138000"]
    assert [(each.code, each.where) for each in file.warnings] == [("phone_not_callable", "line 2, phone")]


def test_a_file_in_gb18030_is_read_as_that() -> None:
    file = read_accounts("account,name,address\nA,王小明,中山路十二号\n".encode("gb18030"))
    assert (file.encoding, file.faults) == ("gb18030", ()) and file.rows[0].name == "王小明"
