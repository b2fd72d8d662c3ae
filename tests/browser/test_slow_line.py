"""The first visit over a slow line: what counts are round trips and bytes, so both are counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from kernel.actors import Role
from tests.rig.browsers import Browsers
from tests.rig.foundations import Foundry
from tests.rig.stack import RunningApp, running_app

MOST_REQUESTS = 20
MOST_BYTES = 120_000
USABLE_WITHIN_S = 4.0
SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}


@pytest.fixture(scope="module")
def started(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with foundry.make("embedded", tmp_path_factory.mktemp("slow")) as made, running_app(made) as app:
        yield app


async def counted(page: Page) -> tuple[list[str], dict[str, int]]:
    """The addresses that the page asks for from now on, and how many bytes each brought over the wire."""
    asked: list[str] = []
    brought: dict[str, int] = {}
    addresses: dict[str, str] = {}
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Network.enable")
    await cdp.send("Network.emulateNetworkConditions", SLOW)

    def sent(event: dict[str, Any]) -> None:
        address = event["request"]["url"]
        if address.startswith("http"):
            asked.append(address)
            addresses[event["requestId"]] = address

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in addresses:
            brought[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    cdp.on("Network.requestWillBeSent", sent)
    cdp.on("Network.loadingFinished", finished)
    return asked, brought


@pytest.mark.alone
async def test_a_first_visit_takes_few_requests_few_bytes_and_four_seconds(
    started: RunningApp, browsers: Browsers
) -> None:
    await started.staff(Role.SUPERVISOR, "slow.supervisor", name="Tao")
    page = await browsers.phone()
    asked, brought = await counted(page)
    begun = time.monotonic()
    await page.goto(started.url, wait_until="commit")
    await expect(page.get_by_role("button").filter(has_text="住户")).to_be_visible()
    usable = time.monotonic() - begun
    await page.wait_for_timeout(2500)
    names = [address.removeprefix(started.url) for address in asked]
    print(f"{len(asked)} requests, {sum(brought.values())} bytes, usable after {usable:.2f} s", names)  # noqa: T201
    assert len(asked) <= MOST_REQUESTS, names
    assert sum(brought.values()) <= MOST_BYTES, brought
    assert usable <= USABLE_WITHIN_S
