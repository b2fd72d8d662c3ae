"""An address where there is nothing: a page for a browser, data for a program, on the running product."""

from __future__ import annotations

import pytest

from tests.rig.stack import RunningApp

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/desk/nothing", 404),
        ("GET", "/s/0000/nothing.js", 404),
        ("GET", "/%00%ff/..%2f", 404),
        ("POST", "/desk", 405),
        ("DELETE", "/", 405),
    ],
)
async def test_a_browser_is_answered_with_a_page_and_a_program_with_data(
    shared_app: RunningApp, method: str, path: str, status: int
) -> None:
    http = shared_app.caller(language="zh-TW").http
    page = await http.request(method, path, headers={"Accept": CHROME})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert 'lang="zh-Hant"' in page.text and 'href="/"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store" and "Accept" in page.headers["vary"]
    data = await http.request(method, path)
    code = "not_found" if status == 404 else "method_not_allowed"
    assert (data.status_code, data.json()["error"]["code"]) == (status, code)
    if status == 405:
        assert page.headers["allow"] == data.headers["allow"]


async def test_the_api_answers_everybody_with_data(shared_app: RunningApp) -> None:
    answer = await shared_app.caller().http.get("/api/nothing", headers={"Accept": CHROME})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
