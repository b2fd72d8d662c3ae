"""Nothing that was typed or photographed leaves the phone before the server has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.test_rep import WITHIN_2_S, arrive, finish, press, ready_for_a_gap, states
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import frame
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

KEEP_FACT = """([name, value]) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("curbstop-outbox");
  opening.onsuccess = () => {
    const change = opening.result.transaction("facts", "readwrite");
    change.objectStore("facts").put(value, name);
    change.oncomplete = () => { opening.result.close(); resolve(); };
    change.onabort = () => reject(change.error);
  };
})"""
"""What a killed page, or a server restored from a backup, leaves behind on a phone."""


async def away(page: Page) -> None:
    """The page is there without a network; then there is none."""
    await ready_for_a_gap(page)
    await page.context.set_offline(True)


async def back_later(page: Page) -> None:
    """The network is there again, so long after the last press that it can no longer be taken back."""
    await page.clock.install()
    await page.clock.fast_forward("00:11")
    await page.context.set_offline(False)


async def give_to(day: WorkingDay, task: dict[str, Any], code: str) -> None:
    rep = next(each for each in await day.dispatcher.get("/api/reps") if each["code"] == code)
    now = await day.state_of(task)
    wanted = {"rep_id": rep["id"], "version": now["version"], "overrule": True}
    await day.dispatcher.post(f"/api/tasks/{task['id']}/assignment", wanted)


@pytest.mark.timeout(150)  # three pages
async def test_work_on_a_task_that_was_reassigned_meanwhile_is_kept_and_everybody_is_told(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-next")).to_contain_text("和平路 12 号")
    await away(page)
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await finish(page, "没有网络时换好了垫片", photo=True)
    await give_to(working_day, task, "bob")
    await page.context.set_offline(False)

    told = page.locator(".rep-told")
    await expect(told).to_contain_text("您的工作已保存，等调度员决定", timeout=15_000)
    await expect(told).to_contain_text("没有网络时换好了垫片")
    await screenshot(page, "rep-conflict-own")
    found = await working_day.state_of(task)
    (conflict,) = found["conflicts"]
    assert (conflict["proposal"], len(conflict["acts"]), len(conflict["proofs"])) == ("count", 4, 1)
    assert conflict["acts"][-1]["note"] == "没有网络时换好了垫片"

    bob = await browsers.phone()
    await arrive(bob, working_day.links["bob"])
    await expect(bob.locator(".rep-next")).to_contain_text("已经完成")
    await screenshot(bob, "rep-conflict-other")
    decision = {"version": conflict["version"], "decision": "count"}
    await working_day.dispatcher.post(f"/api/task-conflicts/{conflict['id']}/decision", decision)
    await expect(told).to_contain_text("您的工作有效，任务已完成", timeout=WITHIN_2_S)
    await expect(bob.locator(".rep-told")).to_contain_text("同事已经完成", timeout=WITHIN_2_S)


@pytest.mark.parametrize("fact", ["sequence", "next"])
async def test_numbers_that_went_apart_come_together_again(
    working_day: WorkingDay, browsers: Browsers, fact: str
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-next")).to_contain_text("和平路 12 号")
    await page.evaluate(KEEP_FACT, [fact, 40])
    await away(page)
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await finish(page, "换好了", photo=False)
    await page.context.set_offline(False)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=15_000)
    assert (await states(working_day, task))[-4:] == ["accepted", "travelling", "on_site", "done"]


async def test_the_day_is_read_whatever_waits(working_day: WorkingDay, browsers: Browsers) -> None:
    browsers.tolerate("503")
    page = await browsers.phone()
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])

    async def away_for_now(route: Route) -> None:
        await route.fulfill(status=503, body="")

    await page.route("**/api/device-actions", away_for_now)
    await press(page, "接受")
    await expect(page.locator(".rep-next")).to_contain_text("下一站")
    await working_day.task(address="和平路 14 号", east=0.6)
    await expect(page.get_by_text("和平路 14 号")).to_be_visible(timeout=WITHIN_2_S)


async def test_a_draft_outlives_the_sheet_and_the_page_and_a_wrong_photo_goes(
    working_day: WorkingDay, phone_page: Page, screenshot: ShotTaker
) -> None:
    page = phone_page
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await press(page, "完成任务")
    sheet = page.locator("dialog.sheet")
    for number in (3, 5):
        await sheet.locator(".rep-photos input[type=file]").set_input_files(
            {"name": "done.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(number))}
        )
    await expect(sheet.locator(".rep-photos cs-photo img")).to_have_count(2)
    await sheet.locator("textarea[name=note]").fill("换了垫片")
    await screenshot(page, "rep-finish")
    await sheet.get_by_role("button", name="关闭").click()
    await expect(sheet).to_have_count(0)
    await page.reload(wait_until="commit")
    await press(page, "完成任务")
    await expect(sheet.locator(".rep-photos cs-photo img")).to_have_count(2)
    await expect(sheet.locator("textarea[name=note]")).to_have_value("换了垫片")
    await sheet.get_by_role("button", name="移除这张照片").first.click()
    await expect(sheet.locator(".rep-photos cs-photo img")).to_have_count(1)
    await sheet.get_by_label("未发现漏水", exact=True).check()
    await sheet.get_by_role("button", name="完成任务", exact=True).click()
    done = await working_day.until(task, lambda now: now["state"] == "done")
    assert len(done["proofs"]) == 1


async def test_a_slip_of_the_thumb_is_taken_back(working_day: WorkingDay, phone_page: Page) -> None:
    page = phone_page
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "接受")
    await expect(page.locator(".rep-next")).to_contain_text("下一站")
    await page.locator("cs-toast").get_by_role("button", name="撤销").click()
    await expect(page.locator(".rep-next")).to_contain_text("新任务，请答复")
    await press(page, "接受")
    found = await working_day.until(task, lambda now: now["state"] == "accepted", within_s=14)
    assert [line["kind"] for line in found["timeline"]].count("accept") == 1


async def test_no_takes_two_taps(working_day: WorkingDay, phone_page: Page) -> None:
    page = phone_page
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "拒绝")
    await page.locator("dialog.sheet").get_by_text("车上没有备件").click()
    found = await working_day.until(task, lambda now: now["rep"]["code"] != "ann")
    assert found["rep"]["code"] == "bob"


async def test_another_persons_session_sends_nothing_in_a_name_that_is_not_theirs(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    for part in ("ERR_INTERNET_DISCONNECTED", "status of 401"):
        browsers.tolerate(part)
    page = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-next")).to_contain_text("和平路 12 号")
    await away(page)
    await press(page, "接受")
    await expect(page.locator(".rep-next")).to_contain_text("下一站")
    await page.context.clear_cookies()
    await page.context.set_offline(False)
    await page.wait_for_url("**/sign-in*", timeout=15_000)

    await arrive(page, working_day.links["bob"])
    await expect(page.locator(".chip", has_text="待发送").first).to_be_visible()
    assert (await working_day.state_of(task))["state"] == "assigned", "Bob's phone says nothing for Ann"


async def test_work_that_was_finished_without_its_form_is_a_draft_until_the_form_is_there(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    browsers.tolerate("503")
    page = await browsers.phone()
    await working_day.task(address="和平路 12 号", type="meter_reading")

    async def no_form_yet(route: Route) -> None:
        await route.fulfill(status=503, body="")

    await page.route("**/api/task-types/**", no_form_yet)
    await arrive(page, working_day.links["ann"])
    for name in ("接受", "出发", "已到达", "完成任务"):
        await press(page, name)
    sheet = page.locator("dialog.sheet")
    await sheet.locator("textarea[name=note]").fill("表井被埋压，已清理")
    await sheet.locator(".rep-photos input[type=file]").set_input_files(
        {"name": "done.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(3))}
    )
    await expect(sheet.locator(".rep-photos cs-photo img")).to_be_visible()
    await sheet.get_by_role("button", name="完成任务", exact=True).click()
    await expect(page.locator("cs-toast")).to_contain_text("请填写这项任务的表单", timeout=20_000)

    await page.unroute("**/api/task-types/**")
    await press(page, "完成任务")
    await expect(sheet.locator(".form-view")).to_be_visible()
    await expect(sheet.locator("textarea[name=note]")).to_have_value("表井被埋压，已清理")
    await expect(sheet.locator(".rep-photos cs-photo img")).to_have_count(1)


FORGET_FORM = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("curbstop-rep");
  opening.onsuccess = () => {
    const change = opening.result.transaction("facts", "readwrite");
    change.objectStore("facts").delete("form:leak_visit:1");
    change.oncomplete = () => { opening.result.close(); resolve(); };
    change.onabort = () => reject(change.error);
  };
})"""
"""As a phone is that has not had this version of the form yet."""

FULL_DISK = """
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...row) {
    if (globalThis.full) throw new DOMException("no room", "QuotaExceededError");
    return put.apply(this, row);
  };
"""


async def test_a_full_phone_says_so_and_what_was_typed_stays_in_sight(
    working_day: WorkingDay, phone_page: Page, screenshot: ShotTaker
) -> None:
    page, sheet = phone_page, phone_page.locator("dialog.sheet")
    await page.add_init_script(FULL_DISK)
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await expect(page.locator(".rep-next")).to_contain_text("已到现场")
    await ready_for_a_gap(page)
    await page.evaluate(FORGET_FORM)
    await page.evaluate("globalThis.full = true")
    await press(page, "完成任务")
    outcome = sheet.get_by_label("已修好", exact=True)
    await outcome.check()
    await sheet.get_by_role("button", name="关闭").click()
    await page.locator("dialog.dialog").get_by_role("button", name="返回").click()
    await expect(outcome).to_be_checked()
    await sheet.locator("textarea[name=note]").fill("换了垫片")
    await sheet.locator(".rep-photos input[type=file]").set_input_files(
        {"name": "done.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(3))}
    )
    await expect(page.locator("cs-toast")).to_contain_text("已满")
    await screenshot(page, "rep-full")
    await expect(sheet.locator(".rep-photos cs-photo img")).to_have_count(0)
    await sheet.get_by_role("button", name="完成任务", exact=True).click()
    await expect(sheet.locator("textarea[name=note]")).to_have_value("换了垫片")
    await sheet.get_by_role("button", name="关闭").click()
    await page.locator("dialog.dialog").get_by_role("button", name="返回").click()
    await expect(sheet.locator("textarea[name=note]")).to_have_value("换了垫片")
    await expect(outcome).to_be_checked()

    await page.evaluate("globalThis.full = false")
    await sheet.get_by_role("button", name="完成任务", exact=True).click()
    done = await working_day.until(task, lambda now: now["state"] == "done")
    assert "换了垫片" in json.dumps(done["timeline"][-1], ensure_ascii=False)


@pytest.mark.timeout(120)
async def test_what_was_taken_stays_done_though_the_day_cannot_be_read_again(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    """The answer comes in the doorway, and in the cellar there is no network for the next question."""
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    browsers.tolerate("ERR_FAILED")
    page = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await ready_for_a_gap(page)
    await press(page, "接受")
    await working_day.until(task, lambda now: now["state"] == "accepted", within_s=20)

    await page.route("**/api/rep/route", lambda route: route.abort())
    await press(page, "出发")
    await working_day.until(task, lambda now: now["state"] == "travelling", within_s=20)
    await page.context.set_offline(True)
    await page.unroute("**/api/rep/route")
    await expect(page.get_by_role("button", name="已到达", exact=True).first).to_be_visible()
    await page.reload(wait_until="commit")
    await expect(page.get_by_role("button", name="已到达", exact=True).first).to_be_visible()
