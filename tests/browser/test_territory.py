"""Territories from the question to the representative's phone, and one who is ill this morning."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.staff import add_staff
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

PHONE: ViewportSize = {"width": 390, "height": 844}


async def come_in(page: Page, day: WorkingDay, path: str, username: str = "dora") -> None:
    """A supervisor opens a page of the console's by a one-use link."""

    async def make(uow: UnitOfWork) -> str:
        member = await add_staff(
            uow, username=username, name=username.title(), roles=frozenset({Role.SUPERVISOR})
        )
        return await create_link(uow, Surface.CONSOLE, timedelta(hours=1), staff_id=member.id)

    async with day.app.database() as database:
        token = await database.run(make)
    await page.goto(f"{day.app.url}{path}?lang=zh-Hans#k={token}", wait_until="commit")


async def owner_of(day: WorkingDay, code: str) -> str | None:
    zones: dict[str, Any] = await day.dispatcher.get("/api/zones", geometry="false")
    found = next(each for each in zones["features"] if each["properties"]["code"] == code)
    return found["properties"]["owner"]["code"] if found["properties"]["owner"] else None


async def test_a_proposal_is_nudged_published_and_read_on_the_phone(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page, phone = await browsers.desk(), await browsers.phone()
    await come_in(page, working_day, "/territory")
    await expect(page.get_by_text("还没有方案")).to_be_visible()
    await screenshot(page, "territory-empty")
    await page.get_by_role("button", name="生成新方案").first.click()
    await page.locator("dialog[open]").get_by_role("button", name="开始计算").click()
    rows = page.locator(".territory-row")
    await expect(rows).to_have_count(2, timeout=20_000)
    await expect(rows.nth(1)).to_have_attribute("aria-pressed", "true")
    moved = rows.nth(1).locator("dd").nth(2)
    await expect(moved).to_have_text("0")

    await page.locator("main").click(position={"x": 5, "y": 5})
    await page.keyboard.press("n")
    await expect(page.locator("select[data-id=zone]")).to_have_value("0")
    await expect(page.locator(".territory-give")).to_have_count(1)
    await page.keyboard.press("1")
    await expect(moved).to_have_text("1", timeout=2000)
    await expect(rows.nth(1)).to_contain_text("手动调整 1 处")
    await expect(page.locator(".territory-people")).to_contain_text("+100%")
    await assert_fit(page, screenshot=screenshot, name="territory", themes=("dark", "sun", "light"))
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="territory-phone", axe_in=("zh-Hans",))
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.get_by_role("button", name="锁定给现任代表").click()
    await expect(page.get_by_role("button", name="解除锁定")).to_be_visible()
    await page.locator("select[data-id=deputy]").select_option(label="博")
    await expect(page.locator("select[data-id=deputy] option:checked")).to_have_text("博")
    await page.get_by_role("button", name="发布").click()
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_contain_text("变动分区 1 个")
    await dialog.get_by_role("button", name="发布", exact=True).click()
    await expect(page.locator(".territory-choices .note")).to_contain_text("2 人中 0 人已读")
    await screenshot(page, "territory-published")

    await phone.goto(working_day.links["ann"], wait_until="commit")
    card = phone.locator(".rep-told")
    await expect(card).to_contain_text("不再负责：A1")
    await screenshot(phone, "rep-zones")
    await card.get_by_role("button", name="知道了").click()
    await expect(card).to_have_count(0)
    await expect(page.locator(".territory-choices .note")).to_contain_text("2 人中 1 人已读", timeout=3000)

    await page.get_by_role("button", name="撤回").click()
    await expect(page.get_by_role("button", name="发布")).to_be_visible()
    await expect(card).to_contain_text("您负责的分区不变", timeout=5000)
    assert await owner_of(working_day, "A1") == "ann"


async def test_who_is_ill_this_morning_is_covered_for_the_day(
    working_day: WorkingDay, desk_page: Page, screenshot: ShotTaker
) -> None:
    page = desk_page
    task = await working_day.task(address="和平路 12 号")
    assert task["rep"]["code"] == "ann"
    await come_in(page, working_day, "/console", "dirk")
    row = page.locator(".console-row", has_text="和平路 12 号")
    await expect(row).to_contain_text("安")
    await page.keyboard.press("t")
    await page.locator(".console-table").get_by_role("button", name="安", exact=True).first.click()
    await page.get_by_role("button", name="今天缺勤").click()
    sheet = page.locator("dialog[open]")
    await expect(sheet).to_contain_text("A1")
    await expect(sheet).to_contain_text("博")
    await screenshot(page, "console-absent")
    await sheet.get_by_role("button", name="今天交给他人").click()
    await expect(page.locator("cs-toast")).to_contain_text("已交给他人")
    moved = await working_day.until(task, lambda now: now["rep"]["code"] == "bob")
    assert [entry["kind"] for entry in moved["timeline"]].count("reassign") == 1
    await expect(row).to_contain_text("博")
    await page.get_by_role("button", name="今天缺勤").click()
    await expect(sheet).to_contain_text("由他人代管")
    await sheet.get_by_role("button", name="已回岗").click()
    await expect(page.locator("cs-toast")).to_contain_text("已回岗")
    assert await working_day.dispatcher.get("/api/absences") == []
