"""What a technician types to find a customer: a name, a telephone number, an address, or parts of them.

Every word must be found in the name or the address, in either case, or be part of the telephone number. A
telephone number is looked for however it was typed: `+86 138-0013 8000`, `0138 0013 8000` and `8000` find the
same customer. Erased requests hold nothing to be found by.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, and_, func, or_

from assist.request.tables import Customer

TELEPHONE = re.compile(r"[+(]?\d[\d\s().\-–/]*")
SHORTEST_NUMBER = 5
"""Fewer digits in a row of words are rather a house number or two."""


def words_of(text: str) -> list[str]:
    """What must be found; a telephone number is one word, of digits only."""
    digits = re.sub(r"\D", "", text)
    if len(digits) >= SHORTEST_NUMBER and TELEPHONE.fullmatch(text.strip()):
        return [digits]
    return text.split()


def number_in(word: str) -> str:
    """The digits to look for among stored numbers (E.164, without the trunk's noughts); empty: none."""
    return word.lstrip("0") if word.isascii() and word.isdigit() else ""


def matches(text: str) -> ColumnElement[bool]:
    """The condition on `Customer` for what was typed."""
    return and_(*(_has(word) for word in words_of(text)))


def _has(word: str) -> ColumnElement[bool]:
    low = word.lower()
    where = [func.lower(text).contains(low, autoescape=True) for text in (Customer.name, Customer.address)]
    if number := number_in(word):
        where.append(Customer.phone.contains(number, autoescape=True))
    return or_(*where)
