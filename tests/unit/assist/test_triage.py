"""What answers lead to, across guides, and what they say about the trouble."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.guide.guide import Answer, Ending, Kind
from assist.guide.guides import load_guides
from assist.guide.triage import (
    SKILL_OF,
    Assessment,
    Given,
    NotAnAnswer,
    Position,
    SafetyStop,
    advance,
    assess,
    stopped,
)
from assist.request.kinds import Category, Priority, Skill

GUIDES = load_guides()
DANGER = Given("leak", "electric", Answer.DANGER)


def test_an_answer_leads_to_the_next_step() -> None:
    assert advance(GUIDES, [], Given("leak", "electric", Answer.DONE)) == Position("burst")


def test_a_dry_joint_ends_the_guide() -> None:
    assert advance(GUIDES, [], Given("leak", "watch", Answer.HELPED)) == Position(None, Ending.SOLVED)


def test_a_stuck_stopcock_leads_to_a_person_soon_who_knows_valves() -> None:
    given = Given("leak", "stopcock", Answer.CANNOT)
    assert advance(GUIDES, [], given) == Position(None, Ending.PERSON)
    assert assess(Category.LEAK, GUIDES, [given]) == Assessment(Skill.VALVE, Priority.URGENT)


def test_danger_stops_the_guide_and_shows_how_to_stay_safe() -> None:
    position = advance(GUIDES, [], DANGER)
    assert position == Position("stop_electric", Ending.STOP)
    assert GUIDES["leak"].steps["stop_electric"].kind is Kind.STOP
    assert assess(Category.LEAK, GUIDES, [DANGER]).priority is Priority.DANGER


def test_past_a_safety_stop_no_guide_goes_on_not_even_another_one() -> None:
    for guide in GUIDES.values():
        for step in guide.steps.values():
            for answer in step.answers:
                with pytest.raises(SafetyStop):
                    advance(GUIDES, [DANGER], Given(guide.id, step.id, answer))


@pytest.mark.parametrize(
    "given",
    [
        Given("no_such_guide", "electric", Answer.DONE),
        Given("leak", "no_such_step", Answer.DONE),
        Given("leak", "electric", Answer.HELPED),
        Given("leak", "stop_electric", Answer.DONE),
    ],
)
def test_an_answer_that_is_not_on_offer_is_refused(given: Given) -> None:
    with pytest.raises(NotAnAnswer) as refused:
        advance(GUIDES, [], given)
    assert refused.value.params["step"] == given.step


def test_without_answers_the_category_says_the_skill() -> None:
    for category in Category:
        assert assess(category, GUIDES, []) == Assessment(SKILL_OF[category], Priority.ROUTINE)


def test_the_highest_priority_counts_and_the_last_skill() -> None:
    trail = [
        Given("meter", "last_look", Answer.NOT_HELPED),
        Given("leak", "stopcock", Answer.CANNOT),
        Given("low_pressure", "bottle", Answer.NOT_HELPED),
    ]
    assert assess(Category.METER, GUIDES, trail) == Assessment(Skill.VALVE, Priority.URGENT)


every_answer = st.sampled_from(
    [
        Given(guide.id, step.id, answer)
        for guide in GUIDES.values()
        for step in guide.steps.values()
        for answer in step.answers
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(every_answer, max_size=12))
def test_whatever_is_answered_in_whatever_order_solved_never_follows_a_stop(answers: list[Given]) -> None:
    trail: list[Given] = []
    met_stop = False
    for answer in answers:
        try:
            position = advance(GUIDES, trail, answer)
        except SafetyStop:
            assert met_stop
            continue
        assert not met_stop, "nothing may follow a stop"
        trail.append(answer)
        met_stop = position.ending is Ending.STOP
        assert stopped(GUIDES, trail) is met_stop
