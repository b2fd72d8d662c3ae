"""A phone gathers where it was, sends it once the network is there, and shows exactly what is kept."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, expect

from tests.browser.test_rep import arrive
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import becomes
from tests.rig.page_checks import (
    LANGUAGES,
    assert_accessible,
    assert_no_sideways_scroll,
    assert_targets,
    read_in,
)
from tests.rig.working_day import WorkingDay

# The page's own clock of a quarter of a minute is not waited for: positions come with their own times.
WALK = """
  let heard;
  navigator.geolocation.watchPosition = (found) => { heard = found; return 1; };
  navigator.geolocation.clearWatch = () => { heard = undefined; };
  globalThis.followed = () => heard !== undefined;
  globalThis.walk = (steps) => { for (const [ago, lat] of steps)
    heard?.({timestamp: Date.now() - ago * 1000, coords: {latitude: lat, longitude: 7.405, accuracy: 9}}); };
"""
WAITING = """new Promise((resolve) => {
  const open = indexedDB.open("curbstop-positions");
  open.onsuccess = () => {
    const count = open.result.transaction("fixes").objectStore("fixes").count();
    count.onsuccess = () => { open.result.close(); resolve(count.result); };
  }; })"""


LEFT_BEHIND = """new Promise((resolve) => {
  const open = indexedDB.open("curbstop-positions", 1);
  open.onupgradeneeded = () => {
    open.result.createObjectStore("fixes", {keyPath: "sequence"});
    open.result.createObjectStore("facts");
  };
  open.onsuccess = () => {
    const rows = open.result.transaction(["fixes", "facts"], "readwrite");
    const at = new Date(Date.now() - 600000).toISOString();
    rows.objectStore("fixes").put({sequence: 1, at, lon: 7.405, lat: 43.7, accuracy_m: 9});
    rows.objectStore("facts").put(1, "sequence");
    rows.objectStore("facts").put("a colleague's id", "person");
    rows.oncomplete = () => { open.result.close(); resolve(true); };
  }; })"""
"""What a colleague, who used this phone before, has never sent."""


async def until_waiting(page: Page, count: int) -> None:
    """Until so many positions lie on the phone."""
    seen = -1
    for _ in range(100):
        if (seen := await page.evaluate(WAITING)) == count:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{seen} positions wait instead of {count}")


async def test_what_was_gathered_without_a_network_goes_up_once_and_is_shown(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await page.add_init_script(WALK)
    await arrive(page, working_day.links["ann"])
    await page.evaluate(LEFT_BEHIND)
    await page.locator(".rep-head button").last.click()
    sheet = page.locator("dialog.sheet")
    await sheet.get_by_text("上班时共享我的位置").click()
    await becomes(page, "followed()")
    await page.keyboard.press("Escape")

    await page.context.set_offline(True)
    for ago, lat in ((180, 43.701), (120, 43.704), (60, 43.707)):
        await page.evaluate(f"walk([[{ago}, {lat}]])")
        await asyncio.sleep(0.1)
    await until_waiting(page, 3)
    await page.context.set_offline(False)
    await until_waiting(page, 0)

    await page.locator(".rep-head button").last.click()
    await page.get_by_role("button", name="已保存的我的位置").click()
    rows = page.locator(".rep-kept tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text("43.70700, 7.40500")
    await expect(page.get_by_text("保存 24 小时")).to_be_visible()
    for check in (assert_accessible, assert_no_sideways_scroll, assert_targets):
        await check(page)
    for language in LANGUAGES:  # the last is the first again
        await read_in(page, language)
        await expect(rows).to_have_count(3)
        await screenshot(page, f"rep-kept-positions-{language}")
