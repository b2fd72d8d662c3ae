"""The customer's page on a phone: alone, by invitation, in danger, in a call, without a camera."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect
from sqlalchemy import update

from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.identity.sessions import Session
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.camera import HEIGHT, WIDTH, difference
from tests.rig.foundations import Foundry
from tests.rig.page_checks import assert_accessible, assert_fit, assert_no_sideways_scroll, assert_targets
from tests.rig.people import Person
from tests.rig.room_client import in_room
from tests.rig.stack import RunningApp, running_app

LANGUAGES = {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "en-GB": "en"}
REFUSE_CAMERA = (
    "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
)
NO_CAMERA_API = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
YELLOW, BLUE = (255, 214, 10), (92, 200, 255)


@pytest.fixture(scope="module")
def started(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with foundry.make("embedded", tmp_path_factory.mktemp("customer")) as made, running_app(made) as app:
        yield app


@pytest.fixture
async def water(started: RunningApp) -> AsyncIterator[RunningApp]:
    """The product with someone on duty."""
    await someone(started, Role.SUPERVISOR)
    yield started
    await started.close()


async def someone(app: RunningApp, role: Role) -> Person:
    """A new member of staff."""
    return await app.staff(role, f"{role.value}.{uuid4().hex[:8]}", name="Tao")


async def check(page: Page) -> None:
    await assert_accessible(page)
    await assert_targets(page)
    await assert_no_sideways_scroll(page)


async def open_guide(page: Page, url: str, category: str = "leak") -> None:
    """Who, what, where: as a resident with an address."""
    await page.goto(url, wait_until="commit")
    await page.locator(".choices .tile").first.tap()
    await page.locator(f"[data-category={category}]").tap()
    await page.locator("[name=address]").fill("和平路 12 号 4 楼")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator(".answers")).to_be_visible()


async def ask_person(page: Page) -> None:
    await page.locator(".person-line .button").tap()
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator(".hero .wait")).to_be_visible()


async def request_id(page: Page) -> str:
    me = await page.evaluate(
        "fetch('/api/me', {headers: {'Curbstop-Surface': 'customer'}}).then((answer) => answer.json())"
    )
    return str(me["request_id"])


async def in_call(page: Page, water: RunningApp) -> tuple[Person, str]:
    """From the waiting room into the call."""
    technician = await someone(water, Role.TECHNICIAN)
    request = await request_id(page)
    await technician.post(f"/api/requests/{request}/acceptance")
    await page.locator(".call .bottom-bar .button").first.tap()
    await expect(page.locator("video.own")).to_be_visible()
    return technician, request


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_customer_starts_alone_and_a_reload_loses_nothing(
    water: RunningApp, browsers: Browsers, screenshot: ShotTaker, language: str
) -> None:
    page = await browsers.phone(language=language)
    await page.goto(water.url, wait_until="commit")
    await expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[language])
    tag = LANGUAGES[language]

    async def seen(name: str) -> None:
        await screenshot(page, f"customer-{name}-{tag}")

    await expect(page.locator(".choices .tile")).to_have_count(2)
    await seen("who")
    await page.locator(".choices .tile").first.tap()
    await expect(page.locator(".tiles .tile")).to_have_count(6)
    await seen("what")
    await page.locator("[data-category=leak]").tap()
    await page.locator("[name=address]").fill("和平路 12 号")
    await page.reload(wait_until="commit")
    await expect(page.locator("[name=address]")).to_have_value("和平路 12 号")
    await seen("where")
    await page.locator(".bottom-bar .button").first.tap()
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("[data-answer=done]")).to_be_visible()
    await page.locator("[data-answer=done]").tap()
    await expect(page.locator("[data-answer=cannot]")).to_be_visible()
    step = await page.locator("h1").inner_text()
    await seen("guide")
    await page.reload(wait_until="commit")
    await expect(page.locator("h1")).to_have_text(step)
    await page.locator("[data-answer=cannot]").tap()
    await expect(page.locator(".bottom-bar .button")).to_be_visible()
    await seen("person")
    await page.locator(".bottom-bar .button").tap()
    await expect(page.locator(".hero .wait")).to_be_visible()
    await seen("waiting")
    await page.reload(wait_until="commit")
    await expect(page.locator(".hero .wait")).to_be_visible()


async def test_danger_leads_to_a_person_at_once(
    water: RunningApp, phone_page: Page, screenshot: ShotTaker
) -> None:
    await open_guide(phone_page, water.url)
    await phone_page.locator("[data-answer=danger]").tap()
    await expect(phone_page.locator(".hero .wait")).to_be_visible()
    await expect(phone_page.locator(".note[data-tone=bad]")).to_contain_text("不要碰开关")
    await check(phone_page)
    await screenshot(phone_page, "customer-danger")
    technician = await someone(water, Role.TECHNICIAN)
    request = await request_id(phone_page)
    queue = await technician.get("/api/queue")
    assert queue["rows"][0]["request_id"] == request
    assert queue["rows"][0]["priority"] == 3


async def test_what_is_waiting_for_the_network_goes_up_by_itself(
    water: RunningApp, browsers: Browsers
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    page = await browsers.phone()
    await open_guide(page, water.url)
    await ask_person(page)
    await page.context.set_offline(True)
    await expect(page.locator("cs-banner")).to_contain_text("没有网络")
    picture = io.BytesIO()
    Image.new("RGB", (1600, 1200), "#3377aa").save(picture, "JPEG")
    photo: Any = {"name": "leak.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    await page.locator(".photo-add input").first.set_input_files(photo)
    await expect(page.locator("cs-photo[state=failed]")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator("cs-photo[state=sent]")).to_be_visible()
    technician = await someone(water, Role.TECHNICIAN)
    stills = await technician.get(f"/api/requests/{await request_id(page)}/stills")
    assert [(still["width"], still["height"]) for still in stills] == [(1600, 1200)]


@pytest.mark.alone
async def test_a_frozen_still_is_the_cameras_and_marks_land_on_it(
    water: RunningApp, phone_page: Page, screenshot: ShotTaker
) -> None:
    page = phone_page
    await open_guide(page, water.url)
    await ask_person(page)
    technician, request = await in_call(page, water)
    assert technician.token
    async with in_room(water.url, request, technician.token) as room:
        await room.join()
        await room.wait(lambda frame: any("video" in kinds for kinds in room.streams.values()))
        await screenshot(page, "customer-call")
        await room.ask("freeze_request")
        shown = await room.heard("still_shown", within_s=20)
        still = shown["still"]
        assert (still["width"], still["height"]) == (WIDTH, HEIGHT)
        image = await technician.get(still["url"])
        assert difference(Image.open(io.BytesIO(image))) < 8

        await room.mark(still["id"], tool="box", points=[[0.25, 0.5], [0.75, 0.9]])
        ink = page.locator("cs-ink")
        await expect(ink).to_be_visible()
        await page.wait_for_timeout(400)
        for where, colour in (((0.5, 0.5), YELLOW), ((0.25, 0.7), YELLOW), ((0.5, 0.7), None)):
            assert await colour_at(page, *where) == colour, where
        await page.locator("[data-tool=pen]").tap()
        await draw_with_finger(page, (0.3, 0.25), (0.6, 0.25))
        mark = (await room.heard("mark_added", within_s=5, since=len(room.log) - 1))["mark"]
        assert mark["author"] == "customer"
        assert mark["points"][0] == pytest.approx([0.3, 0.25], abs=0.01)
        assert mark["points"][-1] == pytest.approx([0.6, 0.25], abs=0.01)
        assert await colour_at(page, 0.45, 0.25) == BLUE
        await check(page)
        await screenshot(page, "customer-frozen")

        await room.ask("show_still", still_id=None)
        await page.reload(wait_until="commit")
        await expect(page.locator("video.own")).to_be_visible()
        await room.ask("chat", client_id=str(uuid4()), text="请看这里")
        await expect(page.locator(".call-bar .badge")).to_have_text("1")
        await page.locator(".call-bar [data-kind=danger]").tap()
        await page.locator("dialog [data-kind=danger]").tap()
        await room.heard("ended")
    await expect(page.locator(".progress-line")).to_be_visible()
    verdict = {"ownership": "after_meter", "fault": "coupling_nut_loose", "severity": "minor"}
    await technician.put(f"/api/requests/{request}/verdict", verdict | {"still_ids": [still["id"]]})
    await technician.post(f"/api/requests/{request}/outcome", {"outcome": "fixed", "note": "螺母已拧紧"})
    await expect(page.locator(".stars")).to_be_visible()
    await check(page)
    await page.locator(".stars input").nth(4).tap()
    await screenshot(page, "customer-rating")
    await page.locator(".bottom-bar").get_by_role("button", name="提交评价").tap()
    await expect(page.locator(".stars")).to_have_count(0)
    assert (await technician.get(f"/api/requests/{request}"))["rating"]["score"] == 5


async def colour_at(page: Page, x: float, y: float) -> tuple[int, int, int] | None:
    """What is drawn over this place of the still; None where nothing is."""
    found = await page.evaluate(
        """([x, y]) => {
          const ink = document.querySelector("cs-ink");
          const scale = ink.canvas.width / ink.canvas.clientWidth;
          const left = Math.round((ink.box.x + x * ink.box.width) * scale);
          const top = Math.round((ink.box.y + y * ink.box.height) * scale);
          return [...ink.canvas.getContext("2d").getImageData(left, top, 1, 1).data];
        }""",
        [x, y],
    )
    return tuple(found[:3]) if found[3] > 200 else None


async def draw_with_finger(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box: dict[str, float] = await page.evaluate(
        """() => {
          const ink = document.querySelector("cs-ink");
          const at = ink.canvas.getBoundingClientRect();
          return { ...ink.box, x: at.x + ink.box.x, y: at.y + ink.box.y };
        }"""
    )

    def pixel(part: float) -> tuple[float, float]:
        x, y = (a + (b - a) * part for a, b in zip(start, end, strict=True))
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    await page.mouse.move(*pixel(0))
    await page.mouse.down()
    for step in range(1, 11):
        await page.mouse.move(*pixel(step / 10))
    await page.mouse.up()


async def test_an_invitation_opens_once_and_leaves_no_trace_in_the_address(
    water: RunningApp, browsers: Browsers, screenshot: ShotTaker
) -> None:
    browsers.tolerate("410 (Gone)")
    technician = await someone(water, Role.TECHNICIAN)
    invitation = await technician.post(
        "/api/invitations", {"name": "林美玲", "phone": "+8613800138000", "language": "zh-Hant"}
    )
    link = invitation["link"]
    # Inside an app without a camera the link is offered to be opened elsewhere, unused.
    app_page = await browsers.phone(language="zh-TW")
    await app_page.add_init_script(NO_CAMERA_API)
    await app_page.goto(link, wait_until="commit")
    await expect(app_page.locator("h1")).to_have_text("請改用瀏覽器開啟")
    await check(app_page)

    page = await browsers.phone(language="zh-TW")
    await page.goto(link, wait_until="commit")
    await expect(page.locator("h1")).to_contain_text("林美玲")
    await expect(page).not_to_have_url(re.compile("#"))
    assert "i=" not in await page.evaluate("JSON.stringify([history.state, localStorage, sessionStorage])")
    await check(page)
    await screenshot(page, "customer-invited")
    await page.reload(wait_until="commit")
    await expect(page.locator("h1")).to_contain_text("林美玲")

    other = await browsers.phone(language="zh-TW")
    await other.goto(link, wait_until="commit")
    await expect(other.locator("h1")).to_have_text("這個連結無法開啟")
    await check(other)


@pytest.mark.parametrize("broken", ["", "abc", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_a_mistyped_invitation_says_so(
    water: RunningApp, browsers: Browsers, screenshot: ShotTaker, broken: str
) -> None:
    browsers.tolerate("410 (Gone)")
    page = await browsers.phone(language="zh-CN")
    await page.goto(f"{water.url}/#i={broken}", wait_until="commit")
    await expect(page.locator("h1")).to_have_text("这个链接打不开")
    await expect(page.locator(".note").first).to_contain_text("请从短信里重新打开")
    await expect(page).not_to_have_url(re.compile("#"))
    await check(page)
    await screenshot(page, "customer-link-unknown")


async def test_an_invitation_left_alone_says_so_and_opens_again(
    water: RunningApp, browsers: Browsers, screenshot: ShotTaker
) -> None:
    for part in ("401", "410 (Gone)"):
        browsers.tolerate(part)
    technician = await someone(water, Role.TECHNICIAN)
    invited = {"name": "林美玲", "phone": "+8613800138000", "language": "zh-Hans"}
    invitation = await technician.post("/api/invitations", invited)
    page = await browsers.phone(language="zh-CN")
    await page.goto(invitation["link"], wait_until="commit")
    await expect(page.locator("h1")).to_contain_text("林美玲")

    async def lapse(uow: UnitOfWork) -> None:
        mine = Session.request_id == UUID(invitation["request_id"])
        await uow.session.execute(update(Session).where(mine).values(expires_at=uow.now))

    async def come_back_after_it_lapsed() -> None:
        """The page is away meanwhile: open, it would notice by itself, and begin anew under our feet."""
        await page.goto("about:blank")
        async with water.database() as database:
            await database.run(lapse)
        await page.goto(f"{water.url}/", wait_until="commit")

    await come_back_after_it_lapsed()
    await expect(page.locator("h1")).to_have_text("请再打开一次链接")
    await expect(page.locator(".note").first).to_contain_text("链接仍然有效")
    await check(page)
    await screenshot(page, "customer-link-asleep")
    await page.goto(f"{water.url}/?again#i={invitation['link'].partition('#i=')[2]}", wait_until="commit")
    await expect(page.locator("h1")).to_contain_text("林美玲")
    await page.locator(".bottom-bar .button").first.tap()
    await expect(page.locator(".hero .wait")).to_be_visible()
    # Shown before it is sent. Once the page has heard that it is stored, the link is one that was used.
    await page.wait_for_function("() => localStorage.getItem('curbstop-link') === null")
    await come_back_after_it_lapsed()
    await expect(page.locator(".choices .tile")).to_have_count(2)


async def test_without_a_camera_photos_and_words_still_work(
    water: RunningApp, phone_page: Page, screenshot: ShotTaker
) -> None:
    page = phone_page
    await page.add_init_script(REFUSE_CAMERA)
    await open_guide(page, water.url)
    await ask_person(page)
    technician = await someone(water, Role.TECHNICIAN)
    request = await request_id(page)
    await technician.post(f"/api/requests/{request}/acceptance")
    await page.locator(".call .bottom-bar .button").first.tap()
    await expect(page.locator("dialog")).to_contain_text("允许")
    await check(page)
    await screenshot(page, "customer-camera-refused")
    await page.locator("dialog .actions .button").nth(1).tap()
    assert technician.token
    async with in_room(water.url, request, technician.token) as room:
        joined = await room.join()
        phone = next(one for one in joined["participants"] if one["role"] == "customer")
        assert phone["publish"] == [] and phone["media_state"]["camera"] == "refused"
        picture = io.BytesIO()
        Image.new("RGB", (800, 600), "#3377aa").save(picture, "JPEG")
        photo: Any = {"name": "leak.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
        await page.locator(".no-picture input").set_input_files(photo)
        still = (await room.heard("still_added"))["still"]
        assert (still["width"], still["height"]) == (800, 600)
        await room.ask("show_still", still_id=still["id"])
        await expect(page.locator("cs-ink")).to_be_visible()
        await page.locator(".call-bar .button").filter(has=page.locator("[name=chat]")).tap()
        await page.locator(".drawer textarea").fill("看得到吗？")
        await page.locator(".drawer form .button").tap()
        said = await room.heard("chat_added")
        assert said["message"]["text"] == "看得到吗？"
        await screenshot(page, "customer-photos-only")


async def test_what_tells_of_a_customer_is_erased_at_their_wish(
    water: RunningApp, browsers: Browsers, phone_page: Page, screenshot: ShotTaker
) -> None:
    page = phone_page
    await open_guide(page, water.url)
    request = await request_id(page)
    headers = {"Curbstop-Surface": "customer", "Content-Type": "application/json"}
    sent = {"method": "POST", "body": "{}", "headers": headers}
    await page.evaluate("([at, sent]) => fetch(at, sent)", [f"/api/requests/{request}/withdrawal", sent])
    await expect(page.locator("p.centre .button")).to_be_visible()
    await assert_fit(page, screenshot=screenshot, name="customer-over")

    await page.locator("p.centre .button").tap()
    await expect(page.locator("dialog")).to_be_visible()
    await assert_fit(page, screenshot=screenshot, name="customer-erase")
    await page.locator("dialog [data-kind=primary]").tap()
    supervisor = await someone(water, Role.SUPERVISOR)
    kept = await supervisor.get(f"/api/requests/{request}")
    assert (kept["place"]["address"], kept["erased_at"]) == ("和平路 12 号 4 楼", None), (
        "it was only a question"
    )

    await page.locator("p.centre .button").tap()
    await page.locator("dialog [data-kind=danger]").tap()
    await expect(page.locator("main, #page").first).to_have_attribute("data-screen", "erased")
    await assert_fit(page, screenshot=screenshot, name="customer-erased")
    gone = await supervisor.get(f"/api/requests/{request}")
    assert (gone["place"], gone["state"]) == (None, "withdrawn") and gone["erased_at"]
    me = "fetch('/api/me', {headers: {'Curbstop-Surface': 'customer'}}).then((answer) => answer.status)"
    browsers.tolerate("401 (Unauthorized)")
    assert await page.evaluate(me) == 401, "the session has ended"
    assert await page.evaluate("sessionStorage.length") == 0
    await page.reload(wait_until="commit")
    await expect(page.locator(".choices .tile")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark", "sun"])
async def test_every_light_is_readable(water: RunningApp, phone_page: Page, theme: str) -> None:
    await phone_page.goto(water.url, wait_until="commit")
    await phone_page.locator("cs-theme select").select_option(theme)
    await expect(phone_page.locator("html")).to_have_attribute("data-theme", theme)
    await check(phone_page)
    await phone_page.reload(wait_until="commit")
    await expect(phone_page.locator("html")).to_have_attribute("data-theme", theme)


async def test_the_language_changes_in_place(water: RunningApp, phone_page: Page) -> None:
    await open_guide(phone_page, water.url)
    before = await phone_page.locator("h1").inner_text()
    await phone_page.locator("cs-language select").select_option("en")
    await expect(phone_page.locator("html")).to_have_attribute("lang", "en")
    await expect(phone_page.locator("h1")).not_to_have_text(before)
    await expect(phone_page.locator("h1")).to_have_text(re.compile(r"^[\x20-\x7e’]+$"))
    await expect(phone_page.locator(".wordmark")).to_have_text("Bay Water")
    await expect(phone_page).to_have_title("Bay Water · help by video")


_CHOOSE_FAST = """
async languages => {
  const choice = document.querySelector("cs-language");
  const chosen = languages.map(language => choice.choose(language));
  await Promise.all(chosen);
}
"""
_MY_REQUEST = """
async () => {
  const get = async path => (await fetch(path, {headers: {"Curbstop-Surface": "customer"}})).json();
  return get(`/api/requests/${(await get("/api/me")).request_id}`);
}
"""


async def test_of_languages_chosen_one_upon_the_other_the_last_counts(
    water: RunningApp, phone_page: Page
) -> None:
    page = phone_page
    await open_guide(page, water.url)

    async def slowly(route: Route) -> None:
        await asyncio.sleep(0.5)
        await route.continue_()

    await page.route(re.compile(r"/en/customer\.json|guides\?language=en"), slowly)
    for chosen in (["en", "zh-Hant"], ["en", "zh-Hant", "en", "zh-Hans"]):  # then all texts are known
        await page.evaluate(_CHOOSE_FAST, chosen)
        await expect(page.locator("main:not([aria-busy=true])")).to_be_attached()
        await expect(page.locator("html")).to_have_attribute("lang", chosen[-1])
        title = "附近有电吗？" if chosen[-1] == "zh-Hans" else "附近有電嗎？"
        await expect(page.locator("h1")).to_have_text(title)
        assert (await page.evaluate(_MY_REQUEST))["language"] == chosen[-1]
