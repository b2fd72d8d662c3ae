"""Documents that are kept true by a test."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from app import settings_document, state_document
from kernel.settings import Settings
from tests.architecture.sources import ROOT, tracked

TEXT = {".py", ".js", ".css", ".json", ".md", ".toml", ".in", ".txt", ".html", ".svg", ".mako", ".csv", ""}
# Put together here so that this file does not contain what it looks for.
BUILD_MACHINE = re.compile("|".join(["/" + "work/", "/root/" + r"\.", "/tmp/" + "brief", "h-seed" + "-"]))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_it_is(name: str) -> None:
    described = Settings.model_fields[name].description or ""
    assert len(described) > 15 and described.endswith((".", "?")), f"{name}: {described!r}"


@pytest.mark.parametrize("page", [settings_document, state_document])
def test_a_generated_page_is_up_to_date(page: ModuleType) -> None:
    name = {"settings_document": "settings.md", "state_document": "states.md"}[
        page.__name__.rpartition(".")[2]
    ]
    assert (ROOT / "docs" / name).read_text("utf-8") == page.render(), "make docs renews it"


def test_nothing_names_the_machine_it_was_built_on() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked()
        if path.suffix in TEXT and (found := BUILD_MACHINE.search(path.read_text("utf-8", errors="replace")))
    ]
    assert not wrong, "\n".join(wrong)
