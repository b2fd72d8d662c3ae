"""The desk in three languages and three themes: readable, reachable by key and thumb, nothing cut off."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.rig.browsers import ShotTaker
from tests.rig.camera import frame
from tests.rig.desk import desk_link, end_call, frames, open_desk, phone_in_call, take_next, waiting_customer
from tests.rig.page_checks import assert_fit, assert_targets
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

THEMES = ("dark", "sun", "light")


async def test_the_desk_is_fit_to_use(desk: WorkingDay, desk_page: Page, screenshot: ShotTaker) -> None:
    page = desk_page

    async def fit(name: str, themes: tuple[str, ...] = ("light",)) -> None:
        await assert_fit(page, screenshot=screenshot, name=f"desk-{name}", themes=themes)
        await page.set_viewport_size({"width": 390, "height": 844})
        await assert_targets(page)
        await screenshot(page, f"desk-{name}-390")
        await page.set_viewport_size({"width": 1440, "height": 900})

    await open_desk(page, await desk_link(desk.app))
    await expect(page.locator(".waiting .empty")).to_be_visible()
    await fit("idle")
    customer = await waiting_customer(desk.app)
    await waiting_customer(desk.app, "Mary O’Neill", "en")
    await expect(page.locator(".queue-row")).to_have_count(2)
    await fit("queue", THEMES)
    await page.keyboard.press("?")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await fit("keys")
    await page.keyboard.press("Escape")
    await take_next(page)
    path = f"/api/requests/{customer.request_id}/stills"
    await customer.upload(path, as_jpeg(frame(5)), client_id=str(uuid4()), source="upload")
    async with phone_in_call(customer):
        await frames(page)
        await fit("live", THEMES)
        await page.locator(".strip [data-still]:not([data-still=live])").click()
        await expect(page.locator("cs-ink")).to_be_visible()
        await fit("call", THEMES)
        await page.keyboard.press("c")
        await expect(page.locator(".reply")).to_have_count(10)
        await fit("chat")
        await end_call(page)
    await page.locator("form.result input[value=needs_visit]").check()
    await fit("result", THEMES)
