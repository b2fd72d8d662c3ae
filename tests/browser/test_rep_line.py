"""What the page says of its line to the server is so."""

from __future__ import annotations

from playwright.async_api import WebSocketRoute, expect

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
