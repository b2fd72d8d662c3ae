"""What the desk says of a result: a word that is needed, and a rating that does not count."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update

from assist.request.tables import ServiceRequest
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.delivery.queries import sent_messages
from kernel.identity.staff import Staff
from tests.rig.browsers import ShotTaker
from tests.rig.desk import desk_link, open_desk, waiting_customer
from tests.rig.page_checks import assert_accessible
from tests.rig.people import Person
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

NOT_NEEDED = {
    "ownership": "no_fault",
    "fault": "none",
    "severity": "minor",
    "still_ids": [],
    "no_still_reason": "not_needed",
}


async def written_up(desk: WorkingDay, customer: Person) -> Person:
    """The technician of the desk that will be opened, with this customer's call behind them."""
    shen = await desk.app.staff(Role.TECHNICIAN, "shen", name="沈若曦")
    here = f"/api/requests/{customer.request_id}"
    await shen.post(f"{here}/acceptance")
    await shen.post(f"{here}/call-end", {"reason": "technician"})
    return shen


async def messages(desk: WorkingDay) -> list[str]:
    async with desk.app.database() as database, database.reading() as session:
        return [message.text for message in await sent_messages(session)]


async def test_danger_is_not_closed_by_advice_without_a_word_and_the_field_says_so(
    desk: WorkingDay, desk_page: Page, screenshot: ShotTaker
) -> None:
    customer = await waiting_customer(desk.app)

    async def endanger(uow: UnitOfWork) -> None:
        mine = ServiceRequest.id == UUID(str(customer.request_id))
        await uow.session.execute(update(ServiceRequest).where(mine).values(priority=3))

    async with desk.app.database() as database:
        await database.run(endanger)
    shen = await written_up(desk, customer)
    page = desk_page
    await open_desk(page, await desk_link(desk.app))
    await page.locator(".mine-row").first.click()
    form = page.locator("form.result")
    warning = form.get_by_text("这里有人报过危险")
    await expect(warning).to_be_hidden()
    await form.locator("input[name=outcome][value=advice]").check(force=True)
    await expect(warning).to_be_visible()
    await form.locator(".finish button").click()
    words = form.locator("[name=outcome-note]")
    await expect(words).to_be_focused()
    await expect(words).to_have_attribute("aria-invalid", "true")
    await expect(warning).to_be_hidden()  # the refusal itself stands there now
    await expect(form.get_by_text("客户报告过危险")).to_be_visible()
    await expect(form.locator(".field .optional")).to_be_hidden()
    await assert_accessible(page)
    await screenshot(page, "desk-danger-word")
    await words.fill("开关已断电，水已关")
    await expect(warning).to_be_hidden()
    await expect(words).to_have_attribute("aria-invalid", "false")
    await form.locator(".finish button").click()
    await expect(page.locator(".followed")).to_be_visible()
    assert (await shen.get(f"/api/requests/{customer.request_id}"))["state"] == "resolved"


async def test_a_rating_that_does_not_count_says_so_and_the_customer_can_be_asked(
    desk: WorkingDay, desk_page: Page, screenshot: ShotTaker
) -> None:
    shen = await desk.app.staff(Role.TECHNICIAN, "shen", name="沈若曦")
    invited = {"name": "林淑贞", "phone": "+8613800138000", "language": "zh-Hans", "category": "leak"}
    link = (await shen.post("/api/invitations", invited))["link"]
    body: dict[str, Any] = {"token": link.partition("#i=")[2], "bearer": True}
    opened = await desk.app.caller().post("/api/invitations/redemption", body)
    customer = desk.app.known_customer(opened)
    here = f"/api/requests/{customer.request_id}"
    await customer.post(f"{here}/queue-entry")
    await written_up(desk, customer)
    await shen.put(f"{here}/verdict", NOT_NEEDED)
    await shen.post(f"{here}/outcome", {"outcome": "advice", "note": "没有漏水"})
    before = await messages(desk)
    own = re.search(r"#i=([\w-]+)", before[0])
    assert own, "asked at once, over a link of their own"

    page = desk_page
    link = await desk_link(desk.app)

    async def name_in_latin(uow: UnitOfWork) -> None:
        own = Staff.username == "shen"
        await uow.session.execute(update(Staff).where(own).values(name_en="Shen Ruoxi"))

    async with desk.app.database() as database:
        await database.run(name_in_latin)
    await open_desk(page, link)
    await page.locator(".history summary").click()
    await page.locator(".history-body .mine-row").first.click()
    await expect(page.locator(".followed")).to_be_visible()
    await page.get_by_role("button", name="请用户评价").click()
    await expect(page.locator("cs-toast")).to_contain_text("短信已发出")
    newest = (await messages(desk))[0]
    again = re.search(r"#i=([\w-]+)", newest)
    assert again and again[1] != own[1]
    assert again[1] not in await page.content()

    await customer.post(f"{here}/rating", {"score": 5, "comment": "很好"})
    mark = page.locator(".followed .note")
    await expect(mark).to_contain_text("不计入评价")
    await assert_accessible(page)
    await screenshot(page, "desk-uncounted")

    await page.get_by_role("tab", name="经过").click()
    history = page.locator(".timeline")
    await expect(history).to_contain_text("沈若曦")
    await page.locator(".desk-head cs-language select").select_option("en")
    await expect(history).to_contain_text("Shen Ruoxi")
    await expect(history).not_to_contain_text("沈若曦")
