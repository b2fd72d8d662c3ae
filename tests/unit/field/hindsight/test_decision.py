"""A timeline says which decision put a task where it stood."""

from __future__ import annotations

from uuid import UUID

import pytest

from field.hindsight.decision import Decision, DecisionKind, Line, Place, decision_of

ANN, BOB, CYD = (UUID(int=number) for number in (1, 2, 3))


def to(rep: UUID, at: int, kind: str = "place", *, by_staff: bool = False, reason: str = "") -> Line:
    return Line(kind, at, by_staff, rep, reason)


def said(lines: list[Line], place: Place | None = None, absent: dict[UUID, int] | None = None) -> Decision:
    return decision_of(lines, place or Place(BOB, ANN), absent or {})


BY_RULE = to(BOB, 10)
BY_HAND = to(BOB, 20, "reassign", by_staff=True)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([BY_RULE], Decision(DecisionKind.PLACED, 10)),
        ([BY_RULE, Line("accept", 11), Line("travel", 12)], Decision(DecisionKind.PLACED, 10)),
        ([to(CYD, 10), BY_HAND], Decision(DecisionKind.MOVED, 20)),
        ([to(BOB, 20, "assign", by_staff=True)], Decision(DecisionKind.MOVED, 20)),
        (
            [to(CYD, 10), to(BOB, 20, "reassign", by_staff=True, reason="replanned")],
            Decision(DecisionKind.REPLANNED, 20),
        ),
        ([to(CYD, 10), to(BOB, 20, "reassign", reason="replanned")], Decision(DecisionKind.REPLANNED, 20)),
        ([to(ANN, 10), Line("decline", 15), to(BOB, 15)], Decision(DecisionKind.DECLINED, 15)),
        ([to(ANN, 10), Line("expire", 15), to(BOB, 15)], Decision(DecisionKind.UNANSWERED, 15)),
        ([to(CYD, 10), Line("decline", 15), to(BOB, 15)], Decision(DecisionKind.PLACED, 15)),
        (
            [to(ANN, 10), Line("decline", 15), Line("shelve", 15), BY_HAND],
            Decision(DecisionKind.DECLINED, 15),
        ),
        ([to(BOB, 10, "reassign", by_staff=True), Line("promise", 10)], Decision(DecisionKind.PROMISED, 10)),
        ([BY_RULE, Line("promise", 10)], Decision(DecisionKind.PROMISED, 10)),
        ([BY_RULE, Line("promise", 12)], Decision(DecisionKind.PLACED, 10)),
        ([to(BOB, 10), Line("promise", 10), to(CYD, 12), BY_HAND], Decision(DecisionKind.MOVED, 20)),
        ([], Decision(DecisionKind.PLACED, 0)),
    ],
)
def test_the_last_line_that_gave_it_says_how(lines: list[Line], expected: Decision) -> None:
    assert said(lines) == expected


def test_against_a_rule_is_said_so() -> None:
    assert said([BY_HAND], Place(BOB, ANN, overruled=True)) == Decision(DecisionKind.OVERRULED, 20)
    assert said([BY_RULE], Place(BOB, ANN, overruled=True)) == Decision(DecisionKind.PLACED, 10)


def test_what_came_in_later_makes_a_placing_an_early_one() -> None:
    assert said([BY_RULE], Place(BOB, ANN, made=(5, 10))) == Decision(DecisionKind.PLACED, 10)
    assert said([BY_RULE], Place(BOB, ANN, made=(5, 11))) == Decision(DecisionKind.EARLY, 10)
    assert said([BY_HAND], Place(BOB, ANN, made=(5, 99))) == Decision(DecisionKind.MOVED, 20)


def test_the_same_person_at_another_time_is_a_matter_of_order() -> None:
    own = Place(BOB, BOB, made=(99,))
    assert said([BY_RULE], own) == Decision(DecisionKind.ORDER, 10)
    assert said([BY_RULE, Line("reorder", 30)], own) == Decision(DecisionKind.REORDERED, 30)
    assert said([BY_RULE, Line("reorder", 15), BY_HAND], own) == Decision(DecisionKind.ORDER, 20), (
        "of another day"
    )


def test_who_could_not_go_on_left_it_to_somebody() -> None:
    lines = [to(CYD, 10), to(BOB, 20, "reassign", by_staff=True)]
    assert said(lines, absent={CYD: 15}) == Decision(DecisionKind.ABSENCE, 20)
    assert said(lines, absent={CYD: 25}) == Decision(DecisionKind.MOVED, 20), (
        "moved before anybody was missing"
    )
    assert said(lines, absent={ANN: 15}) == Decision(DecisionKind.MOVED, 20)
    back = [to(CYD, 10), Line("take_back", 15), BY_HAND]
    assert said(back, absent={CYD: 15}) == Decision(DecisionKind.MOVED, 20), "somebody chose afterwards"
