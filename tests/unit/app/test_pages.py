"""The shells and the files behind them, as a browser asks for them."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
from starlette.applications import Starlette

from app import assets as assets_module
from app.assets import Assets
from app.pages import PAGES, Pages

STREETS = Path("demo/streets.json")


@dataclass(frozen=True)
class Installation:
    """The settings that pages read."""

    base_url: str = "http://127.0.0.1:8000"
    utility_name: str = ""
    utility_phone: str = ""
    default_language: str = "zh-Hans"
    default_region: str = "CN"
    timezone: str = "Asia/Shanghai"
    demo: bool = True
    streets_file: Path | None = None


class Browser:
    """Asks the pages in the same process."""

    def __init__(self, pages: Pages) -> None:
        self._app = Starlette(routes=pages.routes())

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


def browser(**changes: object) -> Browser:
    return Browser(Pages(Installation(**changes)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client() -> Browser:
    return browser(streets_file=STREETS)


def facts(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="shell">(.*?)</script>', html)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


def import_map(html: str) -> dict[str, str]:
    found = re.search(r'<script nonce="[^"]+" type="importmap">(.*?)</script>', html)
    assert found
    names: dict[str, str] = json.loads(found[1])["imports"]
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
class TestShell:
    def test_is_small_and_has_a_title_in_the_readers_language(self, client: Browser, page) -> None:  # type: ignore[no-untyped-def]
        titles = set()
        for language, tag in (("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("en-GB", "en")):
            html = client.get(page.path, headers={"Accept-Language": language}).text
            assert len(html.splitlines()) < 80
            assert f'<html lang="{tag}"' in html
            titles.add(re.search(r"<title>(.*?)</title>", html)[1])  # type: ignore[index]
        assert len(titles) == 3

    def test_runs_nothing_without_the_nonce_of_this_very_answer(self, client: Browser, page) -> None:  # type: ignore[no-untyped-def]
        answers = [client.get(page.path) for _ in range(2)]
        nonces = []
        for answer in answers:
            policy = answer.headers["content-security-policy"]
            nonce = re.search(r"script-src 'nonce-([\w-]{20,})'(;|$)", policy)
            assert nonce, "only the nonce, not 'self' and no inline"
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert "require-trusted-types-for 'script'" in policy
            executable = [
                tag for tag in re.findall(r"<script[^>]*>", answer.text) if "application/json" not in tag
            ]
            assert executable and all(f'nonce="{nonce[1]}"' in tag for tag in executable)
            nonces.append(nonce[1])
        assert nonces[0] != nonces[1]

    def test_every_address_in_it_is_there_and_never_changes(self, client: Browser, page) -> None:  # type: ignore[no-untyped-def]
        html = client.get(page.path).text
        links = re.findall(r'(?:href|src)="(/[sv]/[^"]+)"', html)
        addresses = {*import_map(html).values(), *links}
        assert f"pages/{page.name}/main.js" in import_map(html)
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_says_who_it_is_to_the_browser(client: Browser) -> None:
    headers = client.get("/").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=(self)" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert "strict-transport-security" in browser(base_url="https://water.example").get("/").headers


class TestLanguage:
    def test_the_address_beats_the_cookie_and_the_cookie_the_browser(self, client: Browser) -> None:
        headers = {"Accept-Language": "en", "Cookie": "curbstop-language=zh-Hant"}
        assert '<html lang="zh-Hant"' in client.get("/", headers=headers).text
        answer = client.get("/?lang=zh-Hans", headers=headers)
        assert '<html lang="zh-Hans"' in answer.text
        assert "curbstop-language=zh-Hans" in answer.headers["set-cookie"]

    def test_without_any_word_it_is_the_installations(self, client: Browser) -> None:
        answer = browser(default_language="zh-Hant").get("/", headers={"Accept-Language": "*"})
        assert '<html lang="zh-Hant"' in answer.text

    def test_an_unknown_one_is_ignored(self, client: Browser) -> None:
        html = client.get("/?lang=tlh", headers={"Accept-Language": "en"}).text
        assert '<html lang="en"' in html

    def test_the_pseudo_language_is_for_the_demo_only(self, client: Browser) -> None:
        assert facts(client.get("/?lang=pseudo").text)["language"] == "pseudo"
        plain = browser(demo=False).get("/?lang=pseudo", headers={"Accept-Language": "en"})
        assert facts(plain.text)["language"] == "en"


def test_the_theme_is_in_the_first_byte_or_left_to_the_device(client: Browser) -> None:
    assert 'data-theme="sun"' in client.get("/", headers={"Cookie": "curbstop-theme=sun"}).text
    assert "data-theme=" not in client.get("/", headers={"Cookie": 'curbstop-theme="><b>'}).text


def test_a_name_cannot_leave_its_place() -> None:
    broken_out = '</script><img src=x onerror="x">'
    html = browser(utility_name=broken_out, utility_phone=broken_out).get("/").text
    assert "<img" not in html
    assert facts(html)["utility"] == facts(html)["phone"] == broken_out


def test_sent_messages_are_for_the_demo_only(client: Browser) -> None:
    assert client.get("/sent").status_code == 200
    assert browser(demo=False).get("/sent").status_code == 404


class TestFiles:
    def test_an_older_page_still_finds_its_files_but_does_not_keep_them(self, client: Browser) -> None:
        answer = client.get("/s/0000000000000000/lib/api.js")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache"

    def test_they_are_compressed_for_who_can_read_it(self) -> None:
        assets = Assets({"a.js": b"export const a = 1;\n" * 50}, "/s")
        assert assets["a.js"].gzipped is not None
        assert gzip.decompress(assets["a.js"].gzipped) == assets["a.js"].body

    def test_what_is_not_there_is_not_there(self, client: Browser) -> None:
        for path in (
            "/s/x/%2e%2e/pyproject.toml",
            "/s/x/lib/none.js",
            "/s/x/README.md",
            "/s/x/tsconfig.json",
        ):
            assert client.get(path).status_code == 404

    def test_a_page_gets_the_modules_it_reaches_and_no_others(self) -> None:
        files = {
            "pages/p/main.js": b'import { a } from "lib/a.js";\nconst later = () => import("lib/b.js");\n',
            "lib/a.js": b'import "lib/c.js";\n',
            "lib/b.js": b"export {};\n",
            "lib/c.js": b"export {};\n",
            "lib/other.js": b"export {};\n",
        }
        at_once, reachable = Assets(files, "/s").reach("pages/p/main.js")
        assert set(at_once) == {"pages/p/main.js", "lib/a.js", "lib/c.js"}
        assert set(reachable) == {*at_once, "lib/b.js"}


class TestMap:
    def test_comes_out_of_the_wheel_and_is_the_reviewed_one(self, client: Browser) -> None:
        html = client.get("/").text
        assert facts(html)["map"] is True
        assert b"Leaflet 1.9.4" in client.get(import_map(html)["leaflet"]).content

    def test_another_file_is_refused_and_the_page_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(assets_module, "LEAFLET", MappingProxyType({"leaflet.js": "0" * 64}))
        html = browser().get("/console").text
        told = facts(html)
        assert told["map"] is False and "not the reviewed" in str(told["map_missing"])
        assert "leaflet" not in import_map(html)

    def test_a_missing_wheel_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        assert "not installed" in str(facts(browser().get("/console").text)["map_missing"])

    def test_streets_lie_under_it_where_there_is_a_graph(self, client: Browser) -> None:
        address = str(facts(client.get("/").text)["base_map"])
        streets = client.get(address).json()
        west, south, east, north = streets["bounds"]
        assert west < east and south < north
        assert streets["attribution"].startswith("© OpenStreetMap")
        assert sum(len(lines) for lines in streets["lines"].values()) > 500
        assert any(name == "Avenue Princesse Grace" for name, _lon, _lat in streets["names"])
        assert facts(browser().get("/").text)["base_map"] == ""

    def test_the_sea_is_not_cut_out_at_start_where_a_picture_lies_beside(self, tmp_path: Path) -> None:
        drawn = json.loads(STREETS.with_name("base_map.json").read_bytes())
        (tmp_path / "streets.json").write_bytes(STREETS.read_bytes())

        def shown() -> dict[str, object]:
            page = browser(streets_file=tmp_path / "streets.json")
            told: dict[str, object] = page.get(str(facts(page.get("/").text)["base_map"])).json()
            return told

        assert shown() == drawn and len(drawn["water"]) >= 1, "drawn now, it is the same"
        (tmp_path / "base_map.json").write_text(json.dumps(drawn | {"attribution": "© others"}))
        assert shown()["attribution"] == "© others", "what lies beside is taken"
        for stale in (json.dumps(drawn | {"drawn_of": "0" * 64, "names": []}), "{", "[]"):
            (tmp_path / "base_map.json").write_text(stale)
            assert shown() == drawn, "drawn of other streets, or not readable"

    def test_an_unreadable_graph_is_no_graph(self, tmp_path: Path) -> None:
        broken = tmp_path / "streets.json"
        broken.write_text("{}")
        assert facts(browser(streets_file=broken).get("/").text)["base_map"] == ""


class TestRepresentativesApp:
    def test_can_be_installed(self, client: Browser) -> None:
        manifest = client.get("/manifest.webmanifest?lang=zh-Hant").json()
        assert manifest["start_url"] == "/rep" and manifest["display"] == "standalone"
        assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
        for icon in manifest["icons"]:
            assert client.get(icon["src"]).content.startswith(b"\x89PNG")
        assert manifest["name"] != client.get("/manifest.webmanifest?lang=en").json()["name"]

    def test_its_worker_knows_every_file_the_page_needs(self, client: Browser) -> None:
        answer = client.get("/sw.js")
        assert answer.headers["service-worker-allowed"] == "/rep"
        assert answer.headers["cache-control"] == "no-cache"
        shell = json.loads(re.match(r"const SHELL = (.*?);\n", answer.text)[1])  # type: ignore[index]
        html = client.get("/rep").text
        modules = ("lib/", "parts/", "call/", "pages/")  # they come in the page's pack
        named = {url for name, url in import_map(html).items() if not name.startswith(modules)}
        asked = set(re.findall(r'(?:stylesheet" href|module" src)="([^"]+)"', html))
        assert len(named) > 15 and len(asked) == 2
        assert named | asked <= set(shell["files"])
        assert all(client.get(path).status_code == 200 for path in shell["files"])


def test_a_customers_worker_begins_with_one_language_and_leaves_the_rest_for_when_it_is_used(
    client: Browser,
) -> None:
    answer = client.get("/customer-sw.js?lang=zh-Hant")
    assert answer.headers["service-worker-allowed"] == "/"
    shell = json.loads(re.match(r"const SHELL = (.*?);\n", answer.text)[1])  # type: ignore[index]
    assert (shell["path"], shell["surface"]) == ("/", "customer")
    texts = [path for path in shell["files"] if "/locales/" in path]
    assert len(texts) == 3 and all("/zh-Hant/" in path for path in texts)
    assert any(path.endswith("packs/customer.js") for path in shell["files"])
    brought = sum(len(client.get(path).content) for path in shell["files"])
    assert len(shell["files"]) <= 10 and brought < 400_000, "before compression; a fifth of it on the line"
