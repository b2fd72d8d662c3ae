"""Addresses at the console: looked up while they are typed, and looked for again when a file has come in."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.test_console import count, row, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(120)

STREET = """address,town,lon,lat
12 Rue Grimaldi,Monaco,7.4051,43.7051
14 Rue Grimaldi,Monaco,7.4053,43.7051
"""


async def test_what_the_gazetteer_says_and_does_not_say_is_told_at_the_field(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_FAILED")
    page = await browsers.desk()
    await sign_in(page, working_day)
    await page.keyboard.press("n")
    sheet = page.locator("dialog.sheet")
    address, hint = sheet.locator("input[name=address]"), sheet.locator(".field:has(.places) [role=status]")
    async with page.expect_response("**/api/places*"):
        await address.fill("12 rue grim")
    await expect(hint).to_be_hidden()  # there is no gazetteer: a plain field

    await working_day.dispatcher.upload("/api/imports/addresses", STREET.encode(), name="addresses.csv")
    await address.fill("12 rue gri")
    option = sheet.locator(".place-option").first
    await expect(option).to_contain_text("12 Rue Grimaldi")
    await expect(option).to_contain_text("A1区")
    await screenshot(page, "console-address-found")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(sheet.locator("input[name=point]")).to_have_value("43.7051, 7.4051")
    await address.fill("zzzz 12")
    await expect(hint).to_contain_text("没有查到这个地址")
    await screenshot(page, "console-address-none")
    await page.route("**/api/places*", lambda route: route.abort())
    await address.fill("14 rue grimaldi")
    await expect(hint).to_contain_text("现在查不了地址")
    await screenshot(page, "console-address-away")
    await expect(address).to_have_value("14 rue grimaldi")


async def test_a_task_whose_address_was_not_known_is_placed_when_the_file_comes_in(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    task = await working_day.task(address="12 Rue Grimaldi, floor 3", lon=None, lat=None)
    await expect(row(page, "12 Rue Grimaldi")).to_contain_text("位置")
    await expect(count(page, "inbox")).to_have_text("1")
    await page.get_by_role("button", name="导入").click()
    await page.locator("dialog input[type=file]").set_input_files(
        {"name": "addresses.csv", "mimeType": "text/csv", "buffer": STREET.encode()}
    )
    sheet = page.locator("dialog.sheet")
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet).to_contain_text("已导入")
    await page.keyboard.press("Escape")
    await expect(row(page, "12 Rue Grimaldi")).to_contain_text("安")
    await expect(count(page, "inbox")).to_have_text("0")
    found = await working_day.state_of(task)
    assert (found["zone"]["code"], found["lon"]) == ("A1", 7.4051)
