"""An address where there is nothing, as a person sees it: without a script, in light, dark and sun."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.stack import Common

GROUND = "getComputedStyle(document.documentElement).backgroundColor"


@pytest.mark.parametrize(
    ("scheme", "theme", "ground"),
    [
        ("light", "", "rgb(246, 248, 250)"),
        ("dark", "", "rgb(11, 22, 32)"),
        ("dark", "sun", "rgb(255, 255, 255)"),
    ],
)
async def test_an_address_with_nothing_leads_on(
    common: Common, browsers: Browsers, screenshot: ShotTaker, scheme: str, theme: str, ground: str
) -> None:
    browsers.tolerate("404 (Not Found)")
    app = common.app("embedded")
    page = await browsers.phone(language="zh-CN", color_scheme=scheme)
    if theme:
        await page.context.add_cookies([{"name": "curbstop-theme", "value": theme, "url": app.url}])
    await page.goto(f"{app.url}/desks")
    await expect(page.locator("h1")).to_have_text("没有这个页面")
    assert await page.locator("script").count() == 0
    assert await page.evaluate(GROUND) == ground
    await assert_accessible(page)
    await assert_targets(page)
    await assert_no_sideways_scroll(page)
    await screenshot(page, f"fault-{theme or scheme}")
    await page.get_by_role("link", name="回到首页").tap()
    await page.wait_for_url(f"{app.url}/", wait_until="commit")


async def test_on_a_desk_in_english(common: Common, browsers: Browsers, screenshot: ShotTaker) -> None:
    browsers.tolerate("404 (Not Found)")
    app = common.app("embedded")
    page = await browsers.desk(language="en-GB")
    await page.goto(f"{app.url}/console/nothing")
    await expect(page.locator("h1")).to_have_text("There is no such page")
    await assert_accessible(page)
    await screenshot(page, "fault-desk")
    await page.get_by_role("link", name="Staff sign-in").click()
    await page.wait_for_url(f"{app.url}/sign-in", wait_until="commit")
