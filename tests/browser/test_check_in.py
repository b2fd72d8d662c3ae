"""Somebody who works alone: a timer on the phone, one tap to say "I am well", an alert at the console."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from field.safety.tables import LoneTimer
from field.safety.timer import TimerState
from kernel.database import UnitOfWork
from tests.browser.test_console import sign_in
from tests.browser.test_rep import arrive, press
from tests.browser.test_rep_offline import away
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

THEMES = ("sun", "dark", "light")


async def at_the_door(day: WorkingDay, browsers: Browsers) -> Page:
    await day.task(address="和平路 12 号")
    page = await browsers.phone()
    await arrive(page, day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await press(page, "详情")
    return page


async def test_a_timer_is_started_and_answered_without_a_network(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await at_the_door(working_day, browsers)
    card, strip = page.locator(".rep-lone-card"), page.locator(".rep-lone")
    await expect(card).to_contain_text("独自作业报平安")
    await card.get_by_role("button", name="30 分钟").click()
    await expect(strip).to_contain_text("前报平安")
    await expect(card).to_have_count(0)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=20_000)
    await away(page)
    await page.reload(wait_until="commit")
    await expect(strip.locator(".rep-lone-left")).to_contain_text(":")
    await press(page, "我平安")
    await expect(page.locator("cs-toast")).to_contain_text("已报平安")
    await page.context.set_offline(False)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=20_000)
    await expect(strip).to_be_visible()
    await assert_fit(page, screenshot=screenshot, name="check-in-running", themes=THEMES)
    await press(page, "停止")
    await expect(strip).to_be_hidden()
    await assert_fit(page, screenshot=screenshot, name="check-in-choice")


async def nearly_climbed(day: WorkingDay) -> None:
    """Ann's timer as it stands when its end has passed long enough: the next look has it climb."""

    async def pass_by(uow: UnitOfWork) -> None:
        timer = (await uow.session.scalars(select(LoneTimer).where(LoneTimer.ended_at.is_(None)))).one()
        timer.state, timer.next_at = TimerState.RUN_OUT, uow.now
        timer.ends_at = uow.now - timedelta(minutes=2)
        timer.said_at = uow.now - timedelta(minutes=32)

    async with day.app.database() as database:
        await database.run(pass_by)


async def test_silence_stands_at_the_console_until_somebody_answers(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await at_the_door(working_day, browsers)
    await page.locator(".rep-lone-card").get_by_role("button", name="30 分钟").click()
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=20_000)
    console = await browsers.desk()
    await sign_in(console, working_day)
    alert = console.locator(".console-lone-alert")
    await expect(console.locator(".console-lone")).to_be_hidden()
    await nearly_climbed(working_day)
    await expect(alert).to_contain_text("没有回应", timeout=20_000)
    await expect(alert).to_contain_text("和平路 12 号")
    await expect(page.locator(".rep-lone")).to_contain_text("已通知调度员", timeout=10_000)
    await assert_fit(page, screenshot=screenshot, name="check-in-climbed", themes=THEMES)
    await assert_fit(console, screenshot=screenshot, name="console-lone-alert", themes=THEMES)
    await alert.get_by_role("button", name="我来处理").click()
    await expect(alert).to_contain_text("dora正在处理")
    await alert.get_by_role("button", name="已确认平安").click()
    await expect(alert).to_have_count(0)
    await expect(page.locator(".rep-lone")).to_be_hidden(timeout=10_000)
