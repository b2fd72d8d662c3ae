"""Travel times by the hour, set at the console by a supervisor, and kept from whoever is none."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from kernel.actors import Role
from tests.browser.test_console import PHONE, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

THEMES = ("sun", "dark", "light")


async def test_a_supervisor_says_when_roads_are_slow(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    console = await browsers.desk()
    await sign_in(console, working_day, "sue", role=Role.SUPERVISOR)
    await console.locator("body").press("r")
    fold = console.locator(".console-traffic")
    await fold.locator("summary").press("Enter")
    await expect(fold).to_contain_text("各时段都按道路畅通计算")
    await expect(fold.locator(".console-hours")).to_have_count(3)

    await fold.locator("[data-kind=working_day]").get_by_role("button", name="修改").press("Enter")
    dialog = console.get_by_role("dialog")
    await expect(dialog.locator("input[type=number]")).to_have_count(24)
    await dialog.locator("input[name=hour-8]").fill("180")
    await dialog.locator("input[name=hour-17]").fill("301")
    await dialog.get_by_role("button", name="保存").press("Enter")
    # What cannot be meant is said, marked, and nothing typed is lost.
    await expect(dialog.locator("input[name=hour-17]")).to_be_focused()
    await expect(dialog.get_by_role("alert").last).to_contain_text("50 到 300")
    await expect(dialog.locator("input[name=hour-8]")).to_have_value("180")
    await assert_fit(console, screenshot=screenshot, name="traffic-hours", themes=THEMES)
    await dialog.locator("input[name=hour-17]").fill("150")
    await dialog.get_by_role("button", name="保存").press("Enter")
    await expect(fold.locator("[data-kind=working_day]")).to_contain_text("最慢 08:00–09:00：180%")
    await expect(fold.locator("[data-kind=sunday]")).to_contain_text("各时段均为 100%")
    told = await working_day.dispatcher.get("/api/travel-profile")
    assert (told["factors"]["working_day"][8], told["factors"]["working_day"][17]) == (1800, 1500)
    assert told["factors"]["saturday"] == told["factors"]["sunday"] == [1000] * 24

    await assert_accessible(console)
    await fold.scroll_into_view_if_needed()
    await screenshot(console, "traffic")
    await console.set_viewport_size(PHONE)
    await assert_fit(console, screenshot=screenshot, name="traffic-phone")


async def test_two_supervisors_and_a_dispatcher(working_day: WorkingDay, browsers: Browsers) -> None:
    browsers.tolerate("409")
    console = await browsers.desk()
    await sign_in(console, working_day, "sue", role=Role.SUPERVISOR)
    await console.locator("body").press("r")
    fold = console.locator(".console-traffic")
    await fold.locator("summary").press("Enter")
    await fold.locator("[data-kind=sunday]").get_by_role("button", name="修改").press("Enter")
    dialog = console.get_by_role("dialog")
    await dialog.locator("input[name=hour-10]").fill("120")
    await dialog.get_by_label("三类日子都用这些数值").check()

    other = await working_day.app.staff(Role.SUPERVISOR, "sam", name="Sam")
    days = {kind: [1000] * 23 + [1100] for kind in ("working_day", "saturday", "sunday")}
    await other.put("/api/travel-profile", {"number": 0, "factors": days})
    await dialog.get_by_role("button", name="保存").press("Enter")
    await expect(dialog.get_by_role("alert").last).not_to_be_empty()
    await expect(dialog.locator("input[name=hour-10]")).to_have_value("120")
    await dialog.get_by_role("button", name="保存").press("Enter")
    await expect(fold.locator("[data-kind=saturday]")).to_contain_text("最慢 10:00–11:00：120%")

    desk = await browsers.desk()
    await sign_in(desk, working_day)
    await desk.locator("body").press("r")
    shown = desk.locator(".console-traffic")
    await shown.locator("summary").press("Enter")
    await expect(shown.locator("[data-kind=saturday]")).to_contain_text("最慢 10:00–11:00：120%")
    await expect(shown.get_by_role("button")).to_have_count(0)
