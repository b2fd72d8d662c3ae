"""The call seen from both sides: pointing, looking closer, deleting a still, and going back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import (
    ASK_FOR_A_PERSON,
    becomes,
    desk_link,
    draw,
    end_call,
    frames,
    open_desk,
    until_marks,
    waiting_customer,
)
from tests.rig.page_checks import assert_fit
from tests.rig.town import inside
from tests.rig.working_day import WorkingDay

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]

# Where the live picture lies in the window, and the middle of a ring that is seen on it.
PICTURE = """() => {
  const video = document.querySelector("video.live, video.own"), shown = video.getBoundingClientRect();
  const scale = Math.min(shown.width / video.videoWidth, shown.height / video.videoHeight);
  const size = [video.videoWidth * scale, video.videoHeight * scale];
  return [shown.left + (shown.width - size[0]) / 2, shown.top + (shown.height - size[1]) / 2, ...size];
}"""
RING = """() => {
  const canvas = document.querySelector(".live-pointer");
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] < 200) continue;
    const x = (i >> 2) % width, y = Math.floor((i >> 2) / width);
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  if (right < 0) return null;
  const shown = canvas.getBoundingClientRect(), by = shown.width / width;
  return [shown.left + (left + right) / 2 * by, shown.top + (top + bottom) / 2 * by];
}"""


async def place_of(page: Page, x: float, y: float) -> tuple[float, float]:
    """The window's pixels of a place in the live picture."""
    left, top, width, height = await page.evaluate(PICTURE)
    return left + x * width, top + y * height


async def ring_on(page: Page) -> list[float] | None:
    """Where a ring is seen, in fractions of the live picture."""
    ring = await page.evaluate(RING)
    if ring is None:
        return None
    left, top, width, height = await page.evaluate(PICTURE)
    return [(ring[0] - left) / width, (ring[1] - top) / height]


async def ring_comes_to(page: Page, x: float, y: float, within: float = 0.01) -> None:
    """Wait until a ring is seen on that place of the live picture."""
    seen: list[float] | None = None
    try:
        async with asyncio.timeout(4):
            while (seen := await ring_on(page)) != pytest.approx([x, y], abs=within):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"the ring is at {seen}, and not at {[x, y]}") from None


@pytest.fixture
async def both(desk: WorkingDay, browsers: Browsers) -> AsyncIterator[tuple[Page, Page]]:
    """A desk and a phone in a call, both on their own pages."""
    page, phone = await browsers.desk(), await browsers.phone()
    await open_desk(page, await desk_link(desk.app))
    await page.keyboard.press("n")
    form = page.locator("dialog[open]")
    await form.locator("input[name=name]").fill("王美兰")
    await form.locator("input[type=tel]").fill("139 1234 5678")
    await page.keyboard.press("Enter")
    link = await form.locator("input[readonly]").input_value()
    await page.keyboard.press("Escape")
    await phone.goto(link, wait_until="commit")
    await expect(phone.locator("#page h1").first).to_be_visible()
    lon, lat = inside("A1")
    place = {"address": "海滨路 12 号", "lon": lon, "lat": lat, "source": "pin"}
    await phone.evaluate(ASK_FOR_A_PERSON, place)
    await expect(page.locator(".queue-row", has_text="王美兰")).to_be_visible()
    await page.keyboard.press("a")
    await phone.locator(".call .bottom-bar .button").first.click()
    await expect(page.locator("video.live")).to_be_visible(timeout=20_000)
    await frames(page, 10)
    yield page, phone


async def test_a_pointer_on_the_live_picture_lands_on_the_same_place(
    both: tuple[Page, Page], screenshot: ShotTaker
) -> None:
    page, phone = both
    await page.mouse.move(*await place_of(page, 0.5, 0.5))
    assert await ring_on(phone) is None, "nobody points before it is asked for"
    await page.keyboard.press("1")
    for x, y in ((0.25, 0.75), (0.9, 0.1)):
        await page.mouse.move(*await place_of(page, x, y), steps=3)
        await becomes(phone, f"({RING})() !== null")
        assert await ring_on(page) == pytest.approx([x, y], abs=0.01)
        await ring_comes_to(phone, x, y)
    await screenshot(page, "desk-pointing")
    await screenshot(phone, "customer-pointed-at")

    # Seen closer on the desk, it is the same place of the picture; the phone's own view stays as it is.
    await page.mouse.wheel(0, -600)
    await becomes(page, "document.querySelector('video.live').style.transform.includes('scale')")
    await page.mouse.move(*await place_of(page, 0.85, 0.2), steps=3)
    await ring_comes_to(phone, 0.85, 0.2)
    assert await phone.evaluate("document.querySelector('video.own').style.transform") == ""

    # Turned sideways the phone shows the same place; and what stands still is gone after two seconds.
    await phone.set_viewport_size({"width": 844, "height": 390})
    await page.mouse.move(*await place_of(page, 0.8, 0.25), steps=3)
    await ring_comes_to(phone, 0.8, 0.25, within=0.012)
    await becomes(phone, f"({RING})() === null", within_s=4)

    # By keys, too; and put away, it is away at once.
    await page.locator(".live-pointer").focus()
    await page.keyboard.press("ArrowLeft")
    await becomes(phone, f"({RING})() !== null")
    await page.keyboard.press("1")
    await becomes(phone, f"({RING})() === null", within_s=1.5)


async def test_the_technician_looks_closer_by_wheel_keys_and_buttons(both: tuple[Page, Page]) -> None:
    page, _phone = both
    scale = (
        r"Number(/scale\(([\d.]+)\)/.exec(document.querySelector('video.live').style.transform)?.[1] ?? 1)"
    )
    await page.keyboard.press("+")
    await becomes(page, f"Math.abs({scale} - 1.5) < 0.01")
    await page.locator(".size-line .button:has(cs-icon[name=plus])").click()
    await becomes(page, f"Math.abs({scale} - 2.25) < 0.01")
    before = await place_of(page, 0.4, 0.4)
    await page.mouse.move(*before)
    await page.mouse.down()
    await page.mouse.move(before[0] + 40, before[1] + 20, steps=4)
    await page.mouse.up()
    assert await place_of(page, 0.4, 0.4) == pytest.approx((before[0] + 40, before[1] + 20), abs=2)
    await page.keyboard.press("0")
    await becomes(page, f"{scale} === 1")
    spot = await place_of(page, 0.3, 0.6)
    await page.mouse.move(*spot)
    await page.mouse.wheel(0, -500)
    await becomes(page, f"{scale} > 2")
    assert await place_of(page, 0.3, 0.6) == pytest.approx(spot, abs=2), "what is under the mouse stays there"
    await page.keyboard.press("f")
    await expect(page.locator("cs-ink")).to_be_visible(timeout=20_000)
    await becomes(page, f"{scale} === 1")


async def test_back_in_a_call_asks_at_the_desk_and_on_a_phone_that_was_opened_anew(
    both: tuple[Page, Page],
) -> None:
    page, phone = both
    for _ in range(2):
        await page.evaluate("history.back()")
        await expect(page.locator("dialog[open]")).to_be_visible()
        await page.evaluate("history.back()")
        await expect(page.locator("dialog[open]")).to_have_count(0)
        await expect(page.locator("video.live")).to_be_visible()
    again = await phone.context.new_page()
    await phone.close()
    await again.goto(str(phone.url), wait_until="commit")
    await expect(again.locator("#page")).to_have_attribute("data-screen", "call")
    await again.evaluate("history.back()")
    await expect(again.locator("dialog[open]")).to_be_visible()
    await again.locator("dialog[open] [data-kind=danger]").click()
    await expect(page.locator("form.result")).to_be_visible()
    # The call is over: back means what it means on any page.
    assert await page.evaluate("Boolean(history.state?.call)") is False


async def test_a_still_is_deleted_in_two_taps_on_either_side(
    both: tuple[Page, Page], screenshot: ShotTaker
) -> None:
    page, phone = both
    for _ in range(2):
        await page.keyboard.press("f")
        await expect(page.locator("cs-ink")).to_be_visible(timeout=20_000)
        await page.keyboard.press("Escape")
        await expect(page.locator("cs-ink")).to_be_hidden()
    tiles = page.locator(".strip [data-still]:not([data-still=live])")
    await expect(tiles).to_have_count(2)
    await tiles.first.click()
    await expect(phone.locator("cs-ink")).to_be_visible()
    await page.locator(".size-line .button:has(cs-icon[name=trash])").click()
    await screenshot(page, "desk-delete-still")
    await page.locator("dialog[open] [data-kind=danger]").click()
    await expect(tiles).to_have_count(1)
    for side in (page, phone):
        await expect(side.locator("cs-ink")).to_be_hidden()
    await page.locator("#tab-timeline").click()
    await expect(page.locator(".timeline")).to_contain_text("删除了一张照片")

    await phone.locator(".call-bar .button:has(cs-icon[name=photo])").tap()
    photos = phone.locator(".drawer cs-photo")
    await expect(photos).to_have_count(1)
    await photos.locator("button").tap()
    viewer = phone.locator("dialog[open] .viewer")
    await expect(viewer).to_be_visible()
    await pinch(phone, viewer, 2.0)
    await becomes(phone, "document.querySelector('dialog .viewer cs-ink').style.transform.includes('scale(')")
    await screenshot(phone, "customer-photo-closer")
    await phone.locator("dialog[open] .button:has(cs-icon[name=trash])").tap()
    await screenshot(phone, "customer-delete-photo")
    await phone.locator("dialog[open] [data-kind=danger]").tap()
    await expect(photos).to_have_count(0)
    await expect(tiles).to_have_count(0)

    # Taken up again, the call has the stills that there were, and a proof that was chosen stays chosen.
    await page.keyboard.press("f")
    await expect(tiles).to_have_count(1, timeout=20_000)
    await expect(page.locator("cs-ink")).to_be_visible()
    form = await end_call(page)
    await expect(form.locator(".proof input")).to_have_count(1)  # once the desk has heard what was deleted
    await form.locator(".proof input").check()
    await page.locator(".work-top .button:has(cs-icon[name=video])").click()
    await expect(page.locator("video.live")).to_be_visible(timeout=20_000)
    await expect(tiles).to_have_count(1)
    form = await end_call(page)
    await expect(form.locator(".proof input")).to_be_checked()


async def pinch(page: Page, target: Any, by: float) -> None:
    """Two fingers go apart."""
    box = await target.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = await page.context.new_cdp_session(page)

    async def touch(kind: str, *apart: float) -> None:
        points = [
            {"x": middle[0] + side * half, "y": middle[1], "id": number}
            for half in apart
            for number, side in enumerate((-1, 1))
        ]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await touch("touchStart", 30)
    for step in range(1, 9):
        await touch("touchMove", 30 * (1 + (by - 1) * step / 8))
    await touch("touchEnd")


async def test_whoever_is_given_back_reads_why_and_keeps_their_place(
    desk: WorkingDay, browsers: Browsers, screenshot: ShotTaker, both: tuple[Page, Page]
) -> None:
    page, phone = both
    await waiting_customer(desk.app, "林淑贞")
    await page.keyboard.press("r")
    await page.locator("dialog[open] label", has_text="需要其他专长").click()
    await page.locator("dialog[open] [data-kind=primary]").click()
    note = phone.locator(".note", has_text="沈若曦")
    await expect(note).to_contain_text("需要另一专长的同事")
    await expect(note).to_contain_text("最初排队的时间")
    await expect(phone.locator(".hero")).to_contain_text("下一位就是您")
    await screenshot(phone, "customer-given-back")
    row = page.locator(".queue-row", has_text="王美兰")
    await row.locator(".look").click()
    await page.locator("#tab-timeline").click()
    await expect(page.locator(".timeline")).to_contain_text("退回队列 需要其他专长")


@pytest.mark.timeout(300)
async def test_the_call_is_fit_to_use_on_a_small_phone(
    both: tuple[Page, Page], screenshot: ShotTaker
) -> None:
    page, phone = both
    await phone.set_viewport_size({"width": 390, "height": 844})
    themes = ("dark", "sun", "light")

    async def fit(name: str) -> None:
        await assert_fit(
            phone, screenshot=screenshot, name=f"call-{name}", themes=themes, axe_in=("zh-Hans",)
        )

    await fit("live")
    await page.keyboard.press("p")
    await expect(phone.locator(".asked")).to_be_visible()
    await fit("asked")
    await phone.locator(".asked .button:has(cs-icon[name=chat])").tap()
    await expect(phone.locator(".drawer .chat")).to_be_visible()
    await fit("chat")
    await page.keyboard.press("f")
    await expect(phone.locator("cs-ink")).to_be_visible(timeout=20_000)
    await phone.locator(".drawer .button:has(cs-icon[name=close])").tap()
    await becomes(page, "document.querySelector('cs-ink').image.naturalWidth > 0")
    await draw(page, "3", (0.3, 0.7), (0.5, 0.5))
    await until_marks(phone, 1)
    await fit("still")
    await page.keyboard.press("Escape")
    await phone.locator(".call-bar .button:has(cs-icon[name=photo])").tap()
    await expect(phone.locator(".drawer cs-photo")).to_have_count(1)
    await fit("photos")
    await phone.locator(".drawer cs-photo button").tap()
    await expect(phone.locator("dialog[open] .viewer")).to_be_visible()
    await fit("viewer")
