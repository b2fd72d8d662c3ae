"""The desk in a real browser: a leak is seen, marked, judged and sent; and what can go wrong meanwhile."""

from __future__ import annotations

import asyncio
import io
import re
from uuid import uuid4

import pytest
from PIL import Image
from playwright.async_api import Page, WebSocketRoute, expect

from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.identity.links import AccessLink
from kernel.ids import token_hash
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import HEIGHT, WIDTH, difference, frame
from tests.rig.desk import (
    ASK_FOR_A_PERSON,
    ON,
    becomes,
    desk_link,
    draw,
    end_call,
    frames,
    marks,
    open_desk,
    phone_in_call,
    take_next,
    until_marks,
    waiting_customer,
)
from tests.rig.pictures import as_jpeg
from tests.rig.road_pages import at_screen
from tests.rig.room_client import in_room
from tests.rig.town import inside
from tests.rig.working_day import WorkingDay

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]


async def test_a_leak_is_seen_marked_judged_and_sent(
    desk: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 409")  # a visit without a verdict is refused, and Chromium logs the answer
    page, phone = await browsers.desk(), await browsers.phone()
    await open_desk(page, await desk_link(desk.app))
    await page.keyboard.press("n")
    form = page.locator("dialog[open]")
    await form.locator("input[name=name]").fill("王美兰")
    await form.locator("input[type=tel]").fill("139 1234 5678")
    await page.keyboard.press("Enter")
    drawn = "async image => { await image.decode(); return image.naturalWidth }"
    assert await form.locator("img.qr").evaluate(drawn) > 0
    await screenshot(page, "desk-invited")
    link = await form.locator("input[readonly]").input_value()
    await page.keyboard.press("Escape")

    await phone.goto(link, wait_until="commit")
    await expect(phone.locator("#page h1").first).to_be_visible()
    lon, lat = inside("A1")
    await phone.evaluate(
        ASK_FOR_A_PERSON, {"address": "海滨路 12 号", "lon": lon, "lat": lat, "source": "pin"}
    )
    row = page.locator(".queue-row", has_text="王美兰")
    await expect(row).to_contain_text("海滨路 12 号")
    await expect(row).to_contain_text("我邀请的")
    await page.keyboard.press("a")
    await expect(page.locator(".work-head h2")).to_have_text("王美兰")
    await at_screen(phone, "call")  # the screen before has a main button as well
    await phone.locator(".button[data-size=main]").click()
    await expect(page.locator("video.live")).to_be_visible(timeout=20_000)
    await frames(page, 30)
    await screenshot(page, "desk-live")

    await page.keyboard.press("f")
    await expect(page.locator("cs-ink")).to_be_visible(timeout=20_000)
    await expect(page.locator(".size")).to_have_text(f"手机原图 {WIDTH} × {HEIGHT}")
    await becomes(page, f"document.querySelector('cs-ink').image.naturalWidth === {WIDTH}")
    await draw(page, "3", (0.3, 0.7), (0.5, 0.5))
    await draw(page, "4", (0.6, 0.4), (0.8, 0.6))
    await until_marks(phone, 2)
    for mine, theirs in zip(await marks(page), await marks(phone), strict=True):
        assert mine == theirs
    assert (await marks(phone))[0]["points"] == [
        [pytest.approx(0.3, abs=0.01), pytest.approx(0.7, abs=0.01)],
        [pytest.approx(0.5, abs=0.01), pytest.approx(0.5, abs=0.01)],
    ]
    await page.keyboard.press("Control+z")
    await until_marks(phone, 1)
    await screenshot(page, "desk-frozen")
    src = await page.locator("cs-ink").get_attribute("src")
    response = await page.request.get(f"{desk.app.url}{src}")
    still = Image.open(io.BytesIO(await response.body()))
    assert still.size == (WIDTH, HEIGHT)
    assert difference(still) < 6
    await page.keyboard.press("Escape")
    await expect(page.locator("cs-ink")).to_be_hidden()
    await expect(phone.locator("cs-ink")).to_be_hidden()

    result = await end_call(page)
    await result.locator("input[value=needs_visit]").check()
    await page.keyboard.press("Control+Enter")
    await expect(result.locator(".result-part[data-faulty]")).to_contain_text("判定")
    await screenshot(page, "desk-refused")
    await result.locator("[data-part=before_meter]").dispatch_event("click")
    await result.locator("input[value=major]").check(force=True)
    await result.locator("input[type=search]").fill("裂")
    await result.locator(".fault-list input").first.check()
    await result.locator(".proof input").check(force=True)
    await result.locator(".parts li").get_by_label("少一个").click()  # the town's vans carry no clamps
    await expect(result.get_by_text("不带备件")).to_be_visible()
    await screenshot(page, "desk-result")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".visit-now")).to_contain_text("安 · 已派单", timeout=8_000)
    await screenshot(page, "desk-sent")


async def test_a_link_that_is_too_old_says_so_and_is_renewed_in_one_press(
    desk: WorkingDay, browsers: Browsers
) -> None:
    browsers.tolerate("410 (Gone)")
    page, phone = await browsers.desk(), await browsers.phone()
    await open_desk(page, await desk_link(desk.app))
    await page.keyboard.press("n")
    form = page.locator("dialog[open]")
    await form.locator("input[name=name]").fill("罗敏")
    await form.locator("input[type=tel]").fill("139 1234 5670")
    await page.keyboard.press("Enter")
    too_old = await form.locator("input[readonly]").input_value()
    await form.get_by_role("button", name="查看请求").click()
    async with desk.app.database() as database:

        async def let_time_pass(uow: UnitOfWork) -> None:
            link = await uow.session.get_one(AccessLink, token_hash(too_old.partition("#i=")[2]))
            link.expires_at = uow.now

        await database.run(let_time_pass)

    await phone.goto(too_old, wait_until="commit")
    await expect(phone.locator("#page")).to_contain_text("已过期")
    await expect(phone.locator("#page")).to_contain_text("再发一个链接")
    await phone.get_by_role("button", name="自己开始报修").click()
    await expect(phone.locator(".choices .tile").first).to_be_visible()

    await page.get_by_role("button", name="发一个新链接").click()
    fresh = await page.locator("dialog[open] input[readonly]").input_value()
    await phone.goto("about:blank")
    await phone.goto(fresh, wait_until="commit")
    await expect(phone.locator("#page h1").first).to_contain_text("罗敏")


async def test_a_phone_that_does_not_answer_costs_no_still(desk: WorkingDay, desk_page: Page) -> None:
    customer = await waiting_customer(desk.app)
    await open_desk(desk_page, await desk_link(desk.app))
    await take_next(desk_page)
    async with phone_in_call(customer) as (room, _media):
        await frames(desk_page)
        await desk_page.keyboard.press("f")
        await room.heard("freeze_request")
        await expect(desk_page.locator(".freeze[data-state=asked]")).to_be_visible()
        # Four seconds of silence: the desk sends the frame that it sees itself.
        shown = await room.heard("still_shown", within_s=12)
        assert shown["still"]["source"] == "canvas"
        assert (shown["still"]["width"], shown["still"]["height"]) == (320, 240)
        await expect(desk_page.locator(".size")).to_contain_text("视频截图 320 × 240")


async def test_a_reload_and_a_lost_phone(desk: WorkingDay, desk_page: Page, screenshot: ShotTaker) -> None:
    customer = await waiting_customer(desk.app)
    await open_desk(desk_page, await desk_link(desk.app))
    await take_next(desk_page)
    async with phone_in_call(customer) as (room, media):
        await frames(desk_page)
        await desk_page.reload(wait_until="commit")
        await expect(desk_page.locator(".work-head h2")).to_have_text("林淑贞")
        await frames(desk_page)
        technicians = [one for one in room.log[-1].get("participants", []) if one["role"] == "technician"]
        assert len(technicians) <= 1, "a reload comes back to the same seat"
        await room.say("media_state", **(ON | {"phone_call": True}))
        await expect(desk_page.get_by_text("用户正在接电话")).to_be_visible()
        await room.say("media_state", **ON)
        await expect(desk_page.get_by_text("用户正在接电话")).to_be_hidden()
        room.vanish()
        await media.pc.close()
    await expect(desk_page.locator(".standing[data-standing=absent]")).to_be_visible(timeout=20_000)
    await expect(desk_page.locator("canvas.last")).to_be_visible()
    await screenshot(desk_page, "desk-absent")
    # Back without a camera: photos and chat go on, and a photo can be marked.
    async with in_room(
        desk.app.url, str(customer.request_id), str(customer.token), tab="phone-of-the-test"
    ) as room:
        await room.join()
        await room.say("media_state", **(ON | {"camera": "refused", "torch": "absent"}))
        await expect(desk_page.get_by_text("用户没有允许摄像头")).to_be_visible()
        await desk_page.keyboard.press("p")
        asked = await room.heard("chat_added")
        assert "照片" in asked["message"]["text"]
        path = f"/api/requests/{customer.request_id}/stills"
        await customer.upload(path, as_jpeg(frame(5)), client_id=str(uuid4()), source="upload")
        await desk_page.locator(".strip [data-still]:not([data-still=live])").click()
        await expect(desk_page.locator("cs-ink")).to_be_visible()
        await becomes(desk_page, "document.querySelector('cs-ink').image.naturalWidth > 0")
        await draw(desk_page, "2", (0.2, 0.2), (0.6, 0.6))
        added = await room.heard("mark_added")
        assert added["mark"]["tool"] == "pen"


async def test_what_is_done_before_the_line_stands_is_done_when_it_does(
    desk: WorkingDay, desk_page: Page
) -> None:
    stands = asyncio.Event()

    async def slow(page_side: WebSocketRoute) -> None:
        await stands.wait()
        page_side.connect_to_server()

    await desk_page.route_web_socket("**/api/rooms/*/socket*", slow)
    customer = await waiting_customer(desk.app)
    here = f"/api/requests/{customer.request_id}"
    still = await customer.upload(
        f"{here}/stills", as_jpeg(frame(5)), client_id=str(uuid4()), source="upload"
    )
    await open_desk(desk_page, await desk_link(desk.app))
    await take_next(desk_page)
    await desk_page.locator(f".strip [data-still='{still['id']}']").click()
    await expect(desk_page.locator("cs-ink")).to_be_visible()
    await desk_page.keyboard.press("c")
    await desk_page.locator(".chat textarea").fill("先别动那个接头")
    await desk_page.keyboard.press("Enter")
    await expect(desk_page.locator(".chat li[data-state=sending]")).to_be_visible()
    async with phone_in_call(customer) as (room, _media):
        stands.set()
        shown = await room.heard("still_shown", within_s=20)
        assert shown["still"]["id"] == still["id"]
    await expect(desk_page.locator(".chat li[data-mine]:not([data-state])")).to_have_text(
        re.compile("先别动")
    )
    await expect(desk_page.locator("cs-ink")).to_be_visible()


async def test_a_button_that_is_being_pressed_stays_where_it_is(desk: WorkingDay, desk_page: Page) -> None:
    await waiting_customer(desk.app)
    await open_desk(desk_page, await desk_link(desk.app))
    rows = desk_page.locator(".queue-row")
    await expect(rows).to_have_count(1)
    await rows.locator("[data-id^=accept-]").hover()
    await desk_page.mouse.down()
    await waiting_customer(desk.app, "王美兰")
    await expect(desk_page.locator("#queue-title .count")).to_have_text("2")
    await expect(rows).to_have_count(1)
    await desk_page.mouse.up()
    await expect(desk_page.locator(".work-head h2")).to_have_text("林淑贞")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("王美兰")


async def test_phrases_reach_the_customer_in_their_language(desk: WorkingDay, browsers: Browsers) -> None:
    customer = await waiting_customer(desk.app, "吳家豪", "zh-Hant")
    page = await browsers.desk(language="en-GB")
    await open_desk(page, await desk_link(desk.app))
    await take_next(page)
    await page.keyboard.press("c")
    reply = page.locator(".reply", has_text="stopcock")
    await expect(reply).to_contain_text("總開關")
    await reply.click()
    await expect(page.locator(".chat li[data-mine]")).to_contain_text("總開關")
    stored = await customer.get(f"/api/requests/{customer.request_id}/messages")
    assert stored[0]["text"].startswith("請先把總開關關上")


async def test_of_two_desks_one_gets_the_customer(desk: WorkingDay, browsers: Browsers) -> None:
    browsers.tolerate("status of 409")
    customer = await waiting_customer(desk.app)
    page = await browsers.desk()
    await open_desk(page, await desk_link(desk.app))
    row = page.locator(".queue-row")
    await expect(row).to_be_visible()
    # The list on this desk is a moment old when a colleague is faster.
    old = await page.evaluate(
        "fetch('/api/queue', {headers: {'Curbstop-Surface': 'desk'}}).then(answer => answer.text())"
    )
    await page.route("**/api/queue", lambda route: route.fulfill(body=old, content_type="application/json"))
    colleague = await desk.app.staff(Role.TECHNICIAN, name="许雅婷")
    await colleague.post(f"/api/requests/{customer.request_id}/acceptance")
    await row.locator(".button").click()
    await expect(page.locator("cs-toast")).to_contain_text("许雅婷")
    await page.unroute("**/api/queue")
    await colleague.post(f"/api/requests/{customer.request_id}/return")
    await expect(row).to_be_visible()
    await page.keyboard.press("a")
    await expect(page.locator(".work-head h2")).to_have_text("林淑贞")
    await page.keyboard.press("r")
    await page.locator("dialog[open] .button[data-kind=primary]").click()
    await expect(page.locator(".work-head")).to_have_count(0)
    await expect(row).to_be_visible()
    assert (await customer.get(f"/api/requests/{customer.request_id}"))["state"] == "waiting"
