"""Signing in as staff, and the demo's page of sent messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.identity.staff import add_staff
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.foundations import Foundry
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.stack import RunningApp, running_app

PASSWORD = "a curb stop by the kerb"


@pytest.fixture(scope="module")
def started(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("sign-in")
    with foundry.make("embedded", folder) as made, running_app(made, demo="true") as app:
        yield app


@pytest.fixture
async def username(started: RunningApp) -> AsyncIterator[str]:
    """A technician with a password."""
    name = f"wu.{uuid4().hex[:6]}"

    async def hire(uow: UnitOfWork) -> None:
        await add_staff(uow, username=name, name="Wu", roles=frozenset({Role.TECHNICIAN}), password=PASSWORD)

    async with started.database() as database:
        await database.run(hire)
    yield name
    await started.close()


async def check(page: Page) -> None:
    await assert_accessible(page)
    await assert_targets(page)
    await assert_no_sideways_scroll(page)


async def fill(page: Page, username: str, password: str) -> None:
    await page.locator("input[name=username]").fill(username)
    await page.locator("input[name=password]").fill(password)
    await page.locator("form button[type=submit]").click()


async def test_a_page_asks_who_is_there_and_comes_back(
    started: RunningApp, username: str, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("401")
    page = await browsers.desk(language="zh-TW")
    await page.goto(f"{started.url}/sent", wait_until="commit")
    await expect(page.locator("h1")).to_have_text("員工登入")
    await check(page)
    await screenshot(page, "sign-in")
    await fill(page, "", "")
    await expect(page.locator(".fault").first).to_have_text("請填寫此欄位。")
    await fill(page, username, "wrong")
    await expect(page.locator(".note[data-tone=bad]")).to_be_visible()
    await check(page)
    await fill(page, username, PASSWORD)
    await expect(page.locator("h1")).to_have_text("已傳送的簡訊")
    await expect(page.locator(".empty")).to_be_visible()
    await check(page)


async def test_a_message_shows_as_soon_as_it_is_sent(
    started: RunningApp, username: str, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("401")
    page = await browsers.phone(language="en-GB")
    await page.goto(f"{started.url}/sign-in?surface=desk&next=/sent", wait_until="commit")
    await fill(page, username, PASSWORD)
    await expect(page.locator("h1")).to_have_text("Sent messages")
    technician = await started.staff(Role.TECHNICIAN, f"tao.{uuid4().hex[:6]}", name="Tao")
    invited = {"name": "Lin Meiling", "phone": "+8613800138000", "language": "en"}
    link = (await technician.post("/api/invitations", invited))["link"]
    await expect(page.locator("article a.button")).to_have_attribute("href", link, timeout=2_000)
    await check(page)
    await screenshot(page, "sent")


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere"])
async def test_it_leads_nowhere_else(
    started: RunningApp, username: str, browsers: Browsers, next_page: str
) -> None:
    page = await browsers.desk()
    address = f"{started.url}/sign-in?surface=desk&next={next_page}"
    await page.goto(address, wait_until="commit")
    await fill(page, username, PASSWORD)
    await page.wait_for_url(f"{started.url}/desk", wait_until="commit")
