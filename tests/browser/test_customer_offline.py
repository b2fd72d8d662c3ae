"""What a customer does without a network waits on the phone, and goes up once, in order, by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from kernel.actors import Role
from tests.browser.test_customer import ask_person, open_guide, request_id
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.foundations import Foundry
from tests.rig.people import Person
from tests.rig.stack import RunningApp, running_app

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def started(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with foundry.make("embedded", tmp_path_factory.mktemp("offline")) as made, running_app(made) as app:
        yield app


@pytest.fixture
async def water(started: RunningApp) -> AsyncIterator[RunningApp]:
    await someone(started, Role.SUPERVISOR)
    yield started
    await started.close()


async def someone(app: RunningApp, role: Role) -> Person:
    return await app.staff(role, f"{role.value}.{uuid4().hex[:8]}", name="Tao")


async def write(page: Page, text: str) -> None:
    await page.locator(".chat textarea").fill(text)
    await page.locator(".chat form .button").tap()


async def kinds_of(staff: Person, request: str) -> list[str]:
    return [line["kind"] for line in await staff.get(f"/api/requests/{request}/timeline")]


async def test_from_the_category_to_the_queue_without_a_network(
    water: RunningApp, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await page.goto(water.url, wait_until="commit")
    await page.locator(".choices .tile").first.tap()
    await page.context.set_offline(True)
    await page.locator("[data-category=leak]").tap()
    await page.locator("[name=address]").fill("和平路 12 号 4 楼")
    await page.locator(".bottom-bar .button").first.tap()
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("h1")).to_have_text("水流有多大？")
    await page.locator(".person-line .button").tap()
    await page.locator("textarea").fill("厨房水槽下面")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator(".hero .place-number")).to_contain_text("已保存在手机上")
    await write(page, "水越来越大")
    await expect(page.locator(".chat li[data-state=waiting]")).to_contain_text("水越来越大")
    await expect(page.locator("cs-banner")).to_contain_text("6")
    await screenshot(page, "customer-offline")

    await page.context.set_offline(False)
    await expect(page.locator(".hero .wait.number")).to_be_visible(timeout=30_000)
    await expect(page.locator(".chat li[data-state]")).to_have_count(0, timeout=30_000)
    request = await request_id(page)
    technician = await someone(water, Role.TECHNICIAN)
    assert await kinds_of(technician, request) == [
        "started", "details_changed", "guide_answered", "details_changed", "queued",
    ]  # fmt: skip
    seen = await technician.get(f"/api/requests/{request}")
    assert (seen["place"]["address"], seen["description"]) == ("和平路 12 号 4 楼", "厨房水槽下面")
    assert [line["text"] for line in await technician.get(f"/api/requests/{request}/messages")] == [
        "水越来越大"
    ]


async def test_a_closed_tab_loses_nothing_of_it(water: RunningApp, browsers: Browsers) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await open_guide(page, water.url)
    await ask_person(page)
    request = await request_id(page)
    await page.context.set_offline(True)
    for text in ("一", "二", "三"):
        await write(page, text)
    await expect(page.locator(".chat li[data-state=waiting]")).to_have_count(3)
    context = page.context
    await page.close()
    await context.set_offline(False)
    again = await context.new_page()
    await again.goto(water.url, wait_until="commit")
    await expect(again.locator(".chat li[data-mine]")).to_have_count(3)
    await expect(again.locator(".chat li[data-state]")).to_have_count(0, timeout=30_000)
    technician = await someone(water, Role.TECHNICIAN)
    sent = await technician.get(f"/api/requests/{request}/messages")
    assert [line["text"] for line in sent] == ["一", "二", "三"]


async def test_answers_that_get_lost_have_their_effect_once(water: RunningApp, browsers: Browsers) -> None:
    """The server does it, and the phone hears nothing of it: each first answer is lost on the way."""
    browsers.tolerate("ERR_FAILED")
    page = await browsers.phone()
    lost: set[str] = set()

    async def lose(route: Route) -> None:
        sent: Any = route.request
        what = f"{sent.method} {sent.url} {(sent.post_data or '')[:400]}"
        if sent.method == "GET" or what in lost:
            return await route.continue_()
        lost.add(what)
        await route.fetch()
        await route.abort()

    await page.route("**/api/**", lose)
    await page.goto(water.url, wait_until="commit")
    await page.locator(".choices .tile").first.tap()
    await page.locator("[data-category=leak]").tap()
    await page.locator("[name=address]").fill("和平路 12 号")
    await page.locator(".bottom-bar .button").first.tap()
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("h1")).to_have_text("水流有多大？")
    await page.locator("[data-answer=danger]").tap()
    await expect(page.locator(".hero .wait.number")).to_be_visible(timeout=20_000)
    await write(page, "快来")
    await expect(page.locator(".chat li[data-mine]:not([data-state])")).to_be_visible(timeout=20_000)
    request = await request_id(page)
    technician = await someone(water, Role.TECHNICIAN)
    assert await kinds_of(technician, request) == [
        "started", "details_changed", "guide_answered", "guide_answered", "queued",
    ]  # fmt: skip
    sent = await technician.get(f"/api/requests/{request}/messages")
    assert [line["text"] for line in sent] == ["快来"]
    assert len(lost) >= 5
