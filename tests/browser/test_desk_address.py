"""A technician writes down where the customer is: looked up while typing, and kept as written."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.test_console_addresses import STREET
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import desk_link, open_desk, waiting_customer
from tests.rig.page_checks import assert_targets
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(120)


async def test_an_address_is_completed_at_the_desk_and_what_is_unknown_is_said(
    desk: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    await desk.dispatcher.upload("/api/imports/addresses", STREET.encode(), name="addresses.csv")
    customer = await waiting_customer(desk.app)
    page = await browsers.desk()
    await open_desk(page, await desk_link(desk.app))
    await page.locator(".queue-row .look").first.click()
    await page.locator(".who-card").get_by_role("button", name="修改").click()
    dialog = page.locator("dialog[open]")
    address, hint = dialog.locator("input[name=address]"), dialog.locator(".field:has(.places) [role=status]")
    await address.fill("zzzz 12")
    await expect(hint).to_contain_text("没有查到这个地址")
    await screenshot(page, "desk-address-none")
    await address.fill("14 rue grimaldi, floor 2")
    option = dialog.locator(".place-option").first
    await expect(option).to_contain_text("14 Rue Grimaldi, floor 2")
    await expect(hint).to_be_hidden()
    await screenshot(page, "desk-address-found")
    await assert_targets(page)
    await option.click()
    await expect(address).to_have_value("14 Rue Grimaldi, floor 2")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who-card")).to_contain_text("14 Rue Grimaldi, floor 2")
    place = (await customer.get(f"/api/requests/{customer.request_id}"))["place"]
    assert (place["lon"], place["lat"]) == (7.4053, 43.7051)

    await page.locator(".who-card").get_by_role("button", name="修改").click()
    await address.fill("9 Nowhere Lane")
    await expect(hint).to_contain_text("没有查到这个地址")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who-card")).to_contain_text("9 Nowhere Lane")
    place = (await customer.get(f"/api/requests/{customer.request_id}"))["place"]
    assert (place["lon"], place["lat"]) == (None, None), "nobody is sent to where the old address was"
