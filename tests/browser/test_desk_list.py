"""The desk's list when it is long: it fits, nobody comes unseen, and everybody is found again."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import desk_link, open_desk, waiting_customer
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

CUT = """
[...document.querySelectorAll('.desk-head *, .work-head *, .queue-row :is(.chip, .chip *, .button)')]
  .filter(one => one.checkVisibility() && !one.closest('.visually-hidden, .give-back, svg'))
  .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
  .map(one => `${one.className}: ${one.textContent}`)
"""
SEEN = """
(() => { const {top, bottom} = document.querySelector('.queue').getBoundingClientRect();
  return [...document.querySelectorAll('.queue-row')].map(row => row.getBoundingClientRect())
    .filter(row => row.top >= top && row.bottom <= bottom).length })()
"""
HEAD_LINES = "document.querySelector('.work-chips').getBoundingClientRect().height"


async def read_at_every_width(page: Page, screenshot: ShotTaker, language: str) -> None:
    for width in (1280, 1440, 1920):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate(CUT) == [], f"cut at {width} in {language}"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate(SEEN) >= 7, f"too few people at once at {width} in {language}"
        assert await page.evaluate(HEAD_LINES) < 40, "the chips are one line"
        await screenshot(page, f"desk-list-{width}-{language}")


async def test_a_long_list_fits_shows_who_comes_and_is_searched(
    desk: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    for number in range(12):
        await waiting_customer(desk.app, f"王美兰 {number}", ("zh-Hans", "en", "zh-Hant")[number % 3])
    page = await browsers.desk()
    await open_desk(page, await desk_link(desk.app))
    rows = page.locator(".queue-row")
    await expect(rows).to_have_count(12)
    await rows.nth(3).locator(".look").click()
    await expect(page.locator(".work-head h2")).to_have_text("王美兰 3")
    for language in ("en", "zh-Hant", "zh-Hans"):
        await page.locator("cs-language select").select_option(language)
        await expect(page.locator(f"html[lang={language}]")).to_be_attached()
        await read_at_every_width(page, screenshot, language)
    await page.set_viewport_size({"width": 1440, "height": 900})

    await waiting_customer(desk.app, "罗敏")
    line = page.locator(".fresh .button")
    await expect(line).to_contain_text("罗敏")
    await screenshot(page, "desk-list-unseen")
    await line.click()
    await expect(rows.filter(has_text="罗敏")).to_be_in_viewport()
    await expect(line).to_be_hidden()

    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("/")
    await page.keyboard.type("罗")
    found = page.locator(".found .mine-row")
    await expect(found).to_have_count(1)
    await expect(rows.first).to_be_hidden()
    await screenshot(page, "desk-list-found")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".work-head h2")).to_have_text("罗敏")
    await page.keyboard.press("/")
    await page.keyboard.press("Escape")
    await expect(rows.first).to_be_visible()
