"""The catalogue of categories, guides and faults, as JSON in one language."""

from __future__ import annotations

from pydantic import Field

from assist.request.views import GuidePositionView, PartView, RequestView, View


class GuideAnswerView(View):
    """An answer on offer; `next` is a step, or solved, or person."""

    answer: str
    label: str
    next: str


class GuideStepView(View):
    """One screen of a guide."""

    id: str
    kind: str = Field(description="safety, action, check or stop")
    title: str
    text: str
    tips: list[str]
    illustration: str
    safety: str | None
    minutes: int | None = Field(description="How long to watch or wait.")
    answers: list[GuideAnswerView]


class GuideView(View):
    """A guide in one language."""

    id: str
    category: str
    title: str
    summary: str
    start: str
    steps: dict[str, GuideStepView]


class CategoryView(View):
    """What can be wrong, and the guide for it."""

    code: str
    name: str
    skill: str
    guide: str | None


class FaultKindView(View):
    """A fault of the catalogue, and what mending it takes."""

    code: str
    name: str
    category: str
    skill: str
    level: int
    minutes: int
    parts: list[PartView]


class CatalogueView(View):
    """Categories, guides and faults in one language."""

    language: str
    categories: list[CategoryView]
    guides: list[GuideView]
    faults: list[FaultKindView]


class GuidePositionAnswer(View):
    """Where an answer leads, and the request as it is then."""

    position: GuidePositionView
    request: RequestView
