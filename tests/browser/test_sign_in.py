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


def from_elsewhere() -> dict[str, str]:
    """An address of its own: from one, ten people sign in within a minute."""
    return {"X-Forwarded-For": f"2001:db8:{uuid4().hex[:4]}::1"}


async def hired(app: RunningApp, *roles: Role) -> str:
    """The username of somebody with these roles, and a password."""
    name = f"wu.{uuid4().hex[:6]}"

    async def hire(uow: UnitOfWork) -> None:
        await add_staff(uow, username=name, name="Wu", roles=frozenset(roles), password=PASSWORD)

    async with app.database() as database:
        await database.run(hire)
    return name


@pytest.fixture
async def username(started: RunningApp) -> AsyncIterator[str]:
    """A technician with a password."""
    yield await hired(started, Role.TECHNICIAN)
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


@pytest.mark.parametrize(
    ("roles", "came_by", "opens"),
    [
        ((Role.REP,), "/sign-in", "/rep"),
        ((Role.REP,), "/desk", "/rep"),
        ((Role.REP,), "/rep", "/rep"),
        ((Role.DISPATCHER,), "/sign-in", "/console"),
        ((Role.DISPATCHER,), "/rep", "/console"),
        ((Role.TECHNICIAN,), "/sign-in", "/desk"),
        ((Role.TECHNICIAN,), "/console", "/desk"),
        ((Role.TECHNICIAN, Role.REP), "/rep", "/rep"),
        ((Role.TECHNICIAN, Role.REP), "/sign-in?next=/rep", "/rep"),
        ((Role.TECHNICIAN, Role.REP), "/desk", "/desk"),
    ],
)
async def test_whoever_signs_in_is_where_they_may_be(
    started: RunningApp, browsers: Browsers, roles: tuple[Role, ...], came_by: str, opens: str
) -> None:
    for part in ("401", "403", "404", "not_a_rep"):
        browsers.tolerate(part)  # this representative has no route
    page = await browsers.phone(language="zh-CN", extra_http_headers=from_elsewhere())
    await page.goto(f"{started.url}{came_by}", wait_until="commit")
    await fill(page, await hired(started, *roles), PASSWORD)
    await page.wait_for_url(f"{started.url}{opens}", wait_until="commit")


@pytest.mark.parametrize("chosen", ["desk", "rep"])
async def test_who_may_be_in_two_places_is_asked(
    started: RunningApp, browsers: Browsers, screenshot: ShotTaker, chosen: str
) -> None:
    for part in ("403", "404", "409"):
        browsers.tolerate(part)
    page = await browsers.phone(language="zh-CN", extra_http_headers=from_elsewhere())
    await page.goto(f"{started.url}/sign-in", wait_until="commit")
    await fill(page, await hired(started, Role.TECHNICIAN, Role.REP), PASSWORD)
    await expect(page.locator("h1")).to_have_text("打开哪个页面？")
    await expect(page.locator(".card button")).to_have_count(2)
    await expect(page.locator("button[name=desk]")).to_be_focused()
    await check(page)
    await screenshot(page, "sign-in-choice")
    await page.locator(f"button[name={chosen}]").click()
    await page.wait_for_url(f"{started.url}/{chosen}", wait_until="commit")


async def test_a_mistyped_sign_in_link_says_so(started: RunningApp, browsers: Browsers) -> None:
    for part in ("401", "410 (Gone)"):
        browsers.tolerate(part)
    page = await browsers.desk(language="en-GB")
    await page.goto(f"{started.url}/desk#k=abc", wait_until="commit")
    await expect(page.locator(".note")).to_contain_text("This link is not complete")
