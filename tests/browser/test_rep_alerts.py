"""A new task is heard and felt while the page is open, and pushed while it is closed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_rep import WITHIN_2_S, arrive
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.push_service import PushService
from tests.rig.working_day import WorkingDay

LISTEN = """
  globalThis.heard = {tones: 0, shakes: 0};
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { heard.tones += 1; return start.apply(this, when); };
  Navigator.prototype.vibrate = function () { heard.shakes += 1; return true; };
"""

# Chromium without a window has no push service of its own: the subscription alone is put in its place. What
# goes to it, and what the worker makes of what comes, is the real thing.
SUBSCRIBE = """
  const subscribed = %s;
  const plain = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = (text) => Uint8Array.from(plain(text), (sign) => sign.charCodeAt(0)).buffer;
  let own = JSON.parse(sessionStorage.getItem("subscribed") ?? "null");
  const made = () => own && {
    endpoint: own.endpoint, options: {userVisibleOnly: true, applicationServerKey: bytes(own.key)},
    toJSON: () => ({endpoint: own.endpoint, expirationTime: null, keys: own.keys}),
    unsubscribe: async () => { own = null; sessionStorage.removeItem("subscribed"); return true; },
  };
  PushManager.prototype.subscribe = async ({applicationServerKey}) => {
    own = {...subscribed, key: applicationServerKey};
    sessionStorage.setItem("subscribed", JSON.stringify(own));
    return made();
  };
  PushManager.prototype.getSubscription = async () => made();
"""

SHOWN = """self.registration.getNotifications().then(
  (all) => all.map(({title, body, data}) => ({title, body, data})))"""

OPEN = "self.clients.matchAll({type: 'window'}).then((all) => all.length)"


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService().open() as opened:
        yield opened


async def settings(page: Page) -> None:
    await page.locator(".rep-head button").last.click()
    await expect(page.locator("dialog.sheet")).to_be_visible()


async def close(page: Page) -> None:
    await page.locator("dialog.sheet").get_by_role("button", name="关闭").click()
    await expect(page.locator("dialog.sheet")).to_have_count(0)


async def heard(page: Page) -> tuple[int, int]:
    found = await page.evaluate("globalThis.heard")
    return found["tones"], found["shakes"]


async def until(fits: Any, within_s: float = 5) -> None:
    async with asyncio.timeout(within_s):
        while not fits():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_new_task_sounds_and_shakes_and_an_old_one_does_not(
    working_day: WorkingDay, phone_page: Page, screenshot: ShotTaker
) -> None:
    page = phone_page
    await page.add_init_script(LISTEN)
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-next")).to_contain_text("和平路 12 号")
    await page.locator("h1").click()  # a first touch
    assert await heard(page) == (0, 0), "what was there when the page was opened is not news"
    await working_day.task(address="和平路 14 号", east=0.6)
    toast = page.locator("cs-toast")
    await expect(toast).to_contain_text("新任务：漏水", timeout=WITHIN_2_S)
    assert await heard(page) == (2, 1)
    await screenshot(page, "rep-new-task")

    await settings(page)
    await page.get_by_label("新任务提示音").uncheck()
    await close(page)
    await working_day.task(address="和平路 16 号", east=0.4)
    await expect(page.get_by_text("和平路 16 号").first).to_be_visible(timeout=WITHIN_2_S)
    assert await heard(page) == (2, 2), "switched off is silent, and still felt"
    await page.reload(wait_until="commit")
    await page.wait_for_selector(".rep-next")
    await settings(page)
    await expect(page.get_by_label("新任务提示音")).not_to_be_checked()


@pytest.mark.timeout(120)
async def test_a_closed_page_is_pushed_to_and_the_worker_shows_it(
    working_day: WorkingDay, browsers: Browsers, service: PushService, screenshot: ShotTaker
) -> None:
    browsers.be_whole()
    page = await browsers.phone()
    await page.add_init_script(SUBSCRIBE % json.dumps(service.subscription()))
    await arrive(page, working_day.links["ann"])
    await settings(page)
    await expect(page.get_by_label("页面关闭时也通知我")).not_to_be_checked()
    await page.get_by_label("页面关闭时也通知我").check()
    await expect(page.get_by_label("页面关闭时也通知我")).to_be_checked()
    await expect(page.get_by_label("页面关闭时也通知我")).to_be_enabled()
    for theme in ("light", "dark", "sun"):
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        await assert_accessible(page)
        await screenshot(page, f"rep-settings-{theme}")
    await assert_targets(page)
    await assert_no_sideways_scroll(page)
    await close(page)

    context = page.context
    task = await working_day.task(address="和平路 12 号")
    await until(lambda: service.pushed)
    [message] = service.messages
    assert (message["task"], message["title"], message["language"]) == (task["id"], "新任务", "zh-Hans")

    worker = next(each for each in context.service_workers if each.url.endswith("/sw.js"))

    async def push() -> None:
        told = json.dumps(message)
        await worker.evaluate("data => { self.dispatchEvent(new PushEvent('push', {data})); }", told)

    await push()
    await asyncio.sleep(0.5)
    assert await worker.evaluate(SHOWN) == [], "an open page tells of it by itself"
    await page.goto(f"{working_day.app.url}/sign-in")
    async with asyncio.timeout(20):
        while await worker.evaluate(OPEN):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await push()
    async with asyncio.timeout(20):  # a browser shows it when it comes to it; nothing is promised in seconds
        while not (notes := await worker.evaluate(SHOWN)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert notes == [{"title": "新任务", "body": message["body"], "data": {"task": task["id"]}}]

    await page.goto(f"{working_day.app.url}/rep", wait_until="commit")
    await page.wait_for_selector(".rep-next")
    await worker.evaluate(
        """async () => {
          const [notification] = await self.registration.getNotifications();
          self.dispatchEvent(new NotificationEvent("notificationclick", {notification}));
        }"""
    )
    await expect(page.locator(".rep-task")).to_be_visible()
    await expect(page).to_have_url(re.compile(f"#task={task['id']}$"))


async def test_switched_off_and_signed_out_are_told_nothing(
    working_day: WorkingDay, browsers: Browsers, service: PushService
) -> None:
    browsers.tolerate("status of 401")
    browsers.be_whole()
    page = await browsers.phone()
    await page.add_init_script(SUBSCRIBE % json.dumps(service.subscription()))
    await arrive(page, working_day.links["ann"])
    push = page.get_by_label("页面关闭时也通知我")
    for wanted in (True, False, True):
        await settings(page)
        await push.set_checked(wanted)
        await expect(push).to_be_enabled()
        await close(page)
        before = len(service.pushed)
        await working_day.task(address="和平路 12 号")
        if wanted:
            await until(lambda before=before: len(service.pushed) > before)
        else:
            await asyncio.sleep(1.5)
            assert len(service.pushed) == before
    await settings(page)
    await page.locator("dialog.sheet").get_by_role("button", name="退出登录").click()
    await page.wait_for_url("**/sign-in*")
    before = len(service.pushed)
    await working_day.task(address="和平路 18 号")
    await asyncio.sleep(1.5)
    assert len(service.pushed) == before


async def test_without_leave_the_switch_says_why(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.phone(language="en-GB", permissions=False)
    await page.add_init_script("Object.defineProperty(Notification, 'permission', {value: 'denied'})")
    await arrive(page, working_day.links["ann"])
    await settings(page)
    await expect(page.get_by_label("Tell me when the page is closed")).to_be_disabled()
    await expect(page.get_by_text("Notifications are blocked for this page")).to_be_visible()
    await screenshot(page, "rep-settings-denied")
