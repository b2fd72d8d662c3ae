"""What the page says of its line to the server is so."""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, WebSocketRoute, expect

from tests.browser.test_rep import arrive
from tests.rig.browsers import Browsers
from tests.rig.working_day import WorkingDay


async def test_up_to_date_is_not_said_while_the_line_is_sought(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    browsers.tolerate("503")
    page = await browsers.phone()
    reading = {"hangs": True}

    async def refuse(socket: WebSocketRoute) -> None:
        await socket.close(code=1011)

    await page.route_web_socket("**/api/live*", refuse)
    await page.route("**/api/rep/route*", lambda route: None if reading["hangs"] else route.continue_())
    await page.goto(working_day.links["ann"], wait_until="commit")
    await expect(page.locator(".rep-head")).to_contain_text("尚未读取")
    await expect(page.get_by_text("已同步")).to_have_count(0)

    reading["hangs"] = False
    await page.reload(wait_until="commit")
    await expect(page.locator("cs-banner")).to_contain_text("重新连接")
    await expect(page.locator(".rep-head")).to_contain_text("的内容")
    await expect(page.get_by_text("已同步")).to_have_count(0)


async def test_a_reading_that_was_overtaken_takes_nothing_back(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    page = await browsers.phone()
    await arrive(page, working_day.links["ann"])
    await expect(page.get_by_text("今天还没有任务")).to_be_visible()
    await expect(page.get_by_text("已同步")).to_be_visible()
    read, free = asyncio.Event(), asyncio.Event()
    answers = 0

    async def first_comes_last(route: Route) -> None:
        nonlocal answers
        early = not read.is_set()
        answer = await route.fetch()
        if early:
            read.set()
            await free.wait()
        await route.fulfill(response=answer)
        answers += 1

    await page.route("**/api/rep/route*", first_comes_last)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await read.wait()
    await working_day.task(address="和平路 12 号")
    await expect(page.locator(".rep-next")).to_contain_text("和平路 12 号")
    before = answers
    free.set()
    async with asyncio.timeout(10):
        while answers == before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await page.evaluate("new Promise((done) => setTimeout(done, 300))")
    await expect(page.locator(".rep-next")).to_contain_text("和平路 12 号", timeout=1)
