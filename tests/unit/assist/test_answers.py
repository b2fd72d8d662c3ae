"""The answer bank's pure parts: terms, ranking, certainty, danger, lint, scrubbing, clusters, differences."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from assist.answers.answer import AnswerContent, AnswerSubject, Wording, difference
from assist.answers.bank.bank import shipped
from assist.answers.clusters import clusters_of
from assist.answers.danger import Hazard, danger_in
from assist.answers.lint import faults_of_answer
from assist.answers.scrub import scrubbed
from assist.answers.search.index import Entry, Index, prepare
from assist.answers.search.pinyin import syllables_in
from assist.answers.search.sureness import how_sure
from assist.answers.search.terms import normalised, stem, terms_of
from assist.answers.store import entry_of
from assist.guide.guides import load_guides
from benchmarks.answers.labelled import NONE, labelled
from benchmarks.answers.measuring import measure
from kernel.i18n import LANGUAGES


@cache
def bank() -> Index:
    return Index([prepare(entry_of(each.code, each.content)) for each in shipped()[0]])


def first(words: str) -> str:
    hits = bank().ask(words)
    return hits[0].key if hits else ""


def test_what_looks_alike_is_one() -> None:
    assert normalised("ＴＡＰ Drips") == "tap drips"
    assert {stem(each) for each in ("drip", "drips", "dripping", "dripped")} == {"drip"}
    assert stem("leaking") == stem("leaks") == "leak"


def test_synonyms_share_a_term() -> None:
    for words in ("渗水", "滲水", "滴水", "leaking", "drips"):
        assert "c:leak" in terms_of(words), words
    for words in ("格林", "接头", "由令", "活接頭", "coupling nut"):
        assert "c:coupling" in terms_of(words), words


def test_letters_are_cut_into_syllables_or_not() -> None:
    assert syllables_in("loushui") == ("lou", "shui")
    assert syllables_in("pressure") == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("水龙头一直滴水", "tap_drips"),
        ("水龍頭一直滴水", "tap_drips"),
        ("shuilongtou yizhi dishui", "tap_drips"),
        ("tap keeps dripping", "tap_drips"),
        ("tap keps driping", "tap_drips"),
        ("水发黄", "yellow_water"),
        ("水發黃", "yellow_water"),
        ("水表怎麼看", "read_meter"),
    ],
)
def test_a_question_finds_its_answer_in_any_script(words: str, code: str) -> None:
    assert first(words) == code


def test_a_wrong_character_of_the_same_sound_is_forgiven() -> None:
    assert first("水笼头一直滴水") == "tap_drips"


def test_it_knows_when_it_does_not_know() -> None:
    for words in ("推荐个电影", "train to shanghai", "asdfghjkl", "🙂", "1234"):
        assert how_sure(bank().ask(words)) == "no", words


def test_an_empty_bank_answers_nothing() -> None:
    assert Index(()).ask("漏水") == []
    assert Index([prepare(Entry("a", ["漏水"]))]).ask("") == []


def test_the_same_question_has_the_same_order_always() -> None:
    again = Index([prepare(entry_of(each.code, each.content)) for each in reversed(shipped()[0])])
    for _code, words in labelled("build"):
        ours, theirs = bank().ask(words), again.ask(words)
        assert [round(each.score, 4) for each in ours] == [round(each.score, 4) for each in theirs], words


def test_the_questions_to_build_with_are_found() -> None:
    """A floor, not the figure: the benchmark measures with questions that nothing was fitted to."""
    found = measure(bank(), labelled("build"))
    assert found.hit_1 > 0.85 and found.hit_3 > 0.92 and found.sure_wrong < 0.1


def test_every_label_is_an_answer_of_the_bank_and_no_question_is_in_both_parts() -> None:
    codes = {each.code for each in shipped()[0]} | {NONE}
    build, held = labelled("build"), labelled("measure")
    assert {code for code, _ in [*build, *held]} <= codes
    assert len(build) + len(held) >= 500
    assert sum(code == NONE for code, _ in held) >= 60


@pytest.mark.parametrize(
    ("words", "hazard"),
    [
        ("水漏到插座里了", Hazard.ELECTRICITY),
        ("水漏到電箱", Hazard.ELECTRICITY),
        ("water is dripping onto the socket", Hazard.ELECTRICITY),
        ("I got a shock from the shower", Hazard.ELECTRICITY),
        ("水管爆了", Hazard.BURST),
        ("水喉爆喉", Hazard.BURST),
        ("burst main outside", Hazard.BURST),
        ("有煤气味", Hazard.GAS),
        ("smells like gas", Hazard.GAS),
        ("我妈摔倒了", Hazard.PERSON),
        ("喝了自来水拉肚子", Hazard.CONTAMINATION),
        ("the water smells of petrol", Hazard.CONTAMINATION),
    ],
)
def test_words_of_danger_are_heard(words: str, hazard: Hazard) -> None:
    assert danger_in(words) is hazard


@pytest.mark.parametrize(
    "words",
    [
        "水龙头滴水",
        "电热水器不热",
        "水费电子发票",
        "how do I pay by electric bill",
        "怎么防冻",
        "will the water be back",
        "燃气热水器漏水",
        "漏水保险赔不赔",
        "insurance for a burst pipe",
    ],
)
def test_harmless_words_are_no_danger(words: str) -> None:
    assert danger_in(words) is None


def test_everything_that_is_wrong_is_said_at_once_and_the_shipped_bank_is_whole() -> None:
    guides = load_guides()
    for each in shipped()[0]:
        assert faults_of_answer(each.content, LANGUAGES, guides) == [], each.code
    unsafe = AnswerContent(
        AnswerSubject.LEAK,
        {"zh-Hans": Wording(("水管爆了",), "拧紧。"), "en": Wording((), "x" * 701)},
        guides=("nowhere",),
    )
    codes = [each.code for each in faults_of_answer(unsafe, LANGUAGES, guides)]
    assert codes.count("answer_stop_missing") == 2
    assert {
        "answer_text_missing",
        "answer_question_missing",
        "answer_too_long",
        "answer_guide_unknown",
    } <= set(codes)


def test_a_repair_stands_behind_the_stop_and_never_before_it() -> None:
    safe = Wording(("A pipe has burst",), "Step back to a safe place. Later a plumber may tighten it.")
    content = AnswerContent(AnswerSubject.LEAK, {"en": safe})
    assert faults_of_answer(content, ("en",), ()) == []
    wrong = replace(safe, text="Tighten it. Then step back to a safe place.")
    turned = AnswerContent(AnswerSubject.LEAK, {"en": wrong})
    assert [each.code for each in faults_of_answer(turned, ("en",), ())] == ["answer_repair_before_stop"]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("电话13800138000 水费", "水费"),
        ("my name is John Smith and the tap", "and the tap"),
        ("a@b.cn kayaks", "kayaks"),
        ("王先生问游艇", "问游艇"),
        ("13800138000", ""),
    ],
)
def test_what_is_kept_tells_of_nobody(words: str, left: str) -> None:
    assert scrubbed(words) == left


def test_questions_about_the_same_stand_together() -> None:
    found = clusters_of(["do you sell kayaks", "kayaks for sale", "do you sell kayaks", "电动车充电"])
    assert [(each.words, each.times) for each in found] == [("do you sell kayaks", 3), ("电动车充电", 1)]


def test_a_difference_is_told_by_words_or_characters() -> None:
    pieces = [(each.kind, each.text) for each in difference("Close the tap", "Close the valve")]
    assert pieces == [("same", "Close the "), ("removed", "tap"), ("added", "valve")]
    assert [each.kind for each in difference("水黄", "水白")] == ["same", "removed", "added"]
