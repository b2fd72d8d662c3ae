"""The road as people walk it in browsers: what they press on the customer's page and on the desk.

Nothing here goes by words, so that every page can be in any language.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any

from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.rig.people import Caller
from tests.rig.road import WITHIN_S
from tests.rig.town import inside

WITHIN_MS = WITHIN_S * 1000

# What a page's connections have decoded is theirs to know; this keeps them where the test can ask.
_KEEP_PEERS = """
globalThis.peers = [];
const Real = globalThis.RTCPeerConnection;
globalThis.RTCPeerConnection = class extends Real {
  constructor(...given) { super(...given); globalThis.peers.push(this); }
};
"""
_DECODED = """
async () => {
  let frames = 0;
  for (const peer of globalThis.peers) {
    if (peer.connectionState === "closed") continue;
    for (const [, entry] of await peer.getStats())
      if (entry.type === "inbound-rtp" && entry.kind === "video") frames += entry.framesDecoded;
  }
  return frames;
}
"""
_LOADED = "ink => ink.image.complete && ink.image.naturalWidth > 0"
_BOX = """
(ink) => {
  const { left, top } = ink.canvas.getBoundingClientRect();
  const { x, y, width, height } = ink.box;
  return [left + x, top + y, width, height];
}
"""
_MARKS = """
(ink) => [...ink.marks.values()].filter((mark) => mark.id)
  .map(({ id, tool, points, role }) => ({ id, tool, points, role }))
"""
# Where on the still there is paint: left, top, right, bottom as fractions of it, and how much.
_PAINTED = """
(ink) => {
  const { canvas, box } = ink;
  const scale = canvas.width / canvas.clientWidth;
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [left, top, right, bottom, count] = [1e9, 1e9, -1e9, -1e9, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (data[(y * width + x) * 4 + 3] > 128) {
        left = Math.min(left, x); right = Math.max(right, x + 1);
        top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
        count += 1;
      }
  if (!count) return null;
  const across = (x) => (x / scale - box.x) / box.width;
  const down = (y) => (y / scale - box.y) / box.height;
  return [across(left), down(top), across(right), down(bottom)];
}
"""


async def open_at(page: Page, address: str, ready: str) -> None:
    """Open an address; ready when ``ready`` is there."""
    await page.goto(address, wait_until="commit")
    await page.wait_for_selector(ready, timeout=WITHIN_MS)


def main_button(page: Page) -> Locator:
    """The screen's one primary action."""
    return page.locator(".bottom-bar [data-kind=primary]")


async def at_screen(page: Page, name: str) -> None:
    """Wait until the customer's page shows that screen."""
    await page.wait_for_selector(f"main[data-screen={name}]", timeout=WITHIN_MS)


async def choose(page: Page, name: str, value: str) -> None:
    """Press the label of a radio button or a tick."""
    await page.locator(f'label:has(input[name="{name}"][value="{value}"])').first.click()


async def look(page: Page, state: str) -> None:
    """Put the page out of sight (``hidden``), as a phone into a pocket, or look at it again (``visible``)."""
    await page.evaluate(
        "state => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        state,
    )


class CustomerPage:
    """The customer's page on a phone."""

    def __init__(self, page: Page, url: str, zone: str = "A1") -> None:
        self.page, self.url, self._zone = page, url, zone

    async def start(self) -> None:
        lon, lat = inside(self._zone)
        await self.page.add_init_script(_KEEP_PEERS)
        await self.page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 8})
        await open_at(self.page, f"{self.url}/", "main[data-screen=who]")

    async def say_who(self) -> None:
        await self.page.locator(".tile").first.click()
        await at_screen(self.page, "what")

    async def say_what(self, category: str = "leak") -> None:
        await self.page.locator(f"[data-category={category}]").click()
        await at_screen(self.page, "where")

    async def say_where(self, address: str) -> None:
        """An address, and the browser's own position."""
        await self.page.locator("[name=address]").fill(address)
        await self.page.locator(".ways button").first.click()
        await expect(self.page.locator(".note[data-tone=ok]")).to_be_visible()

    async def go_on(self, screen: str) -> None:
        await main_button(self.page).click()
        await at_screen(self.page, screen)

    async def answer_guide(self) -> None:
        """It did not help, at every step where that can be said, until a person is offered."""
        while await self.page.locator("main[data-screen=guide]").count():
            before = await self.page.locator("h1").inner_text()
            helps_not = self.page.locator("[data-answer=not_helped]")
            await (helps_not if await helps_not.count() else self.page.locator("[data-answer=done]")).click()
            await expect(self.page.locator("h1")).not_to_have_text(before, use_inner_text=True)
        await at_screen(self.page, "person")

    async def leave_number(self, number: str, name: str) -> None:
        await self.page.locator(".rows .row").first.click()
        sheet = self.page.locator("dialog.sheet")
        await sheet.locator("input[type=tel]").fill(number)
        await sheet.locator("input[name=name]").fill(name)
        await sheet.locator("[data-kind=primary]").click()
        await expect(sheet).to_have_count(0)

    async def take_call(self) -> None:
        """Say yes to the camera and stand in the call."""
        await at_screen(self.page, "call")
        await main_button(self.page).click()
        await expect(self.page.locator(".call-stage video.own")).to_be_visible(timeout=WITHIN_MS)

    async def into_call(self, address: str, desk: DeskPage) -> None:
        """The whole way to the call, without looking left or right."""
        await self.start()
        await self.say_who()
        await self.say_what()
        await self.say_where(address)
        await self.go_on("guide")
        await self.answer_guide()
        await self.go_on("waiting")
        await desk.accept()

    @property
    def ink(self) -> Locator:
        return self.page.locator(".call-stage cs-ink")

    @property
    def chat(self) -> Locator:
        return self.page.locator(".drawer .chat")

    async def open_chat(self) -> None:
        await self.page.locator(".call-bar button:has(cs-icon[name=chat])").click()
        await expect(self.chat).to_be_visible()

    async def rate(self, score: int, words: str) -> None:
        await self.page.locator(f".stars label:has(input[value='{score}'])").click(timeout=WITHIN_MS)
        await self.page.locator("textarea[name=comment]").fill(words)
        await main_button(self.page).click()


class DeskPage:
    """The technician's desk."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self, link: str) -> None:
        await self.page.add_init_script(_KEEP_PEERS)
        await open_at(self.page, link, ".desk .queue")

    async def accept(self) -> None:
        await self.page.locator("button[data-id^=accept-]").first.click(timeout=WITHIN_MS)
        await expect(self.page.locator(".work-head")).to_be_visible(timeout=WITHIN_MS)

    @property
    def request_id(self) -> str:
        """Of the request that is open."""
        return self.page.url.partition("#r=")[2]

    async def pictures(self, more: int = 15) -> int:
        """Wait until so many further pictures have been decoded."""
        start: int | None = None
        seen = -1
        try:
            async with asyncio.timeout(WITHIN_S):
                while start is None or seen < start + more:
                    seen = int(await self.page.evaluate(_DECODED))
                    start = seen if start is None else min(start, seen)  # a new connection counts from zero
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"framesDecoded went from {start} to {seen}") from None
        return seen

    async def freeze(self) -> None:
        await self.page.locator(".freeze-button").click()
        await shows_still(self.ink)

    @property
    def ink(self) -> Locator:
        return self.page.locator(".desk-stage cs-ink")

    async def take_tool(self, tool: str) -> None:
        button = self.page.locator(f".stage-row [data-tool={tool}]")
        if await button.get_attribute("aria-pressed") != "true":
            await button.click()

    async def say(self, text: str) -> None:
        await self.page.locator("#tab-chat").click()
        box = self.page.locator("#pane-chat textarea")
        await box.fill(text)
        await box.press("Enter")

    async def end_call(self) -> None:
        await self.page.locator(".work-head [data-kind=danger]").click()
        await self.page.locator("dialog[open] [data-kind=danger]").click()
        await expect(self.page.locator("form.result")).to_be_visible(timeout=WITHIN_MS)

    async def judge(self, *, fault: str = "coupling_nut_loose", no_still: str = "") -> None:
        """Before the meter, major; proven by every still there is, or ``no_still`` says why by none."""
        await choose(self.page, "ownership", "before_meter")
        await choose(self.page, "severity", "major")
        await choose(self.page, "fault", fault)
        if no_still:
            await self.page.locator(".result select").first.select_option(no_still)
        else:
            for proof in await self.page.locator("label.proof").all():
                await proof.click()

    async def finish(self) -> None:
        await self.page.locator(".finish [data-kind=primary]").click()


async def shows_still(ink: Locator) -> None:
    """Wait until the picture of a still is on the screen."""
    await expect(ink).to_be_visible(timeout=WITHIN_MS)
    async with asyncio.timeout(WITHIN_S):
        while not await ink.evaluate(_LOADED):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def size_of(ink: Locator) -> tuple[int, int]:
    """Pixels of the still that is shown."""
    width, height = await ink.evaluate("ink => [ink.image.naturalWidth, ink.image.naturalHeight]")
    return int(width), int(height)


async def draw(page: Page, ink: Locator, *points: tuple[float, float]) -> None:
    """Drag the mouse from place to place of the still, given as fractions of it."""
    box = await ink.evaluate(_BOX)
    at = [(box[0] + x * box[2], box[1] + y * box[3]) for x, y in points]
    await page.mouse.move(*at[0])
    await page.mouse.down()
    for x, y in at[1:]:
        await page.mouse.move(x, y, steps=6)
    await page.mouse.up()


async def marks_on(ink: Locator, count: int) -> list[dict[str, Any]]:
    """The stored marks, as soon as there are ``count``."""
    marks: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(WITHIN_S):
            while len(marks := await ink.evaluate(_MARKS)) != count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{count} marks wanted, there are {marks}") from None
    return sorted(marks, key=lambda mark: str(mark["id"]))


async def painted(ink: Locator) -> list[float] | None:
    """The box around all that is painted over the still, as fractions of it: left, top, right, bottom."""
    found: list[float] | None = await ink.evaluate(_PAINTED)
    return found


async def picture_at(caller: Caller, url: str) -> Image.Image:
    """A stored picture."""
    return Image.open(io.BytesIO(await caller.get(url)))
