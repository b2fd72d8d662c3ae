"""Who is answered with a page, and what it looks like without a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request

from app.fault_pages import by_device, fault_page, wants_page
from app.pages import Pages
from kernel.errors import CurbstopError, NotFound, Unavailable
from tests.unit.app.test_pages import Installation

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def asked(accept: str | None = None, path: str = "/nothing", **headers: str) -> Request:
    given = {"accept": accept, **headers}
    raw = [(name.encode(), value.encode()) for name, value in given.items() if value is not None]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": raw})


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(Installation(utility_phone="+86 21-962740"))


@pytest.mark.parametrize("accept", [CHROME, FIREFOX, "text/html", "TEXT/HTML;q=0.9, */*;q=0.1", "text/*"])
def test_a_browser_gets_a_page(accept: str) -> None:
    assert wants_page(asked(accept))


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/json",
        "application/json, text/html",
        "application/json, text/html;q=0.9",
        "text/html;q=0",
        "text/html;q=much",
        "image/avif,image/webp,*/*;q=0.8",
        ",;,=,;q=1",
    ],
)
def test_a_program_gets_data(accept: str | None) -> None:
    assert not wants_page(asked(accept))


def test_below_the_api_everybody_gets_data() -> None:
    assert not wants_page(asked(CHROME, "/api/nothing"))


def test_a_range_of_endless_length_costs_little() -> None:
    assert not wants_page(asked(";".join(["a,b"] * 20_000)))


@pytest.mark.parametrize(
    ("accept_language", "lang", "title"),
    [
        ("en-GB", "en", "There is no such page"),
        ("zh-CN", "zh-Hans", "没有这个页面"),
        ("zh-TW", "zh-Hant", "沒有這個頁面"),
    ],
)
def test_it_speaks_the_readers_language(pages: Pages, accept_language: str, lang: str, title: str) -> None:
    answer = fault_page(NotFound(), asked(CHROME, **{"accept-language": accept_language}), pages)
    html = bytes(answer.body).decode()
    assert answer.status_code == 404 and answer.media_type == "text/html; charset=utf-8"
    assert f'lang="{lang}"' in html and f"<h1>{title}</h1>" in html
    assert 'href="/"' in html and 'href="tel:+8621962740"' in html and "<script" not in html


def test_it_keeps_the_chosen_language_and_theme(pages: Pages) -> None:
    cookies = "curbstop-language=zh-Hant; curbstop-theme=sun"
    html = bytes(fault_page(NotFound(), asked(CHROME, cookie=cookies), pages).body).decode()
    assert 'lang="zh-Hant"' in html and "data-theme=sun" in html
    html = bytes(fault_page(NotFound(), asked(CHROME, cookie="curbstop-theme=x><b"), pages).body).decode()
    assert "data-theme" not in html


def test_what_is_away_says_when_to_come_back(pages: Pages) -> None:
    answer = fault_page(Unavailable(retry_after=7), asked(CHROME), pages)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert 'href=""' in bytes(answer.body).decode(), "the same address again"
    assert fault_page(CurbstopError(), asked(CHROME), pages).status_code == 500


def test_a_name_of_the_utility_is_text(pages: Pages) -> None:
    named = Pages(Installation(utility_name="<b>Water & Co</b>"))
    html = bytes(fault_page(NotFound(), asked(CHROME), named).body).decode()
    assert "&lt;b&gt;Water &amp; Co&lt;/b&gt;" in html and "<b>" not in html


def test_a_dark_device_needs_no_script_for_the_dark_theme() -> None:
    tokens = Path("static/css/tokens.css").read_text()
    rule = by_device(tokens)
    dark = tokens.partition('[data-theme="dark"] {')[2].partition("}")[0]
    assert "prefers-color-scheme: dark" in rule and dark in rule
    assert rule.count("{") == rule.count("}") and ":root:not([data-theme])" in rule
    with pytest.raises(ValueError, match="dark theme"):
        by_device(":root { --bg: #fff }")
