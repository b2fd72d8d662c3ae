"""Texts in the languages of the house.

The catalogues are the same JSON files that browsers load: ``static/locales/<language>/<area>.json``, flat
maps from key to text with ``{name}`` placeholders.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
FALLBACK: Language = "en"

_ROOTS = (Path(__file__).parent.parent / "static", Path(__file__).parent / "static")
STATIC = next((root for root in _ROOTS if root.exists()), _ROOTS[0])
"""What browsers load, wherever the installation has it."""
LOCALES = STATIC / "locales"


@cache
def catalogue(language: str, area: str) -> dict[str, str]:
    """All texts of one area in one language; empty when there are none."""
    path = LOCALES / language / f"{area}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def text(language: str, area: str, key: str, /, **params: object) -> str:
    """The text ``key`` of ``area``, its placeholders filled.

    Falls back to English, then to the key itself, so that a missing text is seen and nothing breaks.
    """
    found = catalogue(language, area).get(key) or catalogue(FALLBACK, area).get(key) or key
    for name, value in params.items():
        found = found.replace("{" + name + "}", str(value))
    return found


def pick_language(accept_language: str, default: Language = "zh-Hans") -> Language:
    """The best of our languages for an ``Accept-Language`` header (RFC 9110 §12.5.4)."""
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accept_language.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        if language := _of_tag(tag):
            ranked.append((-_quality(weight), position, language))
    return min(ranked)[2] if ranked else default


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


def _of_tag(tag: str) -> Language | None:
    parts = tag.lower().split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] in ("zh", "yue"):
        traditional = {"hant", "tw", "hk", "mo"} & set(parts[1:])
        return "zh-Hant" if traditional and "hans" not in parts else "zh-Hans"
    return None
