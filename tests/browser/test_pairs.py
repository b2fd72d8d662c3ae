"""A task for two: made at the console, joined on the timeline, and on the phone of whoever comes along."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.test_console import PHONE, row, sign_in
from tests.browser.test_rep import arrive, press
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(300)

THEMES = ("sun", "dark", "light")
BECOMES_MS = 60_000


async def test_a_task_for_two_is_made_at_the_console_and_told_to_both(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    await page.keyboard.press("n")
    dialog = page.locator("dialog[open]")
    await dialog.locator("input[name=address]").fill("和平路 12 号")
    await dialog.locator("input[name=point]").fill("43.705, 7.405")
    second = dialog.locator("select[name=second_skill]")
    await expect(second).to_be_hidden()
    await dialog.get_by_label("需要两人同时到场").check()
    await expect(second).to_be_visible()
    await expect(dialog.locator("select[name=second_level]")).to_be_hidden()
    await second.select_option("meter_work")
    await expect(dialog.locator("select[name=second_level]")).to_be_visible()
    await assert_accessible(page)
    await screenshot(page, "console-new-pair")
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-new-pair-phone", themes=THEMES)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await dialog.locator("select[name=second_level]").select_option("2")
    await dialog.get_by_role("button", name="建立并派单").press("Enter")

    detail = page.locator(".console-pair")
    await expect(detail).to_contain_text("双人任务", timeout=BECOMES_MS)
    await expect(detail).to_contain_text("同行")
    # Whoever comes along has no task of their own in the lists.
    await expect(row(page, "和平路 12 号")).to_have_count(1)
    await page.keyboard.press("h")
    blocks = page.locator(".console-timeline .block[data-pair]")
    await expect(blocks).to_have_count(2, timeout=BECOMES_MS)
    await expect(page.locator(".now-track .joined")).to_have_count(1)
    await assert_accessible(page)
    await screenshot(page, "console-pair-timeline")
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-pair-phone", themes=THEMES)

    task = (await working_day.dispatcher.get("/api/tasks"))[0]
    lead, along = task["rep"], task["partner"]["rep"]
    phone = await browsers.phone()
    await arrive(phone, working_day.links[along["code"]])
    await press(phone, "详情")
    card = phone.locator(".rep-two")
    await expect(card).to_contain_text("您是同行", timeout=BECOMES_MS)
    await expect(card).to_contain_text(lead["name"])
    assert await card.locator("a").get_attribute("href") == f"tel:{lead['phone']}"
    await assert_fit(phone, screenshot=screenshot, name="rep-companion", themes=THEMES)

    other = await browsers.phone()
    await arrive(other, working_day.links[lead["code"]])
    await expect(other.get_by_text(f"与{along['name']}一起").first).to_be_visible(timeout=BECOMES_MS)
    await press(other, "详情")
    await expect(other.locator(".rep-two")).to_contain_text("还没有回复", timeout=BECOMES_MS)
    await assert_fit(other, screenshot=screenshot, name="rep-pair-lead", themes=THEMES)

    # One will do after all: the second is free again, and their phone lets go of the stop.
    await page.set_viewport_size({"width": 1440, "height": 900})
    await detail.get_by_role("button", name="需要几人").click()
    change = page.locator("dialog[open]")
    await change.get_by_label("需要两人同时到场").uncheck()
    await assert_accessible(page)
    await screenshot(page, "console-pair-change")
    await change.get_by_role("button", name="保存").click()
    await expect(blocks).to_have_count(0, timeout=BECOMES_MS)
    await expect(detail).to_have_count(0)
    await expect(phone.locator(".rep-two")).to_have_count(0, timeout=BECOMES_MS)
