"""Rules of the house that a reviewer would forget to look for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from app.capabilities import APIS
from kernel.actors import SURFACE_ROLES
from kernel.contracts import NumberedEvent
from kernel.outbox import EVENT_TYPES
from kernel.web.sessions import StaffSurface
from tests.architecture.sources import ROOT, Source, dotted, place, sources, tracked

NOW = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "date.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
}
ASKS_THE_TIME = {"kernel/clock.py", "app/simulate/clock.py"}
COMMITS = {"kernel/database.py", "app/migrations/schema.py"}
"""Migrations are no unit of work: they change the tables that units of work are made of."""
LONGEST = 500
MEASURED = {".py", ".js", ".css"}


def calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def test_only_the_clock_asks_what_time_it_is() -> None:
    wrong = [
        f"{place(source, call)} {dotted(call.func)}"
        for source in sources()
        if source.path not in ASKS_THE_TIME
        for call in calls(source)
        if dotted(call.func) in NOW
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_unit_of_work_commits() -> None:
    wrong = [
        place(source, call)
        for source in sources()
        if source.path not in COMMITS
        for call in calls(source)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_kernel_asks_which_database_it_is() -> None:
    words = {"is_sqlite", "dialect"}
    wrong = [
        f"{place(source, node)} .{node.attr}"
        for source in sources("assist", "field", "demo", "app")
        if not source.path.startswith(("app/migrations/", "app/doctor.py"))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in words
    ]
    assert not wrong, "\n".join(wrong)


def test_nobody_imports_field_bare() -> None:
    """It would hide ``dataclasses.field``."""
    wrong = [
        place(source, node)
        for source in sources("app", "assist", "demo", "field", "kernel", "tests", "benchmarks")
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Import) and any(alias.name == "field" for alias in node.names))
    ]
    assert not wrong, "\n".join(wrong)


def test_nobody_prints() -> None:
    wrong = [
        place(source, call) for source in sources() for call in calls(source) if dotted(call.func) == "print"
    ]
    assert not wrong, "\n".join(wrong)


def test_no_room_for_odds_and_ends() -> None:
    named = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    wrong = [source.path for source in sources() if named & set(source.module.split("."))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("suffix", sorted(MEASURED))
def test_no_file_is_too_long_to_be_one_room(suffix: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n")
        for path in tracked()
        if path.suffix == suffix
    }
    wrong = [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LONGEST]
    assert not wrong, "\n".join(wrong)


def test_nine_in_ten_files_are_short() -> None:
    lengths = sorted(source.text.count("\n") for source in sources())
    assert lengths[len(lengths) * 9 // 10] < 300, lengths[len(lengths) * 9 // 10 :]


def test_whatever_tells_of_a_step_says_which() -> None:
    """Without its number a word about a task or a request is heard in whatever order it arrives."""
    numbered = {kind.__name__ for kind in EVENT_TYPES.values() if issubclass(kind, NumberedEvent)}
    wrong = [
        f"{place(source, call)} {dotted(call.func)}"
        for source in sources("assist", "field")
        for call in calls(source)
        if dotted(call.func) in numbered and not {keyword.arg for keyword in call.keywords} & {"step", None}
    ]
    assert not wrong, "\n".join(wrong)


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)


def test_no_secret_is_in_an_answer_that_is_compressed() -> None:
    """The length of a compressed answer tells of its content (docs/adr/0024)."""
    shapes = {
        operation.path: set(_properties(operation.returns.json_schema(mode="serialization")))
        for api in APIS
        for operation in api.operations
        if operation.compressed and operation.returns is not None
    }
    assert {"/api/board", "/api/board/changes", "/api/zones"} <= shapes.keys()
    secret = re.compile(r"token|secret|password|link|invitation|session")
    wrong = {path: [name for name in names if secret.search(name)] for path, names in shapes.items()}
    assert not any(wrong.values()), wrong


def test_every_page_of_staff_can_be_signed_in_to() -> None:
    assert set(get_args(StaffSurface)) == set(SURFACE_ROLES)
