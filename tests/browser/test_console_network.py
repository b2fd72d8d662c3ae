"""The console's map shows the pipe network; a click on a pipe says which valves close it."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_console import PHONE, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit
from tests.rig.pipes import collection, network_file, pipes, source
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

LOOK_AT = """([lat, lon]) => {
  const map = document.querySelector("cs-map.console-map").map;
  map.setView([lat, lon], 15, { animate: false });
  const at = map.latLngToContainerPoint([lat, lon]);
  const box = map.getContainer().getBoundingClientRect();
  return [box.left + at.x, box.top + at.y];
}"""


async def click_at(page: Page, lon: float, lat: float) -> None:
    x, y = await page.evaluate(LOOK_AT, [lat, lon])
    await page.mouse.click(x, y)


async def opened(page: Page, day: WorkingDay) -> Locator:
    await sign_in(page, day)
    await page.locator(".console-pipes-switch").click()
    return page.locator(".console-network")


async def choose(page: Page, name: str, data: bytes) -> None:
    await page.locator("dialog #network-file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


async def test_a_click_on_a_pipe_says_which_valves_close_it_and_several_are_reckoned_together(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 404")  # a place without a pipe
    page = await browsers.desk()
    await working_day.dispatcher.upload("/api/imports/network", network_file(), name="network.geojson")
    panel = await opened(page, working_day)
    await expect(panel).to_contain_text("管道 13")
    await click_at(page, 7.405, 43.7065)
    await expect(panel).to_contain_text("6 户停水")
    await expect(panel.locator(".console-valves > li")).to_have_count(2)
    await screenshot(page, "console-network-traced")
    await panel.get_by_role("button", name="再加一处").click()
    await click_at(page, 7.4075, 43.705)
    await expect(panel).to_contain_text("12 户停水")
    await expect(panel).to_contain_text("其中 6 户仅因同时关闭多处而停水")
    await panel.get_by_role("button", name="清除").click()
    await click_at(page, 7.425, 43.7065)
    await expect(panel.locator(".console-valves > li")).to_contain_text("VS-B1")
    await assert_fit(page, screenshot=screenshot, name="console-network", themes=("light", "dark", "sun"))
    await panel.get_by_role("button", name="VS-B1: 卡住").click()
    await expect(panel.locator(".console-valves b")).to_have_text("VM4")
    assert (await working_day.dispatcher.get("/api/network"))["stuck"] == 1
    await click_at(page, 7.4025, 43.7085)
    await expect(panel).to_contain_text("那里没有管道")
    await panel.get_by_role("button", name="清除").click()
    await page.evaluate("document.querySelector('cs-map.console-map').map.setZoom(12, { animate: false })")
    await expect(panel).to_contain_text("请放大地图")
    await page.locator(".console-pipes-switch").click()
    await expect(panel).to_be_hidden()


async def test_a_task_says_which_valves_close_its_pipe(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await working_day.dispatcher.upload("/api/imports/network", network_file(), name="network.geojson")
    task = await working_day.task("B1", address="和平路 12 号", lon=7.425, lat=43.7065)
    await sign_in(page, working_day)
    await page.goto(f"{working_day.app.url}/console#task={task['id']}")
    await page.reload()
    detail = page.locator(".console-detail")
    await detail.get_by_text("关闭此处的阀门").click()
    await expect(detail.locator(".console-valves")).to_contain_text("VS-B1")
    await expect(detail).to_contain_text("1 家医院")
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-phone-task-valves")


async def test_a_network_is_looked_at_taken_and_taken_back(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    for part in ("status of 422", "status of 404"):
        browsers.tolerate(part)
    page = await browsers.desk()
    panel = await opened(page, working_day)
    await expect(panel).to_contain_text("尚未导入管网")
    await panel.get_by_role("button", name="导入管网").click()
    sheet = page.locator("dialog.sheet")
    far = (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"layer":"pipe","code":"P"},'
    )
    far += b'"geometry":{"type":"LineString","coordinates":[[4971350,3905604],[4971400,3905604]]}}]}'
    await choose(page, "pipes.geojson", far)
    await expect(sheet).to_contain_text("请注明坐标系的 EPSG 编号")
    await choose(page, "network.geojson", network_file())
    await expect(sheet).to_contain_text("管道：共 13，新增 13")
    await assert_fit(page, screenshot=screenshot, name="console-network-import")
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet).to_contain_text("已导入")
    await choose(page, "few.geojson", collection([*pipes()[:3], *source()]))
    await expect(sheet).to_contain_text("将移除 13 项中的 10 项")
    await expect(sheet.get_by_role("button", name="应用")).to_be_disabled()
    await sheet.get_by_label("我已看过").check()
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet).to_contain_text("已导入")
    await page.keyboard.press("Escape")
    await expect(panel).to_contain_text("第 2 版")
    await panel.get_by_role("button", name="撤回这个版本").click()
    await page.locator("dialog").get_by_role("button", name="撤回这个版本").click()
    await expect(panel).to_contain_text("第 1 版")
