"""What all tests share. The rig's parts say what they offer; this file only wires them in."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.rig.need import report_missing

pytest_plugins = [
    "tests.rig.foundations",
    "tests.rig.stack",
    "tests.rig.browsers",
    "tests.rig.room_client",
    "tests.rig.town",
    "tests.rig.working_day",
    "tests.rig.desk",
]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE / "browser"):
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish() -> None:
    # What is loaded by now stays to the end, and walking through it again and again costs tests a quarter
    # of their time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    report_missing(terminalreporter)
