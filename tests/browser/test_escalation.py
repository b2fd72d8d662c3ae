"""What is beyond a representative: it climbs, somebody takes it, a specialist comes first, it is done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from field.escalation.tables import Escalation
from kernel.actors import Role
from kernel.database import UnitOfWork
from tests.browser.test_console import row, sign_in
from tests.browser.test_rep import arrive, finish, press
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.foundations import Foundation
from tests.rig.page_checks import assert_fit
from tests.rig.stack import RunningApp, running_app
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(300)

PATIENT = 30_000
THEMES = ("sun", "dark", "light")


@pytest.fixture
def morning_app(embedded: Foundation, morning: str) -> Iterator[RunningApp]:
    with running_app(embedded, timezone=morning, push_loopback="true", utility_phone="+85212345678") as app:
        yield app


async def bobs_task(day: WorkingDay, page: Page) -> dict[str, object]:
    task = await day.task("A2", address="和平路 12 号", customer_name="林女士")
    assert task["rep"]["code"] == "bob"
    await arrive(page, day.links["bob"])
    await press(page, "接受")
    await expect(page.get_by_text("已同步")).to_be_visible(timeout=PATIENT)
    await press(page, "详情")
    return task


async def escalate(page: Page, kind: str, words: str = "") -> None:
    await press(page, "其他")
    await page.locator("dialog.sheet").get_by_role("button", name="上报调度").click()
    sheet = page.locator("dialog.sheet", has=page.locator("textarea"))
    await sheet.locator("textarea").fill(words)
    await sheet.locator(f"[data-kind={kind}]").click()


async def unanswered(day: WorkingDay) -> None:
    """The escalation that stands, as it is when the minutes of its rung are over: the next look climbs."""

    async def pass_by(uow: UnitOfWork) -> None:
        row = (await uow.session.scalars(select(Escalation).where(Escalation.ended_at.is_(None)))).one()
        row.next_at = uow.now

    async with day.app.database() as database:
        await database.run(pass_by)


async def test_it_climbs_is_taken_the_specialist_comes_first_and_both_are_done(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    phone = await browsers.phone()
    task = await bobs_task(working_day, phone)
    await escalate(phone, "level", "主管上的阀门我不能关")
    card = phone.locator(".rep-escalated")
    await expect(card).to_contain_text("Dora将在", timeout=PATIENT)
    await assert_fit(phone, screenshot=screenshot, name="escalation-rep", themes=THEMES)

    console = await browsers.desk()
    await sign_in(console, working_day, "sue", role=Role.SUPERVISOR)
    listed = console.locator(".console-decide li", has_text="和平路 12 号")
    await expect(listed).to_contain_text("在Dora处，还剩", timeout=PATIENT)
    await unanswered(working_day)
    await expect(listed).to_contain_text("在sue处，还剩", timeout=PATIENT)
    await expect(listed).to_contain_text("已转交 1 次")
    await expect(card).to_contain_text("sue将在", timeout=PATIENT)
    await expect(card).to_contain_text("已转交 1 次")
    await assert_fit(console, screenshot=screenshot, name="escalation-climbed", themes=THEMES)

    await console.locator("body").press("1")
    await expect(listed).to_contain_text("sue正在处理", timeout=PATIENT)
    await expect(card).to_contain_text("sue正在处理", timeout=PATIENT)
    await row(console, "和平路 12 号").first.click()
    detail = console.locator(".console-escalation")
    await expect(detail.locator(".console-reasons li")).to_have_count(3)
    await expect(detail).to_contain_text("升级到sue")
    await assert_fit(console, screenshot=screenshot, name="escalation-detail", themes=THEMES)

    await detail.locator("[data-id=escalation-specialist]").click()
    dialog = console.get_by_role("dialog")
    await dialog.locator("select[name=order]").select_option("before")
    await assert_fit(console, screenshot=screenshot, name="escalation-specialist")
    await dialog.get_by_role("button", name="派出").click()
    await expect(console.locator(".console-chain ol.chain > li")).to_have_count(2, timeout=PATIENT)
    await expect(card).to_contain_text("任务又回到您这里", timeout=PATIENT)
    found = await working_day.state_of(task)
    assert found["rep"]["code"] == "bob"
    first = next(step for step in found["chain"]["steps"] if step["task_id"] != task["id"])
    assert (first["type"]["code"], first["rep"]["code"]) == ("isolation", "ann")

    ann = await working_day.app.staff(Role.REP, "ann", name="安")
    for step in ("acceptance", "arrival"):
        await ann.post(f"/api/tasks/{first['task_id']}/{step}")
    too_soon = phone.get_by_text("前一步还没有报完成").first
    await expect(too_soon).to_be_visible(timeout=PATIENT)
    await ann.post(f"/api/tasks/{first['task_id']}/completion", {"note": "阀门已关"})
    await expect(too_soon).to_be_hidden(timeout=PATIENT)  # until then the phone begins no work
    for name in ("接受", "出发", "已到达"):
        await press(phone, name)
    await press(phone, "详情")
    await finish(phone, "换了一段管", photo=True)
    await working_day.until(task, lambda now: now["state"] == "done", within_s=30)


async def test_danger_says_its_telephone_number_at_once(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    phone = await browsers.phone()
    await bobs_task(working_day, phone)
    await press(phone, "其他")
    await phone.locator("dialog.sheet").get_by_role("button", name="上报调度").click()
    sheet = phone.locator("dialog.sheet", has=phone.locator("textarea"))
    await assert_fit(phone, screenshot=screenshot, name="escalation-kinds", themes=THEMES)
    await sheet.locator("[data-kind=other]").click()
    await expect(sheet).to_contain_text("先在上面写几句")
    await sheet.locator("[data-kind=danger]").click()
    call = phone.get_by_role("dialog").get_by_role("link", name="拨打")
    await expect(call).to_have_attribute("href", "tel:+85212345678")
    await assert_fit(phone, screenshot=screenshot, name="escalation-danger", themes=THEMES)
    await phone.keyboard.press("Escape")
    await expect(phone.locator(".rep-escalated").get_by_role("link", name="拨打")).to_be_visible(
        timeout=PATIENT
    )

    console = await browsers.desk()
    await sign_in(console, working_day)
    listed = console.locator(".console-decide li").first
    await expect(listed.locator("a[href^='tel:']")).to_be_visible(timeout=PATIENT)


async def test_a_supervisor_writes_a_ladder_and_a_colleague_is_asked_on_the_phone(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("422")
    console = await browsers.desk()
    await sign_in(console, working_day, "sue", role=Role.SUPERVISOR)
    await console.locator("body").press("r")
    fold = console.locator(".console-ladders")
    await fold.locator("summary").click()
    await expect(fold.locator(".console-terms-list > li")).to_have_count(5)
    await assert_fit(console, screenshot=screenshot, name="escalation-ladders", themes=THEMES)
    await fold.get_by_role("button", name="为某站点或类别另定").click()
    dialog = console.get_by_role("dialog")
    await dialog.locator("select[name=station]").select_option("SA")
    await dialog.locator("select[name=whom]").first.select_option("colleague")
    await dialog.locator("select[name=colleague]").first.select_option(label="安")
    await dialog.locator("input[name=minutes]").first.fill("0")
    await dialog.get_by_role("button", name="再加一级").click()
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog.get_by_role("alert").last).to_contain_text("每级等 1 到 2880 分钟")
    await assert_fit(console, screenshot=screenshot, name="escalation-ladder-edit")
    await dialog.locator("input[name=minutes]").first.fill("12")
    await dialog.get_by_role("button", name="保存").click()
    await expect(fold.locator(".console-terms-list > li", has_text="SA")).to_contain_text("安，12 分钟")

    bob, ann = await browsers.phone(), await browsers.phone()
    await arrive(ann, working_day.links["ann"])
    task = await bobs_task(working_day, bob)
    await escalate(bob, "level")
    put = ann.locator(".rep-put")
    await expect(put).to_contain_text("博请您接手", timeout=PATIENT)
    await assert_fit(ann, screenshot=screenshot, name="escalation-put", themes=THEMES)
    await put.get_by_role("button", name="我来接").click()
    await expect(ann.locator(".rep-next")).to_contain_text("和平路 12 号", timeout=PATIENT)
    await expect(put).to_have_count(0)
    found = await working_day.state_of(task)
    assert found["rep"]["code"] == "ann"
