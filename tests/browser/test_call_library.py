"""The browser library alone, on a small page: a phone and a desk call each other through hub and node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.rig.browsers import Browsers
from tests.rig.foundations import Foundation
from tests.rig.people import Person
from tests.rig.stack import RunningApp, running_app

pytestmark = pytest.mark.alone

PAGE = Path(__file__).with_name("call_page.html").read_text("utf-8")


@dataclass
class Pair:
    """A customer whom a technician has accepted."""

    app: RunningApp
    customer: Person
    technician: Person

    async def open(self, page: Page, person: Person, **query: str) -> None:
        """Put the library's page in front of someone, or reload it there.

        The document comes from the product and is then replaced: a page that the test made up would be a
        stranger's to Chromium, and may not talk to this machine.
        """
        words = {"request": str(self.customer.request_id), "token": str(person.token), **query}
        address = "&".join(f"{name}={value}" for name, value in words.items())
        await page.goto(f"{self.app.url}/s/any/css/tokens.css?{address}", wait_until="commit")
        await page.set_content(PAGE, wait_until="commit")


@pytest.fixture
async def pair(embedded: Foundation) -> AsyncIterator[Pair]:
    with running_app(embedded, workers=2, nodes=2) as app:
        await app.staff("supervisor")
        customer, technician = await app.customer(), await app.staff("technician")
        await customer.post(f"/api/requests/{customer.request_id}/queue-entry")
        await technician.post(f"/api/requests/{customer.request_id}/acceptance")
        yield Pair(app, customer, technician)
        await app.close()


async def state(page: Page) -> Any:
    return await page.evaluate("window.call && {line: call.room.line, peer: call.peer.state, log: call.log}")


async def grows(page: Page, by: int = 15, within_s: float = 20) -> int:
    """Wait until ``by`` further pictures have been decoded; how many there are then."""
    start: int | None = None
    try:
        async with asyncio.timeout(within_s):
            while True:
                seen = await page.evaluate("window.call ? call.decoded() : -1")
                if seen >= 0:
                    # A new peer connection counts from zero.
                    start = seen if start is None else min(start, seen)
                    if seen >= start + by and seen >= by:
                        return int(seen)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"pictures did not grow: {await state(page)}") from None


async def until(page: Page, expression: str, within_s: float = 15) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not await page.evaluate(f"Boolean(window.call && ({expression}))"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{expression}: {await state(page)}") from None


@pytest.mark.timeout(240)
@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_a_phone_is_seen_on_the_desk_and_stays_seen(pair: Pair, browsers: Browsers, codec: str) -> None:
    browsers.tolerate("WebSocket")  # a killed worker is an error in the console, and meant
    browsers.tolerate("ERR_")
    browsers.tolerate("favicon")
    desk, phone = await browsers.desk(bypass_csp=True), await browsers.phone(bypass_csp=True)
    await pair.open(desk, pair.technician)
    await pair.open(phone, pair.customer, send="1", codec=codec)
    await grows(desk)
    codec_used = await desk.evaluate(
        "(async () => { const all = [...(await call.peer.pc.getStats()).values()];"
        " const video = all.find((e) => e.type === 'inbound-rtp' && e.kind === 'video');"
        " return all.find((e) => e.id === video.codecId).mimeType; })()"
    )
    assert codec_used == codec
    assert await desk.evaluate("document.querySelector('#remote').videoWidth") > 0

    # ICE restarts on both sides: the same peer connections, and the picture goes on.
    for page in (phone, desk):
        await page.evaluate("window.before = call.peer.pc; call.peer.mend()")
        await until(page, "call.peer.state === 'connected' && call.peer.pc === window.before")
    await grows(desk)

    # A reload on either side: the same peer again, and the picture is back.
    before = await phone.evaluate("call.room.state.me")
    await pair.open(phone, pair.customer, send="1", codec=codec)
    await until(phone, "call.room.line === 'joined'")
    assert await phone.evaluate("call.room.state.me") == before
    await grows(desk)
    await pair.open(desk, pair.technician)
    await grows(desk)

    if codec == "video/VP8":
        await survives(pair, phone, desk)


async def survives(pair: Pair, phone: Page, desk: Page) -> None:
    """The media node dies, then the web workers, one after the other: each time the picture comes back."""
    nodes = [name for name in pair.app.processes() if name.startswith("media")]
    assert len(nodes) == 2
    moved = await desk.evaluate("call.log.filter(([type]) => type === 'moved').length")
    for name in nodes:
        pid = pair.app.kill(name)
        await pair.app.replaced(name, pid)
        await asyncio.sleep(1)
    await until(desk, f"call.log.filter(([type]) => type === 'moved').length > {moved}")
    await grows(desk)
    for name in ("web-1", "web-2"):
        pid = pair.app.kill(name)
        await pair.app.replaced(name, pid)
        await until(phone, "call.room.line === 'joined'")
        await until(desk, "call.room.line === 'joined'")
        await grows(desk)
    text = "after it all"
    await phone.evaluate(
        "text => call.room.request('chat', {client_id: crypto.randomUUID(), text}).then(() => undefined)",
        text,
    )
    await until(desk, f"[...call.room.state.messages.values()].some((m) => m.text === '{text}')")
