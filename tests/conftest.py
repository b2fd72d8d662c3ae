"""What all tests share. The rig's parts say what they offer; this file only wires them in."""

from __future__ import annotations

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
    """Tests that share a started product go to the same worker, so that it is started once."""
    for item in items:
        if item.path.is_relative_to(HERE / "browser"):
            item.add_marker(pytest.mark.browser)
        if shared := _shared(item):
            item.add_marker(pytest.mark.xdist_group(shared))


def _shared(item: pytest.Item) -> str:
    """What names the fixture of its module that a test uses: the module, and the foundation it runs on."""
    fixtures = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - pytest has no public way to ask
    if not any(found[-1].scope == "module" for found in fixtures.values()):
        return ""
    parameters = getattr(item, "callspec", None)
    ids = parameters.id.split("-") if parameters else []
    return "-".join([item.path.stem, *(id for id in ("embedded", "full") if id in ids)])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    report_missing(terminalreporter)
