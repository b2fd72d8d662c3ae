"""Documents that are kept true by a test."""

from __future__ import annotations

import re

import pytest

from app.settings_document import render
from kernel.settings import Settings
from tests.architecture.sources import ROOT, tracked

TEXT = {".py", ".js", ".css", ".json", ".md", ".toml", ".in", ".txt", ".html", ".svg", ".mako", ".csv", ""}
# Put together here so that this file does not contain what it looks for.
BUILD_MACHINE = re.compile("|".join(["/" + "work/", "/root/" + r"\.", "/tmp/" + "brief", "h-seed" + "-"]))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_it_is(name: str) -> None:
    described = Settings.model_fields[name].description or ""
    assert len(described) > 15 and described.endswith((".", "?")), f"{name}: {described!r}"


def test_the_page_of_settings_is_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == render(), "make docs renews it"


def test_nothing_names_the_machine_it_was_built_on() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked()
        if path.suffix in TEXT and (found := BUILD_MACHINE.search(path.read_text("utf-8", errors="replace")))
    ]
    assert not wrong, "\n".join(wrong)
