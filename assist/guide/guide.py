"""What a guide is made of, and how one is read from its file.

A guide is a small directed graph without cycles. A step is one of four kinds:

* `safety` asks whether there is danger. It comes before anything is touched.
* `action` asks the customer to do something with their hands.
* `check` asks what they see, or whether it helped.
* `stop` is a safety stop: it says how to stay safe, has no answers, and a person is called at once.

Each step but a stop offers some of five answers: `helped`, `not_helped`, `cannot`, `done`, `danger`. An
answer leads to another step, to `solved` (the customer repaired it) or to `person` (someone should look).
How guides are walked is in `assist.guide.triage`; what must be true of each is proved in
`assist.guide.proof`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assist.request.kinds import Category, Priority, Skill

Text = Mapping[str, str]
"""The same words in each language, by language tag."""


class Answer(StrEnum):
    """What a customer can say to a step."""

    HELPED = "helped"
    NOT_HELPED = "not_helped"
    CANNOT = "cannot"
    DONE = "done"
    DANGER = "danger"


class Kind(StrEnum):
    """What a step asks for."""

    SAFETY = "safety"
    ACTION = "action"
    CHECK = "check"
    STOP = "stop"


class Ending(StrEnum):
    """How a walk can end."""

    SOLVED = "solved"
    PERSON = "person"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Choice:
    """Where an answer leads, and what it tells: a `label` other than the usual one, a priority, a skill."""

    next: str
    label: Text | None = None
    priority: Priority = Priority.ROUTINE
    skill: Skill | None = None


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One screen of a guide. `minutes` is how long it asks the customer to watch or wait."""

    id: str
    kind: Kind
    title: Text
    text: Text
    illustration: str
    tips: tuple[Text, ...] = ()
    safety: Text | None = None
    minutes: int | None = None
    answers: Mapping[Answer, Choice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide for one category, walked from `start`."""

    id: str
    category: Category
    title: Text
    summary: Text
    start: str
    steps: Mapping[str, GuideStep]


def read_guide(data: Mapping[str, Any]) -> Guide:
    """A guide from its JSON document.

    Raises `KeyError`, `TypeError` or `ValueError` on a document of another shape: guides are part of the
    product, and one that cannot be read must keep the program from starting.
    """
    return Guide(
        id=data["id"],
        category=Category(data["category"]),
        title=data["title"],
        summary=data["summary"],
        start=data["start"],
        steps={name: _read_step(name, step) for name, step in data["steps"].items()},
    )


def _read_step(name: str, data: Mapping[str, Any]) -> GuideStep:
    return GuideStep(
        id=name,
        kind=Kind(data["kind"]),
        title=data["title"],
        text=data["text"],
        illustration=data["illustration"],
        tips=tuple(data.get("tips", ())),
        safety=data.get("safety"),
        minutes=data.get("minutes"),
        answers={Answer(answer): _read_choice(choice) for answer, choice in data.get("answers", {}).items()},
    )


def _read_choice(data: Mapping[str, Any]) -> Choice:
    return Choice(
        next=data["next"],
        label=data.get("label"),
        priority=Priority[data.get("priority", "routine").upper()],
        skill=Skill(data["skill"]) if "skill" in data else None,
    )
