"""At the door: what is known of the place, a danger read before setting off, the code for the customer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from kernel.actors import Role, Surface
from kernel.identity.links import create_link
from tests.browser.test_appointments import needs_a_visit
from tests.browser.test_console import sign_in
from tests.browser.test_rep import arrive, finish, press
from tests.browser.test_rep_offline import away, back_later
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import frame
from tests.rig.page_checks import assert_fit
from tests.rig.people import Person
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

THEMES = ("sun", "dark", "light")
GATE = "#4711*"
PATIENT = 60_000


async def open_door(page: Page, day: WorkingDay, customer: Person) -> Locator:
    """The customer's own page, by a link of their own; the card on which the door is checked."""

    async with day.app.database() as database:
        token = await database.run(
            create_link,
            Surface.CUSTOMER,
            timedelta(hours=1),
            request_id=UUID(str(customer.request_id)),
            shown=False,
        )
    await page.goto(f"{day.app.url}/#i={token}", wait_until="commit")
    return page.locator(".door-check")


async def noted(day: WorkingDay, task: str, kind: str, **said: str) -> None:
    await day.dispatcher.post(f"/api/tasks/{task}/site-notes", {"id": str(uuid4()), "kind": kind, **said})


async def kept_on(page: Page) -> str:
    """What the phone keeps of the day's places, as text."""
    found: str = await page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("curbstop-rep");
          opening.onsuccess = () => {
            const found = opening.result.transaction("facts").objectStore("facts").get("sites");
            const told = () => resolve(JSON.stringify(found.result ?? null));
            found.onsuccess = () => { opening.result.close(); told(); };
          };
        })"""
    )
    return found


async def test_dangers_are_read_first_and_notes_are_written_without_a_network(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    task = await working_day.task(address="和平路 12 号")
    await noted(working_day, task["id"], "danger", text="地下室地板已朽，不要踩")
    await noted(working_day, task["id"], "gate", gate_code=GATE, text="左边的铁门")
    page = await browsers.phone()
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-site-words")).to_contain_text("危险", timeout=PATIENT)
    await press(page, "接受")
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await away(page)
    await page.reload(wait_until="commit")
    await press(page, "出发")
    sheet = page.locator("dialog")
    await expect(sheet).to_contain_text("地板已朽", timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="doorstep-danger", themes=THEMES)
    await sheet.get_by_role("button", name="我已知晓").click()
    await press(page, "详情")
    card = page.locator(".rep-site")
    await expect(card.locator(".rep-site-code")).to_have_text(GATE)
    await card.get_by_role("button", name="记下").click()
    await page.get_by_role("button", name="有狗").click()
    await page.locator("dialog textarea[name=text]").fill("大黄狗，拴在棚子后面")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(card).to_contain_text("大黄狗")
    await expect(card).to_contain_text("待发送")
    await back_later(page)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await expect(card).not_to_contain_text("待发送", timeout=PATIENT)
    found = await working_day.state_of(task)
    assert found["state"] == "travelling"
    listed = await working_day.dispatcher.get(f"/api/tasks/{task['id']}/site-notes")
    assert [note["kind"] for note in listed] == ["danger", "dog", "gate"]
    await assert_fit(page, screenshot=screenshot, name="doorstep-notes", themes=THEMES)
    assert GATE in await kept_on(page)


async def test_no_gate_code_is_on_the_phone_after_its_day(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    task = await working_day.task(address="和平路 12 号")
    await noted(working_day, task["id"], "gate", gate_code=GATE)
    page = await browsers.phone()
    await arrive(page, working_day.links["ann"])
    await expect(page.locator(".rep-site-words")).to_contain_text("门禁", timeout=PATIENT)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    assert GATE in await kept_on(page)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await away(page)
    await page.clock.install()
    await page.clock.fast_forward("24:00:00")
    await page.reload(wait_until="commit")
    await expect(page.locator(".rep-head")).to_be_visible(timeout=PATIENT)
    for _ in range(600):
        if GATE not in (kept := await kept_on(page)):
            break
        await page.wait_for_timeout(100)
    assert GATE not in kept and task["id"] in kept, "the notes stay, the code is gone"


async def test_the_customer_checks_who_is_at_the_door_and_contests_what_is_noted(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    customer, task = await needs_a_visit(working_day)
    rep = next(each for each in await working_day.dispatcher.get("/api/reps") if each["code"] == "ann")
    given = {"rep_id": rep["id"], "version": task["version"], "overrule": True}
    await working_day.dispatcher.post(f"/api/tasks/{task['id']}/assignment", given)
    await noted(working_day, task["id"], "dog", text="大黄狗")
    page = await browsers.phone()
    await arrive(page, working_day.links["ann"])
    for name in ("接受", "出发"):
        await press(page, name)
    await press(page, "详情")
    shown = page.locator(".rep-door-code")
    await expect(shown).to_be_visible(timeout=PATIENT)
    code = (await shown.inner_text()).replace(" ", "")
    await shown.scroll_into_view_if_needed()
    await assert_fit(page, screenshot=screenshot, name="doorstep-code", themes=THEMES)

    phone = await browsers.phone()
    door = await open_door(phone, working_day, customer)
    await expect(door).to_be_visible(timeout=PATIENT)
    await door.get_by_label("验证码").fill(f"{(int(code) + 1) % 1_000_000:06}")
    await door.get_by_role("button", name="核实").click()
    await expect(door).to_contain_text("不相符", timeout=PATIENT)
    await door.get_by_label("验证码").fill(code)
    await door.get_by_role("button", name="核实").click()
    await expect(door).to_contain_text("工号 ann", timeout=PATIENT)
    await assert_fit(phone, screenshot=screenshot, name="doorstep-checked", themes=THEMES)
    await expect(page.locator(".rep-door")).to_contain_text("客户已核实", timeout=PATIENT)

    await press(page, "已到达")
    notes = phone.locator(".place-note")
    await expect(notes).to_contain_text("大黄狗", timeout=PATIENT)
    await notes.get_by_role("button", name="提出异议").click()
    await phone.get_by_role("button", name="我不愿意你们保留").click()
    await expect(notes).to_contain_text("主管会作出决定", timeout=PATIENT)
    await door.get_by_role("button", name="改为核对").click()
    await phone.get_by_role("button", name="对方已出示，显示").click()
    await expect(door.locator(".door-code")).to_contain_text(code[:3], timeout=PATIENT)
    await door.get_by_role("button", name="不一样").click()
    await expect(door).to_contain_text("请不要开门", timeout=PATIENT)
    await assert_fit(phone, screenshot=screenshot, name="doorstep-contested")

    console = await browsers.desk()
    await sign_in(console, working_day, "sue", role=Role.SUPERVISOR)
    await expect(console.locator(".console-door-alert")).to_contain_text("不符", timeout=PATIENT)
    note = console.locator(".console-site-note")
    await expect(note).to_contain_text("大黄狗")
    await assert_fit(console, screenshot=screenshot, name="doorstep-console", themes=THEMES)
    await note.get_by_role("button", name="去掉").click()
    await expect(note).to_have_count(0, timeout=PATIENT)
    await console.get_by_role("button", name="已处理，换新验证码").click()
    await expect(console.locator(".console-doorstep")).to_be_hidden(timeout=PATIENT)


async def test_what_was_here_before_and_where_the_stop_tap_is_without_a_network(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    first = await working_day.task(address="和平路 12 号")
    page = await browsers.phone()
    await page.context.grant_permissions(["geolocation"])
    lon, lat = first["lon"], first["lat"]
    await page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 4})
    await arrive(page, working_day.links["ann"])
    for name in ("接受", "出发", "已到达"):
        await press(page, name)
    await press(page, "详情")
    card = page.locator(".rep-site")
    await card.get_by_role("button", name="记下").click()
    await page.get_by_role("button", name="总阀位置").click()
    sheet = page.locator("dialog.sheet")
    await sheet.locator("textarea[name=text]").fill("门左侧 2.4 米，花坛下")
    await sheet.locator("input[type=file]").set_input_files(
        {"name": "tap.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(3))}
    )
    picture = sheet.locator(".rep-arrow-photo")
    await expect(picture.locator("img")).to_be_visible(timeout=PATIENT)
    await picture.scroll_into_view_if_needed()
    box = await picture.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=4)
    await page.mouse.up()
    await expect(picture.locator("polyline")).to_have_count(2)
    await sheet.get_by_role("button", name="我正站在上面").click()
    await expect(sheet).to_contain_text("位置已记下", timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="doorstep-tap-written", themes=THEMES)
    await sheet.get_by_role("button", name="保存", exact=True).click()
    await finish(page, "换了垫片", photo=True)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await press(page, "返回路线")
    await working_day.task(address="和平路１２号")
    await expect(page.locator(".rep-next")).to_contain_text("１２号", timeout=PATIENT)
    await press(page, "详情")
    history = page.locator(".rep-history")
    await expect(history).to_contain_text("1 次上门", timeout=PATIENT)
    await expect(card.get_by_role("button", name="找到它")).to_be_visible(timeout=PATIENT)

    await away(page)
    await page.reload(wait_until="commit")
    await expect(history).to_be_visible(timeout=PATIENT)
    await history.locator("summary").click()
    await expect(history).to_contain_text("换了垫片")
    await expect(history.locator("cs-photo img").first).to_be_visible()
    await assert_fit(page, screenshot=screenshot, name="doorstep-history", themes=THEMES)
    await page.context.set_geolocation({"longitude": lon, "latitude": lat - 0.0003, "accuracy": 4})
    await card.get_by_role("button", name="找到它").click()
    finder = page.locator("dialog .rep-finder")
    await expect(finder).to_contain_text("还有 33", timeout=PATIENT)
    await expect(finder).to_contain_text("手机没有方向", timeout=PATIENT)
    await page.evaluate(
        """() => dispatchEvent(new DeviceOrientationEvent("deviceorientationabsolute",
          { absolute: true, alpha: 90, beta: 0, gamma: 0 }))"""
    )
    await expect(finder).to_contain_text("右边", timeout=PATIENT)
    await expect(page.locator("dialog .rep-arrow-photo polyline")).to_have_count(2)
    await assert_fit(page, screenshot=screenshot, name="doorstep-tap-found", themes=THEMES)


async def test_a_place_is_looked_up_and_the_look_is_bounded(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    await working_day.task(address="和平路 12 号", customer_name="林女士")
    page = await browsers.phone()
    await arrive(page, working_day.links["ann"])
    await page.get_by_role("button", name="查找地点").click()
    sheet = page.locator("dialog.sheet")
    await sheet.locator("input[value=name]").check()
    await sheet.locator("input[name=words]").fill("林女士")
    await sheet.get_by_role("button", name="查找", exact=True).click()
    await expect(sheet).to_contain_text("和平路 12 号", timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="doorstep-look-up", themes=THEMES)
    await sheet.get_by_role("button", name="和平路 12 号").click()
    await expect(sheet).to_contain_text("还没有上门记录", timeout=PATIENT)
    await expect(sheet).to_contain_text("A1")
