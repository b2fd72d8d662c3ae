"""The whole road in real browsers: a phone, a desk, and the representative's phone.

The customer reads simplified Chinese, the technician English.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_rep import finish as finish_job
from tests.browser.test_rep import press
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import HEIGHT, WIDTH, difference, frame, number_in
from tests.rig.foundations import Foundation
from tests.rig.page_checks import assert_fit
from tests.rig.pictures import as_jpeg
from tests.rig.road import Crew, Watch, morning_product, request_path
from tests.rig.road_pages import (
    WITHIN_MS,
    CustomerPage,
    DeskPage,
    at_screen,
    choose,
    draw,
    look,
    main_button,
    marks_on,
    open_at,
    painted,
    picture_at,
    shows_still,
    size_of,
)

pytestmark = pytest.mark.timeout(240)

ADDRESS = "和平路 12 号"
WITHIN_2_S = 2000
LANGUAGES = ("zh-Hant", "en", "zh-Hans")


@pytest.fixture
async def crew(embedded: Foundation) -> AsyncIterator[Crew]:
    with morning_product(embedded) as app:
        yield await Crew.hire(app, reps_sign_in=False)
        await app.close()


@pytest.fixture
async def desk(crew: Crew, browsers: Browsers) -> DeskPage:
    opened = DeskPage(await browsers.desk(language="en-GB"))
    await opened.open(await crew.desk_link("chen"))
    return opened


async def said(page: Page, text: str, where: str) -> None:
    await expect(page.locator(f"{where} li", has_text=text).first).to_be_visible(timeout=WITHIN_MS)


@pytest.mark.alone
async def test_a_leak_becomes_a_job_that_is_done(
    crew: Crew, browsers: Browsers, desk: DeskPage, screenshot: ShotTaker
) -> None:
    browsers.tolerate("409 (Conflict)")  # a visit without a verdict, which is meant
    rep = await browsers.phone()
    await open_at(rep, crew.links["ann"], ".rep-head")
    phone = CustomerPage(await browsers.phone(), crew.app.url)
    await phone.start()
    await screenshot(phone.page, "customer-start")
    await phone.say_who()
    await screenshot(phone.page, "customer-category")
    await phone.say_what()
    await phone.say_where(ADDRESS)
    await screenshot(phone.page, "customer-place")
    await phone.go_on("guide")
    await screenshot(phone.page, "customer-guide")
    await phone.answer_guide()
    await phone.go_on("waiting")
    await phone.leave_number("138 0013 8000", "林女士")
    await expect(phone.page.locator(".place-number")).to_be_visible()
    await screenshot(phone.page, "customer-waiting")

    await expect(desk.page.locator(".queue-row", has_text=ADDRESS)).to_be_visible(timeout=WITHIN_MS)
    await screenshot(desk.page, "desk-queue")
    await desk.accept()
    watch = Watch(crew.be("zhao"), desk.request_id)
    await watch.stands("in_call", "Chen")
    await phone.take_call()
    await desk.pictures()
    await screenshot(phone.page, "customer-call")
    await screenshot(desk.page, "desk-live")

    await desk.freeze()
    await shows_still(phone.ink)
    assert await size_of(desk.ink) == await size_of(phone.ink) == (WIDTH, HEIGHT)
    [still] = await crew.be("chen").get(request_path(watch.request_id, "/stills"))
    picture = await picture_at(crew.be("chen"), still["url"])
    assert (still["source"], picture.size) == ("capture", (WIDTH, HEIGHT))
    assert 0 <= number_in(picture) < 30 and difference(picture) < 3, "what the camera saw, pixel by pixel"

    await land_on_the_same_place(phone, desk)
    await screenshot(phone.page, "customer-frozen")
    await screenshot(desk.page, "desk-frozen")

    await desk.say("Please close the stopcock")
    await phone.open_chat()
    await said(phone.page, "Please close the stopcock", ".drawer .chat")
    await phone.chat.locator("textarea").fill("已经关了")
    await phone.chat.locator("[data-kind=primary]").click()
    await said(desk.page, "已经关了", "#pane-chat")

    await desk.end_call()
    await at_screen(phone.page, "after")
    await choose(desk.page, "outcome", "needs_visit")
    await desk.finish()
    await expect(desk.page.locator(".result-part[data-faulty] > .fault")).to_contain_text("verdict")
    await watch.stands("wrap_up", "Chen")
    await desk.judge()
    await desk.page.locator("textarea[name=outcome-note]").fill("Coupling nut before the meter is loose")
    await screenshot(desk.page, "desk-verdict")
    card = rep.locator(".rep-next")
    await desk.finish()
    decided = time.monotonic()
    await expect(card).to_contain_text(ADDRESS, timeout=WITHIN_2_S)
    assert time.monotonic() - decided < WITHIN_2_S / 1000
    await watch.stands("visit", "Chen", "assigned")
    await expect(desk.page.locator(".visit-card")).to_be_visible()
    await expect(phone.page.locator(".road")).to_be_visible(timeout=WITHIN_MS)

    # Ten seconds long each step could be taken back; once nobody looks any more it goes at once.
    await press(rep, "接受")
    await look(rep, "hidden")
    await watch.stands("visit", "Ann", "accepted")
    await look(rep, "visible")
    await press(rep, "详情")
    seen = rep.locator(".rep-task cs-ink").first
    await shows_still(seen)
    assert await size_of(seen) == (WIDTH, HEIGHT) and len(await marks_on(seen, 3)) == 3
    await rep.go_back()
    for name in ("出发", "已到达"):
        await press(rep, name)
    await look(rep, "hidden")
    await watch.stands("visit", "Ann", "on_site")
    await look(rep, "visible")
    await screenshot(phone.page, "customer-visit")
    await press(rep, "详情")
    await finish_job(rep, "换了垫片，观察十分钟不漏", photo=True)
    await watch.stands("resolved", "Ann", "done")
    await expect(phone.page.locator(".stars")).to_be_visible(timeout=WITHIN_MS)
    await screenshot(phone.page, "customer-rating")
    await phone.rate(5, "很快就好了")
    closed = await watch.stands("closed", "Ann", "done")
    assert (closed["rating"]["score"], closed["rating"]["comment"]) == (5, "很快就好了")
    await screenshot(phone.page, "customer-closed")


async def land_on_the_same_place(phone: CustomerPage, desk: DeskPage) -> None:
    """What is drawn on one side is on the other, by its fractions of the still and by the pixels painted."""
    arrow = ((0.25, 0.3), (0.6, 0.7))
    await desk.take_tool("arrow")
    await draw(desk.page, desk.ink, *arrow)
    [drawn], [seen] = await marks_on(desk.ink, 1), await marks_on(phone.ink, 1)
    assert seen == drawn and (seen["tool"], seen["role"]) == ("arrow", "technician")
    for (x, y), (meant_x, meant_y) in zip(seen["points"], arrow, strict=True):
        assert (x, y) == (pytest.approx(meant_x, abs=0.004), pytest.approx(meant_y, abs=0.004))
    # Lines are as thick on a small screen as on a large one, so the edges differ by some pixels of it.
    boxes = [await painted(ink) for ink in (desk.ink, phone.ink)]
    assert boxes[0] is not None and boxes[0] == pytest.approx(boxes[1], abs=0.035)
    assert boxes[0] == pytest.approx([0.25, 0.3, 0.6, 0.7], abs=0.04)

    await desk.take_tool("box")
    await draw(desk.page, desk.ink, (0.5, 0.55), (0.8, 0.9))
    assert await marks_on(phone.ink, 2) == await marks_on(desk.ink, 2)
    await draw(desk.page, desk.ink, (0.05, 0.05), (0.95, 0.95))
    assert await marks_on(phone.ink, 3) == await marks_on(desk.ink, 3)
    await desk.page.keyboard.press("Control+z")
    assert await marks_on(phone.ink, 2) == await marks_on(desk.ink, 2)

    await phone.page.locator(".still-bar [data-tool=pen]").click()
    await draw(phone.page, phone.ink, (0.1, 0.6), (0.2, 0.7), (0.1, 0.8))
    mine = [mark for mark in await marks_on(desk.ink, 3) if mark["role"] == "customer"]
    assert [mark["tool"] for mark in mine] == ["pen"]
    assert mine[0]["points"][0] == pytest.approx([0.1, 0.6], abs=0.01)


@pytest.mark.alone
async def test_a_phone_that_is_reloaded_stays_in_the_call(
    crew: Crew, browsers: Browsers, desk: DeskPage
) -> None:
    phone = CustomerPage(await browsers.phone(), crew.app.url)
    await phone.into_call(ADDRESS, desk)
    await phone.take_call()
    await desk.pictures()
    await desk.freeze()
    await shows_still(phone.ink)
    await desk.take_tool("arrow")
    await draw(desk.page, desk.ink, (0.3, 0.3), (0.6, 0.6))
    before = await marks_on(phone.ink, 1)

    await phone.page.reload(wait_until="commit")
    await at_screen(phone.page, "call")
    await shows_still(phone.ink)
    assert await marks_on(phone.ink, 1) == before, "the still and what was drawn on it are still there"
    await desk.page.keyboard.press("Escape")
    await expect(phone.ink).to_be_hidden(timeout=WITHIN_MS)
    await expect(phone.page.locator(".call-stage video.own")).to_be_visible(timeout=WITHIN_MS)
    await desk.pictures()

    await desk.page.reload(wait_until="commit")
    await expect(desk.page.locator(".work-head")).to_be_visible(timeout=WITHIN_MS)
    await desk.pictures()
    await desk.say("still here")
    await phone.open_chat()
    await said(phone.page, "still here", ".drawer .chat")
    seen = await crew.be("zhao").get(request_path(desk.request_id))
    assert (seen["state"], seen["owner"]["name"]) == ("in_call", "Chen")


@pytest.mark.alone
async def test_without_a_camera_photos_and_words_lead_to_an_outcome(
    crew: Crew, browsers: Browsers, desk: DeskPage, screenshot: ShotTaker
) -> None:
    page = await browsers.phone()
    await page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => "
        "{ throw new DOMException('refused', 'NotAllowedError'); };"
    )
    phone = CustomerPage(page, crew.app.url)
    await phone.into_call(ADDRESS, desk)
    await at_screen(page, "call")
    await main_button(page).click()
    help_sheet = page.locator("dialog.sheet")
    await expect(help_sheet).to_be_visible()
    await screenshot(page, "customer-camera-refused")
    await help_sheet.locator(".actions button").last.click()
    await expect(page.locator(".call-stage .no-picture")).to_be_visible(timeout=WITHIN_MS)
    await expect(desk.page.locator("[data-standing=no_camera]")).to_be_visible(timeout=WITHIN_MS)
    await screenshot(desk.page, "desk-no-camera")
    await desk.page.locator("[data-standing=no_camera] button").click()
    await desk.page.locator("#tab-chat").click()
    await said(desk.page, "请发一张照片", "#pane-chat")
    await phone.open_chat()
    await expect(phone.chat.locator("li .who").first).to_be_visible(timeout=WITHIN_MS)
    await page.locator(".no-picture input[type=file]").set_input_files(
        {"name": "leak.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg(frame(12))}
    )
    tile = desk.page.locator(".strip button[data-still]:not([data-still=live])")
    await tile.first.click(timeout=WITHIN_MS)
    await shows_still(phone.ink)
    assert await size_of(phone.ink) == (WIDTH, HEIGHT)
    await phone.chat.locator("textarea").fill("在这里漏")
    await phone.chat.locator("[data-kind=primary]").click()
    await said(desk.page, "在这里漏", "#pane-chat")

    await desk.end_call()
    await desk.judge()
    await choose(desk.page, "outcome", "fixed")
    await desk.finish()
    await Watch(crew.be("zhao"), desk.request_id).stands("resolved", "Chen")
    await phone.rate(4, "")
    await Watch(crew.be("zhao"), desk.request_id).stands("closed", "Chen")


# every screen, in every language ----------------------------------------------------------------------


async def test_the_customer_s_screens_are_fit_to_use(crew: Crew, browsers: Browsers) -> None:
    phone = CustomerPage(await browsers.phone(), crew.app.url)
    page, chen = phone.page, crew.be("chen")
    await phone.start()
    await assert_fit(page)
    await phone.say_who()
    await assert_fit(page)
    await phone.say_what()
    await phone.say_where(ADDRESS)
    await assert_fit(page)
    await phone.go_on("guide")
    await assert_fit(page)
    await phone.answer_guide()
    await assert_fit(page)
    await phone.go_on("waiting")
    await assert_fit(page)
    [row] = (await chen.get("/api/queue"))["rows"]
    here = request_path(row["request_id"])
    await chen.post(f"{here}/acceptance")
    await at_screen(page, "call")
    await assert_fit(page)
    await phone.take_call()
    await assert_fit(page)
    await chen.post(f"{here}/call-end")
    await at_screen(page, "after")
    await assert_fit(page)
    verdict = {"ownership": "before_meter", "fault": "coupling_nut_loose", "severity": "major"}
    await chen.put(f"{here}/verdict", verdict | {"no_still_reason": "place_not_visible"})
    await chen.post(f"{here}/outcome", {"outcome": "fixed", "note": "拧紧了"})
    await expect(page.locator(".stars")).to_be_visible(timeout=WITHIN_MS)
    await assert_fit(page)
    await phone.rate(5, "")
    await expect(page.locator(".stars")).to_have_count(0)
    await assert_fit(page)
