"""A task's windows, who is wished for, and contractors, at the console; and the windows on the phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from kernel.actors import Role
from tests.browser.test_console import PHONE, row, sign_in
from tests.browser.test_rep import arrive, press
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(300)

THEMES = ("sun", "dark", "light")
BECOMES_MS = 60_000


def windows(of: dict[str, Any], *spans: tuple[float, float]) -> list[dict[str, str]]:
    """Hours after the task was made."""
    made = datetime.fromisoformat(of["created_at"])
    return [
        {
            "start": (made + timedelta(hours=start)).isoformat(),
            "end": (made + timedelta(hours=end)).isoformat(),
        }
        for start, end in spans
    ]


async def test_windows_and_people_are_changed_at_the_console_and_told_on_the_phone(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 422")  # what is refused on purpose
    first = await working_day.task(address="和平路 3 号")
    task = await working_day.task(
        address="和平路 12 号", severity="minor", windows=windows(first, (1, 2), (4, 5.5))
    )
    assert task["rep"]["code"] == "ann"
    page = await browsers.desk()
    await sign_in(page, working_day)
    await row(page, "和平路 12 号").click()
    terms = page.locator(".console-terms")
    await expect(terms.locator("li")).to_have_count(2, timeout=BECOMES_MS)
    await expect(terms.locator("li").first).to_contain_text("已安排")
    await assert_accessible(page)
    await terms.scroll_into_view_if_needed()
    await screenshot(page, "console-terms")

    # Windows that overlap are refused with the reason, and nothing typed is lost.
    await terms.get_by_role("button", name="修改时间段").press("Enter")
    dialog = page.locator("dialog[open]")
    from_second, until_first = dialog.get_by_label("从").nth(1), dialog.get_by_label("到").first
    await until_first.fill(await from_second.input_value())
    await dialog.get_by_role("button", name="保存").click()
    await expect(page.locator("dialog[open]")).to_contain_text("重叠或相接", timeout=BECOMES_MS)
    await assert_accessible(page)
    await screenshot(page, "console-terms-windows")
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-terms-windows-phone", themes=THEMES)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await dialog.get_by_role("button", name="移除").first.click()
    await dialog.get_by_role("button", name="保存").click()
    await expect(page.locator("cs-toast")).to_contain_text("已保存", timeout=BECOMES_MS)
    await expect(terms.locator("li")).to_have_count(0, timeout=BECOMES_MS)

    # The customer does not want Ann: it goes to Bob, and why not Ann is said in one sentence.
    await terms.get_by_role("button", name="谁来").press("Enter")
    dialog = page.locator("dialog[open]")
    await dialog.get_by_label("人员").select_option(label="安 · ann")
    await dialog.get_by_label("希望或不希望").select_option(label="不要来")
    await dialog.get_by_label("理由").select_option(label="有过投诉")
    await assert_accessible(page)
    await screenshot(page, "console-terms-people")
    await dialog.get_by_label("以后这个地址的任务也照此办理").check()
    await dialog.get_by_role("button", name="保存").click()
    await expect(terms.locator("li")).to_contain_text("有过投诉", timeout=BECOMES_MS)
    await expect(row(page, "和平路 12 号")).to_contain_text("博", timeout=BECOMES_MS)
    await page.locator(".console-why-not summary").click()
    await expect(page.locator(".console-why-not li", has_text="安：")).to_contain_text(
        "用户不希望这个人来", timeout=BECOMES_MS
    )
    await assert_fit(page, screenshot=screenshot, name="console-why-not-wished", themes=THEMES)
    later = await working_day.task(
        address="和平路 12 号", severity="minor", windows=windows(first, (1, 3), (5, 7))
    )
    assert later["rep"]["code"] == "bob"

    phone = await browsers.phone()
    await arrive(phone, working_day.links["bob"])
    # The later task begins before the one whose first window was taken out: it is the next.
    await press(phone, "详情")
    await expect(phone.locator(".rep-plan", has_text="预约时段")).to_contain_text(
        "其他可行时间", timeout=BECOMES_MS
    )
    await expect(phone.get_by_text("有过投诉")).to_have_count(0)
    await assert_fit(phone, screenshot=screenshot, name="rep-terms", themes=THEMES)


async def test_a_supervisor_writes_down_a_contractor_and_everybody_reads_it(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 422")  # what is refused on purpose
    page = await browsers.desk()
    await sign_in(page, working_day, "sue", role=Role.SUPERVISOR)
    await page.keyboard.press("r")
    fold = page.locator(".console-contractors")
    await fold.locator("summary").click()
    await expect(fold).to_contain_text("还没有承包商", timeout=BECOMES_MS)
    await fold.get_by_role("button", name="新承包商").click()
    dialog = page.locator("dialog[open]")
    await dialog.get_by_label("编码", exact=True).fill("DIG")
    await dialog.get_by_label("名称", exact=True).fill("城南掘进")
    await dialog.get_by_label("站点").fill("SA SX")
    await dialog.get_by_role("button", name="保存").click()
    await expect(page.locator("dialog[open]")).to_contain_text("合同至少包含一种任务", timeout=BECOMES_MS)
    await expect(page.locator("dialog[open] .note")).to_have_count(2)
    await assert_accessible(page)
    await screenshot(page, "console-contractor-wrong")
    await dialog.get_by_label("站点").fill("SA")
    await dialog.locator(".console-contractor-types input").first.check()
    await dialog.get_by_role("button", name="保存").click()
    await expect(fold).to_contain_text("城南掘进 · DIG", timeout=BECOMES_MS)
    await fold.scroll_into_view_if_needed()
    await screenshot(page, "console-contractors")
    await assert_accessible(page)
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-contractors-phone", themes=THEMES)


async def test_a_new_task_is_made_with_the_times_that_were_agreed(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    await sign_in(page, working_day)
    today = datetime.now(working_day.zone).date()
    await page.keyboard.press("n")
    dialog = page.locator("dialog[open]")
    await dialog.locator("input[name=address]").fill("新街 1 号")
    await dialog.locator("summary", has_text="约定的时间段").press("Enter")
    rows = dialog.locator(".console-terms-row")
    for number, clock in enumerate(("12:00", "15:00")):
        await dialog.get_by_role("button", name="添加时间段").press("Enter")
        await rows.nth(number).get_by_label("从").fill(f"{today}T{clock}")
    await rows.first.get_by_label("到").fill(f"{today}T13:00")

    # Half a window is nothing that can be kept: it is said, and nothing typed is lost.
    save = dialog.get_by_role("button", name="建立并派单")
    await save.press("Enter")
    await expect(page.locator("dialog[open]")).to_contain_text("要有开始和结束", timeout=BECOMES_MS)
    await expect(rows.last.get_by_label("到")).to_have_attribute("aria-invalid", "true")
    await expect(rows.last.get_by_label("到")).to_be_focused()
    await expect(dialog.get_by_role("alert")).to_be_in_viewport()
    await assert_accessible(page)
    await screenshot(page, "console-new-windows")
    await page.set_viewport_size(PHONE)
    await assert_fit(page, screenshot=screenshot, name="console-new-windows-phone", themes=THEMES)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await rows.last.get_by_label("到").fill(f"{today}T16:30")
    await save.press("Enter")
    terms = page.locator(".console-terms li")
    await expect(terms).to_have_count(2, timeout=BECOMES_MS)
    await expect(terms.first).to_contain_text("12:00")
    await expect(terms.last).to_contain_text("16:30")
