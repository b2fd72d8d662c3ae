"""The browser's own back button on a customer's phone: a screen back, a question in the call, never away."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_customer import (  # noqa: F401
    ask_person,
    open_guide,
    request_id,
    started,
    water,
)
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


_WRITE = """
async ([request, id]) => {
  const headers = {"Curbstop-Surface": "customer", "Content-Type": "application/json"};
  const body = JSON.stringify({client_id: id, text: "在吗？"});
  return (await fetch(`/api/requests/${request}/messages`, {method: "POST", headers, body})).status;
}
"""


async def test_news_do_not_take_a_step_of_the_guide_away_that_somebody_went_back_to(
    water: RunningApp,  # noqa: F811
    phone_page: Page,
) -> None:
    page = phone_page
    await open_guide(page, water.url)
    first = await page.locator("h1").inner_text()
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("h1")).not_to_have_text(first)
    request = await request_id(page)
    await page.evaluate("history.back()")
    await expect(page.locator("h1")).to_have_text(first)
    async with page.expect_response(lambda told: told.url.endswith(f"/api/requests/{request}")):
        assert await page.evaluate(_WRITE, [request, str(uuid4())]) == 201
    await page.wait_for_timeout(300)
    await expect(page.locator("h1")).to_have_text(first)
