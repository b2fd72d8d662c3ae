"""Contrast of the design tokens, as WCAG 2.2 computes it (1.4.3): text 4.5:1, in sunlight 7:1, edges 3:1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path("static/css/tokens.css").read_text("utf-8")
TEXT = (
    ("ink", "bg"), ("ink", "card"), ("ink", "bg2"), ("ink2", "bg"), ("ink2", "card"), ("ink2", "bg2"),
    ("brand", "bg"), ("brand", "card"), ("on-brand", "brand"), ("on-brand", "brand-press"), ("on-bad", "bad"),
    ("brand-deep", "brand-soft"), ("ink", "brand-soft"), ("ok", "card"), ("ok", "ok-soft"),
    ("ink", "ok-soft"),
    ("warn", "card"), ("warn", "warn-soft"), ("ink", "warn-soft"), ("bad", "card"), ("bad", "bg"),
    ("bad", "bad-soft"), ("ink", "bad-soft"), ("ink2", "brand-soft"),
)  # fmt: skip
EDGES = (("edge", "bg"), ("edge", "card"))


def block(start: str) -> dict[str, str]:
    body = CSS[CSS.index(start) :]
    body = body[: body.index("\n  }")]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", body))


THEMES = {
    "light": block(":root {"),
    "dark": block(":root {") | block('[data-theme="dark"] {'),
    "sun": block(":root {") | block('[data-theme="sun"] {'),
}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(part * 2 for part in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("theme", "least"), [("light", 4.5), ("dark", 4.5), ("sun", 7.0)])
def test_text_can_be_read(theme: str, least: float) -> None:
    colours = THEMES[theme]
    weak = {
        pair: round(found, 2) for pair in TEXT if (found := contrast(*(colours[c] for c in pair))) < least
    }
    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_controls_can_be_seen(theme: str) -> None:
    colours = THEMES[theme]
    weak = {pair: round(found, 2) for pair in EDGES if (found := contrast(*(colours[c] for c in pair))) < 3}
    assert weak == {}
