"""Every code that a person may meet has a text in all three languages, with placeholders that are
really given.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from field.dispatch.engine.proposals import COSTLIER
from field.dispatch.engine.search import Rule
from field.grid.files.rings import _VALIDITY

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "field" / "grid").glob("*.py"),
    *(ROOT / "field" / "grid" / "files").rglob("*.py"),
    *(ROOT / "kernel" / "files").glob("*.py"),
    *(ROOT / "field" / "grid" / "formats").glob("*.py"),
    ROOT / "field" / "dispatch" / "engine" / "proposals.py",
]
# Added to every fault by where it was found.
PLACE = {"feature", "unit", "line", "field"}


def told(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Codes written out in calls that tell something, each with the names of its parameters."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        strings = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        given = {keyword.arg for keyword in node.keywords if keyword.arg}
        if name in ("fault", "warning", "_fault", "Reason") and strings and isinstance(strings[0], str):
            if len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
                given |= {str(key.value) for key in node.args[1].keys if isinstance(key, ast.Constant)}
            yield strings[0], given | PLACE
        if name == "_known" and isinstance(strings[-1], str):
            yield strings[-1], {"value"} | PLACE


CODES = dict(pair for path in SOURCES for pair in told(path))
CODES |= {code: {"part", "lon", "lat"} for code in {*_VALIDITY.values(), "invalid_ring"}}
CODES |= {code: {"code", "other", "area_m2", "lon", "lat"} for code in ("zones_overlap", "zone_swallows")}
CODES |= {"mended": {"before_m2", "after_m2", "mend"}, "mended_outline": {"after_m2", "mend"}}
CODES |= {"bad_name": {"value", "most"}, "lost_characters": {"value"}, "twice_encoded": {"value", "meant"}}
CODES |= {code: {"byte", "line", "candidates"} for code in ("not_utf8", "unknown_encoding")}
CODES |= {COSTLIER: {"extra_travel_s"}}
CODES |= {"home_at_zero": set(), "home_swapped": {"km"}, "home_far": {"km"}}
PLACED = {"lon", "lat", "country", "other_country"}
CODES |= {code: PLACED for code in ("place_swapped", "place_either", "place_at_sea")}
CODES |= {code: PLACED | {"km"} for code in ("place_wide", "place_elsewhere")}
CODES |= {f"duplicate_{field}": {"value", "first", "code"} for field in ("code", "username")}
GIVEN_BY_RULE = {
    Rule.OFF_SHIFT: {"from", "until"},
    Rule.NO_SKILL: {"skill"},
    Rule.LEVEL_TOO_LOW: {"skill", "level", "needed"},
    Rule.NO_PARTS: {"parts"},
    Rule.WINDOW_MISSED: {"at"},
}
CODES |= {rule.value: GIVEN_BY_RULE.get(rule, set()) for rule in Rule if rule is not Rule.OK}


def texts(language: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((ROOT / "static" / "locales" / language / "reasons.json").read_text())
    return loaded


def test_the_codes_were_found() -> None:
    assert {"zones_overlap", "unknown_skill", "unknown_zone", "zone_owner", "tasks_late", "costlier"} <= set(
        CODES
    )


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_has_its_text(code: str, language: str) -> None:
    text = texts(language)[code]
    assert set(re.findall(r"{(\w+)}", text)) <= CODES[code]
    assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", texts("en")[code]))
    assert language == "en" or re.search(r"[\u4e00-\u9fff]", text)
