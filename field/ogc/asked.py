"""What is asked of a collection: how many features, where, when, and after which one.

OGC API – Features – Part 1: Core (OGC 17-069r4) names the parameters: ``limit`` (§7.15.2), ``bbox``
(§7.15.3), ``datetime`` (§7.15.4); ``f`` is a custom of such services, ``cursor`` our own, which only links of
ours carry. A parameter that is none of these, and a value that cannot be read, is a fault (§7.6, §7.7): who
misspells ``bbox`` is not to be given the whole town.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from kernel.errors import Fault

LIMIT: Final = 100
MOST: Final = 1000
"""More is not refused: as many as this are given, and a link to the next."""
FORMATS: Final = ("json", "html")
CURSOR_LENGTH: Final = 64
COMMON: Final = ("f", "surface")

_INTEGER: Final = re.compile(r"[0-9]{1,9}")

Box = tuple[float, float, float, float]
"""West, south, east, north in WGS-84 degrees; never across the 180th meridian."""
Period = tuple[datetime | None, datetime | None]
"""From and until, both within; None: without an end on that side."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """`boxes`: features that meet any of them, all where there are none; `after`: the key of the last feature
    of the page before."""

    limit: int = LIMIT
    boxes: tuple[Box, ...] = ()
    period: Period | None = None
    after: str | None = None


def unknown(given: Collection[str], known: Collection[str]) -> list[Fault]:
    """A fault for each parameter that there is not."""
    others = sorted(set(given) - {*known, *COMMON})
    return [_fault(name, f"no such parameter; there are {', '.join(known) or 'none'}") for name in others[:8]]


def read_asked(given: Mapping[str, str]) -> tuple[Asked, list[Fault]]:
    """What the parameters say, with every fault of them."""
    faults: list[Fault] = []
    asked = Asked(
        _limit(given.get("limit"), faults),
        _boxes(given.get("bbox"), faults),
        _period(given.get("datetime"), faults),
        _cursor(given.get("cursor"), faults),
    )
    return asked, faults


def _fault(name: str, problem: str) -> Fault:
    where = f"query.{name[:40]}"
    return Fault("field_invalid", where, problem, {"field": where, "problem": problem})


def _limit(text: str | None, faults: list[Fault]) -> int:
    if text is None:
        return LIMIT
    if not _INTEGER.fullmatch(text) or not int(text):
        faults.append(_fault("limit", "a whole number from 1"))
        return LIMIT
    return min(int(text), MOST)


def _boxes(text: str | None, faults: list[Fault]) -> tuple[Box, ...]:
    if text is None:
        return ()
    try:
        numbers = [float(part) for part in text.split(",", 6)]
    except ValueError:
        numbers = []
    if len(numbers) == 6:  # with heights, which no feature here has
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        faults.append(_fault("bbox", "four numbers, west,south,east,north, or six with heights"))
        return ()
    west, south, east, north = numbers
    if south > north or not all(-180 <= lon <= 180 for lon in (west, east)) or max(-south, north) > 90:
        faults.append(_fault("bbox", "longitudes from -180 to 180 and latitudes from -90 to 90, south first"))
        return ()
    if west > east:  # across the 180th meridian
        return ((west, south, 180.0, north), (-180.0, south, east, north))
    return ((west, south, east, north),)


def _period(text: str | None, faults: list[Fault]) -> Period | None:
    """An instant, or an interval that may be open on one side (``..`` or nothing)."""
    if text is None:
        return None
    first, slash, last = text.partition("/")
    ends = [_moment(part) for part in ((first, last) if slash else (first, first))]
    open_ended = [slash != "" and part in ("", "..") for part in (first, last)]
    wrong = any(end is None and not opened for end, opened in zip(ends, open_ended, strict=True) if slash)
    if wrong or (not slash and ends[0] is None) or all(open_ended):
        faults.append(_fault("datetime", "a moment with its zone (RFC 3339), or two with / between, one .."))
        return None
    begin, end = ends
    if begin is not None and end is not None and begin > end:
        faults.append(_fault("datetime", "the earlier moment first"))
        return None
    return begin, end


def _moment(text: str) -> datetime | None:
    # A plus sign that nobody encoded arrives as a space.
    plain = re.sub(r" (\d\d:\d\d)$", r"+\1", text[:40])
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        return None
    if found.tzinfo is None or not 1 < found.year < 9999:
        return None
    return found.astimezone(UTC)


def _cursor(text: str | None, faults: list[Fault]) -> str | None:
    if text is not None and (not text or len(text) > CURSOR_LENGTH or not text.isprintable()):
        faults.append(_fault("cursor", "as a link of ours gave it"))
        return None
    return text
