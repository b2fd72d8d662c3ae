"""The browser's own back button on a customer's phone: a screen back, a question in the call, never away."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_customer import ask_person, started, water  # noqa: F401
from tests.rig.stack import RunningApp


@pytest.mark.timeout(240)
async def test_back_is_a_screen_back_and_a_question_where_something_would_be_lost(
    water: RunningApp,  # noqa: F811
    phone_page: Page,
) -> None:
    page = phone_page
    await page.goto(water.url, wait_until="commit")
    await page.locator(".choices .tile").first.tap()
    await page.locator("[data-category=leak]").tap()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "where")
    await page.evaluate("history.back()")
    await expect(page.locator("#page")).to_have_attribute("data-screen", "what")
    await page.locator("[data-category=leak]").tap()
    await page.locator("[name=address]").fill("和平路 12 号")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator(".answers")).to_be_visible()
    first = await page.locator("h1").inner_text()
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("h1")).not_to_have_text(first)
    await page.evaluate("history.back()")
    await expect(page.locator("h1")).to_have_text(first)
    await ask_person(page)
    await page.evaluate("history.back()")
    await expect(page.locator("dialog")).to_be_visible()
    await page.evaluate("history.back()")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.locator("#page")).to_have_attribute("data-screen", "waiting")

    await page.locator(".rows .row").first.tap()
    sheet = page.locator("dialog.sheet")
    await expect(sheet).to_be_visible()
    await page.evaluate("history.back()")
    await expect(sheet).to_have_count(0)
    await page.evaluate("history.forward()")
    await page.wait_for_timeout(300)
    await expect(page.locator("#page")).to_have_attribute("data-screen", "waiting")
    await page.locator(".rows .row").first.tap()
    await sheet.get_by_role("button", name="关闭").tap()
    await expect(sheet).to_have_count(0)
    await page.evaluate("history.back()")
    await expect(page.locator("dialog.dialog")).to_be_visible()
