"""A form is changed and published, filled in where there is no network, and read at the console."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.browser.test_rep import arrive, press
from tests.browser.test_territory import come_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import frame
from tests.rig.page_checks import assert_fit
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

PHONE: ViewportSize = {"width": 390, "height": 844}


async def add_field(page: Page, kind: str, chinese: str) -> None:
    """A field at the end of the first section, by its kind and its name."""
    adder = page.locator(".forms-adder").first
    await adder.locator("select").select_option(kind)
    await adder.get_by_role("button", name="加字段").click()
    await page.locator(".forms-field[data-open=true] .forms-words input").first.fill(chinese)


async def sign(page: Page) -> None:
    pad = page.locator("dialog .form-pad")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    x, y = box["x"], box["y"]
    await page.mouse.move(x + 30, y + 40)
    await page.mouse.down()
    for step in range(1, 8):
        await page.mouse.move(x + 30 + 25 * step, y + (70 if step % 2 else 30))
    await page.mouse.up()


async def test_a_form_is_written_filled_in_offline_and_read(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    desk, phone = await browsers.desk(), await browsers.phone()
    await come_in(desk, working_day, "/forms")
    await expect(desk.get_by_role("heading", name="漏水处理").first).to_be_visible()
    await screenshot(desk, "forms")

    await add_field(desk, "signature", "用户签字")
    await desk.locator("select[name=required]").select_option("always")
    await expect(desk.locator(".forms-screen").get_by_text("用户签字")).to_be_visible()
    await add_field(desk, "serial", "铅封号")
    await desk.keyboard.press("Alt+ArrowUp")
    names = desk.locator(".forms-fields").first.locator("b")
    await expect(names.nth(3)).to_have_text("铅封号")
    await screenshot(desk, "forms-editing")
    await expect(desk.get_by_text("草稿已保存")).to_be_visible()
    await desk.get_by_role("button", name="试着完成").click()
    await expect(desk.get_by_text("手机会这样提示")).to_be_visible()
    await assert_fit(desk, screenshot=screenshot, name="forms-fit")
    await desk.keyboard.press("Escape")
    await desk.get_by_role("button", name="发布", exact=True).click()
    sheet = desk.locator("dialog[open]")
    await expect(sheet.locator(".forms-changes li")).to_have_count(2)
    await screenshot(desk, "forms-publish")
    await sheet.get_by_role("button", name="发布", exact=True).click()
    await expect(desk.get_by_text("第 2 版已发布")).to_be_visible()
    await desk.set_viewport_size(PHONE)
    await screenshot(desk, "forms-phone")

    task = await working_day.task(address="和平路 12 号", parts={"coupling_dn15": 1})
    await arrive(phone, working_day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(phone, name)
    await working_day.until(task, lambda now: now["state"] == "on_site", within_s=20)
    await phone.context.set_offline(True)
    await press(phone, "完成任务")
    form = phone.locator("dialog .form-view")
    await form.get_by_label("已修好", exact=True).check()
    await form.get_by_label("水表及接头", exact=True).check()
    await form.get_by_role("button", name="增加一个").first.click()
    await form.locator(".form-photos input[type=file]").first.set_input_files(
        {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(3))}
    )
    await expect(form.locator("cs-photo img")).to_be_visible()
    await screenshot(phone, "rep-form")
    done = phone.locator("dialog").get_by_role("button", name="完成任务", exact=True)
    await done.click()
    await expect(form.get_by_text("必填")).to_be_visible()
    await screenshot(phone, "rep-form-missing")
    await phone.locator("dialog").get_by_role("button", name="关闭").click()
    await expect(phone.locator("dialog[open]")).to_have_count(0)
    # Going back over the sheet would end the reload.
    while await phone.evaluate("Boolean(history.state?.sheet)"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await phone.reload(wait_until="commit")
    await press(phone, "完成任务")
    await expect(form.get_by_label("已修好", exact=True)).to_be_checked()
    await expect(form.locator("cs-photo img")).to_be_visible()
    await sign(phone)
    await form.get_by_label("签字人姓名").fill("林女士")
    await screenshot(phone, "rep-form-signed")
    await done.click()
    await expect(phone.locator("dialog")).to_have_count(0)
    await phone.context.set_offline(False)
    found = await working_day.until(task, lambda now: now["state"] == "done", within_s=30)
    [filled] = found["answers"]
    assert filled["number"] == 2
    assert filled["answers"]["parts_used"] == {"coupling_dn15": 1}
    assert len(found["proofs"]) == 1

    await desk.set_viewport_size({"width": 1440, "height": 900})
    await desk.goto(f"{working_day.app.url}/console#task={task['id']}", wait_until="commit")
    answers = desk.locator(".console-answers")
    await expect(answers).to_contain_text("水表及接头", timeout=15_000)
    await expect(answers.locator("polyline")).to_have_count(1)
    await expect(answers).to_contain_text("林女士")
    await answers.scroll_into_view_if_needed()
    await screenshot(desk, "console-answers")


async def test_what_the_server_does_not_take_is_a_draft_again(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    phone = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    await arrive(phone, working_day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(phone, name)
    await working_day.until(task, lambda now: now["state"] == "on_site", within_s=20)

    async def spoil(route: Route) -> None:
        """On the way an answer becomes one that no phone would send."""
        sent = (route.request.post_data or "").replace('"outcome":"repaired"', '"outcome":"vanished"')
        await route.continue_(post_data=sent)

    await phone.route("**/api/device-actions", spoil)
    await press(phone, "完成任务")
    sheet = phone.locator("dialog.sheet")
    await sheet.get_by_label("已修好", exact=True).check()
    await sheet.locator("textarea[name=note]").fill("换了垫片")
    await sheet.get_by_role("button", name="完成任务", exact=True).click()
    await expect(phone.locator("cs-toast")).to_contain_text("填过的都还在", timeout=20_000)
    await phone.unroute("**/api/device-actions")

    await press(phone, "完成任务")
    await expect(sheet.get_by_label("已修好", exact=True)).to_be_checked()
    await expect(sheet.locator("textarea[name=note]")).to_have_value("换了垫片")
    await sheet.get_by_role("button", name="完成任务", exact=True).click()
    found = await working_day.until(task, lambda now: now["state"] == "done", within_s=30)
    assert found["answers"][0]["answers"] == {"outcome": "repaired"}
