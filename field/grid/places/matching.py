"""How well a street answers to what was typed: a number between 0 and 1, and what is left over for its door.

Each word typed is held against the street's words and its town's. A word counts whole when it is the same,
most of it when it is how the street's word begins (someone is still typing), and by Dice's coefficient over
pieces (L. R. Dice 1945, doi:10.2307/1932409) when letters are wrong. Words for kinds of street count little.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from field.grid.places.writing import KINDS, Number, Written, grams, is_han

WORTH_SHOWING: Final = 0.5
SURE: Final = 0.8
"""From here on it is the street that was meant, letters typed wrong or not."""
_BEGINNING: Final = 0.92
_KIND: Final = 0.25
_SLIP: Final = 0.85


@dataclass(frozen=True, slots=True)
class Fit:
    """`score` 0…1; `numbers`: those typed that are no part of the street's own name, likeliest first."""

    score: float
    numbers: tuple[Number, ...]


def fit(written: Written, street: tuple[str, ...], town: tuple[str, ...]) -> Fit:
    """Hold what was typed against one street and its town."""
    if not street or not written.words:
        return Fit(0.0, written.numbers)
    own_numbers = {number.word for number in written.numbers if number.word >= 0}
    last = len(written.words) - 1
    answered = [0.0] * len(street)
    spare: list[Number] = [number for number in written.numbers if number.word < 0]
    asked = given = 0.0
    in_town = 0.0
    for place, word in enumerate(written.words):
        open_end = place == last and written.unfinished
        best, which = 0.0, -1
        for number, own in enumerate(street):
            like = 1.0 if word == own else _likeness(word, own, open_end)
            if like > best and like > answered[number]:
                best, which = like, number
        if place in own_numbers and best < 1.0:
            spare.append(next(each for each in written.numbers if each.word == place))
            continue
        if which >= 0:
            answered[which] = max(answered[which], best)
        weight = _weight(word)
        of_town = max((_likeness(word, each, open_end) for each in town), default=0.0)
        if of_town > best:
            in_town = max(in_town, of_town)
            best = of_town
        asked += weight
        given += weight * best
    known = sum(_weight(own) * like for own, like in zip(street, answered, strict=True))
    if not asked or not known:
        return Fit(0.0, tuple(spare))
    whole = known / sum(map(_weight, street))
    return Fit(0.7 * given / asked + 0.27 * whole + 0.03 * in_town, tuple(spare))


def _weight(word: str) -> float:
    return _KIND if word in KINDS else 1.0


@lru_cache(maxsize=65_536)
def _likeness(typed: str, own: str, open_end: bool) -> float:
    if typed == own:
        return 1.0
    if is_han(typed) and is_han(own):
        if own in typed:  # 上海市中山北路 holds 中山北路; a longer street name inside explains more
            return 0.9 + 0.1 * len(own) / len(typed)
        if typed in own:
            return _BEGINNING if own.startswith(typed) else 0.85
    elif own.startswith(typed) and (open_end or len(typed) >= 3):
        return _BEGINNING
    if min(len(typed), len(own)) < 3:
        return 0.0
    a, b = _grams(typed), _grams(own)
    dice = 2 * len(a & b) / (len(a) + len(b))
    swapped = 0.75 if dice < 0.75 and _one_slip(typed, own) else 0.0
    return _SLIP * max(dice if dice >= 0.45 else 0.0, swapped)


def _one_slip(a: str, b: str) -> bool:
    """Whether a letter more, a letter less, another one, or two exchanged, makes one word of the other."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 4:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    if len(a) == len(b):
        return a[start + 1 :] == b[start + 1 :] or (
            a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
        )
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return longer[start + 1 :] == shorter[start:]


@lru_cache(maxsize=65_536)
def _grams(word: str) -> frozenset[str]:
    return grams(word)
