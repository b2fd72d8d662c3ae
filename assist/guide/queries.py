"""The catalogue of categories, guides and faults in one language."""

from __future__ import annotations

from collections.abc import Mapping

from assist.guide.guide import Choice, Guide, GuideStep
from assist.guide.triage import SKILL_OF
from assist.guide.views import (
    CatalogueView,
    CategoryView,
    FaultKindView,
    GuideAnswerView,
    GuideStepView,
    GuideView,
)
from assist.request.kinds import Category
from assist.request.views import PartView
from assist.verdict.faults import CATALOGUE
from kernel.i18n import text


def catalogue_view(guides: Mapping[str, Guide], language: str) -> CatalogueView:
    """Everything that a page needs to offer categories, walk guides and name faults."""
    by_category = {guide.category: guide for guide in guides.values()}
    return CatalogueView(
        language=language,
        categories=[
            CategoryView(
                code=category.value,
                name=text(language, "faults", f"category.{category.value}"),
                skill=SKILL_OF[category].value,
                guide=by_category[category].id if category in by_category else None,
            )
            for category in Category
        ],
        guides=[_guide(guide, language) for guide in guides.values()],
        faults=[
            FaultKindView(
                code=code,
                name=text(language, "faults", code),
                category=kind.category.value,
                skill=kind.skill.value,
                level=kind.level,
                minutes=kind.minutes,
                parts=[PartView(code=part, count=count) for part, count in kind.parts],
            )
            for code, kind in CATALOGUE.items()
        ],
    )


def _guide(guide: Guide, language: str) -> GuideView:
    return GuideView(
        id=guide.id,
        category=guide.category.value,
        title=guide.title[language],
        summary=guide.summary[language],
        start=guide.start,
        steps={name: _step(step, language) for name, step in guide.steps.items()},
    )


def _step(step: GuideStep, language: str) -> GuideStepView:
    return GuideStepView(
        id=step.id,
        kind=step.kind.value,
        title=step.title[language],
        text=step.text[language],
        tips=[tip[language] for tip in step.tips],
        illustration=step.illustration,
        safety=step.safety[language] if step.safety else None,
        minutes=step.minutes,
        answers=[_answer(answer.value, choice, language) for answer, choice in step.answers.items()],
    )


def _answer(answer: str, choice: Choice, language: str) -> GuideAnswerView:
    label = choice.label[language] if choice.label else text(language, "faults", f"answer.{answer}")
    return GuideAnswerView(answer=answer, label=label, next=choice.next)
