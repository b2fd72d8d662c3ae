"""A burst is announced at the console, and seen by whoever it concerns: nobody has to report it once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from kernel.actors import Role
from tests.browser.test_console import sign_in
from tests.browser.test_console_network import click_at
from tests.browser.test_rep import arrive, press
from tests.browser.test_rep_offline import away
from tests.contract.test_places import TOWN
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import becomes, desk_link, open_desk, waiting_customer
from tests.rig.page_checks import assert_fit, read_in
from tests.rig.pipes import network_file
from tests.rig.town import inside
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

THEMES = ("light", "dark", "sun")
PATIENT = 60_000


@pytest.fixture
async def town(working_day: WorkingDay) -> WorkingDay:
    await working_day.dispatcher.upload("/api/imports/addresses", TOWN.encode(), name="addresses.csv")
    await working_day.app.staff(Role.SUPERVISOR, "known.supervisor", name="Tao")
    return working_day


async def told(day: WorkingDay, zone: str = "A1", ends_h: float = 3, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    body = {
        "kind": "burst",
        "cause": "burst_main",
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=ends_h)).isoformat(),
        "area": {"zones": [zone]},
        "where": "和平路 1–40 号",
        "advice": ["close_taps", "run_tap"],
        "bowser": "和平路小学门口",
    }
    made = await day.dispatcher.post("/api/announcements", body | more)
    seen = {"version": made["version"]}
    published: dict[str, Any] = await day.dispatcher.post(
        f"/api/announcements/{made['id']}/publication", seen
    )
    return published


async def test_a_traced_shut_off_becomes_an_announcement_in_one_tap_and_is_published(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    await working_day.dispatcher.upload("/api/imports/network", network_file(), name="network.geojson")
    page = await browsers.desk()
    await sign_in(page, working_day)
    await page.locator(".console-pipes-switch").click()
    panel = page.locator(".console-network")
    await expect(panel).to_contain_text("管道 13", timeout=PATIENT)
    await click_at(page, 7.425, 43.7065)
    await panel.get_by_role("button", name="起草停水公告").click()
    detail = page.locator(".console-announcements")
    await expect(detail).to_contain_text("3 户无水", timeout=PATIENT)
    await expect(detail).to_contain_text("草稿")
    await page.locator(".console-pipes-switch").click()
    await detail.get_by_role("button", name="地图上显示").click()
    await assert_fit(page, screenshot=screenshot, name="console-announcement", themes=THEMES)
    await read_in(page, "zh-Hans")
    await detail.locator("[data-id=publish]").click()
    await page.locator("dialog [data-kind=primary]").click()
    await expect(detail.locator("[data-id=end]")).to_be_visible(timeout=PATIENT)
    await detail.locator("[data-id=edit]").click()
    dialog = page.locator("dialog.sheet")
    await dialog.locator("[name=where]").fill("港湾路 <b>1–40</b> 号")
    await screenshot(page, "console-announcement-form")
    await dialog.locator(".actions .button").click()
    await expect(detail).to_contain_text("港湾路 <b>1–40</b> 号", timeout=PATIENT)
    await detail.locator("[data-id=end]").click()
    await expect(detail.locator("[data-id=end]")).to_have_count(0, timeout=PATIENT)
    assert await working_day.dispatcher.get("/api/announcements") == []


async def test_all_that_is_wrong_stands_beside_its_field(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 422")
    page = await browsers.desk()
    await sign_in(page, working_day)
    await page.goto(f"{working_day.app.url}/console#announcement=all", wait_until="commit")
    await page.reload(wait_until="commit")
    detail = page.locator(".console-announcements")
    await expect(detail).to_contain_text("没有公告", timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="console-announcements-none")
    await detail.locator("[data-id=new]").click()
    dialog = page.locator("dialog.sheet")
    await dialog.locator("[name=zones]").fill("Z9")
    await dialog.locator("[name=ends]").fill("2001-01-01T10:00")
    await dialog.locator(".actions .button").click()
    await expect(dialog.locator(".fault:not(:empty)")).to_have_count(2, timeout=PATIENT)
    await screenshot(page, "console-announcement-faults")
    await dialog.locator("details summary").click()
    map_ = dialog.locator("cs-map")
    await becomes(page, "document.querySelector('dialog cs-map')?.map && true")
    box = await map_.bounding_box()
    assert box
    for x, y in ((0.3, 0.3), (0.7, 0.3), (0.5, 0.7)):
        await page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    await dialog.locator("[name=ends]").fill("")
    await dialog.locator("[name=kind]").select_option("burst")
    await screenshot(page, "console-announcement-drawn")
    await dialog.locator(".actions .button").click()
    await expect(detail.locator("[data-id=publish]")).to_be_visible(timeout=PATIENT)
    (made,) = await working_day.dispatcher.get("/api/announcements")
    assert made["source"] == "drawn" and made["area"]["type"] == "MultiPolygon"


async def test_a_customer_in_the_area_is_told_at_once_and_keeps_the_road_to_a_person(
    town: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.phone()
    first = await told(town)
    await told(town, "B2", where="other street")
    await page.goto(town.app.url, wait_until="commit")
    known = page.locator(".announced-customer")
    await expect(known).to_contain_text("当前公告（2）", timeout=PATIENT)
    await expect(known).to_contain_text("和平路 1–40 号")
    await assert_fit(page, screenshot=screenshot, name="customer-announced-first", themes=THEMES)
    await read_in(page, "zh-Hans")
    await page.locator(".choices .tile").first.tap()
    await page.locator("[data-category=no_water]").tap()
    await expect(known).to_be_hidden(timeout=PATIENT)
    await page.locator("[name=address]").press_sequentially("12 rue grim", delay=30)
    await page.locator(".place-option").first.tap(timeout=PATIENT)
    await page.get_by_role("button", name="下一步").tap()
    await expect(known).to_contain_text("我们已知道并在抢修", timeout=PATIENT)
    await expect(known).to_contain_text("照常继续")
    await expect(known).not_to_contain_text("other street")
    await known.locator("summary").click()
    await expect(page.locator(".place h1")).to_be_visible()
    await assert_fit(page, screenshot=screenshot, name="customer-announced-here", themes=THEMES)
    await read_in(page, "zh-Hans")
    change = {key: first[key] for key in ("kind", "cause", "starts_at", "version")}
    change |= {"ends_at": (datetime.now(UTC) + timedelta(hours=6)).isoformat()}
    here = f"/api/announcements/{first['id']}"
    after = await town.dispatcher.put(here, change)
    await expect(known).to_contain_text("预计时间有变", timeout=PATIENT)
    await town.dispatcher.post(f"{here}/end", {"version": after["version"]})
    await expect(known).to_be_hidden(timeout=PATIENT)


async def test_a_representative_has_it_at_the_stop_also_without_a_network(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    await working_day.task(address="和平路 12 号")
    page = await browsers.phone()
    await arrive(page, working_day.links["ann"])
    await press(page, "接受")
    await told(working_day)
    await expect(page.get_by_text("此处有公告")).to_be_visible(timeout=PATIENT)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await away(page)
    await page.reload(wait_until="commit")
    await expect(page.get_by_text("此处有公告")).to_be_visible(timeout=PATIENT)
    await press(page, "详情")
    card = page.locator(".rep-announced")
    await expect(card).to_contain_text("我们已知道并在抢修")
    await assert_fit(page, screenshot=screenshot, name="rep-announced", themes=THEMES)
    await page.context.set_offline(False)


async def test_the_technician_sees_it_with_the_caller(
    desk: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    customer = await waiting_customer(desk.app)
    here = f"/api/requests/{customer.request_id}"
    lon, lat = inside("A1")
    place = {"address": "和平路 12 号", "lon": lon, "lat": lat, "source": "pin"}
    await customer.patch(here, {"version": (await customer.get(here))["version"], "place": place})
    page = await browsers.desk()
    await open_desk(page, await desk_link(desk.app))
    await page.locator(".queue-row .look").first.click()
    card = page.locator(".who-card")
    await expect(card).to_contain_text("和平路 12 号", timeout=PATIENT)
    await told(desk)
    await expect(card).to_contain_text("我们已知道并在抢修", timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="desk-announced", themes=THEMES)


async def test_anybody_reads_the_list_by_place_without_an_account(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.phone()
    await page.goto(f"{working_day.app.url}/announcements", wait_until="commit")
    await expect(page.get_by_text("目前没有公告")).to_be_visible(timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="announcements-none")
    for zone in ("A1", "A2", "B1"):
        await told(working_day, zone)
    soon = datetime.now(UTC) + timedelta(days=2)
    await told(
        working_day,
        "B2",
        kind="planned_shut_off",
        starts_at=soon.isoformat(),
        ends_at=(soon + timedelta(hours=4)).isoformat(),
        where="<img src=x onerror=alert(1)>",
        extra={"zh-Hans": "请绕行。"},
    )
    desk = await browsers.desk()
    for seen in (page, desk):
        await seen.goto(f"{working_day.app.url}/announcements?lang=zh-Hans", wait_until="commit")
        await expect(seen.locator(".announced-card")).to_have_count(4, timeout=PATIENT)
    await expect(page.locator(".announced-card").last).to_contain_text("<img src=x")
    await page.locator("[name=place]").fill("b2")
    await expect(page.locator(".announced-card")).to_have_count(1)
    await page.locator("[name=place]").fill("")
    await assert_fit(page, screenshot=screenshot, name="announcements-phone", themes=THEMES)
    await assert_fit(desk, screenshot=screenshot, name="announcements-desk", axe_in=())


async def test_an_end_that_passed_is_among_the_decisions(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    await told(working_day, ends_h=0.002)
    page = await browsers.desk()
    await sign_in(page, working_day)
    row = page.locator(".console-decide [data-id]").first
    await expect(page.locator(".console-exceptions")).to_contain_text("还没有人说结束了", timeout=PATIENT)
    await expect(row).to_contain_text("水管爆裂抢修")
    await assert_fit(page, screenshot=screenshot, name="console-announcement-passed", axe_in=())
    await page.locator(".console-exceptions [data-id^=end-]").click()
    await expect(page.locator(".console-exceptions [data-id^=end-]")).to_have_count(0, timeout=PATIENT)
