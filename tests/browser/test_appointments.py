"""A visit is needed: the customer takes a time on the phone, and it stands in the console and on a route.

The customer reads each of the three languages once; the dispatcher reads simplified Chinese.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from kernel.actors import Role, Surface
from kernel.identity.links import create_link
from tests.browser.test_console import PHONE, row, sign_in
from tests.contract.doors_rig import picture
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit, assert_targets
from tests.rig.people import Person
from tests.rig.road import WITHIN_S, describe
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

CARD = ".when"
HEADING = {"zh-Hans": "您什么时间方便？", "zh-Hant": "您什麼時間方便？", "en": "When does it suit you?"}


async def needs_a_visit(day: WorkingDay) -> tuple[Person, dict[str, Any]]:
    """A technician has seen the fault, and somebody must drive; the customer, and the task."""
    technician = await day.app.staff(Role.TECHNICIAN, f"chen.{uuid4().hex[:6]}", name="Chen")
    customer = await day.app.customer(language="zh-Hans")
    here = f"/api/requests/{customer.request_id}"
    await describe(customer)
    await customer.post(f"{here}/queue-entry")
    await technician.post(f"{here}/acceptance")
    still = await customer.upload(f"{here}/stills", picture(), client_id=str(uuid4()))
    await technician.post(f"{here}/call-end")
    found = {"ownership": "before_meter", "fault": "coupling_nut_loose", "severity": "minor"}
    await technician.put(f"{here}/verdict", found | {"still_ids": [still["id"]]})
    await technician.post(f"{here}/outcome", {"outcome": "needs_visit", "note": "", "visit": {"parts": []}})
    async with asyncio.timeout(WITHIN_S):
        while not (made := await day.dispatcher.get("/api/tasks")):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return customer, made[0]


async def open_page(page: Page, day: WorkingDay, customer: Person) -> Locator:
    """The customer's own page, by a link of their own; the card on which a time is chosen."""

    async with day.app.database() as database:
        token = await database.run(
            create_link,
            Surface.CUSTOMER,
            timedelta(hours=1),
            request_id=UUID(str(customer.request_id)),
            shown=False,
        )
    await page.goto(f"{day.app.url}/#i={token}", wait_until="commit")
    card = page.locator(CARD)
    await expect(card.locator("dt, h3").first).to_be_visible(timeout=30_000)
    return card


async def test_a_time_is_taken_on_the_phone_and_stands_in_the_console_and_on_a_route(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    customer, task = await needs_a_visit(working_day)
    phone = await browsers.phone()
    card = await open_page(phone, working_day, customer)
    await expect(card.get_by_role("heading", name=HEADING["zh-Hans"])).to_be_visible()
    windows = card.locator("button", has_text="–")
    await expect(windows).to_have_count(8)
    await card.scroll_into_view_if_needed()
    await assert_accessible(phone)
    await assert_targets(phone)
    await screenshot(phone, "appointment-windows")

    wanted = await windows.nth(3).get_attribute("aria-label")
    assert wanted
    await windows.nth(3).click()
    await expect(card.get_by_role("heading", name="这个时间可以吗？")).to_be_visible()
    await expect(card).to_contain_text(wanted)
    await screenshot(phone, "appointment-held")

    # The line breaks: what was tapped goes up once, when it is back.
    await phone.context.set_offline(True)
    await card.get_by_role("button", name="就这个时间").click()
    await expect(card.locator(".note")).to_contain_text("网络恢复后", timeout=20_000)
    await phone.context.set_offline(False)
    await expect(card.get_by_role("heading", name="约好的上门时间")).to_be_visible(timeout=40_000)
    await expect(card).to_contain_text(wanted)
    await assert_accessible(phone)
    await screenshot(phone, "appointment-promised")

    told = await working_day.dispatcher.get(f"/api/tasks/{task['id']}/appointment")
    start, end = told["window_start"], told["window_end"]
    now = await working_day.state_of(task)
    assert start <= now["starts_at"] <= end
    assert [line["kind"] for line in now["timeline"]].count("promise") == 1
    where, day = f"/api/reps/{now['rep']['id']}/route", working_day.day_of(now["starts_at"])
    route = await working_day.dispatcher.get(where, day=day.isoformat())
    assert task["id"] in [stop["task"]["id"] for stop in route["stops"]]

    desk = await browsers.desk()
    await sign_in(desk, working_day)
    await row(desk, "解放路 12 号").first.click()
    detail = desk.locator(".console-appointment")
    await expect(detail).to_contain_text("已约定")
    await expect(detail).to_contain_text(wanted.rpartition(" ")[2])
    await detail.get_by_role("button", name="改约时间").press("Enter")
    await expect(detail.locator("dd button").first).to_be_visible()
    await assert_accessible(desk)
    await detail.scroll_into_view_if_needed()
    await screenshot(desk, "console-appointment")
    await desk.set_viewport_size(PHONE)
    await assert_fit(desk)
    await screenshot(desk, "console-appointment-phone")
    await desk.set_viewport_size({"width": 1440, "height": 900})

    await card.get_by_role("button", name="情况变严重了").click()
    await phone.locator("dialog").get_by_role("button", name="情况变严重了").click()
    await expect(card.locator(".note")).to_be_visible(timeout=20_000)
    await screenshot(phone, "appointment-worse")
    await desk.keyboard.press("p")
    said = desk.locator(".console-detail .console-conflict")
    await expect(said).to_contain_text("情况变严重了", timeout=20_000)
    await assert_accessible(desk)
    await screenshot(desk, "console-promises")
    await said.get_by_role("button", name="知道了").press("Enter")
    await expect(said).to_have_count(0)


async def test_the_weeks_ahead_show_room_and_what_comes_again(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("422")  # a zone that there is not, on purpose
    await working_day.task(east=0.4, duration_s=3 * 3600)
    await working_day.task(east=0.5, skill="pressure", duration_s=7200, address="和平路 9 号")
    desk = await browsers.desk()
    await sign_in(desk, working_day)
    await desk.get_by_role("link", name="未来三周").click()
    table = desk.locator(".ahead-table table")
    await expect(table.locator("tbody tr")).to_have_count(2, timeout=20_000)
    await expect(table.locator("thead th")).to_have_count(22)
    first = table.locator("tbody tr").first
    await expect(first.locator("td").first).to_contain_text("待派 2")
    await desk.locator("input[name=by][value=zone]").check()
    await expect(table.locator("tbody tr")).to_have_count(4)

    file = desk.get_by_role("link", name="下载 CSV")
    assert await file.evaluate("a => fetch(a.href).then(r => r.status)") == 200

    await desk.get_by_role("button", name="新的例行工作").click()
    form = desk.locator("dialog")
    await form.get_by_label("名称").fill("SA 站阀门")
    await form.get_by_label("工作").select_option("valve_exercise")
    await expect(form.get_by_label("技能")).to_have_value("valve")
    await form.get_by_label("分区").fill("A1，A2，Z9")
    await form.get_by_role("button", name="保存").click()
    await expect(form.get_by_role("alert").last).to_contain_text("Z9")
    await form.get_by_label("分区").fill("A1，A2")
    await screenshot(desk, "ahead-new-round")
    await form.get_by_role("button", name="保存").click()
    card = desk.locator(".ahead-rounds li")
    await expect(card).to_contain_text("SA 站阀门")
    await card.get_by_role("button").press("Enter")
    await expect(card).to_contain_text("已暂停")
    await assert_accessible(desk)
    await assert_fit(desk)
    await screenshot(desk, "ahead")
    await desk.set_viewport_size(PHONE)
    await assert_fit(desk)
    await screenshot(desk, "ahead-phone")
