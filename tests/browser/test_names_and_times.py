"""Names in the reader's script and times of the place where the work is, wherever the reader sits."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.staff import add_staff
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.working_day import WorkingDay, morning_zone

ELSEWHERE = "Pacific/Kiritimati"
WORDS = {
    "en-GB": {"lang": "en", "ann": "Ann", "dora": "Dora Lam", "take": ("Accept", "Set off", "Arrived")},
    "zh-CN": {"lang": "zh-Hans", "ann": "安", "dora": "林朵拉", "take": ("接受", "出发", "已到达")},
}
LASTED = {"en-GB": "41 min", "zh-CN": "41 分钟"}


def wall(instant: str) -> str:
    """What clocks show there, where the utility is."""
    at = datetime.fromisoformat(instant)
    return at.astimezone(ZoneInfo(morning_zone(at))).strftime("%H:%M")


async def sign_in(page: Page, day: WorkingDay, surface: Surface, role: Role, lang: str) -> None:
    async def make(uow: UnitOfWork) -> str:
        name = f"dora.{surface.value}"
        roles = frozenset({role})
        member = await add_staff(uow, username=name, name="林朵拉", name_en="Dora Lam", roles=roles)
        return await create_link(uow, surface, timedelta(hours=1), staff_id=member.id)

    async with day.app.database() as database:
        token = await database.run(make)
    await page.goto(f"{day.app.url}/{surface.value}?lang={lang}#k={token}", wait_until="commit")


@pytest.mark.parametrize("language", WORDS)
async def test_names_and_times_are_the_readers_and_the_place_s(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker, language: str
) -> None:
    words = WORDS[language]
    ann, lang = str(words["ann"]), str(words["lang"])
    task = await working_day.task(address="和平路 12 号")
    phone = await browsers.phone(language=language, timezone_id=ELSEWHERE)
    await phone.clock.install()
    await phone.goto(working_day.links["ann"], wait_until="commit")
    await expect(phone.locator(".rep-name")).to_have_text(ann)
    for name in words["take"]:
        await phone.get_by_role("button", name=name, exact=True).first.click()
    found = await working_day.until(task, lambda now: now["state"] == "on_site", within_s=30)
    facts = phone.locator(".rep-next .rep-facts")
    await expect(facts).to_contain_text(wall(found["arrived_at"]))
    await screenshot(phone, f"rep-on-site-{lang}")
    await phone.clock.fast_forward("41:05")
    await expect(phone.locator(".rep-next [data-lasting]")).to_have_text(LASTED[language])

    console = await browsers.desk(language=language, timezone_id=ELSEWHERE)
    await sign_in(console, working_day, Surface.CONSOLE, Role.DISPATCHER, lang)
    await console.locator(".console-row", has_text="和平路 12 号").click()
    history = console.locator(".console-history li").last
    await expect(history).to_contain_text(ann)
    await expect(history.locator("time")).to_have_text(wall(found["arrived_at"]))
    await screenshot(console, f"console-history-{lang}")

    desk = await browsers.desk(language=language, timezone_id=ELSEWHERE)
    await sign_in(desk, working_day, Surface.DESK, Role.TECHNICIAN, lang)
    await expect(desk.locator(".desk-head .me b")).to_have_text(str(words["dora"]))
