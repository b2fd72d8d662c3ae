"""Work done on a task which had gone to somebody else: how a dispatcher sees and decides it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.browser.test_console import PHONE, row, sign_in
from tests.browser.test_rep import WITHIN_2_S, arrive, finish, press
from tests.browser.test_rep_offline import away, back_later, give_to
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.page_checks import LANGUAGES, assert_fit
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)  # three pages

SAID = "没有网络时换好了垫片，请客户观察一天"
LABELS = {"count": "确认工作有效", "give_back": "交还任务", "keep": "维持现状"}
TOLD = {"count": "您的工作有效，任务已完成", "give_back": "任务已交还给您", "keep": "任务维持现状"}
ON_MAP = """pane => {
  let seen = 0;
  document.querySelector(".console-map").map.eachLayer(layer => {
    if (layer.options.pane === pane && layer._point) seen += 1;
    else if (layer.options.pane === pane && layer._parts?.length) seen += 1;
  });
  return seen;
}"""


CUT = """card => [...card.querySelectorAll("*")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden")
  .map(e => e.outerHTML)"""


@dataclass
class Gap:
    """Two tasks of Ann's, worked on without a network while both were given to Bob."""

    ann: Page
    tasks: list[dict[str, Any]]


async def worked_offline(day: WorkingDay, browsers: Browsers, *, both: bool = False) -> Gap:
    """Ann's first task is done, at the second she stands at the door, or has done ``both``; she is back."""
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    ann = await browsers.phone()
    tasks = [await day.task(east=0.3 * n, address=f"和平路 {n} 号", customer_name="林女士") for n in (1, 2)]
    await arrive(ann, day.links["ann"])
    await expect(ann.locator(".rep-next")).to_contain_text("和平路")
    await away(ann)
    order = tasks if "和平路 1 号" in await ann.locator(".rep-next").inner_text() else tasks[::-1]
    for name in ("接受", "出发", "已到达"):
        await press(ann, name)
    await finish(ann, SAID, photo=True)
    await expect(ann.locator(".rep-next")).to_contain_text(order[1]["address"])
    for name in ("接受", "出发", "已到达"):
        await press(ann, name)
    if both:
        await finish(ann, SAID, photo=False)
    for task in order:
        await give_to(day, task, "bob")
    await back_later(ann)
    for task in order:
        await day.until(
            task, lambda now: bool(now["conflicts"]) and now["conflicts"][0]["claim"] != "under_way", 20
        )
    for task in order if both else order[:1]:
        await day.until(task, lambda now: now["conflicts"][0]["claim"] == "done", 20)
    return Gap(ann, order)


async def on_map(page: Page, pane: str, fits: Callable[[int], bool]) -> None:
    """Until so many shapes are drawn on one of the map's panes."""
    async with asyncio.timeout(5):
        while not fits(await page.evaluate(ON_MAP, pane)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def card(page: Page) -> Locator:
    return page.locator(".console-detail .console-conflict")


async def by_keyboard(page: Page, label: str) -> None:
    """Tab to the button and press it."""
    for _ in range(60):
        if await page.evaluate("document.activeElement.textContent.trim()") == label:
            break
        await page.keyboard.press("Tab")
    else:
        raise AssertionError(f"no Tab leads to {label}")
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("decision", ["count", "give_back", "keep"])
async def test_a_decision_is_pressed_by_mouse_and_by_keyboard_and_everybody_follows(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker, decision: str
) -> None:
    page = await browsers.desk()
    gap = await worked_offline(working_day, browsers, both=decision == "count")
    done, _at_door = gap.tasks
    await sign_in(page, working_day)
    await expect(page.locator(".console-counts [data-id=inbox] b")).to_have_text("2")
    await expect(page.locator(".console-map canvas").first).to_be_attached()
    await on_map(page, "tasks", lambda seen: seen == 2)

    await row(page, done["address"]).click()
    await expect(card(page)).to_contain_text(SAID)
    await expect(card(page)).to_contain_text("建议：工作有效")
    await screenshot(page, f"console-conflict-{decision}")
    await card(page).get_by_role("button", name=LABELS[decision]).click()
    told = gap.ann.locator(".rep-told")
    await expect(told.first).to_contain_text(TOLD[decision], timeout=WITHIN_2_S * 2)
    await expect(page.locator(".console-counts [data-id=inbox] b")).to_have_text("1")
    now = await working_day.state_of(done)
    assert (now["state"], now["rep"]["code"]) == {
        "count": ("done", "ann"),
        "give_back": ("assigned", "ann"),
        "keep": ("assigned", "bob"),
    }[decision]
    if decision == "count":
        await on_map(page, "tasks", lambda seen: seen == 1)

    await page.keyboard.press("i")
    await page.keyboard.press("Enter")
    claim = "报告这项工作已经完成" if decision == "count" else "报告已在现场"
    await expect(card(page)).to_contain_text(claim)
    await expect(card(page).get_by_role("button", name=LABELS["count"])).to_have_count(
        int(decision == "count")
    )
    await by_keyboard(page, LABELS[decision])
    await expect(page.locator(".console-counts [data-id=inbox] b")).to_have_text("0")
    await expect(page.locator(".console-facts")).to_contain_text("博" if decision == "keep" else "安")
    await expect(told).to_have_count(2)
    if decision == "count":
        await on_map(page, "tasks", lambda seen: seen == 0)
    else:
        await on_map(page, "route", lambda seen: seen > 0)


async def test_a_report_is_read_at_every_size_and_in_every_language(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk()
    gap = await worked_offline(working_day, browsers)
    await sign_in(page, working_day)
    await row(page, gap.tasks[0]["address"]).click()
    await expect(card(page)).to_contain_text(SAID)
    sizes: list[ViewportSize] = [{"width": width, "height": 900} for width in (1920, 1440, 1280)]
    for size in [*sizes, PHONE]:
        await page.set_viewport_size(size)
        name = f"console-conflict-{size['width']}"
        axe_in = LANGUAGES[-1:] if size["width"] in (1280, 390) else ()
        themes = ("dark", "sun", "light") if size["width"] == 1280 else ("light",)
        await assert_fit(page, screenshot=screenshot, name=name, themes=themes, axe_in=axe_in)
        assert await card(page).evaluate(CUT) == []
        await card(page).scroll_into_view_if_needed()
    await screenshot(page, "console-conflict-phone")
