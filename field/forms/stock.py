"""What is in a van, and what has to be put into it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(frozen=True)
class Level:
    """How much of a part a van carries: below ``low`` it is filled up to ``full``."""

    part: str
    low: int
    full: int


@dataclasses.dataclass(frozen=True)
class RestockLine:
    """A part that a van has too little of. ``wanted``: how many fill it up."""

    part: str
    on_hand: int
    low: int
    wanted: int


def taken(stock: Mapping[str, int], used: Mapping[str, int]) -> dict[str, int]:
    """The stock after parts were used. Nobody uses what is not there: the count was wrong."""
    return {part: max(0, count - used.get(part, 0)) for part, count in stock.items()}


def put_in(stock: Mapping[str, int], added: Mapping[str, int]) -> dict[str, int]:
    """The stock after parts were put in."""
    return {part: stock.get(part, 0) + added.get(part, 0) for part in sorted({*stock, *added})}


def restock(stock: Mapping[str, int], levels: Iterable[Level]) -> tuple[RestockLine, ...]:
    """What to put in, by part. A van that does not carry a part at all is not filled with it."""
    return tuple(
        RestockLine(level.part, stock[level.part], level.low, level.full - stock[level.part])
        for level in sorted(levels, key=lambda level: level.part)
        if level.part in stock and stock[level.part] < level.low
    )
