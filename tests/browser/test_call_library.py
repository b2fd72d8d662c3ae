"""The browser library alone, on a small page: a phone and a desk call each other through hub and node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCPeerConnection
from playwright.async_api import Page

from assist.webrtc.protocol import MAX_SDP_BYTES
from tests.rig.browsers import Browsers
from tests.rig.foundations import Foundation
from tests.rig.people import Person
from tests.rig.room_client import in_room
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


async def codec_seen(page: Page) -> str:
    """In which codec the picture arrives."""
    return str(
        await page.evaluate(
            "(async () => { const all = [...(await call.peer.pc.getStats()).values()];"
            " const video = all.filter((e) => e.type === 'inbound-rtp' && e.kind === 'video')"
            "   .sort((a, b) => b.lastPacketReceivedTimestamp - a.lastPacketReceivedTimestamp)[0];"
            " return all.find((e) => e.id === video?.codecId)?.mimeType; })()"
        )
    )


@pytest.mark.timeout(120)
async def test_a_viewer_without_h264_sees_the_picture_of_a_phone_that_sent_it(
    pair: Pair, browsers: Browsers
) -> None:
    browsers.tolerate("favicon")
    desk, phone = await browsers.desk(bypass_csp=True), await browsers.phone(bypass_csp=True)
    names = await desk.evaluate("RTCRtpSender.getCapabilities('video').codecs.map((one) => one.mimeType)")
    assert "video/H264" in names, "this Chromium could not show the case"
    await pair.open(desk, pair.technician)
    await pair.open(phone, pair.customer, send="1", codec="video/H264", then="video/VP8")
    await grows(desk)
    assert await codec_seen(desk) == "video/H264"
    await phone.evaluate("window.before = call.peer.pc")
    late = await browsers.desk(bypass_csp=True)
    await pair.open(late, pair.technician, without="video/H264")
    await grows(late)
    assert await codec_seen(late) == "video/VP8"
    assert await late.evaluate("document.querySelector('#remote').videoWidth") > 0
    await grows(desk)
    assert await codec_seen(desk) == "video/VP8"
    wanted = "call.log.filter(([type]) => type === 'offer_wanted').length"
    assert await phone.evaluate(wanted) == 1
    assert await phone.evaluate("call.peer.pc === window.before"), "renegotiated, and not begun anew"


@pytest.mark.timeout(120)
async def test_the_offer_of_the_eighth_person_is_well_within_the_room_s_limit(
    pair: Pair, browsers: Browsers
) -> None:
    browsers.tolerate("favicon")
    request, token = str(pair.customer.request_id), str(pair.customer.token)
    async with AsyncExitStack() as stack:
        for number in range(7):
            other = await stack.enter_async_context(
                in_room(pair.app.url, request, token, tab=f"one-of-many-{number}")
            )
            await other.join("audio", "video")
            sending = RTCPeerConnection()
            stack.push_async_callback(sending.close)
            for kind in ("audio", "video"):
                sending.addTransceiver(kind, direction="sendonly")
            await sending.setLocalDescription(await sending.createOffer())
            await other.ask("offer", sdp=sending.localDescription.sdp, receive={}, restart=False)
        desk = await browsers.desk(bypass_csp=True)
        await pair.open(desk, pair.technician, send="1", codec="video/H264", then="video/VP8")
        await until(desk, "call.peer.slots.slots.filter((slot) => slot.number > 0).length === 14")
        await until(desk, "call.peer.state === 'connected'")
        # A second offer carries the candidates, too.
        await desk.evaluate("call.peer.want('restart')")
        await until(desk, "call.sizes.length >= 2 && !call.peer.driving")
        sizes = await desk.evaluate("call.sizes")
    assert max(sizes) < MAX_SDP_BYTES * 0.7, sizes


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
    assert await codec_seen(desk) == codec
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
