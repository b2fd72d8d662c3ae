"""A representative is told which valves close the pipe at a task, and says how they were found."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_rep import arrive, press
from tests.browser.test_rep_offline import away, back_later
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit
from tests.rig.pipes import network_file
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(150)


async def on_ring(day: WorkingDay, browsers: Browsers) -> Page:
    """Ann's page with a leak on the ring of A1 and A2, whose two valves close it."""
    await day.dispatcher.upload("/api/imports/network", network_file(), name="network.geojson")
    lon, lat = 7.405, 43.7065
    await day.task(address="和平路 12 号", lon=lon, lat=lat)
    page = await browsers.phone()
    await arrive(page, day.links["ann"])
    await press(page, "详情")
    return page


_TAKEN_AWAY_WHILE_DRAWN = """
async () => {
  const part = document.querySelector("cs-map");
  const map = await part.ready;
  part.leaflet.circleMarker(map.getCenter()).addTo(map);
  map.setView(map.getCenter(), map.getZoom() - 1, { animate: false });
  part.remove();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}
"""


async def test_the_valves_are_listed_in_order_and_closed_one_by_one(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await on_ring(working_day, browsers)
    valves = page.locator(".rep-valve")
    await expect(valves).to_have_count(2)
    await expect(valves.nth(0)).to_contain_text("VS-A1")
    await expect(page.locator(".rep-valves")).to_contain_text("6 户停水")
    await expect(page.locator(".rep-valves")).to_contain_text("1 户登记的用水依赖者")
    await assert_fit(page, screenshot=screenshot, name="rep-valves")
    await valves.nth(0).get_by_role("button", name="VS-A1: 已关闭").click()
    await expect(valves.nth(0)).to_have_attribute("data-state", "closed")
    await expect(page.locator(".rep-valves > summary")).to_contain_text("1/2")
    await page.locator("cs-toast").get_by_role("button", name="撤销").click()
    await expect(valves.nth(0)).not_to_have_attribute("data-state", "closed")
    await valves.nth(0).get_by_role("button", name="VS-A1: 已关闭").click()
    async with page.expect_response("**/api/device-actions", timeout=15_000):
        await valves.nth(1).get_by_role("button", name="VS-A2: 已关闭").click()
    await expect(page.locator(".rep-valves > summary")).to_contain_text("2/2")
    await screenshot(page, "rep-valves-closed")
    await page.evaluate(_TAKEN_AWAY_WHILE_DRAWN)  # an error on the page fails the test


async def test_a_stuck_valve_is_said_without_a_network_and_the_list_goes_on_with_the_next(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await on_ring(working_day, browsers)
    await expect(page.locator(".rep-valve")).to_have_count(2)
    await away(page)
    await page.reload(wait_until="commit")
    valves = page.locator(".rep-valve")
    await expect(valves).to_have_count(2)
    await valves.filter(has_text="VS-A2").get_by_role("button", name="VS-A2: 卡住了").click()
    await expect(valves.filter(has_text="VM2")).to_contain_text("替代卡住的阀门")
    await expect(page.locator(".rep-valves")).to_contain_text("12 户停水")
    await screenshot(page, "rep-valves-stuck-offline")
    await back_later(page)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=20_000)
    found = await working_day.dispatcher.get("/api/network")
    assert found["stuck"] == 1
    await expect(valves.filter(has_text="VS-A2")).to_have_count(0)
    await expect(valves.filter(has_text="VM2")).to_have_count(1)
