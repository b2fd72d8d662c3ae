"""Every code that a network file can be refused or doubted with has its text in three languages."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TELLING = {"fault": 0, "warning": 0, "Fault": 0, "_wrong": 1}
"""Calls that tell something, and which of their arguments is the code."""
PLACE = {"feature", "line", "field"}
OFF = {"code", "most"}


def told() -> dict[str, set[str]]:
    """Codes written out in the reader, each with the names of what can be filled in."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "field" / "network").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            at = TELLING.get(name)
            if at is None or len(node.args) <= at:
                continue
            code = node.args[at]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                found.setdefault(code.value, set()).update(given | PLACE)
    return found


CODES = told() | {
    "network_removes_most": {"layer", "removed", "of"},
    "network_elsewhere": {"lon", "lat"},
    "connection_off": OFF,
    "hydrant_off": OFF,
    "unknown_node": {"code"} | PLACE,
    "unknown_link": {"code"} | PLACE,
    "too_many_pipes": {"found", "most"},
    "too_many_points": {"found", "most"},
}


def texts(language: str) -> dict[str, str]:
    path = ROOT / "static" / "locales" / language / "reasons.json"
    loaded: dict[str, str] = json.loads(path.read_text("utf-8"))
    return loaded


def test_the_codes_were_found() -> None:
    assert {"crs_missing", "valve_off_pipe", "unknown_section", "stops_short"} <= set(CODES)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_each_code_has_its_text(language: str) -> None:
    said, english = texts(language), texts("en")
    for code, given in CODES.items():
        places = set(re.findall(r"{(\w+)}", said[code]))
        assert places == set(re.findall(r"{(\w+)}", english[code])), code
        assert places <= given, code
        assert language == "en" or re.search(r"[\u4e00-\u9fff]", said[code]), code
