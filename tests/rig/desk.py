"""What a technician does on the desk's page, and the phones that the desk talks to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.staff import add_staff
from tests.rig.people import Person
from tests.rig.room_client import MediaPeer, RoomClient, in_room, media_of
from tests.rig.stack import RunningApp
from tests.rig.town import inside
from tests.rig.working_day import WorkingDay

ON = {"camera": "on", "microphone": "on", "hidden": False, "phone_call": False, "torch": "off"}


async def desk_link(app: RunningApp, username: str = "shen", name: str = "沈若曦") -> str:
    """A one-use link into the desk for a technician."""

    async def make(uow: UnitOfWork) -> str:
        member = await add_staff(uow, username=username, name=name, roles=frozenset({Role.TECHNICIAN}))
        return await create_link(uow, Surface.DESK, timedelta(hours=1), staff_id=member.id)

    async with app.database() as database:
        return f"{app.url}/desk#k={await database.run(make)}"


async def open_desk(page: Page, link: str) -> None:
    await page.goto(link, wait_until="commit")
    await expect(page.locator(".desk-head")).to_be_visible()
    assert "k=" not in page.url


async def waiting_customer(app: RunningApp, name: str = "林淑贞", language: str = "zh-Hans") -> Person:
    """Somebody in the queue, with an address in the town."""
    customer = await app.customer(language=language)
    path = f"/api/requests/{customer.request_id}"
    lon, lat = inside("A1")
    place = {"address": "海滨路 12 号", "lon": lon, "lat": lat, "source": "pin"}
    contact = {"name": name, "phone": "+8613800138000"}
    await customer.patch(
        path, {"version": (await customer.get(path))["version"], "place": place, "contact": contact}
    )
    await customer.post(f"{path}/queue-entry")
    return customer


async def becomes(page: Page, expression: str, within_s: float = 10) -> None:
    """Wait until something is true on the page; its policy forbids Playwright's ``wait_for_function``."""
    async with asyncio.timeout(within_s):
        while not await page.evaluate(expression):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


@asynccontextmanager
async def phone_in_call(
    customer: Person, tab: str = "phone-of-the-test", **state: Any
) -> AsyncIterator[tuple[RoomClient, MediaPeer]]:
    """A phone made of code, that sends a picture and answers only what the test lets it answer."""
    async with in_room(customer.url, str(customer.request_id), str(customer.token), tab=tab) as room:
        await room.join("video")
        await room.say("media_state", **(ON | state))
        async with media_of(room, publish=True) as media:
            await media.offer()
            yield room, media


async def frames(page: Page, by: int = 10) -> None:
    """Wait until the desk has decoded ``by`` further pictures."""
    count = "document.querySelector('video.live')?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    goal = await page.evaluate(count) + by
    await becomes(page, f"({count}) >= {goal}", within_s=20)


async def draw(page: Page, key: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Choose a tool by its key and draw with the mouse, in fractions of the still."""
    picture = page.locator("cs-ink")
    box = await picture.evaluate(
        "ink => { const {left, top} = ink.canvas.getBoundingClientRect(), b = ink.box;"
        " return [left + b.x, top + b.y, b.width, b.height] }"
    )
    await page.keyboard.press(key)
    places = [(box[0] + x * box[2], box[1] + y * box[3]) for x, y in (start, end)]
    await page.mouse.move(*places[0])
    await page.mouse.down()
    await page.mouse.move(*places[1], steps=5)
    await page.mouse.up()


async def marks(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate(
        "[...document.querySelector('cs-ink').marks.values()].map(({tool, points}) => ({tool, points}))"
    )
    return found


async def take_next(page: Page) -> None:
    """Take the first in line, by key."""
    await expect(page.locator(".queue-row[data-next]")).to_be_visible()
    await page.keyboard.press("a")
    await expect(page.locator(".call-tools")).to_be_visible()


async def end_call(page: Page) -> Locator:
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("e")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await page.keyboard.press("Enter")
    form = page.locator("form.result")
    await expect(form).to_be_visible()
    return form


async def until_marks(page: Page, count: int) -> None:
    """Wait until so many marks are on the still that a page shows."""
    await becomes(page, f"document.querySelector('cs-ink')?.marks.size === {count}")


ASK_FOR_A_PERSON = """
async place => {
  const headers = {"Curbstop-Surface": "customer", "Content-Type": "application/json"};
  const call = async (method, path, body) =>
    (await fetch(path, {method, headers, body: body && JSON.stringify(body)})).json();
  const {request_id} = await call("GET", "/api/me");
  const path = `/api/requests/${request_id}`;
  const {version} = await call("GET", path);
  await call("PATCH", path, {version, place});
  await call("POST", `${path}/queue-entry`);
}
"""


@pytest.fixture
async def desk(working_day: WorkingDay, loopback_media: None) -> WorkingDay:
    await working_day.app.staff(Role.SUPERVISOR)
    return working_day
