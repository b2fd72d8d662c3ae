"""A station's day is planned again in the console: asked for by keyboard, looked at, and put in force."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.test_console import PHONE, row, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

SEARCHED_MS = 90_000
"""Where nothing has been compiled before, the search is compiled first."""


async def test_a_plan_is_asked_for_looked_at_and_applied(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    for at in (0.3, 0.5, 0.7):
        await working_day.task(east=at, address=f"和平路 {int(at * 10)} 号")
    await expect(row(page, "和平路 7 号")).to_contain_text("安")

    await page.keyboard.press("r")
    detail = page.locator(".console-detail")
    await expect(detail.get_by_role("heading", name="重新规划当天")).to_be_visible()
    await detail.get_by_text("谁不能继续工作？").click()
    await detail.get_by_label("安", exact=True).check()
    await detail.get_by_role("button", name="寻找更好的方案").press("Enter")
    await expect(detail.locator(".note")).to_contain_text("正在寻找更好的方案")
    await expect(detail.get_by_role("button", name="应用")).to_be_visible(timeout=SEARCHED_MS)

    await expect(detail.locator(".console-figures tbody tr").last).to_contain_text("3")
    await expect(detail.locator("ol.rows li")).to_have_count(3)
    await expect(page.locator(".console-timeline .ghost")).to_have_count(3)
    await assert_accessible(page)
    await screenshot(page, "console-plan")
    await page.set_viewport_size(PHONE)
    await assert_fit(page)
    await screenshot(page, "console-plan-phone")
    await page.set_viewport_size({"width": 1440, "height": 900})

    await detail.get_by_role("button", name="应用").press("Enter")
    await expect(page.locator("cs-toast")).to_contain_text("方案已生效")
    await expect(detail.locator(".note")).to_contain_text("应用")
    await expect(page.locator(".console-timeline .ghost")).to_have_count(0)
    await expect(row(page, "和平路 7 号")).to_contain_text("博")
    await detail.get_by_text("自动寻找").click()
    await expect(detail.locator("fieldset")).to_have_count(3)
    await expect(detail.locator("fieldset input").first).to_be_disabled()
    await screenshot(page, "console-plan-applied")
