"""Questions as people type them, each with the code of its answer, or `none` where the bank has none.

``build.txt`` is what weights and thresholds are fitted to; ``measure.txt`` is only ever measured with.
"""

from __future__ import annotations

from pathlib import Path

NONE = "none"


def labelled(part: str) -> list[tuple[str, str]]:
    """Code and question, of the part `build` or `measure`."""
    lines = Path(__file__).with_name(f"{part}.txt").read_text("utf-8").splitlines()
    found = [tuple(line.split("\t")) for line in lines if line.strip()]
    return [(code, words) for code, words in found]
