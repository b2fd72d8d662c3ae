"""How accounts are written down to be found, and how what an agent typed is understood.

An account is found by its telephone number, meter, reference, name or address, each by a *token*: the text
without case, spaces and punctuation, behind a letter for its kind. Looking up is then one thing only, the
tokens that begin with what was typed, which any ordered index answers in a few page reads, however many
accounts there are; the same on every database.

That a token is found from its beginning decides how each kind is written:

* a telephone number backwards: its last digits are what people know for sure, and country codes and trunk
  noughts stand at the far end, where a shorter query does not reach them;
* a meter and a reference as they are;
* a name once from each of its words, going round (`li mary`, `mary li`), and a Chinese one from each of its
  characters: so any part of it is the beginning of a token;
* an address from each word; a Chinese one from each character before its first number, since people begin
  with the district, the street or in the middle of the street's name. `12 Rue Foch` is also `rue foch 12`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST: Final = 60
"""Bytes of a token, with its kind: more tells no two accounts apart that a person could not."""
STARTS: Final = 12
"""Tokens of one name or address at most."""
FEWEST_DIGITS: Final = 4
"""Fewer last digits of a telephone number are anybody's."""

_HAN: Final = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
_PARTS: Final = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]|[^\W_㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
_TELEPHONE: Final = re.compile(r"\+?[\d\s().\-–—/]+")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9\s\-/._]*")


class Found(StrEnum):
    """What of an account answers to the words."""

    PHONE = "phone"
    ACCOUNT = "account"
    METER = "meter"
    NAME = "name"
    ADDRESS = "address"


_LETTER: Final = {
    Found.PHONE: b"p",
    Found.ACCOUNT: b"r",
    Found.METER: b"m",
    Found.NAME: b"n",
    Found.ADDRESS: b"a",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What of an account is looked up."""

    reference: str
    name: str
    phone: str
    address: str
    meter: str


@dataclass(frozen=True, slots=True)
class Search:
    """Tokens from ``first`` on, below ``last``: those that begin with what was typed."""

    kind: Found
    first: bytes
    last: bytes


def folded(text: str) -> str:
    """One writing for all: full-width and compatibility forms, case, and accents are no difference."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return unicodedata.normalize("NFKC", bare)


def digits_of(text: str) -> str:
    """The digits of a telephone number, without an international prefix or the trunk's nought."""
    return "".join(char for char in folded(text) if char in "0123456789").lstrip("0")


def code_of(text: str) -> str:
    """A reference or a meter's serial without what separates its groups."""
    return "".join(char for char in folded(text) if char.isalnum())


def tokens_of(account: Written) -> list[bytes]:
    """The tokens by which an account is found, none twice."""
    found: dict[bytes, None] = {}
    for kind, texts in (
        (Found.PHONE, [digits_of(account.phone)[::-1]]),
        (Found.ACCOUNT, [code_of(account.reference)]),
        (Found.METER, [code_of(account.meter)]),
        (Found.NAME, _name_starts(account.name)),
        (Found.ADDRESS, _address_starts(account.address)),
    ):
        for text in texts:
            if text:
                found[_token(kind, text)] = None
    return list(found)


def recognised(text: str) -> list[Search]:
    """What the words could mean, the likeliest first; empty where they could mean everybody."""
    plain = folded(text).strip()
    searches: list[tuple[Found, str]] = []
    if _TELEPHONE.fullmatch(plain):
        digits = digits_of(plain)
        if len(digits) >= FEWEST_DIGITS:
            searches.append((Found.PHONE, digits[::-1]))
    code = code_of(plain)
    if _CODE.fullmatch(plain) and any(char.isdigit() for char in code) and len(code) >= FEWEST_DIGITS:
        searches += [(Found.ACCOUNT, code), (Found.METER, code)]
    parts = _PARTS.findall(plain)
    whole = "".join(parts)
    lettered = any(not char.isdigit() for char in whole)
    if lettered and (len(whole) > 1 or _HAN.match(whole)):
        if not any(char.isdigit() for char in whole):
            searches.append((Found.NAME, whole))
        searches.append((Found.ADDRESS, whole))
    return [_search(kind, wanted) for kind, wanted in searches]


def kind_of(token: bytes) -> Found:
    """The kind that a token begins with."""
    return next(kind for kind, letter in _LETTER.items() if token.startswith(letter))


def _name_starts(name: str) -> Iterator[str]:
    parts = _PARTS.findall(folded(name))
    han = any(_HAN.match(part) for part in parts)
    for at in range(min(len(parts), STARTS)):
        # A Chinese name is not turned round: 林小美 is never 美林小.
        yield "".join(parts[at:] if han else parts[at:] + parts[:at])


def _address_starts(address: str) -> Iterator[str]:
    parts = _PARTS.findall(folded(address))
    numbers = [at for at, part in enumerate(parts) if part[0].isdigit()]
    han = any(_HAN.match(part) for part in parts)
    first = numbers[0] if numbers else len(parts)
    starts = range(max(first, 1)) if han else range(len(parts))
    for at in starts[:STARTS]:
        # `12 Rue Foch` is `rue foch 12` and `foch 12` as well.
        turned = parts[:1] if at and first == 0 and not han else []
        yield "".join(parts[at:] + turned)


def _token(kind: Found, text: str) -> bytes:
    # Cut between characters: half of one is the beginning of others.
    return _LETTER[kind] + text.encode()[: LONGEST - 1].decode(errors="ignore").encode()


def _search(kind: Found, text: str) -> Search:
    first = _token(kind, text)
    return Search(kind, first, first + b"\xff")
