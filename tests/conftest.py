"""What all tests share. The rig's parts say what they offer; this file only wires them in."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
import structlog

from tests.rig.compiled import share_compiled_statements
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


def pytest_configure() -> None:
    # A traceback drawn with every local variable takes a tenth of a second: a job that fails at every turn
    # would have little time for anything else.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    share_compiled_statements()


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
