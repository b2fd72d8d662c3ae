"""The dispatcher's console: two windows agree, the inbox speaks, a bad file is told all that is wrong."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, ViewportSize, WebSocketRoute, expect

from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.staff import add_staff
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import becomes
from tests.rig.page_checks import LANGUAGES, assert_accessible, assert_fit
from tests.rig.town import REPS, inside, zone_file
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)

WITHIN_2_S = 2000
AT_SEA: dict[str, Any] = {"lon": 7.60, "lat": 43.60}
PHONE: ViewportSize = {"width": 390, "height": 844}
BOWTIE = {
    "type": "Polygon",
    "coordinates": [[[7.4, 43.7], [7.41, 43.71], [7.41, 43.7], [7.4, 43.71], [7.4, 43.7]]],
}


async def sign_in(
    page: Page,
    day: WorkingDay,
    username: str = "dora",
    *,
    language: str = "zh-Hans",
    role: Role = Role.DISPATCHER,
) -> None:
    """A dispatcher of this name, or somebody of another role, comes in by a one-use link."""

    async def make(uow: UnitOfWork) -> str:
        member = await add_staff(uow, username=username, name=username, roles=frozenset({role}))
        return await create_link(uow, Surface.CONSOLE, timedelta(hours=1), staff_id=member.id)

    async with day.app.database() as database:
        token = await database.run(make)
    await page.goto(f"{day.app.url}/console?lang={language}#k={token}", wait_until="commit")
    await expect(page.locator(".console-counts b").first).to_be_visible(timeout=20_000)
    await expect(page).not_to_have_url(re.compile("k="))


def row(page: Page, text: str) -> Locator:
    return page.locator(".console-row", has_text=text)


def count(page: Page, what: str) -> Locator:
    return page.locator(f".console-counts [data-id={what}] b")


async def deaf(socket: WebSocketRoute) -> None:
    """A live line that is open and says nothing."""


@pytest.mark.alone
async def test_what_one_dispatcher_does_the_other_sees(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    here, there = await browsers.desk(), await browsers.desk(language="en-GB")
    await sign_in(here, working_day)
    await sign_in(there, working_day, "dan", language="en")
    await expect(here.get_by_text("没有这样的任务")).to_be_visible()
    await screenshot(here, "console-empty")
    await working_day.task(address="和平路 12 号")
    for page, who in ((here, "安"), (there, "Ann")):
        await expect(row(page, "和平路 12 号")).to_contain_text(who, timeout=WITHIN_2_S)
    await row(here, "和平路 12 号").click()
    await here.get_by_text("改派", exact=True).click()
    await here.get_by_role("button", name="派给博").click()
    await expect(row(there, "和平路 12 号")).to_contain_text("Bob", timeout=WITHIN_2_S)
    await expect(here.locator(".console-facts")).to_contain_text("博", timeout=WITHIN_2_S)
    await here.get_by_role("button", name="撤销").click()
    await expect(row(there, "和平路 12 号")).to_contain_text("Ann", timeout=WITHIN_2_S)
    await expect(row(here, "和平路 12 号")).to_contain_text("安")


async def test_of_two_who_assign_at_once_one_wins(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 409")  # the refusal; Chromium logs it
    quick, slow = await browsers.desk(), await browsers.desk()
    await slow.route_web_socket("**/api/live*", deaf)
    task = await working_day.task(address="海上 1 号", **AT_SEA)
    await sign_in(quick, working_day)
    await sign_in(slow, working_day, "dan")
    for page in (quick, slow):
        await row(page, "海上 1 号").click()
        await expect(page.locator("[data-proposal]").nth(1)).to_be_visible()
    who = await quick.locator(".console-proposal b").first.inner_text()
    await quick.keyboard.press("Alt+1")
    await expect(quick.locator("cs-toast")).to_contain_text(f"已派给{who}")
    await slow.keyboard.press("Alt+2")
    await expect(slow.locator("cs-toast")).to_contain_text("刚刚有人改动了这个任务")
    await expect(slow.locator(".console-facts")).to_contain_text(who)
    await screenshot(slow, "console-stale")
    found = await working_day.state_of(task)
    assert [entry["to_state"] for entry in found["timeline"]].count("assigned") == 1
    assert found["rep"]["name"] == who


@pytest.mark.alone
async def test_what_rules_could_not_place_is_announced_and_placed(
    working_day: WorkingDay, desk_page: Page, screenshot: ShotTaker
) -> None:
    page = desk_page
    await sign_in(page, working_day)
    nowhere = await working_day.task(address="电话里没听清", lon=None, lat=None)
    await expect(page.locator("[aria-live=polite].visually-hidden")).to_contain_text(
        "电话里没听清", timeout=WITHIN_2_S
    )
    await expect(count(page, "inbox")).to_have_text("1")
    await page.keyboard.press("i")
    await page.keyboard.press("Enter")
    await expect(page.locator(".console-detail")).to_contain_text("在哪里？")
    lon, lat = inside("A1")
    point = page.locator("input[name=point]")
    await point.fill("那边")
    await page.get_by_role("button", name="确定位置").click()
    await expect(page.get_by_text("请先写纬度")).to_be_visible()
    await screenshot(page, "console-place")
    await point.fill(f"{lat}, {lon}")
    await page.get_by_role("button", name="确定位置").click()
    await expect(page.locator("cs-toast")).to_contain_text("已派给安")
    assert (await working_day.state_of(nowhere))["zone"]["code"] == "A1"

    pinned = await working_day.task(address="海上 1 号", **AT_SEA)
    await page.locator(".console-counts [data-id=inbox]").click()
    await row(page, "海上 1 号").click()
    await expect(page.locator(".console-detail .note")).to_contain_text("不在任何")
    pick = page.locator(".console-pick .leaflet-container")
    await pick.scroll_into_view_if_needed()
    await pick.press("ArrowRight")
    await expect(page.locator("input[name=point]")).not_to_have_value(f"{AT_SEA['lat']}, {AT_SEA['lon']}")
    lon, lat = inside("B1")
    await page.locator(".console-pick").evaluate(
        "(map, at) => map.map.setView(at, 17, { animate: false })", [lat, lon]
    )
    await page.get_by_role("button", name="确定位置").click()
    found = await working_day.until(pinned, lambda now: now["zone"] is not None)
    assert found["zone"]["code"] == "B1"
    await expect(count(page, "inbox")).to_have_text("0" if found["rep"] else "1")


async def test_a_bad_file_is_told_everything_and_a_good_one_taken(
    working_day: WorkingDay, desk_page: Page, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("status of 422")
    page = desk_page
    await sign_in(page, working_day)
    await page.get_by_role("button", name="导入").click()
    chooser = page.locator("dialog input[type=file]")
    bad = zone_file(A1={"geometry": BOWTIE}, A2={"name": ""}, B1={"code": "B 1"})
    await chooser.set_input_files(
        {"name": "zones.geojson", "mimeType": "application/geo+json", "buffer": bad}
    )
    faults = page.locator(".console-faults li")
    await expect(page.locator("dialog .note")).to_contain_text("什么都没有写入")
    await expect(faults.filter(has_text="第 1 个要素")).to_contain_text("43.705")
    await expect(faults.filter(has_text="第 2 个要素")).not_to_have_count(0)
    await expect(faults.filter(has_text="第 3 个要素")).to_contain_text("B 1")
    await expect(page.get_by_role("button", name="应用")).to_have_count(0)
    await screenshot(page, "console-import-faults")

    people = REPS.replace("valve:2", "plumbing:2").replace("A2\n", "Z9\n")
    await chooser.set_input_files({"name": "reps.csv", "mimeType": "text/csv", "buffer": people.encode()})
    await expect(faults.filter(has_text="第 2 行")).to_contain_text("plumbing")
    await expect(faults.filter(has_text="第 3 行")).to_contain_text("Z9")

    good = zone_file(A1={"name": "和平区"})
    await chooser.set_input_files(
        {"name": "zones.geojson", "mimeType": "application/geo+json", "buffer": good}
    )
    await expect(page.locator("dialog")).to_contain_text("变更 1 个")
    await screenshot(page, "console-import-clean")
    await page.get_by_role("button", name="应用").click()
    await expect(page.locator("dialog")).to_contain_text("已导入")
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await expect(page.locator(".console-table", has_text="和平区")).to_be_visible(timeout=5000)


async def test_the_keyboard_reaches_everything_and_tables_say_what_the_map_shows(
    working_day: WorkingDay, desk_page: Page, screenshot: ShotTaker
) -> None:
    page = desk_page
    await sign_in(page, working_day)
    await working_day.task(address="和平路 12 号")
    task = await working_day.task("A2", address="和平路 34 号")
    await expect(page.locator(".console-row")).to_have_count(2)
    await page.keyboard.press("/")
    await page.keyboard.type("34")
    await expect(page.locator(".console-row")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    tables = page.locator(".console-table")
    await expect(tables.nth(0).locator("tbody tr")).to_have_count(4)
    await expect(tables.nth(1).locator("tbody tr")).to_have_count(3)
    await expect(tables.nth(2).locator("tbody tr")).to_have_count(2)
    for word in ("A1区", "覆盖情况", "安"):
        await expect(tables.nth(0)).to_contain_text(word)
    sorter = tables.nth(1).locator("th button", has_text="未完成")
    await sorter.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(tables.nth(1).locator("[aria-sort=descending] button")).to_be_focused()
    await tables.nth(2).locator("tbody button").first.focus()
    await working_day.task("B1", address="和平路 56 号")
    await expect(tables.nth(2).locator("tbody tr")).to_have_count(3)
    # the focus outlives a refresh
    await expect(tables.nth(2).locator("tbody button:focus")).to_have_count(1)
    await page.keyboard.press("h")
    block = page.locator(f".console-timeline .block[data-id='{task['id']}']")
    await block.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".console-title h2")).to_be_visible()
    await screenshot(page, "console-timeline")
    await page.keyboard.press("?")
    await expect(page.locator("dialog .console-keys")).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await expect(page.locator("dialog select[name=type]")).to_be_focused()
    await page.locator("dialog input[name=address]").fill("新街 1 号")
    await page.get_by_role("button", name="建立并派单").click()
    await expect(page.locator("cs-toast")).to_contain_text("放入待处理")
    await expect(page.locator(".console-title")).to_contain_text("新街 1 号")


_LISTEN_AND_LEAVE = """
async () => {
  const { Live } = await import("lib/live.js");
  const live = new Live({ url: `${location.origin.replace("http", "ws")}/api/live?surface=console` });
  const open = new Promise(done =>
    live.addEventListener("state", ({ detail }) => detail === "open" && done()));
  live.subscribe("reps", () => {});
  await open;
  const leave = ["zones", "inbox"].map(topic => live.subscribe(topic, () => {}));
  live.subscribe("inbox", () => {});
  for (const one of leave) one();
}
"""


async def test_what_is_no_longer_shown_is_no_longer_listened_to(
    working_day: WorkingDay, browsers: Browsers
) -> None:
    # The test imports a module by itself, which the page's policy allows to nobody but the page.
    page = await browsers.desk(bypass_csp=True)
    await sign_in(page, working_day)
    told: list[list[str]] = []

    def hear(frame: str | bytes) -> None:
        if (said := json.loads(frame))["type"] == "subscribed":
            assert not said["refused"]
            told.append(said["topics"])

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    await page.evaluate(_LISTEN_AND_LEAVE)
    async with asyncio.timeout(5):
        while told[-1:] != [["inbox", "reps"]]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert ["inbox", "reps", "zones"] in told


async def test_without_an_answer_it_says_so_and_goes_on(
    working_day: WorkingDay, desk_page: Page, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = desk_page
    browsers.tolerate("ERR_FAILED")
    await working_day.task(address="和平路 12 号")
    await sign_in(page, working_day)
    await page.route("**/api/board", lambda route: route.abort())
    await page.reload(wait_until="commit")
    await expect(page.locator(".console-list [role=alert]")).to_contain_text("网络", timeout=20_000)
    await screenshot(page, "console-failed")
    await page.unroute("**/api/board")
    await page.get_by_role("button", name="再试一次").click()
    await expect(row(page, "和平路 12 号")).to_be_visible()


_TIMELINE = """
() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const [hours, lane] = [box(".console-timeline .hours > div"), box(".console-timeline .lane")];
  const legible = [...document.querySelectorAll(".console-timeline .block span")]
    .filter(span => span.getClientRects().length && span.getBoundingClientRect().width < 24);
  return { hours: [hours.left, hours.width], lane: [lane.left, lane.width], short: legible.length,
    marks: [...document.querySelectorAll(".console-timeline .hours span")].map(mark => mark.textContent) };
}
"""


async def test_hours_stand_over_their_work_in_the_utilitys_zone_and_finished_work_stays(
    working_day: WorkingDay, desk_page: Page, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = desk_page
    lasting = [await working_day.task(address=f"和平路 {n} 号", duration_s=900 * n) for n in (1, 2, 3)]
    nobody = working_day.app.caller()
    token = working_day.links[lasting[0]["rep"]["code"]].partition("#k=")[2]
    entered = await nobody.post(
        "/api/sign-in-links/redemption", {"token": token, "surface": "rep", "bearer": True}
    )
    rep = working_day.app.caller(token=entered["session"]["token"])
    for act in ("acceptance", "travel", "arrival", "completion"):
        said = {"note": "dry"} if act == "completion" else {}
        await rep.post(f"/api/tasks/{lasting[0]['id']}/{act}", said)
    await sign_in(page, working_day)
    await page.keyboard.press("h")
    await expect(page.locator(".console-timeline .block")).to_have_count(3)
    await expect(page.locator(".console-timeline .block[data-state=done]")).to_have_count(1)
    found = await page.evaluate(_TIMELINE)
    assert found["hours"] == pytest.approx(found["lane"], abs=1)
    assert found["short"] == 0, "a label of one letter says nothing"
    # The shift is 08:00-17:30 where the work is; the browser sits in Monaco.
    assert found["marks"][0] == "08:00"
    await page.locator(".console-timeline .rep").first.click()
    await expect(page.locator(".console-facts")).to_contain_text("08:00 – 17:30")
    await screenshot(page, "console-timeline-finished")


async def test_the_map_goes_to_the_chosen_task_and_shows_who_is_proposed(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    page = await browsers.desk(language="en-GB")
    await working_day.task("B2", address="Minor Street 1", severity="minor")
    lost = await working_day.task("B1", address="Far Street 9", severity="urgent", skill="water_quality")
    await working_day.task("A1", address="Minor Street 2", severity="minor", skill="water_quality")
    await sign_in(page, working_day, language="en")
    rows = page.locator(".console-row")
    await expect(rows.first).to_contain_text("Far Street 9")
    await expect(rows.first).to_contain_text("Urgent")
    await rows.filter(has_text="Minor Street 1").click()
    map_zoom = "() => document.querySelector('cs-map').map.getZoom()"
    await becomes(page, f"({map_zoom})() >= 15")
    await screenshot(page, "console-map-chosen")
    placed = await working_day.task("A2", address="Near Street 3")
    await working_day.dispatcher.post(
        f"/api/tasks/{placed['id']}/return", {"version": placed["version"], "reason": "again"}
    )
    await rows.filter(has_text="Near Street 3").click()
    await expect(page.locator(".console-rank")).not_to_have_count(0)
    await screenshot(page, "console-map-proposed")
    await page.keyboard.press("t")
    tables = page.locator(".console-table")
    for width in (1280, 1440):
        await page.set_viewport_size({"width": width, "height": 900})
        for at in range(3):
            seen = await tables.nth(at).evaluate("table => [table.scrollWidth, table.clientWidth]")
            assert seen[0] <= seen[1], f"the last column is cut at {width} px"
        await screenshot(page, f"console-tables-{width}")
    assert lost["rep"] is None


async def test_the_console_is_fit_to_use(
    working_day: WorkingDay, desk_page: Page, screenshot: ShotTaker
) -> None:
    page = desk_page

    async def fit(name: str, themes: tuple[str, ...] = ("dark", "sun", "light")) -> None:
        await assert_fit(page, screenshot=screenshot, name=f"console-{name}", themes=themes)

    await working_day.task(
        address="和平路 12 号", customer_name="林女士", note="活接螺母漏水", severity="urgent"
    )
    await working_day.task("A2", address="和平路 34 号", parts={"coupling_dn15": 1})
    await working_day.task(address="海上 1 号", **AT_SEA)
    await sign_in(page, working_day)
    await expect(page.locator(".console-row")).to_have_count(3)
    await fit("map")
    await row(page, "海上 1 号").click()
    await expect(page.locator("[data-proposal]").first).to_be_visible()
    await fit("proposals")
    await page.keyboard.press("t")
    await fit("tables")
    await page.keyboard.press("h")
    await page.locator(".console-timeline .rep").first.click()
    await fit("rep")
    await page.set_viewport_size(PHONE)
    await page.locator(".console-back").click()
    for view in ("timeline", "tables", "map", "list"):
        await page.locator(f".console-places input[value={view}]").check(force=True)
        await assert_fit(page, screenshot=screenshot, name=f"console-phone-{view}", axe_in=LANGUAGES[-1:])
