"""A representative reads where a task is: in words, and on a small map with streets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.browser.test_rep import arrive, press
from tests.browser.test_rep_offline import away
from tests.contract.test_places import TOWN
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.foundations import Foundation
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.stack import RunningApp, running_app
from tests.rig.working_day import WorkingDay


@pytest.fixture
def morning_app(embedded: Foundation, morning: str) -> Iterator[RunningApp]:
    with running_app(embedded, timezone=morning, road_graph="demo/streets.json") as started:
        yield started


async def test_a_task_says_where_it_is_in_words_and_on_a_small_map_also_without_a_network(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    await working_day.dispatcher.upload("/api/imports/addresses", TOWN.encode(), name="addresses.csv")
    page = await browsers.phone()
    await working_day.task(address="和平路 12 号", lon=7.4031, lat=43.7052)
    await arrive(page, working_day.links["ann"])
    await press(page, "详情")
    place = page.locator(".rep-place")
    await expect(place).to_contain_text("A1区 · A1")
    await expect(place.locator(".place-words")).to_contain_text("Rue Grimaldi")
    await expect(place.locator("canvas").first).to_be_visible()
    await assert_accessible(page)
    await assert_targets(page)
    await assert_no_sideways_scroll(page)
    await screenshot(page, "rep-place")
    await away(page)
    await page.reload(wait_until="commit")
    await expect(place.locator(".place-words")).to_contain_text("Rue Grimaldi")
    await expect(place.locator("canvas").first).to_be_visible()
    await page.go_back()
    await press(page, "详情")
    await expect(place.locator("canvas").first).to_be_visible()
