"""A file of zones from a map program goes its road in the console: read, mended, compared, published,
undone."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from playwright.async_api import expect

from tests.browser.test_console import PHONE
from tests.browser.test_console_import import choose, opened
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.town import square, zone_file
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

COLUMNS = {
    "code": "分区编号",
    "name": "分区名称",
    "name_en": "English",
    "company": "公司",
    "sub_area": "片区",
}
READ_S = 20_000


def table() -> bytes:
    """The town as a Chinese spreadsheet keeps it: A2 reaches into A1, B1 crosses itself, B2 is gone."""
    drawn: dict[str, Any] = {
        "A2": {"geometry": {"type": "Polygon", "coordinates": square(1, west=7.398)}},
        "B1": {
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[7.42, 43.70], [7.43, 43.71], [7.43, 43.70], [7.42, 43.71], [7.42, 43.70]]],
            }
        },
    }
    rows = [",".join([*COLUMNS.values(), "站", "备注", "wkt"])]
    for feature in json.loads(zone_file(**drawn))["features"]:
        properties = feature["properties"]
        if properties["code"] != "B2":
            shape = shapely.from_geojson(json.dumps(feature["geometry"])).wkt
            rows.append(
                ",".join(
                    [*(properties[field] for field in COLUMNS), properties["station"], "x", f'"{shape}"']
                )
            )
    return "\n".join(rows).encode("gb18030")


async def test_a_spreadsheet_of_zones_goes_its_road(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 422")
    page = await browsers.desk()
    await working_day.task("B2", address="和平路 12 号")
    sheet = await opened(page, working_day)
    await choose(page, "分区.csv", table())

    # How it is read: columns are proposed, the datum and what is missing are asked for.
    await sheet.locator("[data-reading=gb18030]").click(timeout=READ_S)  # so few characters could be others
    await expect(sheet.get_by_text("CSV，3 个要素")).to_be_visible(timeout=READ_S)
    await expect(sheet.locator("[name=column-code]")).to_have_value("分区编号")
    check = sheet.get_by_role("button", name="检查分区")
    await check.click()
    await expect(sheet.get_by_text("请指明是哪一种")).to_be_visible()
    await expect(sheet.get_by_text("必填：选择一列")).to_be_visible()
    await screenshot(page, "console-zones-read")
    await assert_accessible(page)
    await sheet.get_by_label("坐标系").select_option("wgs84")
    await sheet.locator("[name=column-office]").select_option(label="所有分区都是同一个值…")
    await sheet.locator("[name=value-office]").fill("O")
    await check.press("Enter")

    # Faults, on the map and in the list, with what would mend them.
    overlap = sheet.locator("[data-fault=zones_overlap]")
    await expect(overlap).to_contain_text("A2 与 A1", timeout=READ_S)
    crossing = sheet.locator("[data-fault=self_intersection]")
    await crossing.get_by_label("取轮廓围成的范围").check()
    await overlap.get_by_role("button", name="在地图上看").click()
    await overlap.get_by_label("从 A2 中切掉，归 A1").check()
    await screenshot(page, "console-zones-faults")
    await assert_accessible(page)
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-zones-phone-faults")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await sheet.get_by_role("button", name="按所选修补并重新检查").click()

    # The difference, what hangs on what goes, and the press that publishes it.
    await expect(sheet.get_by_text("移除 1 个")).to_be_visible(timeout=READ_S)
    await expect(sheet.get_by_text("本次已修补")).to_be_visible()
    going = sheet.locator("tr", has_text="B2")
    await expect(going).to_contain_text("慈")
    await expect(sheet.locator("tr", has_text="B1")).to_contain_text("−")
    await screenshot(page, "console-zones-difference")
    await assert_accessible(page)
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-zones-phone-difference")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await sheet.get_by_label("我已看过").check()
    await sheet.get_by_label("以后", exact=True).check()
    await sheet.get_by_label("生效时间").fill("2020-01-01T00:00")
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet.get_by_text("请选择将来的时间")).to_be_visible()
    await sheet.get_by_label("现在", exact=True).check()
    await sheet.get_by_role("button", name="应用").click()
    await expect(sheet).to_contain_text("已导入", timeout=READ_S)
    zones = await working_day.dispatcher.get("/api/zones")
    assert {each["properties"]["code"] for each in zones["features"]} == {"A1", "A2", "B1"}


async def test_the_newest_version_is_gone_back_from(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    document = json.loads(zone_file())
    document["features"] = document["features"][:3]
    path = "/api/imports/zones?confirmed=true"
    await working_day.dispatcher.upload(path, json.dumps(document).encode(), name="三个分区.geojson")
    sheet = await opened(page, working_day)
    await sheet.get_by_text("历次版本").click()
    newest = sheet.locator("[data-version]").first
    await expect(newest).to_contain_text("现行")
    await expect(newest).to_contain_text("三个分区.geojson")
    await screenshot(page, "console-zones-versions")
    await newest.get_by_role("button", name="撤销…").click()
    await expect(sheet).to_contain_text("新增 1 个")
    await sheet.get_by_role("button", name="退回").click()
    await expect(sheet).to_contain_text("已恢复原样")
    zones = await working_day.dispatcher.get("/api/zones")
    owners = {each["properties"]["code"]: each["properties"]["owner"]["code"] for each in zones["features"]}
    assert owners == {"A1": "ann", "A2": "bob", "B1": "cyd", "B2": "cyd"}


async def test_a_zones_record_and_history_are_shown(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    record = {
        "status": "in_service",
        "tier": 3,
        "inlet_meters": "M-1;M-2",
        "households": 1240,
        "deputy": "bob",
    }
    await working_day.dispatcher.upload("/api/imports/zones", zone_file(A1=record), name="zones.geojson")
    await working_day.task("A1", address="和平路 12 号")
    sheet = await opened(page, working_day)
    await expect(sheet).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await page.get_by_role("button", name="A1区").first.click()
    detail = page.locator(".console-detail")
    for told in ("运行中", "三级", "M-1", "1,240", "博", "安，至今", "漏水"):
        await expect(detail).to_contain_text(told)
    await screenshot(page, "console-zone-record")
    await assert_accessible(page)
