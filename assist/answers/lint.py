"""What keeps an answer from being published: all of it at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from assist.answers.answer import AnswerContent
from assist.answers.danger import Hazard, danger_in
from kernel.errors import Fault

LONGEST_TEXT: Final = 700
"""What is read on a phone, beside running water."""
MOST_QUESTIONS: Final = 12

_BY_HAND: Final = re.compile(
    r"拧|擰|拆|更换|更換|换上|換上|修补|修補|缠|纏|锯|鋸|撬|打开水箱|打開水箱|"
    r"\btighten|\bunscrew|\bdismantle|\breplace\b|\btake (?:it )?apart|\bwrap\b|"
    r"\brepair it yourself|\bfix it yourself"
)
"""Words that ask somebody to repair with their own hands."""

STOPS: Final[Mapping[Hazard, Mapping[str, Sequence[str]]]] = {
    Hazard.ELECTRICITY: {
        "zh-Hans": ("不要碰", "别碰", "远离"),
        "zh-Hant": ("不要碰", "別碰", "遠離"),
        "en": ("do not touch", "keep away", "touch no"),
    },
    Hazard.BURST: {
        "zh-Hans": ("退到", "远离", "不要靠近", "离开"),
        "zh-Hant": ("退到", "遠離", "不要靠近", "離開"),
        "en": ("keep away", "step back", "safe place", "leave"),
    },
    Hazard.GAS: {
        "zh-Hans": ("离开", "不要开灯", "到室外"),
        "zh-Hant": ("離開", "不要開燈", "到室外"),
        "en": ("leave", "outside", "touch no switch"),
    },
    Hazard.PERSON: {
        "zh-Hans": ("急救", "120", "119", "就医"),
        "zh-Hant": ("急救", "119", "999", "就醫"),
        "en": ("ambulance", "emergency number", "doctor"),
    },
    Hazard.CONTAMINATION: {
        "zh-Hans": ("不要喝", "先不要用", "停用"),
        "zh-Hant": ("不要喝", "先不要用", "停用"),
        "en": ("do not drink", "do not use", "stop using"),
    },
}
"""The safety stop's words, one of which an answer behind such a word must say, in each language."""


def faults_of_answer(
    content: AnswerContent, languages: Sequence[str], guides: Collection[str]
) -> list[Fault]:
    """Everything it cannot be published with."""
    return [
        *_missing(content, languages),
        *_sizes(content),
        *(
            Fault("answer_guide_unknown", f"body.guides.{place}", params={"guide": guide})
            for place, guide in enumerate(content.guides)
            if guide not in guides
        ),
        *_validity(content),
        *_unsafe(content, languages),
    ]


def _missing(content: AnswerContent, languages: Sequence[str]) -> Iterator[Fault]:
    for language in languages:
        wording = content.texts.get(language)
        if wording is None or not wording.text.strip():
            yield Fault("answer_text_missing", f"body.texts.{language}.text", params={"language": language})
        if wording is None or not any(each.strip() for each in wording.questions):
            yield Fault(
                "answer_question_missing", f"body.texts.{language}.questions", params={"language": language}
            )


def _sizes(content: AnswerContent) -> Iterator[Fault]:
    for language, wording in content.texts.items():
        if len(wording.text) > LONGEST_TEXT:
            yield Fault("answer_too_long", f"body.texts.{language}.text", params={"most": LONGEST_TEXT})
        if len(wording.questions) > MOST_QUESTIONS:
            yield Fault(
                "answer_too_many_questions",
                f"body.texts.{language}.questions",
                params={"most": MOST_QUESTIONS},
            )


def _validity(content: AnswerContent) -> Iterator[Fault]:
    begins, ends = content.valid_from, content.valid_until
    if begins is not None and ends is not None and ends <= begins:
        yield Fault("end_before_start", "body.valid_until")


def _unsafe(content: AnswerContent, languages: Sequence[str]) -> Iterator[Fault]:
    """Behind a word of danger, in any language, every language has the stop's words, before any work by
    hand."""
    asked = (each for wording in content.texts.values() for each in wording.questions)
    hazards = {hazard for each in asked if (hazard := danger_in(each)) is not None}
    for hazard in sorted(hazards):
        for language in languages:
            text = content.texts[language].text.casefold() if language in content.texts else ""
            if not text:
                continue
            where, params = f"body.texts.{language}.text", {"language": language, "hazard": hazard.value}
            found = [at for each in STOPS[hazard][language] if (at := text.find(each)) >= 0]
            work = _BY_HAND.search(text)
            if not found:
                yield Fault("answer_stop_missing", where, params=params)
            elif work is not None and work.start() < min(found):
                yield Fault("answer_repair_before_stop", where, params=params)
