"""What an open desk shows after the customer's data was erased: nothing of it, and no raw key."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from kernel.actors import Role
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import frame
from tests.rig.desk import desk_link, open_desk, waiting_customer
from tests.rig.people import Person
from tests.rig.pictures import as_jpeg
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

DRAFTS = "Object.keys(sessionStorage).filter(key => key.startsWith('curbstop-desk-draft:'))"


async def judged_with_a_still(desk: WorkingDay, *marks: dict[str, object]) -> tuple[Person, Person]:
    """A request that was advised on, with a still (and ``marks`` on it) as proof and a line of chat."""
    customer = await waiting_customer(desk.app)
    here = f"/api/requests/{customer.request_id}"
    still = await customer.upload(
        f"{here}/stills", as_jpeg(frame(5)), client_id=str(uuid4()), source="upload"
    )
    for mark in marks:
        await customer.post(f"/api/stills/{still['id']}/marks", {"client_id": str(uuid4()), **mark})
    await customer.post(f"{here}/messages", {"client_id": str(uuid4()), "text": "门口右边第二个水表"})
    colleague = await desk.app.staff(Role.TECHNICIAN, name="许雅婷")
    await colleague.post(f"{here}/acceptance")
    await colleague.post(f"{here}/call-end", {"reason": "technician"})
    verdict = {
        "ownership": "after_meter",
        "fault": "coupling_nut_loose",
        "severity": "minor",
        "still_ids": [still["id"]],
    }
    await colleague.put(f"{here}/verdict", verdict)
    await colleague.post(f"{here}/outcome", {"outcome": "advice", "note": "换一个垫圈"})
    return customer, colleague


async def test_an_erased_request_is_gone_from_an_open_desk(
    desk: WorkingDay, desk_page: Page, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 404")  # a picture that was on its way when it was erased
    page = desk_page
    customer, _ = await judged_with_a_still(desk)
    await open_desk(page, await desk_link(desk.app))
    await page.locator(".history summary").click()
    await page.locator(".history-body .mine-row").first.click()
    await expect(page.locator(".who-card")).to_contain_text("林淑贞")
    await page.locator(".strip [data-still]").click()
    await expect(page.locator("cs-ink")).to_be_visible()
    await page.evaluate(
        "id => sessionStorage.setItem(`curbstop-desk-draft:note:${id}`, JSON.stringify('林淑贞 …'))",
        str(customer.request_id),
    )
    supervisor = await desk.app.staff(Role.SUPERVISOR)
    await supervisor.post(f"/api/requests/{customer.request_id}/erasure")
    await expect(page.locator(".who-card")).not_to_contain_text("林淑贞")
    await expect(page.locator(".strip [data-still]")).to_have_count(0)
    await expect(page.locator(".erased-note")).to_be_visible()
    await expect(page.locator("cs-ink")).to_be_hidden()
    await expect(page.locator(".work-head h2")).not_to_have_text("林淑贞")
    await expect(page.locator(".history-body")).not_to_contain_text("林淑贞")
    await page.keyboard.press("c")
    assert "门口右边" not in await page.locator("#page").inner_text()
    assert "desk." not in await page.locator("#page").inner_text()
    assert await page.evaluate(DRAFTS) == []
    await screenshot(page, "desk-erased")
