"""The timeline is worked with: dragging and its way back, why not, and the whole of it by keys alone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_console import AT_SEA, PHONE, row, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)


def block(page: Page, place: str) -> Locator:
    return page.locator(f'.block[aria-label*="{place}"]')


async def lane_of(page: Page, who: str) -> str:
    """The selector of somebody's lane."""
    named = page.locator(".console-timeline .rep", has_text=who)
    return f'.lane[data-rep="{await named.get_attribute("data-id")}"]'


async def test_a_stop_is_dragged_refused_moved_and_taken_back(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    for at in (0.3, 0.5, 0.7):
        await working_day.task(east=at, level=2, address=f"和平路 {int(at * 10)} 号")
    await expect(row(page, "和平路 7 号")).to_contain_text("安")
    await page.keyboard.press("h")
    bob, cyd = await lane_of(page, "博"), await lane_of(page, "慈")
    stop, tip = block(page, "和平路 7 号"), page.locator(".console-tip")

    await stop.hover()
    await page.mouse.down()
    await page.locator(cyd).hover(position={"x": 400, "y": 20})
    await expect(tip).to_contain_text("慈")
    await expect(tip).to_have_attribute("data-able", "no")
    await expect(page.locator(cyd)).to_have_attribute("data-fits", "no")
    await screenshot(page, "console-drag-unable")
    await page.locator(bob).hover(position={"x": 400, "y": 20})
    await expect(tip).to_have_attribute("data-able", "yes")
    await expect(tip).to_contain_text("博")
    await expect(page.locator(bob).locator(".ghost.trial")).to_be_visible()
    await screenshot(page, "console-drag-able")
    await page.keyboard.press("Escape")
    await page.mouse.up()
    await expect(tip).to_have_count(0)
    await expect(page.locator(bob).locator(".block")).to_have_count(0)

    await stop.hover()
    await page.mouse.down()
    await page.locator(bob).hover(position={"x": 400, "y": 20})
    await expect(tip).to_have_attribute("data-able", "yes")
    await page.mouse.up()
    await expect(page.locator("cs-toast")).to_contain_text("已移给博")
    await expect(page.locator(bob).locator(".block")).to_have_count(1)
    await screenshot(page, "console-dragged")
    await page.keyboard.press("Control+z")
    await expect(page.locator("cs-toast")).to_contain_text("已移回")
    await expect(page.locator(bob).locator(".block")).to_have_count(0)
    await page.keyboard.press("Control+Shift+z")
    await expect(page.locator(bob).locator(".block")).to_have_count(1)

    await block(page, "和平路 3 号").click()
    detail = page.locator(".console-detail")
    await detail.get_by_text("为什么不派给").click()
    await detail.get_by_placeholder("姓名或编号").fill("慈")
    await expect(detail.locator(".console-why-not .rows")).to_contain_text("需要 2 级")
    await assert_accessible(page)
    await screenshot(page, "console-why-not")
    await page.set_viewport_size(PHONE)
    await assert_fit(page)
    await screenshot(page, "console-why-not-phone")


async def test_the_day_is_worked_with_by_keys_alone(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    await working_day.task(address="海上 1 号", severity="urgent", **AT_SEA)
    for at in (0.3, 0.7):
        await working_day.task(east=at, address=f"和平路 {int(at * 10)} 号")
    await expect(row(page, "和平路 7 号")).to_contain_text("安")

    decide = page.locator(".console-decide li")
    await expect(decide).to_have_count(1)
    await expect(decide.first).to_contain_text("海上 1 号")
    await screenshot(page, "console-exceptions")
    await page.keyboard.press("1")
    await expect(page.locator("cs-toast")).to_contain_text("已移给")
    await expect(page.locator(".console-exceptions")).to_contain_text("没有需要决定的事")

    await page.keyboard.press("Control+k")
    await page.keyboard.type("时间轴")
    await screenshot(page, "console-palette")
    await assert_accessible(page)
    await page.keyboard.press("Enter")
    await expect(page.locator(".console-timeline")).to_be_visible()
    await expect(page).to_have_url(re.compile("view=timeline"))

    ann = await lane_of(page, "安")
    await page.locator(ann).locator(".block").first.focus()
    await page.keyboard.press("Shift+ArrowRight")
    picked = page.locator(".console-day-bar")
    await expect(picked).to_contain_text("已选2个")
    await page.keyboard.press("l")
    await expect(page.locator("cs-toast")).to_contain_text("已锁定2个任务的位置")
    await expect(page.locator(".block[data-lock=place]")).to_have_count(2)

    tip = page.locator(".console-tip")
    await page.keyboard.press("m")
    await expect(tip).to_contain_text("安")
    await page.keyboard.press("ArrowDown")
    await expect(tip).to_contain_text("博")
    await expect(tip).to_have_attribute("data-able", "yes")
    await screenshot(page, "console-carry")
    await assert_accessible(page)
    await page.keyboard.press("Enter")
    await expect(page.locator("cs-toast")).to_contain_text("已将2个任务移给博")
    bob = await lane_of(page, "博")
    await expect(page.locator(bob).locator(".block")).not_to_have_count(0)
    await page.keyboard.press("Control+z")
    await expect(page.locator("cs-toast")).to_contain_text("已移回")

    await page.keyboard.press("Control+k")
    await page.keyboard.type("回放")
    await page.keyboard.press("Enter")
    told = page.locator(".console-replay-told")
    await expect(told).to_contain_text("等待3")
    await page.get_by_label("时刻").press("Home")
    await expect(told).to_contain_text("等待0")
    await page.get_by_label("时刻").press("End")
    await assert_accessible(page)
    await screenshot(page, "console-replay")
    await page.get_by_role("button", name="回到现在").last.press("Enter")
    await expect(block(page, "和平路 3 号")).to_be_visible()

    await page.keyboard.press("r")
    detail = page.locator(".console-detail")
    await detail.locator(".console-what-if summary").press("Enter")
    await detail.locator("[data-add=extra]").press("Enter")
    await expect(detail.locator(".console-what-if .rows")).to_contain_text("再来3个")
    await assert_accessible(page)
    await screenshot(page, "console-what-if")
    await page.keyboard.press("Escape")

    await page.keyboard.press("+")
    await expect(page).to_have_url(re.compile("zoom=3"))
    await page.set_viewport_size(PHONE)
    await assert_fit(page)
    await screenshot(page, "console-day-phone")
    await page.reload(wait_until="commit")
    await expect(page.locator(".console-timeline")).to_be_visible()
