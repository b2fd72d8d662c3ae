"""A written address, taken apart the same way whether it stands in a file or is being typed.

People write `12 Rue Grimaldi, floor 3`, `grimaldi 12`, `12 bd. Albert 1er`, `上海市中山北路1025弄3号202室` or
`中山北路二段112巷8弄3號5樓` and mean a door. What tells one door from another is kept: the street's words,
the numbers, and for Chinese addresses the chain of lanes down to the number (弄 and 巷 are lanes, 号 is the
door). What lies behind the door (floor, flat, room) is `detail`: shown to whoever drives there, never looked
up.

Letters lose case, accents and width (Unicode NFKC, then NFD without marks); traditional characters that are
usual in addresses become simplified ones; words for kinds of street have one spelling each. Which number is
the house's is decided against a street (:mod:`field.grid.places.matching`), since `11 rue du 11 Novembre`
has two.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from kernel.sql.addresses import folded

LONGEST: Final = 300
WORDS: Final = 24
"""Words looked at; an address has fewer."""

_SHORT: Final = {
    "av": "avenue ave aven",
    "bd": "boulevard blvd boul bvd",
    "r": "rue",
    "st": "street saint sainte ste str strasse straße",
    "rd": "road",
    "pl": "place platz plaza piazza",
    "sq": "square",
    "ch": "chemin chem che",
    "imp": "impasse",
    "all": "allee allees",
    "pass": "passage",
    "ln": "lane",
    "dr": "drive",
    "ct": "court",
    "qu": "quai quay",
    "rte": "route",
    "res": "residence",
    "gen": "general",
    "pdt": "president",
    "fbg": "faubourg fg",
}
KINDS: Final = frozenset(_SHORT) | frozenset(
    ("escalier", "ruelle", "via", "weg", "way", "calle", "promenade", "montee", "sentier", "rond", "point")
)
"""Words that say what kind of street it is. They tell little: half of all streets have one of them."""
_ONE_SPELLING: Final = MappingProxyType(
    {long: short for short, every in _SHORT.items() for long in every.split()}
)
_ARTICLES: Final = frozenset("de du des d l la le les the of et and di del della".split())

_DIGITS: Final = "零一二三四五六七八九"
_CJK: Final = r"\u3400-\u9fff\uf900-\ufaff"
_HAN_NUMBER: Final = r"[一二三四五六七八九十百零〇两]{1,5}"

# Behind the door. European words need a number or one letter after them: "Escalier B", but "Escalier du
# Port".
_ROOM_WORD: Final = (
    r"floor|flr|fl|etage|apt|appt|appartement|apartment|flat|room|rm|unit|suite|bat|batiment|building|bldg"
    r"|entree|entrance|porte|door|escalier|esc|interphone|stock"
)
_ROOM: Final = re.compile(
    rf"(?:\b(?:{_ROOM_WORD})\b\.?\s*(?:no\.?|n°|#)?\s*(?:\d{{1,5}}[a-z]?\b|[a-z]\b(?!['’]))"
    rf"|\b\d{{1,3}}\s*(?:st|nd|rd|th|er|eme|e)?\s*(?:floor|etage)\b"
    r"|\b(?:ground|top|first|second|third)\s+floor\b|\brez[- ]de[- ]chaussee\b|\brdc\b|#\s*\d{1,5}[a-z]?\b)"
)
_ANY_HAN: Final = re.compile(f"[{_CJK}]")
_LANE: Final = re.compile(rf"(?:(\d{{1,5}})|({_HAN_NUMBER}))\s*(?:弄|巷|胡同|里弄)")
_DOOR: Final = re.compile(
    rf"(?:(\d{{1,5}})|({_HAN_NUMBER}))\s*([a-z])?\s*(?:[-之]\s*(\d{{1,3}}))?\s*(?:号楼|号院|号|栋|幢|座)(?:\s*之\s*(\d{{1,3}}))?"
)
_LAST_NUMBER: Final = re.compile(rf"(?<=[{_CJK}])\s*(\d{{1,5}})(?:\s*-\s*(\d{{1,3}}))?\s*$")
_NUMBERED_STREET: Final = re.compile(r"(\d{1,2})(?=段|路|街|道|马路|线|环)")
_TOKEN: Final = re.compile(rf"[{_CJK}]+|[^\W_]+")
_NUMBER: Final = re.compile(r"(\d{1,5})(bis|ter|quater|[a-z]?)$")
_AFTER_NUMBER: Final = ("bis", "ter", "quater")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that may be the house's. `ordinal` counts along the street; `key` also tells 12 from 12bis.

    `word`: its place among the words; -1 for a Chinese chain (`1025/3`), which is nothing else.
    """

    ordinal: int
    key: str
    word: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a written address says. `unfinished`: its last word may still be going on."""

    words: tuple[str, ...]
    numbers: tuple[Number, ...]
    detail: str
    unfinished: bool


def take_apart(text: str) -> Written:
    """Take an address apart. Any text has an answer; one that says nothing has no words."""
    shown = unicodedata.normalize("NFKC", text[:LONGEST])
    unfinished = bool(shown) and shown[-1].isalnum()
    chain, rest, detail = _without_detail(shown)
    words, numbers = _words(rest)
    if chain is not None:
        numbers = (chain, *numbers)
    return Written(words, numbers, detail, unfinished and not detail)


def detail_of(text: str) -> str:
    """What :func:`take_apart` says is behind the door, without the rest: a file asks it of every line."""
    return _without_detail(unicodedata.normalize("NFKC", text[:LONGEST]))[2]


def _without_detail(shown: str) -> tuple[Number | None, str, str]:
    """The chain of a Chinese address, what its words are found in, and what lies behind the door."""
    plain = folded(shown)
    details: list[str] = []

    def behind(found: re.Match[str]) -> str:
        details.append(_as_shown(shown, plain, found))
        return " , "

    rest = _ROOM.sub(behind, plain)
    chain, rest, more = _chain(rest)
    if more.strip(" ,"):
        kept = len(shown) == len(plain) and plain.endswith(more)
        details.append(shown[len(shown) - len(more) :] if kept else more)
    return chain, rest, " ".join(filter(None, (each.strip(" ,.;，。、") for each in details)))


def _as_shown(shown: str, plain: str, found: re.Match[str]) -> str:
    """The words as they were typed, where folding kept every letter's place."""
    return shown[found.start() : found.end()] if len(shown) == len(plain) else found[0]


def _chain(text: str) -> tuple[Number | None, str, str]:
    """The lanes and the number of a Chinese address, what stands before them, and what stands behind."""
    if text.isascii():
        return None, text, ""
    text = _NUMBERED_STREET.sub(lambda found: _han(int(found[1])), text)
    if not _ANY_HAN.search(text):
        return None, text, ""
    links: list[str] = []
    start: int | None = None
    at = 0
    while found := _LANE.search(text, at):
        links.append(found[1] or str(_arabic(found[2])))
        start = found.start() if start is None else start
        at = found.end()
    door = _DOOR.search(text, at)
    if door is not None:
        key = (door[1] or str(_arabic(door[2]))) + (door[3] or "")
        sub = door[4] or door[5]
        links.append(f"{key}-{sub}" if sub else key)
        start = door.start() if start is None else start
        at = door.end()
    elif last := _LAST_NUMBER.search(text, at):
        links.append(last[1] + (f"-{last[2]}" if last[2] else ""))
        start = last.start() if start is None else start
        at = last.end()
    elif start is not None and (typed := re.match(r"\s*(\d{1,5})\s*$", text[at:])):
        links.append(typed[1])  # the door's number, before its 号 has been typed
        at = len(text)
    if start is None:
        return None, text, ""
    ordinal = int(re.match(r"\d+", links[0])[0])  # type: ignore[index]  # every link begins with digits
    return Number(ordinal, "/".join(links), -1), text[:start], text[at:]


def _arabic(han: str) -> int:
    """三 → 3, 十二 → 12, 一百零八 → 108, 二〇三 → 203."""
    han = han.replace("两", "二").replace("〇", "零")
    if "十" not in han and "百" not in han:
        return int("".join(str(_DIGITS.index(digit)) for digit in han))
    total, digit = 0, 0
    for sign in han:
        if sign in "十百":
            total += max(digit, 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.index(sign)
    return total + digit


def _han(number: int) -> str:
    """2 → 二, 12 → 十二: streets are called 中山二路, whatever is typed."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (
        _DIGITS[ones] if ones else ""
    )


def _words(text: str) -> tuple[tuple[str, ...], tuple[Number, ...]]:
    words: list[str] = []
    numbers: list[Number] = []
    for token in _TOKEN.findall(text):
        if len(words) == WORDS:
            break
        after_number = bool(numbers) and numbers[-1].word == len(words) - 1
        letter = token in ("a", "b", "c")
        if after_number and (letter or token in _AFTER_NUMBER) and numbers[-1].key.isdecimal():
            last = numbers.pop()
            numbers.append(Number(last.ordinal, last.key + token, last.word))
        elif token not in _ARTICLES or not words:
            word = _ONE_SPELLING.get(token, token)
            if found := _NUMBER.match(word):
                numbers.append(Number(int(found[1]), found[1].lstrip("0") + found[2], len(words)))
            if token not in _ARTICLES:
                words.append(word)
    return tuple(words), tuple(numbers)


def is_han(word: str) -> bool:
    """Whether a word is written in Chinese characters (a run of them is one word)."""
    return "\u3400" <= word[:1] <= "\u9fff"


def number_keys(text: str) -> tuple[tuple[int, str], ...]:
    """The house numbers that one cell of a file stands for, as (ordinal, key): `12;14`, `12-16`, `3bis`,
    `1025弄3号`.

    Empty where it is no number.
    """
    plain = folded(unicodedata.normalize("NFKC", text)).strip()
    if plain.isdecimal() and plain.isascii() and len(plain) <= 5:
        return ((int(plain), str(int(plain))),)
    if _ANY_HAN.search(plain):
        chain, _, _ = _chain(plain if plain.endswith(("号", "弄", "巷")) else plain + "")
        return ((chain.ordinal, chain.key),) if chain else ()
    found: list[tuple[int, str]] = []
    for part in re.split(r"[;,]", plain):
        if span := re.fullmatch(r"\s*(\d{1,5})\s*[-–]\s*(\d{1,5})\s*", part):
            first, last = int(span[1]), int(span[2])
            if first < last <= first + 20 and (last - first) % 2 == 0:
                found += [(number, str(number)) for number in range(first, last + 1, 2)]
            else:
                found.append((first, f"{first}-{last}"))
        elif split := re.fullmatch(r"\s*(\d{1,5})\s*/\s*(\d{1,4})\s*", part):
            found.append((int(split[1]), f"{int(split[1])}/{int(split[2])}"))
        elif single := re.fullmatch(r"\s*(\d{1,5})\s*(?:[/-]?\s*([a-z]|bis|ter|quater))?\s*", part):
            found.append((int(single[1]), str(int(single[1])) + (single[2] or "")))
    return tuple(found)


@lru_cache(maxsize=4096)
def street_words(name: str) -> tuple[str, ...]:
    """A street's name as words, spelt as typed addresses are."""
    plain = _NUMBERED_STREET.sub(
        lambda found: _han(int(found[1])), folded(unicodedata.normalize("NFKC", name))
    )
    return _words(plain)[0]


def grams(word: str) -> frozenset[str]:
    """The pieces by which a word is found: its beginning (`^` first), and every three letters or two
    characters.

    Part of a word has part of its pieces, so that a word is found before it is typed to its end, and with a
    slip.
    """
    size = 2 if is_han(word) else 3
    return frozenset((f"^{word[: size - 1]}", *(word[at : at + size] for at in range(len(word) - size + 1))))
