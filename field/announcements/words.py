"""The words of an announcement, in all languages, out of what it says.

Plain text; what people typed stands in it as they typed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from field.announcements.announcement import Content
from kernel.i18n import LANGUAGES, text

AREA = "announcements"
NAMED = 6
"""Zones that are named; of more it is said how many there are."""

Names = Mapping[str, str]
"""Of a zone, by language."""


def texts_of(content: Content, zones: Sequence[Names], timezone: ZoneInfo) -> dict[str, dict[str, str]]:
    """By language: `title`, `known` (the one sentence for whoever is about to report it), `when`, `why`,
    `where`, `extra`."""
    return {language: _texts(language, content, zones, timezone) for language in LANGUAGES}


def _texts(language: str, content: Content, zones: Sequence[Names], timezone: ZoneInfo) -> dict[str, str]:
    kind = content.kind.value
    starts = content.starts_at.astimezone(timezone)
    ends = content.ends_at.astimezone(timezone) if content.ends_at else None
    where = _where(language, content.where, zones)
    begins = {"day": _day(language, starts), "time": f"{starts:%H:%M}"}
    if ends is None:
        when = text(language, AREA, "when.open", **begins)
        known = text(language, AREA, f"known.{kind}.open")
    else:
        end = {"end_day": _day(language, ends), "end_time": f"{ends:%H:%M}"}
        same = "when.day" if ends.date() == starts.date() else "when.days"
        when = text(language, AREA, same, **begins, **end)
        known = text(
            language,
            AREA,
            f"known.{kind}",
            when=text(language, AREA, "end", day=end["end_day"], time=end["end_time"]),
        )
    return {
        "title": text(language, AREA, f"kind.{kind}"),
        "known": known,
        "when": when,
        "why": text(language, AREA, f"cause.{content.cause.value}"),
        "where": where,
        "extra": _said(language, content.extra),
    }


def _day(language: str, moment: datetime) -> str:
    return text(language, AREA, "day", month=text(language, AREA, f"month.{moment.month}"), day=moment.day)


def _where(language: str, written: str, zones: Sequence[Names]) -> str:
    named = [each.get(language) or each["zh-Hans"] for each in zones[:NAMED]]
    joined = text(language, AREA, "comma").join(named)
    if len(zones) > NAMED:
        joined = text(language, AREA, "more", zones=joined, count=len(zones) - NAMED)
    if written and joined:
        return text(language, AREA, "place", where=written, zones=joined)
    return written or joined


def _said(language: str, extra: Mapping[str, str]) -> str:
    """In the reader's language, else in the one that there is: it is better read in another than not."""
    near = {"zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans"}.get(language, "zh-Hans")
    return next((extra[each] for each in (language, near, *LANGUAGES) if extra.get(each)), "")
