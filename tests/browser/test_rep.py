"""A representative's day on a phone: online, and through a gap in the network."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import frame
from tests.rig.page_checks import (
    LANGUAGES,
    assert_accessible,
    assert_no_sideways_scroll,
    assert_targets,
    read_in,
)
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

WITHIN_2_S = 2000
ROAD = ["unplaced", "assigned", "accepted", "travelling", "on_site", "done"]


async def arrive(page: Page, link: str) -> None:
    """Open the page by the one-use link; the token is gone from the address at once."""
    await page.goto(link, wait_until="commit")
    await page.wait_for_selector(".rep-head")
    await expect(page).not_to_have_url(re.compile("k="))


FORM_IS_HERE = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("curbstop-rep");
  opening.onsuccess = () => {
    const found = opening.result.transaction("facts").objectStore("facts").count("form:leak_visit:1");
    found.onsuccess = () => { opening.result.close(); resolve(found.result === 1); };
  };
  opening.onerror = () => reject(opening.error);
})"""


async def ready_for_a_gap(page: Page) -> None:
    """The page and the form of the day's tasks are on the phone."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    async with asyncio.timeout(10):
        while not await page.evaluate(FORM_IS_HERE):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def states(day: WorkingDay, task: dict[str, Any]) -> list[str]:
    return [entry["to_state"] for entry in (await day.state_of(task))["timeline"]]


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


async def finish(page: Page, note: str, *, photo: bool) -> None:
    await press(page, "完成任务")
    sheet = page.locator("dialog.sheet")
    await sheet.get_by_label("已修好", exact=True).check()
    if photo:
        await sheet.locator(".rep-photos input[type=file]").set_input_files(
            {"name": "done.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(3))}
        )
        await expect(sheet.locator(".rep-photos cs-photo img")).to_be_visible()
    await sheet.locator("textarea[name=note]").fill(note)
    await sheet.get_by_role("button", name="完成任务", exact=True).click()


@pytest.mark.alone
async def test_a_task_is_carried_to_done(
    working_day: WorkingDay, phone_page: Page, screenshot: ShotTaker
) -> None:
    await arrive(phone_page, working_day.links["ann"])
    await expect(phone_page.get_by_text("今天还没有任务")).to_be_visible()
    await screenshot(phone_page, "rep-empty")
    task = await working_day.task(address="和平路 12 号", customer_name="林女士", note="活接螺母漏水")
    assert task["rep"]["code"] == "ann"
    card = phone_page.locator(".rep-next")
    await expect(card).to_contain_text("和平路 12 号", timeout=WITHIN_2_S)
    await screenshot(phone_page, "rep-route")
    for name in ("接受", "出发", "已到达"):
        await press(phone_page, name)
    await expect(card).to_contain_text("已到现场")
    await press(phone_page, "详情")
    await expect(phone_page.get_by_text("活接螺母漏水")).to_be_visible()
    await screenshot(phone_page, "rep-task")
    await finish(phone_page, "换了垫片，观察十分钟不漏", photo=True)
    await expect(phone_page.locator(".chip", has_text="已完成").first).to_be_visible()
    found = await working_day.until(task, lambda now: now["state"] == "done")
    assert len(found["proofs"]) == 1
    assert await states(working_day, task) == ROAD


async def test_a_gap_in_the_network_loses_nothing(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    other = await working_day.task(address="和平路 14 号", east=0.6)
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-next")).to_contain_text("和平路")
    await ready_for_a_gap(page)

    await page.context.set_offline(True)
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await finish(page, "没有网络时完成", photo=True)
    await expect(page.locator("cs-banner")).to_contain_text("4")
    await page.reload(wait_until="commit")
    await expect(page.locator(".rep-stop", has_text="已完成")).to_have_count(1)
    await expect(page.locator(".rep-next")).to_contain_text("和平路")
    await screenshot(page, "rep-offline")
    first = (await working_day.state_of(task), await working_day.state_of(other))
    assert [each["state"] for each in first] == ["assigned", "assigned"], "nothing has been sent yet"

    await page.context.set_offline(False)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=15_000)
    done = [each for each in (task, other) if (await working_day.state_of(each))["state"] == "done"]
    assert len(done) == 1
    assert await states(working_day, done[0]) == ROAD
    assert len((await working_day.state_of(done[0]))["proofs"]) == 1


SEEN = """async (path) => {
  const answer = await fetch(path + "?surface=rep");
  return [answer.status, (await answer.blob()).size > 0];
}"""
KEPT = "caches.open('curbstop-pictures').then((cache) => cache.keys()).then((keys) => keys.length)"


async def test_pictures_are_there_without_a_network_and_gone_with_the_person(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    for part in ("ERR_INTERNET_DISCONNECTED", "status of 401"):
        browsers.tolerate(part)
    page = await browsers.phone()
    task = await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await finish(page, "换好了", photo=True)
    done = await working_day.until(task, lambda now: now["state"] == "done")
    path = f"/api/proofs/{done['proofs'][0]['id']}/image"
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload(wait_until="commit")
    await page.wait_for_selector(".rep-head")
    assert await page.evaluate(SEEN, path) == [200, True]
    assert await page.evaluate(KEPT) == 1

    await page.context.set_offline(True)
    assert await page.evaluate(SEEN, path) == [200, True]
    await page.context.set_offline(False)

    await page.locator(".rep-head button").last.click()
    await page.locator("dialog.sheet").get_by_role("button", name="退出登录").click()
    await page.wait_for_url("**/sign-in*")
    assert await page.evaluate(KEPT) == 0
    assert (await page.evaluate(SEEN, path))[0] == 401

    ann = next(each for each in await working_day.dispatcher.get("/api/reps") if each["code"] == "ann")
    fresh = await working_day.dispatcher.post(f"/api/reps/{ann['id']}/sign-in-link")
    await arrive(page, fresh["link"])
    await expect(page.locator(".rep-stop, .rep-next").first).to_be_visible()
    await page.context.set_offline(True)
    await page.reload(wait_until="commit")
    await expect(page.locator(".rep-stop, .rep-next").first).to_be_visible()


@pytest.mark.alone
async def test_the_page_keeps_one_line_open(working_day: WorkingDay, phone_page: Page) -> None:
    opened: list[str] = []
    phone_page.on("websocket", lambda socket: opened.append(socket.url))
    await arrive(phone_page, working_day.links["ann"])
    for number in range(3):
        task = await working_day.task(address=f"和平路 {number} 号", east=0.3 + number / 10)
        await expect(phone_page.get_by_text(task["address"]).first).to_be_visible(timeout=WITHIN_2_S)
    assert len(opened) == 1, "hints come over one socket, not by opening new ones"


async def test_declining_needs_a_reason_and_hands_the_task_on(
    working_day: WorkingDay, phone_page: Page
) -> None:
    task = await working_day.task(address="和平路 12 号")
    await arrive(phone_page, working_day.links["ann"])
    await press(phone_page, "详情")
    await press(phone_page, "拒绝")
    sheet = phone_page.locator("dialog.sheet")
    await sheet.get_by_role("button", name="拒绝", exact=True).click()
    await expect(phone_page.get_by_text("请选择原因，或写几句。")).to_be_visible()
    await sheet.get_by_text("车上没有备件").click()
    await expect(phone_page.get_by_text("已拒绝，任务会转给其他代表")).to_be_visible()
    found = await working_day.until(task, lambda now: now["rep"]["code"] != "ann")
    assert found["rep"]["code"] == "bob"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_fit_to_use(
    working_day: WorkingDay, phone_page: Page, screenshot: ShotTaker, language: str
) -> None:
    await working_day.task(
        address="和平路 12 号", customer_name="林女士", note="活接螺母漏水", parts={"washer_set": 1}
    )
    await working_day.task(address="和平路 14 号", east=0.7)
    await arrive(phone_page, working_day.links["ann"])
    await phone_page.goto(f"{working_day.app.url}/rep?lang={language}", wait_until="commit")
    await expect(phone_page.locator(".rep-next")).to_be_visible()
    themes = ("light", "dark", "sun") if language == LANGUAGES[-1] else ("light",)  # colours know no language
    for theme in themes:
        await phone_page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        await assert_accessible(phone_page)
        await screenshot(phone_page, f"rep-{language}-{theme}")
    await assert_no_sideways_scroll(phone_page)
    await assert_targets(phone_page)
    await phone_page.locator(".rep-pair .button").last.click()
    await expect(phone_page.locator(".rep-task")).to_be_visible()
    await assert_accessible(phone_page)
    await assert_no_sideways_scroll(phone_page)
    await assert_targets(phone_page)
    await screenshot(phone_page, f"rep-task-{language}")
    await phone_page.go_back()
    await phone_page.locator(".segmented label").last.click()
    await expect(phone_page.locator(".rep-pin").first).to_be_visible()
    await assert_accessible(phone_page)
    await screenshot(phone_page, f"rep-map-{language}")


async def test_the_language_changes_in_place(working_day: WorkingDay, phone_page: Page) -> None:
    task = await working_day.task(address="和平路 12 号")
    await arrive(phone_page, working_day.links["ann"])
    await expect(phone_page.locator(".rep-next")).to_contain_text("漏水")
    await phone_page.locator(".rep-head button").last.click()
    await phone_page.locator("dialog.sheet cs-language select").select_option("en")
    await expect(phone_page.locator(".rep-next")).to_contain_text("Leak")
    await expect(phone_page.locator(".rep-next")).to_contain_text(task["address"])


async def test_the_map_comes_back_after_the_list_and_after_a_task(
    working_day: WorkingDay, phone_page: Page
) -> None:
    page = phone_page
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    to_list, to_map = page.locator(".segmented label").first, page.locator(".segmented label").last
    pin = page.locator(".rep-pin")
    for way in (to_map, to_list, to_map):
        await way.click()
    await expect(pin).to_be_visible()
    await pin.click()
    await expect(page.locator(".rep-task")).to_be_visible()
    await page.go_back()
    await expect(pin).to_be_visible()


async def test_the_language_reaches_what_lies_behind_a_task(
    working_day: WorkingDay, phone_page: Page
) -> None:
    page = phone_page
    await working_day.task(address="和平路 12 号")
    await arrive(page, working_day.links["ann"])
    await press(page, "详情")
    await read_in(page, "en")
    await page.go_back()
    await expect(page.locator(".segmented")).to_contain_text("List")


_POINT_AT_A_TOAST = """
() => {
  const toast = document.querySelector("cs-toast");
  toast.show({ text: "好", seconds: 0.3 });
  toast.firstElementChild.dispatchEvent(new Event("pointerenter"));
}
"""


async def test_a_word_at_the_bottom_goes_once_the_pointer_has_left_it(
    working_day: WorkingDay, phone_page: Page
) -> None:
    await arrive(phone_page, working_day.links["ann"])
    toast = phone_page.locator("cs-toast > div")
    await phone_page.evaluate(_POINT_AT_A_TOAST)
    await phone_page.wait_for_timeout(700)
    await expect(toast).to_be_visible()
    await toast.dispatch_event("pointerleave")
    await expect(toast).to_have_count(0, timeout=WITHIN_2_S)
