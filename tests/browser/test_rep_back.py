"""A phone's own back button closes what lies above the page, and only that."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.test_rep import arrive, press
from tests.rig.working_day import WorkingDay


async def back(page: Page) -> None:
    await page.evaluate("history.back()")


async def test_back_closes_the_sheet_and_then_the_task(working_day: WorkingDay, phone_page: Page) -> None:
    page, sheet = phone_page, phone_page.locator("dialog.sheet")
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "详情")
    task = page.locator(".rep-task")
    await expect(task).to_be_visible()
    await press(page, "拒绝")
    await expect(sheet).to_be_visible()
    await back(page)
    await expect(sheet).to_have_count(0)
    await expect(task).to_be_visible()

    await page.evaluate("history.forward()")
    await page.wait_for_timeout(300)
    await expect(sheet).to_have_count(0)
    await expect(task).to_be_visible()
    await back(page)
    await expect(page.locator(".rep-next")).to_be_visible()


async def test_a_sheet_closed_by_its_own_button_leaves_no_step_behind(
    working_day: WorkingDay, phone_page: Page
) -> None:
    page, sheet = phone_page, phone_page.locator("dialog.sheet")
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "详情")
    before = await page.evaluate("history.length")
    for _ in range(3):
        await press(page, "拒绝")
        await sheet.get_by_role("button", name="关闭").click()
        await expect(sheet).to_have_count(0)
    await press(page, "拒绝")
    await sheet.get_by_role("button", name="拒绝", exact=True).click()  # no reason: the sheet comes again
    await expect(page.get_by_text("请选择原因，或写几句。")).to_be_visible()
    await back(page)
    await expect(sheet).to_have_count(0)
    assert await page.evaluate("history.length") <= before + 1
    await back(page)
    await expect(page.locator(".rep-next")).to_be_visible()


async def test_a_page_loaded_anew_under_a_sheet_has_its_way_back(
    working_day: WorkingDay, phone_page: Page
) -> None:
    page = phone_page
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "详情")
    await press(page, "拒绝")
    await expect(page.locator("dialog.sheet")).to_be_visible()
    await page.reload(wait_until="commit")
    await expect(page.locator(".rep-task")).to_be_visible()
    await page.wait_for_timeout(300)
    await back(page)
    await expect(page.locator(".rep-next")).to_be_visible()


async def test_an_entry_that_a_slow_browser_has_not_left_costs_no_further_step(
    working_day: WorkingDay, phone_page: Page
) -> None:
    page, sheet = phone_page, phone_page.locator("dialog.sheet")
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "详情")
    await press(page, "拒绝")
    await page.evaluate("void (history.back = () => {})")
    await sheet.get_by_role("button", name="关闭").click()
    await expect(sheet).to_have_count(0)
    await page.wait_for_timeout(1200)
    await page.evaluate("void delete history.back")
    await press(page, "拒绝")
    await expect(sheet).to_be_visible()
    await back(page)
    await expect(sheet).to_have_count(0)
    await page.wait_for_timeout(300)
    await back(page)
    await expect(page.locator(".rep-next")).to_be_visible()
