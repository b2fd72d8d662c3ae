"""Browser modules, read without a browser: they find each other, and keep the rules of the house."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.assets import ROOT, Assets
from app.pages import PAGES

STATIC = Path("static")
MODULES = sorted(
    path for folder in ("lib", "parts", "call", "pages") for path in (STATIC / folder).rglob("*.js")
)
KNOW_THE_DOCUMENT = {"theme.js", "trust.js"}
ASSETS = Assets.below(ROOT)


def name(path: Path) -> str:
    return path.relative_to(STATIC).as_posix()


def code(path: Path) -> str:
    """The module without its comments."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    return re.sub(r"(^|\s)//.*", "", text)


@pytest.mark.parametrize("path", MODULES, ids=name)
class TestModule:
    def test_finds_what_it_imports(self, path: Path) -> None:
        at_once, later = ASSETS.imports(name(path))
        wanted = [one for one in (*at_once, *later) if one != "leaflet"]
        assert [one for one in wanted if one not in ASSETS] == []

    def test_names_others_by_their_whole_path(self, path: Path) -> None:
        assert not re.search(r"""(?:from|import)\s*\(?\s*["']\.""", path.read_text("utf-8"))

    def test_makes_no_markup_out_of_strings(self, path: Path) -> None:
        forbidden = r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval)\b|new Function"
        assert not re.search(forbidden, code(path))
        assert not re.search(r'\bstyle: ["`][^"`]*:|setAttribute\("style"', code(path))

    def test_goes_down_the_floors_only(self, path: Path) -> None:
        floor = path.relative_to(STATIC).parts[0]
        below = ("lib/", "parts/", "icons/", "leaflet")
        allowed = {"lib": ("lib/",), "parts": below, "call": (*below, "call/")}.get(floor)
        if allowed is None:
            page = path.relative_to(STATIC).parts[1]
            allowed = (*below, "call/", f"pages/{page}/")
        at_once, later = ASSETS.imports(name(path))
        assert [one for one in (*at_once, *later) if not one.startswith(allowed)] == []

    def test_is_short(self, path: Path) -> None:
        assert len(path.read_text("utf-8").splitlines()) < 400


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent.name == "lib"], ids=name)
def test_a_library_knows_no_page(path: Path) -> None:
    if path.name not in KNOW_THE_DOCUMENT:
        assert not re.search(r"(?<![.\w])document\.|customElements|HTMLElement", code(path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_has_its_first_module_and_its_texts(page) -> None:  # type: ignore[no-untyped-def]
    assert f"pages/{page.name}/main.js" in ASSETS
    for language in ("zh-Hans", "zh-Hant", "en"):
        for area in page.areas:
            assert f"locales/{language}/{area}.json" in ASSETS


def symbols(sprite: str) -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons" / sprite).read_text("utf-8")))


def test_every_icon_that_is_named_is_drawn() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in MODULES)
    named = set(re.findall(r'\bicon(?:\(|: |: [^,"\n]{0,60}\? )"([a-z-]+)"', sources))
    assert len(named) > 20
    assert named - symbols("ui.svg") == set()


def test_every_step_of_every_guide_has_its_picture() -> None:
    guides = [json.loads(path.read_text("utf-8")) for path in Path("assist/guide/guides").glob("*.json")]
    wanted = {f"g-{step['illustration']}" for guide in guides for step in guide["steps"].values()}
    assert wanted
    assert wanted - symbols("art.svg") == set()
    listed = set(
        re.findall(r'^  "(\w+)",$', (STATIC / "pages/customer/guide-art.js").read_text("utf-8"), re.M)
    )
    assert {f"g-{one}" for one in listed} == {one for one in symbols("art.svg") if one.startswith("g-")}
