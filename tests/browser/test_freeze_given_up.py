"""A picture that cannot be sent in a call: nothing stands over the live picture, and the person is told."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.test_customer import ask_person, in_call, open_guide, started, water  # noqa: F401
from tests.rig.browsers import Browsers
from tests.rig.people import Person
from tests.rig.room_client import in_room
from tests.rig.stack import RunningApp

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]

REFUSED = '{"error": {"code": "too_many_stills", "message": "A request holds 60 pictures at most."}}'
AWAY = '{"error": {"code": "unavailable", "message": "Try again."}}'
ANSWERS = ("refused", "away", "never")
WORD = ".call-stage .tag.big"


async def test_a_freeze_that_was_given_up_leaves_the_live_picture_and_a_word(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
) -> None:
    browsers.tolerate("Failed to load resource")
    phones = [await browsers.phone() for _ in ANSWERS]
    for page in phones:
        await open_guide(page, water.url)
        await ask_person(page)
    calls = [await in_call(page, water) for page in phones]
    # Side by side, for the room waits twenty seconds in each.
    async with asyncio.TaskGroup() as together:
        for page, (technician, request), answer in zip(phones, calls, ANSWERS, strict=True):
            together.create_task(given_up(page, water.url, technician, request, answer), name=answer)


async def given_up(page: Page, url: str, technician: Person, request: str, answer: str) -> None:
    """The still of one phone meets ``answer``, and later one that is taken."""
    under_way: list[Route] = []

    async def stand_in(route: Route) -> None:
        under_way.append(route)
        if answer == "refused":
            await route.fulfill(status=409, content_type="application/json", body=REFUSED)
        elif answer == "away":
            await route.fulfill(status=503, content_type="application/json", body=AWAY)

    await page.route("**/api/requests/*/stills", stand_in)
    async with in_room(url, request, str(technician.token)) as room:
        await room.join()
        await room.wait(lambda frame: any("video" in kinds for kinds in room.streams.values()))
        asked = await room.ask("freeze_request")
        if answer == "never":
            await expect(page.locator(WORD)).to_be_visible()
            failed = await room.heard("freeze_failed", within_s=40)
            assert failed["reason"] == "no_still" and failed["freeze_id"] == asked["freeze_id"]
        await live_again(page)
        assert under_way
        # The call goes on, and so does freezing.
        await page.unroute("**/api/requests/*/stills")
        if answer != "never":
            await room.heard("freeze_failed", within_s=30)
        since = len(room.log)
        await room.ask("freeze_request")
        await room.heard("still_shown", within_s=20, since=since)
        await expect(page.locator("cs-ink")).to_be_visible()


async def live_again(page: Page) -> None:
    await expect(page.locator("cs-toast > [data-tone=bad]")).to_be_visible()
    await expect(page.locator(WORD)).to_have_count(0)
    await expect(page.locator("cs-ink")).to_be_hidden()
    await expect(page.locator("video.own")).to_be_visible()
