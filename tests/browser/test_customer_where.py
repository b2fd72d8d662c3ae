"""Where the trouble is, as a customer writes it: completed, said in words, and outside said at once."""

from __future__ import annotations

import pytest
from playwright.async_api import Geolocation, Page, expect

from kernel.actors import Role
from tests.browser.test_customer import request_id
from tests.contract.test_places import TOWN
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(120)

SHANGHAI: Geolocation = {"longitude": 121.4737, "latitude": 31.2304, "accuracy": 10.0}
NEXT_DOOR: Geolocation = {"longitude": 7.4450, "latitude": 43.7050, "accuracy": 10.0}
"""Some 400 m east of the town's last zone."""


@pytest.fixture
async def town(working_day: WorkingDay) -> WorkingDay:
    await working_day.dispatcher.upload("/api/imports/addresses", TOWN.encode(), name="addresses.csv")
    await working_day.app.staff(Role.SUPERVISOR, "where.supervisor", name="Tao")
    return working_day


async def at_where(page: Page, url: str) -> None:
    await page.goto(url, wait_until="commit")
    await page.locator(".choices .tile").first.tap()
    await page.locator("[data-category=leak]").tap()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "where")


async def test_an_address_is_completed_while_it_is_typed_and_chosen_by_finger_or_key(
    town: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.phone()
    await at_where(page, town.app.url)
    field, options = page.locator("[name=address]"), page.locator(".place-option")
    await field.press_sequentially("12 rue grim", delay=30)
    await expect(options.first).to_contain_text("12 Rue Grimaldi")
    await expect(options.first).to_contain_text("A1")
    await assert_accessible(page)
    await assert_targets(page)
    await screenshot(page, "customer-where-typing")
    await field.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(field).to_have_value("12 Rue Grimaldi")
    await expect(options.first).to_be_hidden()
    await expect(page.locator(".place-words")).to_contain_text("A1")

    await field.fill("")
    await field.press_sequentially("上海市普陀区中山北路1025弄3号202室", delay=10)
    await expect(options.first).to_contain_text("中山北路1025弄3号202室")
    await expect(page.locator(".place-words")).to_have_count(0)
    await options.first.tap()
    await expect(field).to_have_value("中山北路1025弄3号202室")
    await expect(page.locator(".place-words")).to_contain_text("B1")
    await assert_no_sideways_scroll(page)
    await screenshot(page, "customer-where-chosen")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "guide")
    technician = await town.app.staff(Role.TECHNICIAN, "where.technician", name="Chen")
    place = (await technician.get(f"/api/requests/{await request_id(page)}"))["place"]
    assert place["address"] == "中山北路1025弄3号202室"
    assert (round(place["lon"], 4), round(place["lat"], 4)) == (7.4231, 43.7051)


async def test_what_is_typed_and_not_chosen_is_found_when_it_means_one_door(
    town: WorkingDay, browsers: Browsers
) -> None:
    page = await browsers.phone()
    await at_where(page, town.app.url)
    await page.locator("[name=address]").fill("14 Rue Grimaldi, floor 3")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "guide")
    technician = await town.app.staff(Role.TECHNICIAN, "where.technician", name="Chen")
    place = (await technician.get(f"/api/requests/{await request_id(page)}"))["place"]
    assert place["address"] == "14 Rue Grimaldi, floor 3"
    assert round(place["lon"], 4) == 7.4033


async def test_a_place_outside_is_said_at_once_and_one_far_away_is_not_taken(
    town: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.phone()
    await page.context.set_geolocation(SHANGHAI)
    await at_where(page, town.app.url)
    locate = page.get_by_role("button", name="使用我的位置")
    await locate.tap()
    await expect(page.locator("[aria-live=polite] .note")).to_contain_text("服务范围之外")
    await screenshot(page, "customer-where-outside")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "where")

    page = await browsers.phone()  # a phone may tell for a minute where it was
    await page.context.set_geolocation(NEXT_DOOR)
    await at_where(page, town.app.url)
    await page.get_by_role("button", name="使用我的位置").tap()
    await expect(page.locator("[aria-live=polite] .note")).to_contain_text("可能由别的单位负责")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "guide")
