"""The product as it really runs, Chromiums in front of it, and calls made over its API."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from kernel.actors import Surface
from kernel.identity.links import create_link
from tests.rig.browser_servers import BrowserServers
from tests.rig.browsers import FLAGS, Browsers
from tests.rig.camera import Camera
from tests.rig.foundations import Foundry
from tests.rig.people import Person
from tests.rig.stack import RunningApp, running_app

FIRST_FRAME_WITHIN_S = 30.0

# Kept where they can be asked: the page's connections, and its `CallPeer` when it follows the room.
_KEEP_PEERS = """
globalThis.peers = [];
const Real = globalThis.RTCPeerConnection;
globalThis.RTCPeerConnection = class extends Real {
  constructor(...given) { super(...given); globalThis.peers.push(this); }
};
globalThis.videoStats = async (type) => {
  const found = [];
  for (const peer of globalThis.peers) {
    if (peer.connectionState === "closed") continue;
    for (const [, entry] of await peer.getStats())
      if (entry.type === type && entry.kind === "video") found.push(entry);
  }
  return found;
};
"""
_KNOWN = "async () => (await videoStats('inbound-rtp')).map(({ssrc}) => ssrc)"
_NEW_PICTURE = """
async ([known, seconds]) => {
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end) {
    const streams = await videoStats("inbound-rtp");
    if (streams.some((one) => one.framesDecoded > 0 && !known.includes(one.ssrc))) return Date.now();
    await new Promise((done) => setTimeout(done, 10));
  }
  return null;
}
"""


@asynccontextmanager
async def product(*, workers: int = 1, nodes: int = 1) -> AsyncIterator[RunningApp]:
    """Started on a fresh embedded foundation."""
    with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
        with Foundry(Path(folder)).make("embedded", Path(folder)) as foundation:
            with running_app(foundation, workers=workers, nodes=nodes) as app:
                try:
                    yield app
                finally:
                    await app.close()


@asynccontextmanager
async def chromiums() -> AsyncIterator[Browsers]:
    """A phone's and a desk's Chromium as people have it, started when first asked for."""
    with tempfile.TemporaryDirectory(prefix="curbstop-camera-") as folder:
        film = f"--use-file-for-fake-video-capture={Camera.make(Path(folder)).film}"
        servers = BrowserServers(Path(folder), [*FLAGS, film])
        try:
            async with async_playwright() as playwright:
                opened = Browsers(playwright, servers)
                opened.be_whole()
                try:
                    yield opened
                finally:
                    await opened.close()
        finally:
            servers.close()


@dataclass
class Accepted:
    """A request that a technician has accepted: both may enter its room."""

    app: RunningApp
    request: str
    customer: Person
    technician: Person

    @classmethod
    async def make(cls, app: RunningApp, technician: Person) -> "Accepted":
        """A customer asks for a person, and the technician takes them."""
        customer = await app.customer()
        path = f"/api/requests/{customer.request_id}"
        await customer.post(f"{path}/queue-entry")
        await technician.post(f"{path}/acceptance")
        return cls(app, str(customer.request_id), customer, technician)

    async def fresh_link(self) -> str:
        """An address that opens this request on another device."""
        answer = await self.technician.post(f"/api/requests/{self.request}/invitation")
        return str(answer["link"])

    async def open_desk(self, browsers: Browsers) -> Page:
        """The technician's desk, with the call open."""
        page = await browsers.desk()
        await page.add_init_script(_KEEP_PEERS)
        async with self.app.database() as database:
            hour = timedelta(hours=1)
            token = await database.run(create_link, Surface.DESK, hour, staff_id=self.technician.id)
        await page.goto(f"{self.app.url}/desk#k={token}", wait_until="commit")
        await page.wait_for_selector(".desk .queue")
        await page.goto(f"{self.app.url}/desk#r={self.request}", wait_until="commit")
        await page.wait_for_selector(".work-head")
        return page

    async def open_phone(self, browsers: Browsers) -> tuple[Page, float]:
        """The customer's page on a phone that has never seen it: its link opened, and the camera allowed.
        When the address was opened, in seconds since 1970.
        """
        link, page = await self.fresh_link(), await browsers.phone()
        await page.add_init_script(_KEEP_PEERS)
        begun = await page.evaluate("Date.now()") / 1000
        await page.goto(link, wait_until="commit")
        await page.locator(".bottom-bar [data-kind=primary]").click()
        return page, begun


async def known_streams(page: Page) -> list[int]:
    """The video streams that a page has been receiving."""
    found: list[int] = await page.evaluate(_KNOWN)
    return found


async def new_picture(page: Page, known: list[int], within_s: float = FIRST_FRAME_WITHIN_S) -> float:
    """When the first picture of a stream not known yet has been decoded, in seconds since 1970.

    Raises:
        TimeoutError: none was.
    """
    at = await page.evaluate(_NEW_PICTURE, [known, within_s])
    if at is None:
        raise TimeoutError(f"no picture within {within_s:.0f} s")
    return float(at) / 1000


async def sum_of(page: Page, kind: str, value: str) -> int:
    """A count over all video streams, such as ``framesDecoded`` of ``inbound-rtp``."""
    script = "async ([kind, value]) => (await videoStats(kind)).reduce((sum, one) => sum + one[value], 0)"
    return int(await page.evaluate(script, [kind, value]))


async def open_call(
    accepted: Accepted, browsers: Browsers, desk: Page | None = None
) -> tuple[Page, Page, float]:
    """Phone and desk, and how long the desk waited for the phone's picture after the link was opened, s."""
    desk = desk or await accepted.open_desk(browsers)
    known = await known_streams(desk)
    picture = asyncio.create_task(new_picture(desk, known))
    try:
        phone, begun = await accepted.open_phone(browsers)
        return phone, desk, await picture - begun
    finally:
        picture.cancel()


def spread(values: list[float]) -> dict[str, Any]:
    """A few words on many values."""
    ordered = sorted(values)
    return {
        "count": len(values),
        "median": round(ordered[len(ordered) // 2], 3),
        "worst": round(ordered[-1], 3),
    }
