"""The console's import dialog: what a file was read as, what it takes away, what is confirmed first."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_console import PHONE, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_fit
from tests.rig.town import REPS, zone_file
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

GERMAN = REPS.replace("安,Ann", "Jürgen Müller,Mueller").replace("博,Bob", "Jérôme Lefèvre,Lefevre")
WESTERN = GERMAN.replace("慈,Cyd", "Cäcilie,Cyd").encode("windows-1252")


def only(*codes: str) -> bytes:
    """The zone file with these zones alone."""
    file = json.loads(zone_file())
    file["features"] = [each for each in file["features"] if each["properties"]["code"] in codes]
    return json.dumps(file).encode()


async def choose(page: Page, name: str, data: bytes) -> None:
    await page.locator("dialog input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


async def opened(page: Page, day: WorkingDay) -> Locator:
    await sign_in(page, day)
    await page.get_by_role("button", name="导入").click()
    return page.locator("dialog.sheet")


async def test_a_file_whose_encoding_is_not_sure_is_read_as_the_reader_chooses(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 422")
    page = await browsers.desk()
    sheet = await opened(page, working_day)
    await choose(page, "reps.csv", WESTERN)
    readings = sheet.locator("[data-reading]")
    await expect(readings.filter(has_text="windows-1252")).to_contain_text("Jürgen Müller")
    await expect(sheet.get_by_role("button", name="应用")).to_have_count(0)
    await screenshot(page, "console-import-doubtful")
    await readings.filter(has_text="windows-1252").click()
    await expect(sheet).to_contain_text("变更 3 个")
    await expect(sheet.locator("#import-encoding")).to_have_value("windows-1252")
    await expect(sheet).to_contain_text("Jérôme Lefèvre")
    await screenshot(page, "console-import-read-as")
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet).to_contain_text("已导入")
    names = {rep["code"]: rep["name"] for rep in await working_day.dispatcher.get("/api/reps")}
    assert names == {"ann": "Jürgen Müller", "bob": "Jérôme Lefèvre", "cyd": "Cäcilie"}


async def test_what_a_file_takes_away_is_told_and_confirmed_and_comes_back_with_its_owners(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await working_day.task("A1", address="和平路 12 号")
    await working_day.task("A2", address="和平路 34 号")
    sheet = await opened(page, working_day)
    await choose(page, "zones.geojson", only("B1", "B2"))
    doubts = sheet.locator(".note[data-tone=warn]")
    await expect(doubts).to_contain_text("2")
    for told in ("A1, A2", "安, 博", "SA"):
        await expect(doubts).to_contain_text(told)
    take = sheet.get_by_role("button", name="应用")
    await expect(take).to_be_disabled()
    await screenshot(page, "console-import-leaves")
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-phone-import-leaves")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await sheet.get_by_label("我已看过").check()
    await expect(take).to_be_enabled()
    await take.click()
    await expect(sheet).to_contain_text("已导入")
    zones = await working_day.dispatcher.get("/api/zones")
    assert {each["properties"]["code"] for each in zones["features"]} == {"B1", "B2"}

    await choose(page, "zones.geojson", zone_file())
    await expect(sheet).to_contain_text("新增 2 个")
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet).to_contain_text("已导入")
    zones = await working_day.dispatcher.get("/api/zones")
    owners = {each["properties"]["code"]: each["properties"]["owner"]["code"] for each in zones["features"]}
    assert owners == {"A1": "ann", "A2": "bob", "B1": "cyd", "B2": "cyd"}
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await expect(page.locator(".console-table").first).to_contain_text("安")
