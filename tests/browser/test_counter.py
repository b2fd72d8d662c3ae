"""A caller at the counter: shown by their number, helped by a link or an answer, by keys alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.staff import add_staff
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit, read_in
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)
THEMES = ("light", "dark", "sun")
PATIENT = 60_000
FILE = """account,name,phone,address,meter,language,dependant
A-1001,林小美,138 0013 8000,和平路 12 号,WM-778899,zh-Hans,是
A-1002,林大伟,139 0013 9000,解放路 3 号,WM-778900,zh-Hans,
A-1003,Jean Dupont,+33 6 12 34 56 78,12 Rue Grimaldi,M55-1234,en,no
"""


async def sign_in(page: Page, day: WorkingDay, query: str = "") -> None:
    """An agent by a one-use link; the telephone system gives ``query`` to the address."""

    async def link(uow: UnitOfWork) -> str:
        member = await add_staff(uow, username="lu.min", name="陆敏", roles=frozenset({Role.AGENT}))
        return await create_link(uow, Surface.COUNTER, timedelta(hours=1), staff_id=member.id)

    keeper = await day.app.staff(Role.SUPERVISOR, "keeper", name="Tao")
    await keeper.upload("/api/imports/accounts", FILE.encode(), name="accounts.csv")
    async with day.app.database() as database:
        token = await database.run(link)
    await page.goto(f"{day.app.url}/counter{query}#k={token}", wait_until="commit")
    await expect(page.locator("[name=who]")).to_be_visible(timeout=PATIENT)


async def test_a_caller_pops_up_and_shows_it_by_video(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day, "?phone=13800138000")
    card = page.locator(".counter-card")
    await expect(card).to_contain_text("林小美", timeout=PATIENT)
    await expect(card).to_contain_text("离不开水")
    assert "phone=" not in page.url
    await expect(page.locator("select[name=category]")).to_be_focused()
    await assert_fit(page, screenshot=screenshot, name="counter-pop", themes=THEMES)
    await read_in(page, "zh-Hans")
    await page.locator("[name=word]").focus()
    await page.keyboard.type("厨房漏水")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".counter-made")).to_be_visible(timeout=PATIENT)
    await screenshot(page, "counter-made")
    await page.keyboard.press("v")
    dialog = page.locator("dialog[open]")
    await expect(dialog.locator(".qr")).to_be_visible(timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="counter-link", themes=THEMES)
    link = await dialog.locator("[name=link]").input_value()
    phone = await browsers.phone()
    await phone.goto(link, wait_until="commit")
    await expect(phone.locator("main")).to_contain_text("漏水", timeout=PATIENT)
    await screenshot(phone, "counter-link-on-a-phone")


async def test_another_is_found_by_name_and_answered(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    await expect(page.locator("[name=who]")).to_be_focused()
    await assert_fit(page, screenshot=screenshot, name="counter-start")
    await page.keyboard.press("/")
    await page.keyboard.type("林")
    await expect(page.locator(".counter-hit")).to_have_count(2, timeout=PATIENT)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".counter-card h2")).to_have_text(["林小美"])
    await page.keyboard.press("Escape")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.locator(".counter-new form .button[data-kind=primary]").press("Enter")
    await expect(page.locator(".counter-made")).to_be_visible(timeout=PATIENT)
    await page.keyboard.press("a")
    await page.keyboard.type("总阀在门外")
    await page.keyboard.press("Enter")
    await expect(page.locator(".counter-request").first).to_contain_text("已解决", timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="counter-answered", axe_in=())
    await page.set_viewport_size({"width": 390, "height": 800})
    await screenshot(page, "counter-phone")
