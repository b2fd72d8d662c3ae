"""Triage: what a customer's answers lead to, and what they say about the trouble.

The safety rule of `assist.guide.proof` spans guides: a customer who has met a safety stop in one guide
cannot go on in another. `advance` refuses, whatever state the request comes back to; a person has to end it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from assist.guide.guide import Answer, Choice, Ending, Guide, Kind
from assist.request.kinds import Category, Priority, Skill
from kernel.errors import Invalid, Refused


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given: which guide, which step, what."""

    guide: str
    step: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk stands: at a step, or at its end. A safety stop is both: its words are to be read."""

    step: str | None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known before a person looks: the skill to ask for, and how soon."""

    skill: Skill
    priority: Priority


class NotAnAnswer(Invalid):
    """That step does not offer this answer."""

    code: ClassVar[str] = "not_an_answer"


class SafetyStop(Refused):
    """For your safety a person has to look at this first."""

    code: ClassVar[str] = "safety_stop"


SKILL_OF: Mapping[Category, Skill] = {
    Category.LEAK: Skill.LEAK_REPAIR,
    Category.NO_WATER: Skill.VALVE,
    Category.LOW_PRESSURE: Skill.PRESSURE,
    Category.DIRTY_WATER: Skill.WATER_QUALITY,
    Category.METER: Skill.METER_WORK,
    Category.OTHER: Skill.CONSULTING,
}


def advance(guides: Mapping[str, Guide], trail: Sequence[Given], given: Given) -> Position:
    """Where `given` leads, after all answers in `trail` (of every guide this request has seen).

    Raises `SafetyStop` when the trail has met a safety stop, `NotAnAnswer` when there is no such guide, step
    or answer. Steps may be answered again: a customer may go back a screen and choose otherwise.
    """
    if stopped(guides, trail):
        raise SafetyStop()
    choice = _choice(guides, given)
    if choice is None:
        raise NotAnAnswer(guide=given.guide, step=given.step, answer=given.answer.value)
    return _position(guides[given.guide], choice)


def stopped(guides: Mapping[str, Guide], trail: Sequence[Given]) -> bool:
    """Whether the answers given so far have met a safety stop."""
    return any(
        choice is not None and _position(guides[given.guide], choice).ending is Ending.STOP
        for given in trail
        for choice in (_choice(guides, given),)
    )


def assess(category: Category, guides: Mapping[str, Guide], trail: Sequence[Given]) -> Assessment:
    """Skill and priority from the category and the answers.

    The skill is the category's, unless an answer asked for another (the last one counts). The priority is
    the highest that any answer raised it to; a safety stop makes it `DANGER`.
    """
    skill, priority = SKILL_OF[category], Priority.ROUTINE
    for given in trail:
        choice = _choice(guides, given)
        if choice is not None:
            skill = choice.skill or skill
            priority = max(priority, choice.priority)
    return Assessment(skill, Priority.DANGER if stopped(guides, trail) else priority)


def _choice(guides: Mapping[str, Guide], given: Given) -> Choice | None:
    guide = guides.get(given.guide)
    step = guide.steps.get(given.step) if guide else None
    return step.answers.get(given.answer) if step else None


def _position(guide: Guide, choice: Choice) -> Position:
    if choice.next in (Ending.SOLVED, Ending.PERSON):
        return Position(None, Ending(choice.next))
    ending = Ending.STOP if guide.steps[choice.next].kind is Kind.STOP else None
    return Position(choice.next, ending)
