"""The browser's own back button closes the form that lies above the desk, and not the desk."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.rig.browsers import Browsers
from tests.rig.desk import desk_link, open_desk
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(120)


async def test_back_closes_the_form_and_leaves_the_desk(desk: WorkingDay, browsers: Browsers) -> None:
    page = await browsers.desk()
    await open_desk(page, await desk_link(desk.app))
    before = await page.evaluate("history.length")
    form = page.locator("dialog[open]")
    await page.keyboard.press("n")
    await form.locator("input[name=name]").fill("王美兰")
    await page.evaluate("history.back()")
    await expect(form).to_have_count(0)
    await expect(page.locator(".desk-head")).to_be_visible()

    await page.evaluate("history.forward()")
    await page.wait_for_timeout(300)
    await expect(form).to_have_count(0)

    await page.keyboard.press("n")
    await form.locator("input[name=name]").fill("王美兰")
    await form.locator("input[type=tel]").fill("139 1234 5678")
    await page.keyboard.press("Enter")
    await expect(form.locator("img.qr")).to_be_visible()
    await page.evaluate("history.back()")
    await expect(form).to_have_count(0)
    await expect(page.locator(".desk-head")).to_be_visible()
    assert await page.evaluate("history.length") <= before + 1, "what was closed leaves no step behind"
