"""A supervisor reads how the weeks went, sees which tasks a point rests on, and takes the figures along."""

from __future__ import annotations

import asyncio
import base64
import io
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect
from sqlalchemy import insert, select

from field.dispatch.tables import Shift
from field.grid.tables import Rep, Zone
from field.task.tables import Task, TaskEntry
from field.task.task import TaskState
from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.staff import add_staff
from kernel.ids import uuid7
from tests.browser.test_console import PHONE
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import becomes
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)
WEEKS = 10
KEEP_PICTURES = """
() => {
  const make = URL.createObjectURL;
  URL.createObjectURL = blob => {
    const reader = new FileReader();
    reader.onload = () => { window.kept = reader.result.split(",")[1]; };
    reader.readAsDataURL(blob);
    return make.call(URL, blob);
  };
}
"""


async def past(uow: UnitOfWork) -> None:
    """Ten weeks of work; the last of station SB has hardly any."""
    dice = random.Random(7)
    zones = (await uow.session.scalars(select(Zone).order_by(Zone.code))).all()
    reps = {rep.station: rep for rep in await uow.session.scalars(select(Rep).order_by(Rep.code.desc()))}
    tasks, lines = [], []
    today = datetime.combine(uow.now.date(), time(2), UTC)
    for back in range(1, WEEKS * 7):
        day = today - timedelta(days=back)
        for rep in reps.values():
            shift = {"rep_id": rep.id, "day": day.date(), "start_at": day, "end_at": day + timedelta(hours=9)}
            uow.session.add(Shift(id=uow.new_id(), **shift))
        for zone in zones:
            for _ in range(dice.randrange(3) if back > 7 or zone.station == "SA" else back == 5):
                made = day + timedelta(minutes=dice.randrange(300))
                away, there = made + timedelta(minutes=20), made + timedelta(minutes=30 + dice.randrange(90))
                task_id, rep = uuid7(made), reps[zone.station]
                tasks.append(_task(task_id, made, zone, rep, away, there))
                answer = made + timedelta(minutes=dice.randrange(25))
                lines += [
                    _line(task_id, n, *at, rep)
                    for n, at in enumerate([("accept", answer), ("arrive", there)], 1)
                ]
    await uow.session.execute(insert(Task), tasks)
    await uow.session.execute(insert(TaskEntry), lines)


def _task(id: Any, made: datetime, zone: Zone, rep: Rep, away: datetime, there: datetime) -> dict[str, Any]:
    return {
        **{"id": id, "request_id": None, "created_at": made, "changed_at": made, "category": "leak"},
        **{"type": "leak_visit", "fault": "coupling_nut_loose", "severity": "major", "ownership": ""},
        **{"skill": "leak_repair", "level": 1, "parts": {}, "priority": 1, "duration_s": 1800, "note": ""},
        **{
            "verdict": {},
            "evidence": [],
            "customer": {},
            "address": "解放路 12 号",
            "lon": None,
            "lat": None,
        },
        **{"answerable_id": rep.staff_id, "placement": {}, "refused_by": [], "escalation_reason": ""},
        **{"version": 1, "steps": 2, "state": TaskState.DONE, "zone_id": zone.id, "rep_id": rep.id},
        **{"window_start": made, "window_end": made + timedelta(minutes=80), "departed_at": away},
        **{"arrived_at": there, "finished_at": there + timedelta(minutes=35)},
    }


def _line(task_id: Any, number: int, kind: str, at: datetime, rep: Rep) -> dict[str, Any]:
    who = {"actor_kind": "staff", "actor_id": rep.staff_id, "actor_name": rep.name, "detail": {}}
    return {
        **{"id": uuid7(at), "task_id": task_id, "number": number, "kind": kind, "from_state": None},
        **{"to_state": "accepted", "at": at, "happened_at": at, **who},
    }


async def sign_in(page: Page, day: WorkingDay, role: Role, path: str) -> None:
    async def make(uow: UnitOfWork) -> str:
        name = f"{role.value}.page"
        member = await add_staff(uow, username=name, name=name, roles=frozenset({role}))
        return await create_link(uow, Surface.CONSOLE, timedelta(hours=1), staff_id=member.id)

    async with day.app.database() as database:
        token = await database.run(make)
    await page.goto(f"{day.app.url}{path}#k={token}", wait_until="commit")


@pytest.fixture
async def counted(working_day: WorkingDay) -> AsyncIterator[WorkingDay]:
    """The ten weeks, counted by the product itself."""
    async with working_day.app.database() as database:
        await database.run(past)
    yield working_day


async def are_counted(day: WorkingDay) -> None:
    """Wait until the product has come to its figures."""
    supervisor = await day.app.staff(Role.SUPERVISOR)
    async with asyncio.timeout(90):
        while (await supervisor.get("/api/figures"))["waiting"]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_a_supervisor_reads_the_weeks_and_what_they_rest_on(
    counted: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    desk = await browsers.desk()
    await desk.clock.install()
    await sign_in(desk, counted, Role.SUPERVISOR, "/console?lang=zh-Hans")
    await desk.get_by_role("link", name="统计").click(timeout=60_000)
    await are_counted(counted)
    plots = desk.locator(".plot")
    await desk.clock.fast_forward("01:00")  # the page reads again no more often
    await expect(plots).to_have_count(6, timeout=90_000)
    await expect(desk.locator(".figures [role=status]")).to_contain_text("统计到", timeout=90_000)
    await assert_fit(desk, screenshot=screenshot, name="figures-all", themes=("light", "dark", "sun"))

    await desk.locator("input[name=by][value=station]").check()
    lines = desk.locator(".figures-lines li")
    await expect(lines.filter(has_text="SA")).to_be_visible()
    assert "by=station" in desk.url
    first = desk.locator("[data-figure=in_window]")
    thin = first.locator(".plot-point[data-thin]")
    await expect(thin.first).to_be_attached()
    assert "样本太少" in str(await thin.first.get_attribute("aria-label"))
    await screenshot(desk, "figures-stations")

    # By keys: one stop of Tab, arrows from point to point, Enter opens the tasks.
    stop = first.locator(".plot-point[tabindex='0']")
    await expect(stop).to_have_count(1)
    await stop.focus()
    await desk.keyboard.press("ArrowLeft")
    await desk.keyboard.press("ArrowLeft")
    chosen = await desk.evaluate("document.activeElement.getAttribute('aria-label')")
    await expect(first.locator(".figures-words")).to_have_text(chosen)
    await desk.keyboard.press("Enter")
    sheet = desk.locator("dialog")
    await expect(sheet).to_contain_text(chosen)
    tasks = sheet.locator(".figures-tasks li")
    await expect(tasks.first).to_contain_text("未按时")
    n = int(chosen.split("时段内")[0].split(" 个中")[0].rpartition(" ")[2])
    await expect(tasks).to_have_count(n)
    await assert_accessible(desk)
    await screenshot(desk, "figures-tasks")
    href = await tasks.first.locator("a").get_attribute("href")
    assert href and href.startswith("/console#task=")
    await desk.keyboard.press("Escape")

    await first.get_by_role("button", name="怎么算的").click()
    await expect(sheet).to_contain_text("不计入")
    await screenshot(desk, "figures-definition")
    await desk.keyboard.press("Escape")

    await desk.evaluate(KEEP_PICTURES)
    await first.get_by_role("button", name="保存为图片").click()
    await becomes(desk, "window.kept", within_s=30)
    png = base64.b64decode(await desk.evaluate("window.kept"))
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG" and picture.size[0] > 600
        assert len(picture.convert("L").getcolors(65_536) or []) > 20, "there is something on it"
    file = desk.get_by_role("link", name="下载 CSV")
    bytes_ = "a => fetch(a.href).then(r => r.arrayBuffer()).then(b => [...new Uint8Array(b)].slice(0, 17))"
    assert bytes(await file.evaluate(bytes_)) == b"\xef\xbb\xbffigure,by,code"

    # A press between points means the nearest.
    box = await first.locator(".plot").bounding_box()
    assert box
    await desk.mouse.click(box["x"] + box["width"] - 30, box["y"] + 60)
    await expect(tasks.first).to_be_visible()
    await desk.keyboard.press("Escape")

    await desk.locator("input[name=by][value=zone]").check()
    await expect(desk.locator("[data-figure=overtime]")).to_contain_text("只能看全部或按站点看")
    await desk.reload()
    await expect(desk.locator("input[name=by][value=zone]")).to_be_checked()
    await expect(desk.locator(".plot")).to_have_count(4, timeout=20_000)
    await desk.get_by_role("button", name="去掉").first.click()
    await expect(lines.locator(".plot-key")).to_have_count(3)
    await assert_accessible(desk)
    await desk.set_viewport_size(PHONE)
    await assert_fit(desk, screenshot=screenshot, name="figures-phone")

    await desk.context.set_offline(True)
    await desk.locator("input[name=by][value=type]").check()
    await expect(desk.locator(".figures-cards [role=alert]")).to_be_visible(timeout=30_000)
    await screenshot(desk, "figures-offline")
    await desk.context.set_offline(False)
    await desk.get_by_role("button", name="再试一次").click()
    await expect(desk.locator(".plot")).to_have_count(4, timeout=20_000)


async def test_a_new_house_has_nothing_to_show_and_dispatchers_are_told(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    desk = await browsers.desk()
    await sign_in(desk, working_day, Role.ADMIN, "/figures?lang=zh-Hans")
    await expect(desk.get_by_text("还没有可统计的内容").first).to_be_visible(timeout=20_000)
    await assert_accessible(desk)
    await screenshot(desk, "figures-empty")
    other = await browsers.desk()
    await sign_in(other, working_day, Role.DISPATCHER, "/figures?lang=zh-Hans")
    await expect(other.get_by_text("统计只对主管开放")).to_be_visible(timeout=20_000)
