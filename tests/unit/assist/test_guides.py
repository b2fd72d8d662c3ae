"""The guides that customers see: every one proved, walked to every end, and written in every language."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.build import build_services
from assist.guide import guides
from assist.guide.guide import Answer, Choice, Ending, Guide, GuideStep, Kind, Text
from assist.guide.guides import load_guides
from assist.guide.proof import faults_of
from assist.request.kinds import Category
from kernel.i18n import LANGUAGES
from kernel.settings import Settings

GUIDES = load_guides()
PARAMS = [pytest.param(guide, id=guide.id) for guide in GUIDES.values()]


def walks(guide: Guide, step: str | None = None) -> Iterator[tuple[list[tuple[str, Answer]], Ending]]:
    """Every way through a guide, with how it ends."""
    here = guide.steps[step or guide.start]
    if here.kind is Kind.STOP:
        yield [], Ending.STOP
        return
    for answer, choice in here.answers.items():
        if choice.next in guide.steps:
            for path, ending in walks(guide, choice.next):
                yield [(here.id, answer), *path], ending
        else:
            yield [(here.id, answer)], Ending(choice.next)


def words(guide: Guide) -> Iterator[Text]:
    yield guide.title
    yield guide.summary
    for step in guide.steps.values():
        yield from (step.title, step.text, *step.tips)
        yield from [step.safety] if step.safety else []
        yield from (choice.label for choice in step.answers.values() if choice.label)


def test_every_category_has_its_guide() -> None:
    assert {guide.category for guide in GUIDES.values()} == set(Category)


@pytest.mark.parametrize("guide", PARAMS)
def test_the_proof_holds(guide: Guide) -> None:
    assert faults_of(guide, LANGUAGES) == []


@pytest.mark.parametrize("guide", PARAMS)
def test_no_walk_past_danger_ends_in_self_repair_and_nobody_acts_before_being_asked(guide: Guide) -> None:
    ends = set()
    for path, ending in walks(guide):
        ends.add(ending)
        dangers = [step for step, answer in path if answer is Answer.DANGER]
        assert (ending is Ending.STOP) is bool(dangers), path
        assert dangers == [] or dangers == [path[-1][0]], "nothing follows danger"
        kinds = [guide.steps[step].kind for step, _ in path]
        if Kind.ACTION in kinds:
            assert Kind.SAFETY in kinds[: kinds.index(Kind.ACTION)], path
    assert ends == set(Ending), "a guide can help, can fail, and can stop"


@pytest.mark.parametrize("guide", PARAMS)
def test_every_word_is_there_in_every_language_and_sentences_are_short(guide: Guide) -> None:
    for text in words(guide):
        assert set(text) == set(LANGUAGES)
        for language, sentence_end, longest in (("en", r"[.!?:]\s", 105), ("zh-Hans", "[。！？]", 38)):
            for sentence in re.split(sentence_end, text[language]):
                assert len(sentence) <= longest, sentence


SIMPLIFIED = set("龙头关闭阀这开电险钟见为热压还实现问题请线边让远离换听话业务说图间员湿净滤网")
TRADITIONAL = set("龍頭關閉閥這開電險鐘見為熱壓還實現問題請線邊讓遠離換聽話業務說圖間員濕淨濾網")
MAINLAND_WORDS = ("螺母", "衛生間", "水表", "信息", "視頻", "擰", "塑料", "充值", "卡套")


@pytest.mark.parametrize("guide", PARAMS)
def test_traditional_text_is_written_and_not_converted(guide: Guide) -> None:
    for text in words(guide):
        assert not SIMPLIFIED & set(text["zh-Hant"]), text["zh-Hant"]
        assert not TRADITIONAL & set(text["zh-Hans"]), text["zh-Hans"]
        assert not [word for word in MAINLAND_WORDS if word in text["zh-Hant"]], text["zh-Hant"]


def test_the_leak_guide_is_the_plumbers_own_order() -> None:
    guide = GUIDES["leak"]
    order = ["electric", "burst", "stopcock", "stopped", "where", "dry", "tighten", "open", "watch"]
    for here, following in itertools.pairwise(order):
        assert guide.steps[here].answers[Answer.DONE].next == following
    assert guide.steps["watch"].minutes == 10
    assert guide.steps["watch"].answers[Answer.HELPED].next == Ending.SOLVED


# What the proof must find ---------------------------------------------------------------------------

W: Text = dict.fromkeys(LANGUAGES, "words")


def step(id: str, kind: Kind, **leads: str) -> GuideStep:
    answers = {Answer(answer): Choice(next) for answer, next in leads.items()}
    return GuideStep(id, kind, W, W, "picture", answers=answers)


def guide_of(*steps: GuideStep) -> Guide:
    return Guide("made", Category.LEAK, W, W, steps[0].id, {step.id: step for step in steps})


SOUND = guide_of(
    step("ask", Kind.SAFETY, danger="stop", done="act"),
    step("act", Kind.ACTION, danger="stop", done="look", cannot="person"),
    step("look", Kind.CHECK, danger="stop", helped="solved", not_helped="person"),
    step("stop", Kind.STOP),
)


def changed(**steps: GuideStep) -> Guide:
    return dataclasses.replace(SOUND, steps={**SOUND.steps, **steps})


def codes(guide: Guide) -> set[str]:
    return {fault.code for fault in faults_of(guide, LANGUAGES)}


def test_a_sound_guide_passes() -> None:
    assert codes(SOUND) == set()


@pytest.mark.parametrize(
    ("guide", "code"),
    [
        (changed(stop=step("stop", Kind.STOP, helped="solved")), "guide_repair_after_stop"),
        (changed(stop=step("stop", Kind.STOP, done="look")), "guide_repair_after_stop"),
        (changed(stop=step("stop", Kind.STOP, done="person")), "guide_goes_on_after_stop"),
        (
            changed(look=step("look", Kind.CHECK, danger="solved", helped="solved")),
            "guide_danger_without_stop",
        ),
        (changed(look=step("look", Kind.CHECK, helped="solved", done="person")), "guide_danger_without_stop"),
        (changed(ask=step("ask", Kind.CHECK, danger="stop", done="act")), "guide_action_before_safety"),
        (changed(act=step("act", Kind.ACTION, danger="stop", done="nowhere")), "guide_leads_nowhere"),
        (changed(look=step("look", Kind.CHECK, danger="stop", not_helped="act")), "guide_has_cycle"),
        (changed(lost=step("lost", Kind.CHECK, danger="stop", done="person")), "guide_step_unreachable"),
        (changed(look=step("look", Kind.CHECK, danger="stop")), "guide_step_without_way_on"),
        (dataclasses.replace(SOUND, start="nowhere"), "guide_leads_nowhere"),
        (dataclasses.replace(SOUND, title={"en": "only English"}), "guide_words_missing"),
        (dataclasses.replace(SOUND, title={**W, "zh-Hant": "  "}), "guide_words_missing"),
        (
            changed(look=dataclasses.replace(SOUND.steps["look"], illustration="")),
            "guide_illustration_missing",
        ),
    ],
)
def test_the_proof_finds_what_is_wrong(guide: Guide, code: str) -> None:
    assert code in codes(guide)


def test_nothing_starts_with_a_guide_that_is_not_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(guides.FOLDER, tmp_path / "guides")
    leak = json.loads((folder / "leak.json").read_text("utf-8"))
    del leak["steps"]["electric"]["answers"]["danger"]
    (folder / "leak.json").write_text(json.dumps(leak), "utf-8")
    monkeypatch.setattr(guides, "FOLDER", folder)
    guides.load_guides.cache_clear()
    with pytest.raises(ValueError, match=r"leak\.json.*guide_danger_without_stop"):
        build_services(Settings(data=tmp_path))
