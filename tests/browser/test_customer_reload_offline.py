"""The customer's page, loaded anew without a network, shows where the person was, with all that they did."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from kernel.actors import Role
from tests.browser.test_customer import ask_person, open_guide, request_id
from tests.browser.test_customer_offline import someone, started, water, write  # noqa: F401
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import frame
from tests.rig.desk import becomes
from tests.rig.pictures import as_jpeg
from tests.rig.stack import RunningApp

pytestmark = pytest.mark.timeout(180)

READY = "navigator.serviceWorker.ready.then((found) => new URL(found.active.scriptURL).pathname)"
KEPT = """async () => ({
  pictures: await caches.open("curbstop-evidence").then((cache) => cache.keys()).then((keys) => keys.length),
  facts: await new Promise((resolve) => {
    const opening = indexedDB.open("curbstop-case");
    opening.onsuccess = () => {
      const asking = opening.result.transaction("facts").objectStore("facts").getAllKeys();
      asking.onsuccess = () => { opening.result.close(); resolve(asking.result); };
    };
  }),
})"""


async def on(page: Page, screen: str) -> None:
    await expect(page.locator("#page")).to_have_attribute("data-screen", screen)


async def away(page: Page) -> None:
    assert await page.evaluate(READY) == "/customer-sw.js"
    await page.context.set_offline(True)


async def reload(page: Page, screen: str) -> None:
    await on(page, screen)
    await page.reload(wait_until="commit")
    await on(page, screen)


async def test_each_screen_before_a_technician_is_there_after_a_reload(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await page.goto(water.url, wait_until="commit")
    await on(page, "who")
    await away(page)
    await reload(page, "who")
    await page.locator(".choices .tile").last.tap()
    await reload(page, "building")
    await page.locator("[name=building]").fill("和平大厦")
    await page.locator(".bottom-bar .button").first.tap()
    await reload(page, "what")
    await page.locator("[data-category=leak]").tap()
    await reload(page, "where")
    await page.locator("[name=address]").fill("和平路 12 号")
    await page.locator(".bottom-bar .button").first.tap()
    await reload(page, "guide")
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("h1")).to_have_text("水流有多大？")
    await page.reload(wait_until="commit")
    await expect(page.locator("h1")).to_have_text("水流有多大？")
    await page.locator(".person-line .button").tap()
    await reload(page, "person")
    await page.locator(".bottom-bar .button").first.tap()
    await reload(page, "waiting")
    await expect(page.locator(".hero")).to_contain_text("已保存在手机上")
    await screenshot(page, "customer-reloaded-offline")
    await page.context.set_offline(False)
    await expect(page.locator(".hero .wait.number")).to_be_visible(timeout=30_000)


async def test_the_waiting_room_and_its_chat_come_back_and_a_line_goes_up_once(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await open_guide(page, water.url)
    await ask_person(page)
    request = await request_id(page)
    await write(page, "有网络时写的")
    await expect(page.locator(".chat li[data-mine]:not([data-state])")).to_be_visible()
    await page.locator(".photos input[type=file]").set_input_files(
        {"name": "pipe.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(3))}
    )
    await expect(page.locator(".photos cs-photo img")).to_be_visible()
    technician = await someone(water, Role.TECHNICIAN)
    assert await page.evaluate(READY) == "/customer-sw.js"
    await page.reload(wait_until="networkidle")  # with the worker: it sees the picture

    await away(page)
    await reload(page, "waiting")
    await expect(page.locator(".hero")).to_contain_text("您仍在排队")
    await expect(page.locator(".chat li[data-mine]")).to_contain_text("有网络时写的")
    shown = page.locator(".photos cs-photo img").first
    await expect(shown).to_be_visible()
    await becomes(page, "document.querySelector('.photos cs-photo img')?.naturalWidth > 0")
    await write(page, "没有网络时写的")
    await expect(page.locator(".chat li[data-state=waiting]")).to_contain_text("没有网络时写的")
    await screenshot(page, "customer-waiting-offline")
    context = page.context
    await page.close()

    again = await context.new_page()
    await again.goto(water.url, wait_until="commit")
    await on(again, "waiting")
    await expect(again.locator(".chat li[data-mine]")).to_have_count(2)
    await context.set_offline(False)
    await expect(again.locator(".chat li[data-state]")).to_have_count(0, timeout=30_000)
    sent = await technician.get(f"/api/requests/{request}/messages")
    assert [line["text"] for line in sent] == ["有网络时写的", "没有网络时写的"]


async def test_erasing_says_that_it_needs_the_network_and_then_leaves_nothing_on_the_phone(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await open_guide(page, water.url)
    await ask_person(page)
    await page.locator(".centre .button").last.tap()
    await page.locator("dialog").get_by_role("button").last.tap()
    await on(page, "after")
    await away(page)
    await reload(page, "after")
    erase = page.get_by_role("button", name="删除我的个人信息")
    await erase.tap()
    dialog = page.locator("dialog")
    await expect(dialog).to_contain_text("删除需要网络")
    await screenshot(page, "customer-erase-offline")
    await dialog.get_by_role("button").last.tap()
    kept = await page.evaluate(KEPT)
    assert "request" in kept["facts"]

    await page.context.set_offline(False)
    await erase.tap()
    await dialog.get_by_role("button").last.tap()
    await on(page, "erased")
    await page.wait_for_timeout(300)
    kept = await page.evaluate(KEPT)
    assert kept["pictures"] == 0
    assert [name for name in kept["facts"] if not name.startswith("guides:")] == []
