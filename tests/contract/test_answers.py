"""The answer bank: who may do what, what is refused, what is offered to whom, on both foundations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from assist.answers.bank.bank import shipped
from assist.answers.commands import load_bank
from assist.answers.tables import AnswerBank, AnswerVersion, AskedInVain, BankAnswer
from kernel.actors import Role
from tests.rig.foundations import Foundation
from tests.rig.people import Caller, Refusal
from tests.rig.stack import RunningApp, running_app

Json = dict[str, Any]
HERE = "/api/answers"


@pytest.fixture
async def house(foundation: Foundation) -> AsyncIterator[RunningApp]:
    with running_app(foundation) as app:
        await bank_loaded(app)
        yield app
        await app.close()


async def bank_loaded(app: RunningApp) -> None:
    """The house brings it in by itself, soon after its start."""
    async with app.database() as database:
        for _ in range(100):
            async with database.reading() as session:
                if await session.get(AnswerBank, 1) is not None:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError("no bank came")


async def be(app: RunningApp, role: Role) -> Caller:
    person = await app.staff(role, f"answers.{role.value}")
    return app.caller(person.token)


def wording(question: str, text: str = "Say so and somebody looks.") -> Json:
    return {"questions": [question], "text": text}


def body(**more: Any) -> Json:
    texts = {
        "zh-Hans": wording("水管里有琴声吗", "请描述一下声音。"),
        "zh-Hant": wording("水管裡有琴聲嗎", "請描述一下聲音。"),
        "en": wording("Is there a violin in my pipe?"),
    }
    return {"subject": "home", "texts": texts, "guides": []} | more


async def refusal(coming: Any) -> tuple[str, list[str]]:
    with pytest.raises(Refusal) as refused:
        await coming
    error = refused.value.body["error"]
    return error["code"], [fault["code"] for fault in error.get("faults", [])]


async def ask(caller: Caller, words: str, language: str = "en") -> Json:
    told: Json = await caller.post("/api/answer-searches", {"words": words, "language": language})
    return told


async def test_the_bank_comes_with_the_program_once_and_leaves_alone_what_the_utility_wrote(
    house: RunningApp,
) -> None:
    sue = await be(house, Role.SUPERVISOR)
    bank, _digest = shipped()
    assert len(bank) >= 200
    lines = await sue.get(HERE)
    assert len(lines) == len(bank) and {line["state"] for line in lines} == {"published"}
    assert all(line["faults"] == 0 for line in lines)
    drips = next(line for line in lines if line["code"] == "tap_drips")
    one = await sue.get(f"{HERE}/{drips['id']}")
    assert [each["kind"] for each in one["versions"]] == ["publish"]
    keep = {key: one[key] for key in ("subject", "texts", "guides", "version")}
    keep["texts"]["en"]["text"] = "Our own words."
    await sue.put(f"{HERE}/{drips['id']}", keep)
    async with house.database() as database:
        assert await load_bank(database) == 0
    assert (await sue.get(f"{HERE}/{drips['id']}"))["texts"]["en"]["text"] == "Our own words."


async def test_anybody_asks_in_their_own_words_and_danger_leads_to_the_safety_stop(house: RunningApp) -> None:
    nobody = house.caller(None)
    for words, language, code in (
        ("水龙头一直滴水", "zh-Hans", "tap_drips"),
        ("shuibiao zenme kan", "zh-Hans", "read_meter"),
        ("my watter is milky white", "en", "white_water"),
    ):
        told = await ask(nobody, words, language)
        assert code in [each["code"] for each in told["answers"]], words
        assert told["danger"] is None and told["sure"] in ("sure", "perhaps")
    told = await ask(nobody, "水漏到插座上了", "zh-Hans")
    assert (told["danger"], told["answers"], told["sure"]) == ("electricity", [], "no")
    assert (await ask(nobody, "I smell gas"))["danger"] == "gas"


async def test_what_is_not_known_is_said_and_kept_without_whoever_asked(house: RunningApp) -> None:
    nobody, sue = house.caller(None), await be(house, Role.SUPERVISOR)
    for words in ("Do you sell kayaks? Call 13800138000", "do you sell kayaks", "kayaks for sale"):
        assert (await ask(nobody, words))["sure"] == "no"
    async with house.database() as database, database.reading() as session:
        kept = list(await session.scalars(select(AskedInVain.words)))
    assert len(kept) == 3 and not any("138" in each for each in kept)
    (week,) = await sue.get("/api/answers-asked-in-vain")
    assert week["times"] == 3 and week["clusters"][0]["times"] >= 2
    assert await refusal(nobody.get("/api/answers-asked-in-vain")) == ("unauthenticated", [])
    tec = await be(house, Role.TECHNICIAN)
    assert (await refusal(tec.get("/api/answers-asked-in-vain")))[0] == "forbidden"


async def test_an_answer_is_written_reviewed_and_published_and_only_then_found(house: RunningApp) -> None:
    sue, dora = await be(house, Role.SUPERVISOR), await be(house, Role.DISPATCHER)
    made = await dora.post(HERE, body(code="violin"))
    here = f"{HERE}/{made['id']}"
    assert (made["state"], made["faults"], made["offered"]) == ("draft", [], False)
    seen = {"version": made["version"]}
    assert (await refusal(sue.post(f"{here}/publication", seen)))[0] == "answer_move_refused"
    made = await dora.post(f"{here}/review", seen)
    assert (made["state"], made["reviewer"] is not None) == ("reviewed", True)
    assert (await refusal(dora.post(f"{here}/publication", {"version": made["version"]})))[0] == "forbidden"
    assert (await refusal(sue.post(f"{here}/publication", {"version": 1})))[0] == "stale_version"
    assert "violin" not in [each["code"] for each in (await ask(sue, "violin in my pipe"))["answers"]]
    made = await sue.post(f"{here}/publication", {"version": made["version"]})
    assert (await ask(sue, "violin in my pipe"))["answers"][0]["code"] == "violin"
    texts = body()["texts"] | {"en": wording("Is there a cello in my pipe?")}
    made = await sue.put(here, body(texts=texts, version=made["version"]))
    assert (made["state"], made["offered"]) == ("draft", True)
    assert (await ask(sue, "violin in my pipe"))["answers"][0]["question"] == "Is there a violin in my pipe?"
    newest = made["versions"][0]
    assert [each["text"] for each in newest["changes"]["questions.en"] if each["kind"] != "same"] == [
        "violin",
        "cello",
    ]
    made = await sue.post(f"{here}/withdrawal", {"version": made["version"]})
    assert made["state"] == "withdrawn"
    assert "violin" not in [each["code"] for each in (await ask(sue, "violin in my pipe"))["answers"]]
    assert (await refusal(sue.post(HERE, body(code="violin"))))[0] == "answer_code_taken"
    async with house.database() as database, database.reading() as session:
        kept = await session.scalar(
            select(func.count())
            .select_from(AnswerVersion)
            .join(BankAnswer)
            .where(BankAnswer.code == "violin")
        )
    assert kept == 5


async def test_all_that_is_missing_comes_back_at_once(house: RunningApp) -> None:
    sue = await be(house, Role.SUPERVISOR)
    texts = {
        "zh-Hans": wording("水管爆了", "拧紧螺母。"),
        "en": wording("A pipe has burst", "Tighten the nut. Then step back."),
    }
    made = await sue.post(HERE, body(code="unsafe", texts=texts, guides=["no_such"]))
    found = sorted(each["code"] for each in made["faults"])
    assert found == [
        "answer_guide_unknown",
        "answer_question_missing",
        "answer_repair_before_stop",
        "answer_stop_missing",
        "answer_text_missing",
    ]
    code, faults = await refusal(sue.post(f"{HERE}/{made['id']}/review", {"version": made["version"]}))
    assert (code, sorted(faults)) == ("answer_invalid", found)


async def test_what_came_of_it_is_counted(house: RunningApp) -> None:
    nobody, sue = house.caller(None), await be(house, Role.SUPERVISOR)
    told = await ask(nobody, "toilet keeps running")
    first = told["answers"][0]
    for kind in ("opened", "helped", "not_helped"):
        await nobody.post(f"{HERE}/{first['id']}/uses", {"kind": kind})
    outcome = (await sue.get(f"{HERE}/{first['id']}"))["outcome"]
    assert outcome == {"offered": 1, "opened": 1, "helped": 1, "not_helped": 1, "inserted": 0, "relapsed": 0}


async def test_it_is_known_when_somebody_it_had_helped_came_back(house: RunningApp) -> None:
    sue = await be(house, Role.SUPERVISOR)
    customer = await house.customer()
    first = (await ask(customer, "my tap keeps dripping"))["answers"][0]
    await customer.post(f"{HERE}/{first['id']}/uses", {"kind": "helped"})
    assert (await sue.get(f"{HERE}/{first['id']}"))["outcome"]["relapsed"] == 0
    await customer.post(f"/api/requests/{customer.request_id}/queue-entry", {})
    assert (await sue.get(f"{HERE}/{first['id']}"))["outcome"]["relapsed"] == 1


@pytest.mark.parametrize(
    "words",
    ["", " ", "x" * 201, "\u0000", "💧" * 90, "' OR 1=1 --", "%_\\", "漏" * 200, "a" * 200, "()*[]{}"],
)
async def test_garbage_never_breaks_it(house: RunningApp, words: str) -> None:
    answer = await house.caller(None).http.post("/api/answer-searches", json={"words": words})
    assert answer.status_code in (200, 422)
