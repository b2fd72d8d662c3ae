"""A customer's page loaded anew without a network in the middle of a call says so, and goes on by itself."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.test_customer import ask_person, in_call, open_guide, started, water  # noqa: F401
from tests.browser.test_customer_reload_offline import away, on
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.room_client import in_room
from tests.rig.stack import RunningApp

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]


async def test_a_call_is_found_again_after_a_reload_without_a_network(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await open_guide(page, water.url)
    await ask_person(page)
    technician, request = await in_call(page, water)
    assert technician.token
    async with in_room(water.url, request, technician.token) as room:
        await room.join()
        await room.wait(lambda frame: any("video" in kinds for kinds in room.streams.values()))
        await room.ask("chat", client_id=str(uuid4()), text="请看这里")
        await expect(page.locator(".call-bar .badge")).to_have_text("1")
        await away(page)
        await page.reload(wait_until="commit")
        await on(page, "call")
        stage = page.locator(".call-stage")
        await expect(stage).to_contain_text("正在重新连接")
        await expect(page.locator("cs-banner")).to_contain_text("没有网络")
        await expect(page.locator(".call-top .tag")).to_have_text("Tao")  # nobody is said to be coming
        await page.locator(".call-bar .button").filter(has=page.locator("[name=chat]")).tap()
        await expect(page.locator(".chat")).to_contain_text("请看这里")
        await page.locator(".drawer textarea").fill("听得到吗？")
        await page.locator(".drawer form .button").tap()
        await expect(page.locator(".chat li[data-state=waiting]")).to_contain_text("听得到吗？")
        await screenshot(page, "customer-call-reloaded-offline")

        before = len(room.log)
        await page.context.set_offline(False)
        await room.heard("chat_added", within_s=30, since=before)
        await expect(page.locator(".chat li[data-state]")).to_have_count(0)
        await expect(stage).not_to_contain_text("正在重新连接", timeout=20_000)
        await expect(page.locator("video.own")).to_be_visible()
        await room.wait(lambda frame: any("video" in kinds for kinds in room.streams.values()))
    sent = await technician.get(f"/api/requests/{request}/messages")
    assert [line["text"] for line in sent] == ["请看这里", "听得到吗？"]
