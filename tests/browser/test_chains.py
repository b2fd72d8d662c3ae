"""Jobs that hang together: made at the console, seen on the phone offline too, told to the customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.test_appointments import needs_a_visit, open_page
from tests.browser.test_console import PHONE, row, sign_in
from tests.browser.test_rep import arrive, press
from tests.browser.test_rep_offline import away, back_later
from tests.browser.test_territory import come_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(300)

PATIENT = 60_000
THEMES = ("sun", "dark", "light")


async def test_a_dispatcher_makes_a_chain_and_writes_its_permit_down(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("422")
    await working_day.task(address="和平路 12 号")
    page = await browsers.desk()
    await sign_in(page, working_day)
    await row(page, "和平路 12 号").first.click()
    chain, dialog = page.locator(".console-chain"), page.get_by_role("dialog")
    await chain.get_by_role("button", name="按模板建工序").focus()
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("主管抢修")
    await screenshot(page, "chain-make")
    await dialog.get_by_role("button", name="建立").click()
    steps = chain.locator("ol.chain > li")
    await expect(steps).to_have_count(4, timeout=PATIENT)
    await expect(steps.nth(0)).to_contain_text("关阀停水")
    await expect(steps.nth(2)).to_have_attribute("aria-current", "step")
    await expect(steps.nth(1)).to_contain_text("缺少许可", timeout=PATIENT)
    await expect(steps.nth(2)).to_contain_text("等待前一步", timeout=PATIENT)

    await chain.get_by_role("button", name="登记许可").click()
    await dialog.locator("select[name=state]").select_option("granted")
    await dialog.locator("select[name=kind]").select_option("street_works")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("请写明由谁签发")
    await expect(dialog.get_by_role("alert")).to_contain_text("已批准的许可有编号")
    await screenshot(page, "chain-permit-faults")
    await dialog.locator("input[name=authority]").fill("市道路管理处")
    await dialog.locator("input[name=number]").fill("SW-77")
    now = datetime.now(UTC)
    times = {"from": now - timedelta(hours=1), "until": now + timedelta(days=6)}
    for name, at in times.items():
        local = await page.evaluate(
            "at => new Date(at - new Date(at).getTimezoneOffset() * 60000).toISOString().slice(0, 16)",
            at.timestamp() * 1000,
        )
        await dialog.locator(f"input[name={name}]").fill(local)
    await dialog.get_by_role("button", name="保存").click()
    for step in range(4):
        await expect(steps.nth(step)).to_contain_text("–", timeout=PATIENT)
    await steps.nth(1).locator(".chain-open").click()
    await expect(chain.locator(".permits")).to_contain_text("SW-77", timeout=PATIENT)
    await expect(steps.nth(1)).to_have_attribute("aria-current", "step", timeout=PATIENT)
    await chain.scroll_into_view_if_needed()
    await assert_fit(page, screenshot=screenshot, name="chain-console", themes=THEMES)


async def test_a_dispatcher_has_a_task_wait_for_one_that_is_there_and_no_longer_by_keys(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    await working_day.task(address="和平路 12 号")
    near = await working_day.task(address="和平路 14 号", east=0.55)
    await working_day.task("B2", address="远处 1 号")
    page = await browsers.desk()
    await sign_in(page, working_day)
    await row(page, "和平路 12 号").first.click()
    chain, dialog = page.locator(".console-chain"), page.get_by_role("dialog")
    await chain.get_by_role("button", name="等待另一个任务").focus()
    await page.keyboard.press("Enter")
    which = dialog.locator("select[name=predecessor]")
    await expect(which.locator("option").first).to_contain_text("和平路 14 号")
    await expect(which.locator("option").last).to_contain_text("远处 1 号")
    await assert_accessible(page)
    await screenshot(page, "chain-link")
    await which.focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Tab")
    await page.keyboard.type("5")
    await dialog.get_by_role("button", name="等待它").focus()
    await page.keyboard.press("Enter")
    steps = chain.locator("ol.chain > li")
    await expect(steps).to_have_count(2, timeout=PATIENT)
    await expect(steps.nth(1)).to_have_attribute("aria-current", "step")
    linked = (await working_day.state_of(near))["chain"]
    assert [[each["lag_min"] for each in step["before"]] for step in linked["steps"]] == [[], [5]]

    await chain.get_by_role("button", name="不再等待").focus()
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="不再等待").focus()
    await page.keyboard.press("Enter")
    await expect(chain.get_by_role("button", name="不再等待")).to_have_count(0, timeout=PATIENT)
    await expect(chain.get_by_role("button", name="等待另一个任务")).to_be_visible()


async def test_a_supervisor_writes_a_template_and_a_chain_is_made_after_it(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("422")
    desk = await browsers.desk()
    await come_in(desk, working_day, "/forms")
    await desk.get_by_role("button", name="工序模板").click(timeout=PATIENT)
    sheet = desk.locator("dialog")
    await expect(sheet.locator("[data-code=main_repair]")).to_contain_text("关阀停水 → ")
    await screenshot(desk, "chain-templates")
    await sheet.get_by_role("button", name="新建模板").click()
    await sheet.get_by_role("button", name="保存").click()
    await expect(sheet.get_by_role("alert").last).to_contain_text("名称")
    await sheet.locator("input[name=code]").fill("main_repair")
    await sheet.get_by_role("button", name="保存").click()
    await expect(sheet.get_by_text("已经有这个代码的模板")).to_be_visible()

    await sheet.locator("input[name=code]").fill("shut_and_mend")
    for name, words in (("name", "关阀抢修"), ("name_zh_hant", "關閥搶修"), ("name_en", "Shut and mend")):
        await sheet.locator(f"input[name={name}]").fill(words)
    steps = sheet.locator(".forms-chain-steps > li")
    await steps.nth(0).locator("select").select_option("leak_visit")
    await steps.nth(1).locator("select").select_option("isolation")
    await steps.nth(1).get_by_role("button", name="上移").focus()
    await desk.keyboard.press("Enter")
    await expect(steps.nth(0).locator("select")).to_have_value("isolation")
    await steps.nth(1).locator("input[name=lag]").fill("30")
    await steps.nth(1).get_by_label("道路施工告知").check()
    await assert_fit(desk, screenshot=screenshot, name="chain-template", themes=THEMES)
    await sheet.get_by_role("button", name="保存").click()
    own = sheet.locator("[data-code=shut_and_mend]")
    await expect(own).to_contain_text("关阀停水 → 漏水处理")
    await own.get_by_role("button").click()
    await expect(steps.nth(1).locator("input[name=lag]")).to_have_value("30")
    await expect(steps.nth(1).get_by_label("道路施工告知")).to_be_checked()
    await sheet.get_by_role("button", name="返回").click()
    await desk.set_viewport_size(PHONE)
    await own.get_by_role("button").click()
    await assert_fit(desk, screenshot=screenshot, name="chain-template-phone")

    leak = await working_day.task(address="和平路 12 号")
    await working_day.dispatcher.post(
        f"/api/tasks/{leak['id']}/chain", {"template": "shut_and_mend", "version": leak["version"]}
    )
    chain = (await working_day.state_of(leak))["chain"]
    assert [(step["type"]["code"], step["permits"]) for step in chain["steps"]] == [
        ("isolation", []),
        ("leak_visit", ["street_works"]),
    ]
    assert chain["steps"][1]["before"][0]["lag_min"] == 30


async def test_the_phone_says_what_is_before_and_lets_nobody_begin_too_soon_also_offline(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    leak = await working_day.task(address="和平路 12 号")
    await working_day.dispatcher.post(
        f"/api/tasks/{leak['id']}/chain-steps", {"side": "before", "type": "isolation"}
    )
    await working_day.until(leak, lambda task: bool(task["rep"] and task["not_before"]), within_s=60)
    task = await working_day.state_of(leak)
    page = await browsers.phone()
    await arrive(page, working_day.links[task["rep"]["code"]])
    await page.locator(".rep-stop", has_text="和平路 12 号").last.click()
    card = page.locator(".rep-chain")
    await expect(card.locator("ol.chain > li")).to_have_count(2)
    await expect(card).to_contain_text("前一步还没有报完成")
    await press(page, "接受")
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await away(page)
    await page.reload(wait_until="commit")
    await expect(card).to_contain_text("关阀停水", timeout=PATIENT)
    await press(page, "出发")
    await press(page, "已到达")
    await expect(page.locator("cs-toast")).to_contain_text("前一步还没有报完成")
    await screenshot(page, "chain-rep-offline")
    await back_later(page)
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await assert_fit(page, screenshot=screenshot, name="chain-rep", themes=THEMES)


async def test_the_customer_reads_what_has_to_be_over_first(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    customer, task = await needs_a_visit(working_day)
    await working_day.dispatcher.post(
        f"/api/tasks/{task['id']}/chain-steps", {"side": "before", "type": "isolation"}
    )
    await working_day.until(task, lambda each: bool(each["not_before"]), within_s=60)
    phone = await browsers.phone()
    card = await open_page(phone, working_day, customer)
    await expect(card).to_contain_text("我们要先完成：关阀停水", timeout=PATIENT)
    await screenshot(phone, "chain-customer")
