"""A station's week at the desk, changed by keys."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.test_territory import come_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

PHONE: ViewportSize = {"width": 390, "height": 844}


async def test_a_week_is_changed_by_keys_and_overtime_is_granted(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    reps = {rep["code"]: rep["id"] for rep in await working_day.dispatcher.get("/api/reps")}
    code = sorted(reps)[0]
    week = [
        {
            "weekday": weekday,
            "spans": [{"start": "08:00", "end": "20:00"}],
            "rest": {"earliest": "11:30", "latest": "13:00", "minutes": 30},
            "on_call": {"start": "20:00", "end": "08:00"} if weekday == 2 else None,
        }
        for weekday in range(6)
    ]
    today = (await working_day.dispatcher.get("/api/shifts"))["today"]
    path = f"/api/reps/{reps[code]}/shift-patterns"
    await working_day.dispatcher.post(path, {"valid_from": today, "duties": week})
    page = await browsers.desk()
    await come_in(page, working_day, "/shifts", "sofia")
    cells = page.locator(".shifts-cell")
    await expect(cells).not_to_have_count(0)
    title = page.locator(".shifts-week")
    this_week = await title.inner_text()
    await page.get_by_role("button", name="下一周").click()
    await expect(title).not_to_have_text(this_week)
    await expect(cells.first).to_contain_text("08:00–20:00")
    await cells.first.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    await dialog.get_by_label("当天上班").uncheck()
    await screenshot(page, "shifts-day")
    await dialog.get_by_role("button", name="保存").click()
    await expect(cells.nth(1)).to_contain_text("已手动更改")
    await assert_fit(page, screenshot=screenshot, name="shifts", themes=("dark", "light"))
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="shifts-phone", axe_in=("zh-Hans",))
