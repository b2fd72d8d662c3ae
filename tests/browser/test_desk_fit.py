"""The desk in three languages and three themes: readable, reachable by key and thumb, nothing cut off."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.rig.browsers import ShotTaker
from tests.rig.camera import frame
from tests.rig.desk import desk_link, end_call, frames, open_desk, phone_in_call, take_next, waiting_customer
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

UNTRANSLATED = """
all => all.map(e => e.textContent + (e.getAttribute("aria-label") ?? ""))
  .filter(t => /\\bdesk\\.[a-z]/.test(t))
"""


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
async def test_the_desk_is_fit_to_use(
    desk: WorkingDay, desk_page: Page, screenshot: ShotTaker, language: str
) -> None:
    customer = await waiting_customer(desk.app, language=language)
    await waiting_customer(desk.app, "Mary O’Neill", "en")
    await open_desk(desk_page, await desk_link(desk.app))
    await desk_page.goto(f"{desk.app.url}/desk?lang={language}", wait_until="commit")
    await expect(desk_page.locator(".queue-row")).to_have_count(2)
    # Colours do not depend on the words: the other themes are looked at in one language.
    themes = ("dark", "sun", "light") if language == "zh-Hans" else ("light",)
    await fit(desk_page, screenshot, f"desk-{language}-queue")
    await desk_page.keyboard.press("?")
    await fit(desk_page, screenshot, f"desk-{language}-keys")
    await desk_page.keyboard.press("Escape")
    await take_next(desk_page)
    path = f"/api/requests/{customer.request_id}/stills"
    await customer.upload(path, as_jpeg(frame(5)), client_id=str(uuid4()), source="upload")
    async with phone_in_call(customer):
        await frames(desk_page)
        await desk_page.locator(".strip [data-still]:not([data-still=live])").click()
        await expect(desk_page.locator("cs-ink")).to_be_visible()
        await fit(desk_page, screenshot, f"desk-{language}-call", themes)
        await desk_page.keyboard.press("c")
        await expect(desk_page.locator(".reply")).to_have_count(10)
        await fit(desk_page, screenshot, f"desk-{language}-chat")
        await end_call(desk_page)
    await desk_page.locator("form.result input[value=needs_visit]").check()
    await fit(desk_page, screenshot, f"desk-{language}-result", themes)
    keys = await desk_page.locator("[data-t], [data-t-label]").evaluate_all(UNTRANSLATED)
    assert not keys, f"texts that are missing in {language}: {keys}"


async def fit(page: Page, screenshot: ShotTaker, name: str, themes: tuple[str, ...] = ("light",)) -> None:
    """Nothing serious for axe in these themes, no sideways scroll, targets one can hit; with pictures."""
    for theme in themes:
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        await asyncio.sleep(0.3)  # colours fade, and axe measures what is there
        await assert_accessible(page)
        await screenshot(page, f"{name}-{theme}")
    await assert_targets(page)
    await assert_no_sideways_scroll(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    await assert_targets(page)
    await screenshot(page, f"{name}-390")
    await page.set_viewport_size({"width": 1440, "height": 900})
