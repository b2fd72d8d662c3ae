"""A supervisor looks back at yesterday, and reads in a sentence each what its costliest decisions were."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import insert, select

from field.grid.tables import Rep, Zone
from field.task.tables import Task, TaskEntry
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.ids import uuid7
from tests.browser.test_console import PHONE
from tests.browser.test_figures import _line, _task, are_counted, sign_in
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import assert_accessible, assert_fit
from tests.rig.town import inside
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)
SECTION = ".figures-hindsight"
Told = tuple[str, float, Rep | None]
"""A line: its kind, at which hour of the day, and to whom."""


async def yesterday(uow: UnitOfWork, midnight: datetime) -> None:
    """Ann drove back and forth between two zones for what was moved to her and what Bob said no to."""
    zones = {zone.code: zone for zone in await uow.session.scalars(select(Zone))}
    reps = {rep.code: rep for rep in await uow.session.scalars(select(Rep))}
    ann, bob = reps["ann"], reps["bob"]
    tasks: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []

    def drive(rep: Rep, zone: str, east: float, hour: float, told: Sequence[Told]) -> None:
        there = midnight + timedelta(hours=hour)
        made = midnight + timedelta(hours=7.5)
        task_id = uuid7(made + timedelta(seconds=len(tasks)))
        lon, lat = inside(zone, east)
        row = _task(task_id, made, zones[zone], rep, there - timedelta(minutes=8), there)
        place = {"lon": lon, "lat": lat, "address": f"解放路 {len(tasks) + 1} 号"}
        until = {"window_end": midnight + timedelta(hours=17), "steps": len(told) + 1}
        tasks.append(row | place | until)
        lines.extend(_told(task_id, midnight, [*told, ("arrive", hour, None)], rep))

    drive(bob, "A2", 0.80, 9.0, [("place", 7.6, bob)])
    drive(ann, "A1", 0.20, 9.0, [("place", 7.6, ann)])
    drive(ann, "A2", 0.95, 10.2, [("place", 7.6, bob), ("reassign", 8.2, ann)])
    drive(ann, "A1", 0.10, 11.4, [("place", 7.6, ann)])
    drive(ann, "A2", 0.85, 12.6, [("place", 7.6, bob), ("decline", 7.9, None), ("place", 7.9, ann)])
    await uow.session.execute(insert(Task), tasks)
    await uow.session.execute(insert(TaskEntry), lines)


def _told(task_id: Any, midnight: datetime, told: Sequence[Told], rep: Rep) -> Iterator[dict[str, Any]]:
    for number, (kind, hour, to) in enumerate(told, 1):
        line = _line(task_id, number, kind, midnight + timedelta(hours=hour), rep)
        who = {"actor_kind": "system"} if kind == "place" else {}
        yield line | who | {"detail": {"rep": str(to.id)} if to else {}}


async def test_yesterdays_costliest_decisions_are_read_in_one_sentence_each(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    now = datetime.now(working_day.zone)
    midnight = datetime.combine(now.date() - timedelta(days=1), time(), working_day.zone)
    async with working_day.app.database() as database:
        await database.run(yesterday, midnight)
    desk = await browsers.desk()
    await sign_in(desk, working_day, Role.SUPERVISOR, "/figures?lang=zh-Hans")
    await are_counted(working_day)
    await desk.reload()
    section = desk.locator(SECTION)
    await section.scroll_into_view_if_needed(timeout=60_000)
    await expect(section).to_contain_text("这一天还没算好", timeout=20_000)
    await screenshot(desk, "hindsight-waiting")

    # Whoever asks need not wait for the night; the page hears of it by itself.
    supervisor = await working_day.app.staff(Role.SUPERVISOR, "sue.asks")
    await supervisor.post("/api/hindsight/counts", {"day": midnight.date().isoformat(), "station": "SA"})
    decisions = section.locator(".figures-decisions li")
    await expect(decisions.first).to_be_visible(timeout=60_000)
    await expect(section.locator(".figures-ratio")).to_contain_text(re.compile(r"[1-9]\.\d\d×"))
    kinds = [await each.get_attribute("data-kind") for each in await decisions.all()]
    assert {"moved", "declined"} <= set(kinds), kinds
    moved = section.locator("[data-kind=moved]")
    await expect(moved.locator("p")).to_have_text(
        re.compile(r"^08:12 手动改派给安：比交给博（09:00 就在 \d+\s米外）.*多走 \d+\s分钟的路。$")
    )
    await expect(section.locator("[data-kind=declined] p")).to_contain_text("07:54 博拒绝，改由安上门")
    href = await moved.locator("a").get_attribute("href")
    assert href and href.startswith("/console#task=")
    await assert_accessible(desk)
    await screenshot(desk, "hindsight")

    # The chosen day and station stand in the address.
    await section.get_by_label("站点").select_option("SB")
    await expect(section).to_contain_text("没有完成任务")
    assert "station=SB" in desk.url
    await section.get_by_label("站点").select_option("SA")
    await expect(decisions.first).to_be_visible()
    await section.get_by_role("button", name="重新计算").click()
    await expect(section).to_contain_text("这一天还没算好")
    await expect(decisions.first).to_be_visible(timeout=60_000)

    for language, said in (
        (
            "en",
            r"^Moved to Ann by hand at 08:12.*: \d+ min more driving.* than with Bob, who was \d+ m away at",
        ),
        ("zh-Hant", r"^08:12 手動改派給安：比交給博"),
    ):
        await desk.goto(f"{working_day.app.url}/figures?lang={language}&station=SA")
        await expect(moved.locator("p")).to_have_text(re.compile(said), timeout=20_000)
        await section.scroll_into_view_if_needed()
        await screenshot(desk, f"hindsight-{language}")
    await desk.set_viewport_size(PHONE)
    await assert_fit(desk, screenshot=screenshot, name="hindsight-phone", themes=("light", "dark", "sun"))
    await moved.scroll_into_view_if_needed()
    await screenshot(desk, "hindsight-phone-sentences")
