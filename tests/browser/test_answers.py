"""Answers in people's own words: found on the phone, put into the chat, written by a supervisor."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_customer import (
    started,  # noqa: F401  (a fixture)
    water,  # noqa: F401  (a fixture)
)
from tests.browser.test_territory import come_in
from tests.contract.test_answers import bank_loaded
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import desk_link, open_desk, take_next, waiting_customer
from tests.rig.page_checks import assert_fit
from tests.rig.stack import RunningApp
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(240)

THEMES = ("light", "dark", "sun")
PATIENT = 60_000


async def to_the_trouble(page: Page, url: str) -> None:
    await page.goto(url, wait_until="commit")
    await page.locator(".choices .tile").first.tap()
    await page.locator(".ask > .button").tap()
    await expect(page.locator("[name=ask]")).to_be_visible()


async def ask(page: Page, words: str) -> None:
    await page.locator("[name=ask]").fill(words)
    await page.locator(".ask form button[type=submit]").tap()


@pytest.mark.parametrize(
    ("language", "words", "found"),
    [
        ("zh-CN", "水龙头一直滴水", "水龙头关不紧一直滴水"),
        ("en-GB", "my tap keeps driping", "The tap keeps dripping"),
    ],
)
async def test_a_customer_finds_an_answer_and_it_helped(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
    language: str,
    words: str,
    found: str,
) -> None:
    await bank_loaded(water)
    page = await browsers.phone(language=language)
    await to_the_trouble(page, water.url)
    await ask(page, words)
    card = page.locator(".answer").filter(has_text=found).first
    await expect(card).to_be_visible()
    if not await card.evaluate("card => card.open"):
        await card.locator("summary").tap()
    await screenshot(page, f"answers-customer-{language}")
    await expect(card.locator(".answer-text")).to_be_visible()
    if language == "zh-CN":
        await assert_fit(page, screenshot=screenshot, name="answers-found", themes=THEMES)
        return
    await card.get_by_role("button", name="That helped").tap()
    await expect(card.get_by_text("Good to hear")).to_be_visible()
    await expect(card.get_by_role("button", name="I still need a person")).to_be_visible()


async def test_words_of_danger_lead_to_the_safety_stop_and_the_head_of_the_queue(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
) -> None:
    await bank_loaded(water)
    page = await browsers.phone()
    await to_the_trouble(page, water.url)
    await ask(page, "水漏到插座上了")
    await expect(page.get_by_text("不要碰开关、插头")).to_be_visible()
    await expect(page.locator(".answer")).to_have_count(0)
    await screenshot(page, "answers-danger")
    await page.get_by_role("button", name="马上接真人").tap()
    await expect(page.locator(".page-head")).to_be_visible()
    await expect(page.locator("#page")).to_have_attribute("data-screen", "waiting", timeout=PATIENT)
    request = await page.evaluate(
        "fetch('/api/me', {headers: {'Curbstop-Surface': 'customer'}}).then((answer) => answer.json())"
        ".then((me) => fetch(`/api/requests/${me.request_id}`, {headers: {'Curbstop-Surface': 'customer'}}))"
        ".then((answer) => answer.json())"
    )
    assert request["safety_stop"] and request["priority"] == 3


async def test_what_was_read_stays_without_a_network_and_a_person_is_always_there(
    water: RunningApp,  # noqa: F811
    browsers: Browsers,
    screenshot: ShotTaker,
) -> None:
    browsers.tolerate("ERR_INTERNET_DISCONNECTED")
    await bank_loaded(water)
    page = await browsers.phone()
    await to_the_trouble(page, water.url)
    await ask(page, "水龙头一直滴水")
    await expect(page.locator(".answer").first).to_be_visible()
    await ask(page, "推荐个电影")
    await expect(page.get_by_text("这个问题我没有答案")).to_be_visible()
    await expect(page.get_by_role("button", name="还是要找真人")).to_be_visible()
    await page.context.set_offline(True)
    await ask(page, "水龙头滴水")
    await expect(page.get_by_text("下面是您看过的答案")).to_be_visible()
    await expect(
        page.get_by_text("什么都不要修")
    ).to_be_visible()  # words of danger are known by the server alone
    await expect(page.locator(".answer").filter(has_text="水龙头关不紧一直滴水")).to_be_visible()
    await screenshot(page, "answers-offline")


async def test_a_technician_puts_an_answer_into_the_chat_by_key(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    app = working_day.app
    await bank_loaded(app)
    page = await browsers.desk(language="en-GB")
    await open_desk(page, await desk_link(app, "answers.desk"))
    await waiting_customer(app)
    await take_next(page)
    await page.keyboard.press("k")
    await page.keyboard.type("tap keeps dripping")
    await page.keyboard.press("Enter")
    first = page.locator(".desk-answer").first
    await expect(first).to_be_focused()
    await screenshot(page, "answers-desk")
    text = await first.locator(".small").inner_text()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat textarea")).to_have_value(text)
    assert "阀芯" in text, "in the customer's language"
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat .log")).to_contain_text("阀芯")


async def test_a_supervisor_writes_an_answer_sees_the_phone_and_publishes(
    working_day: WorkingDay, browsers: Browsers, screenshot: ShotTaker
) -> None:
    app = working_day.app
    await bank_loaded(app)
    nobody = app.caller(None)
    await nobody.post("/api/answer-searches", {"words": "推荐个电影", "language": "zh-Hans"})
    page = await browsers.desk()
    await come_in(page, working_day, "/answers", "answers.supervisor")
    await expect(page.locator(".answers-line")).to_have_count(203, timeout=PATIENT)
    await page.locator(".answers-all input[type=search]").fill("水龙头滴水")
    await expect(page.locator(".answers-line").filter(has_text="水龙头关不紧一直滴水")).to_be_visible()
    await page.locator(".answers-line").filter(has_text="水龙头关不紧一直滴水").click()
    await expect(page.locator(".answers-screen .answer")).to_contain_text("阀芯")
    await page.locator("textarea[name='text-zh-Hans']").fill("先关角阀，再打电话给我们。")
    await expect(page.locator(".answers-screen .answer-text")).to_have_text("先关角阀，再打电话给我们。")
    await screenshot(page, "answers-editor")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.locator(".answers-bar").get_by_text("草稿", exact=True)).to_be_visible()
    await page.get_by_role("button", name="我审核过了").click()
    await page.get_by_role("button", name="发布", exact=True).click()
    await expect(page.locator(".answers-bar").get_by_text("已发布", exact=True)).to_be_visible()
    await expect(page.locator(".answers-versions ins").first).to_be_visible()
    told = await nobody.post("/api/answer-searches", {"words": "水龙头一直滴水", "language": "zh-Hans"})
    assert told["answers"][0]["text"] == "先关角阀，再打电话给我们。"
    await page.get_by_role("button", name="问了没找到").click()
    await expect(page.get_by_text("推荐个电影")).to_be_visible()
    await screenshot(page, "answers-asked")
    await page.keyboard.press("Escape")
    await assert_fit(page, screenshot=screenshot, name="answers", themes=THEMES)
