"""One phone and one desk, both real Chromiums: the first picture, stills, and a connection that is mended."""

import asyncio
import time

from playwright.async_api import Page

from benchmarks import Figure, Line, percentile
from benchmarks.calls.product import Accepted, chromiums, open_call, product, spread
from benchmarks.media.turns import taken
from tests.rig.browsers import Browsers
from tests.rig.room_client import in_room

LINK, STILL, RESTART = (
    "media.link_to_first_frame_p95_s",
    "media.still_p95_ms",
    "media.ice_restart_gap_s",
)
NAMES = (LINK, STILL, RESTART)
SETTLES_S = 1.5

# What a page does when its phone is back in a network: its connection is away, and the network is there.
_MEND = """
() => {
  const open = globalThis.peers.filter((peer) => peer.connectionState !== "closed");
  const away = { configurable: true, value: "disconnected" };
  for (const peer of open) Object.defineProperty(peer, "connectionState", away);
  dispatchEvent(new Event("online"));
  for (const peer of open) delete peer.connectionState;
}
"""
_WATCH = """
() => {
  const video = document.querySelector("video.live");
  const seen = globalThis.seen = { last: performance.now(), worst: 0, frames: 0 };
  const frame = (now) => {
    if (globalThis.seen !== seen) return;
    seen.worst = Math.max(seen.worst, now - seen.last);
    seen.last = now;
    seen.frames += 1;
    video.requestVideoFrameCallback(frame);
  };
  video.requestVideoFrameCallback(frame);
}
"""
_WORST = "() => Math.max(seen.worst, performance.now() - seen.last) / 1000"


async def worst_gap(desk: Page, seconds: float, mended: Page | None) -> float:
    """The longest time between two pictures on the desk, while a page restarts ICE (or nobody does), s."""
    await desk.evaluate(_WATCH)
    await asyncio.sleep(0.5)
    if mended is not None:
        await mended.evaluate(_MEND)
    await asyncio.sleep(seconds)
    return float(await desk.evaluate(_WORST))


async def stills(accepted: Accepted, count: int) -> list[float]:
    """How long each still took, from the request to the stored JPEG, ms."""
    took = []
    url, request, token = accepted.app.url, accepted.request, str(accepted.technician.token)
    async with in_room(url, request, token) as room:
        await room.join()
        for _ in range(count):
            since, begun = len(room.log), time.monotonic()
            await room.ask("freeze_request")
            added = await room.heard("still_added", since=since)
            took.append((time.monotonic() - begun) * 1000)
            await room.wait(
                lambda f, a=added: f["type"] == "still_shown" and f["still"]["id"] == a["still"]["id"],  # type: ignore[misc]
                since=since,
                what="the still",
            )
            await room.ask("show_still", still_id=None)
            await asyncio.sleep(0.3)
    return took


async def opens(accepted: Accepted, browsers: Browsers, count: int) -> tuple[Page, Page, list[float]]:
    """Open links on fresh phones, one after the other; the last one's call stands."""
    took: list[float] = []
    desk: Page | None = None
    phone: Page | None = None
    for _ in range(count):
        if phone is not None:
            await phone.context.close()
        phone, desk, seconds = await open_call(accepted, browsers, desk)
        took.append(seconds)
    assert phone is not None and desk is not None
    return phone, desk, took


async def measure(quick: bool) -> list[Line]:
    """All three figures, in one call."""
    async with product() as app, chromiums() as browsers:
        await app.staff("supervisor")
        accepted = await Accepted.make(app, await app.staff("technician"))
        phone, desk, opened = await opens(accepted, browsers, 4 if quick else 12)
        first = Figure(LINK, round(percentile(opened[1:], 0.95), 3), "s", 3, 1, context=spread(opened[1:]))
        await asyncio.sleep(SETTLES_S)
        took = await stills(accepted, 6 if quick else 20)
        still = Figure(STILL, round(percentile(took, 0.95), 1), "ms", 1000, 250, context=spread(took))
        gaps = [await worst_gap(desk, 2.5, page) for page in (phone, desk) for _ in range(1 if quick else 4)]
        undisturbed = await worst_gap(desk, 2.5, None)
        context = {**spread(gaps), "undisturbed": round(undisturbed, 3)}
        return [first, still, Figure(RESTART, round(max(gaps), 3), "s", 2, 0.3, context=context)]


async def lines(quick: bool) -> list[Line]:
    """`media.link_to_first_frame_p95_s`, `media.still_p95_ms`, `media.ice_restart_gap_s`."""
    return await taken("pair", lambda: measure(quick), 90 if quick else 180, tries=2)
