"""Marks over a still, as SVG: each stroke first wide and dark, then in its colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

COLOURS: Mapping[str, str] = {"staff": "#ffd60a", "customer": "#5cc8ff"}
DARK = "#040e16"
HEAD = math.radians(28)
"""Between an arrow's shaft and each side of its head."""

Point = tuple[float, float]


def drawing(width: int, height: int, marks: Sequence[Mapping[str, Any]]) -> str:
    """The marks as inline SVG; empty without any. ``points`` are 0–1 of the still, x right and y down."""
    if not marks:
        return ""
    stroke = max(3.0, min(width, height) * 0.009)
    drawn = "".join(_mark(mark, width, height, stroke) for mark in marks)
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{drawn}</svg>'


def _mark(mark: Mapping[str, Any], width: int, height: int, stroke: float) -> str:
    points = [(x * width, y * height) for x, y in mark["points"]]
    colour = COLOURS.get(mark["by"], COLOURS["staff"])
    if not points:
        return ""
    if mark["tool"] == "text":
        size = max(14.0, min(width, height) * 0.045)
        (x, y) = points[0]
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" font-weight="600" fill="{colour}" '
            f'stroke="{DARK}" stroke-width="{size / 5:.1f}" paint-order="stroke">'
            f"{escape(mark['text'])}</text>"
        )
    path = _path(mark["tool"], points, stroke * 5.5)
    return "".join(
        f'<path d="{path}" fill="none" stroke="{of}" stroke-width="{wide:.1f}" stroke-linecap="round" '
        f'stroke-linejoin="round"/>'
        for of, wide in ((DARK, stroke * 1.9), (colour, stroke))
    )


def _path(tool: str, points: Sequence[Point], head: float) -> str:
    first, second = points[0], points[min(1, len(points) - 1)]
    if tool == "box":
        return _line([first, (second[0], first[1]), second, (first[0], second[1])]) + "Z"
    if tool == "arrow":
        angle = math.atan2(first[1] - second[1], first[0] - second[0])
        sides = [
            (second[0] + head * math.cos(angle + turn), second[1] + head * math.sin(angle + turn))
            for turn in (-HEAD, HEAD)
        ]
        return _line([first, second]) + _line([sides[0], second, sides[1]])
    return _line(points if len(points) > 1 else [first, (first[0] + 0.01, first[1])])


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
