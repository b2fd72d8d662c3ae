"""An escalated task is with exactly one person at every moment, and silence drops nothing."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.escalation.ladder import (
    DEFAULTS,
    MOST_RUNGS,
    Candidate,
    ClimbEvent,
    ClimbState,
    EscalationKind,
    EscalationMoved,
    Ladder,
    Rung,
    Stand,
    Whom,
    above,
    anchored,
    begun,
    due,
    passed,
    passed_on,
    taken,
)
from field.escalation.rules import RuleGiven, RungGiven, kept, ladder_of, rule_faults
from field.task.escalation import NobodyToEscalateTo

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
LADDER = Ladder((Rung(Whom.DEPUTY, 10), Rung(Whom.DISPATCHERS, 15), Rung(Whom.SUPERVISORS, 30)), always=True)


def person(number: int, *, on_duty: bool = True, asked: int = 0, open: int = 0) -> Candidate:
    return Candidate(UUID(int=number), on_duty, asked, open)


DEPUTY, DORA, DIRK, SUE = person(1), person(2), person(3), person(4)
ALL = [[DEPUTY], [DORA, DIRK], [SUE]]


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def who(stand: Stand) -> int:
    return stand.holder.int


def test_silence_climbs_rung_by_rung_and_the_last_one_is_asked_again() -> None:
    stand, story = begun(LADDER, ALL, NOW), []
    for minute in range(120):
        while step := passed(stand, LADDER, ALL, after(minute), here=True):
            event, stand = step
            story.append((minute, event.value, who(stand)))
    assert story == [
        (10, "climb", 2),
        (25, "climb", 4),
        (55, "repeat", 4),
        (85, "repeat", 4),
        (115, "repeat", 4),
    ]


def test_the_last_rung_goes_round() -> None:
    people = [[DEPUTY], [DORA, DIRK], []]
    stand = dataclasses.replace(begun(LADDER, people, NOW), rung=1, holder=DORA.staff_id)
    step = passed(stand, LADDER, people, after(10), here=True)
    assert step is not None and (step[0], who(step[1])) == (ClimbEvent.REPEAT, 3)


def test_who_is_on_duty_is_asked_before_who_is_not_and_an_empty_rung_is_passed() -> None:
    asleep = person(1, on_duty=False)
    assert who(begun(LADDER, [[asleep], [DORA], [SUE]], NOW)) == 2
    assert who(begun(LADDER, [[asleep], [], []], NOW)) == 1
    assert who(begun(LADDER, [[], [], [SUE]], NOW)) == 4
    with pytest.raises(NobodyToEscalateTo):
        begun(LADDER, [[], [], []], NOW)


def test_who_was_asked_least_then_who_has_the_fewest() -> None:
    rung = [person(2, asked=1), person(3, open=4), person(5, open=1)]
    assert who(begun(LADDER, [[], rung, []], NOW)) == 5


def test_who_has_gone_holds_nothing_taken_or_not() -> None:
    stand = begun(LADDER, [[], [DORA, DIRK], [SUE]], NOW)
    step = passed(stand, LADDER, [[], [DIRK], [SUE]], NOW, here=False)
    assert step is not None and (step[0], who(step[1]), step[1].rung) == (ClimbEvent.MOVE, 3, 1)
    mine = taken(stand, DORA.staff_id, after(1))
    assert passed(mine, LADDER, ALL, after(900), here=True) is None
    step = passed(mine, LADDER, [[DEPUTY], [], []], after(900), here=False)
    assert step is not None and (step[1].state, who(step[1])) == (ClimbState.WAITING, 1), "else down"
    assert passed(mine, LADDER, [[], [], []], after(901), here=False) is None, "nobody else: it stays"


def test_passing_on_climbs_at_once() -> None:
    stand = begun(LADDER, ALL, NOW)
    up = passed_on(stand, LADDER, ALL, after(1))
    assert (up.rung, who(up), up.next_at) == (1, 2, after(16))
    assert above(ALL, up) == SUE.staff_id
    with pytest.raises(NobodyToEscalateTo):
        passed_on(begun(LADDER, [[], [], [SUE]], NOW), LADDER, [[], [], [SUE]], NOW)
    with pytest.raises(EscalationMoved):
        taken(taken(stand, DORA.staff_id, NOW), DIRK.staff_id, NOW)


def test_a_clock_that_goes_back_climbs_nothing_twice() -> None:
    step = passed(begun(LADDER, ALL, NOW), LADDER, ALL, after(10), here=True)
    assert step is not None
    stand = anchored(step[1], after(-60))
    assert stand.next_at == after(-45) and stand.set_at == after(-60)
    assert passed(stand, LADDER, ALL, after(-46), here=True) is None
    assert passed(stand, LADDER, ALL, after(-45), here=True) is not None


def test_outside_working_hours_the_clock_rests_unless_it_always_runs() -> None:
    hours = [(after(-60), after(5)), (after(600), after(900))]
    assert due(NOW, 5, hours) == after(5)
    assert due(NOW, 10, hours) == after(605)
    assert due(after(30), 10, hours) == after(610)
    assert due(NOW, 1000, hours) == after(900 + 1000 - 305), "hours that end do not stop the clock"
    resting = dataclasses.replace(LADDER, always=False)
    assert begun(resting, ALL, after(30), hours).next_at == after(610)
    assert begun(LADDER, ALL, after(30), hours).next_at == after(40)


@given(
    st.integers(1, 3000),
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400)), max_size=6),
)
def test_the_clock_runs_for_as_many_minutes_as_it_is_given(minutes: int, gaps: list[tuple[int, int]]) -> None:
    spans, at = [], NOW - timedelta(minutes=30)
    for rest, length in gaps:
        start = at + timedelta(minutes=rest)
        at = start + timedelta(minutes=length)
        spans.append((start, at))
    end = due(NOW, minutes, spans)
    ran, minute = 0, NOW
    while ran < minutes:
        ran += any(start <= minute < stop for start, stop in spans) or minute >= max(NOW, at)
        minute += timedelta(minutes=1)
    assert end == minute


EVENTS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 90)),
    st.tuples(st.just("jump"), st.integers(-600, 600)),
    st.tuples(st.just("leave"), st.integers(0, 5)),
    st.tuples(st.just("return"), st.integers(0, 5)),
    st.tuples(st.just("duty"), st.integers(0, 5)),
    st.tuples(st.just("take"), st.integers(0, 5)),
    st.tuples(st.just("pass"), st.just(0)),
)
RUNGS = st.lists(st.sets(st.integers(0, 5), max_size=4), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(RUNGS, st.lists(st.integers(1, 60), min_size=4, max_size=4), st.lists(EVENTS, max_size=40))
def test_exactly_one_person_has_it_whatever_happens(
    members: list[set[int]], minutes: list[int], events: list[tuple[str, int]]
) -> None:
    """People leave and come back, clocks jump both ways, somebody takes it or passes it on. At each moment
    one person has it who is there, as long as anybody is; nobody waits longer than their rung says by the
    house's own clock; and nothing climbs before the minutes of its rung have run.
    """
    ladder = Ladder(tuple(Rung(Whom.DISPATCHERS, minutes[at]) for at in range(len(members))), always=True)
    gone: set[int] = set()
    off: set[int] = set()
    now = NOW

    def people() -> list[list[Candidate]]:
        return [
            [Candidate(UUID(int=each), each not in off) for each in sorted(rung - gone)] for rung in members
        ]

    if not any(people()):
        return
    stand = begun(ladder, people(), now)
    waited = timedelta()
    for what, how in events:
        if what == "wait":
            now, waited = now + timedelta(minutes=how), waited + timedelta(minutes=how)
        elif what == "jump":
            now, waited = now + timedelta(minutes=how), waited + timedelta(minutes=max(how, 0))
        elif what == "leave":
            gone.add(how)
        elif what == "return":
            gone.discard(how)
        elif what == "duty":
            off ^= {how}
        elif what == "take" and stand.state is ClimbState.WAITING and how not in gone:
            stand, waited = taken(anchored(stand, now), UUID(int=how), now), timedelta()
        elif what == "pass" and stand.state is ClimbState.WAITING:
            try:
                stand, waited = passed_on(anchored(stand, now), ladder, people(), now), timedelta()
            except NobodyToEscalateTo:
                pass
        stand = anchored(stand, now)
        steps = 0
        while step := passed(stand, ladder, people(), now, here=stand.holder.int not in gone):
            event, later = step
            if event is not ClimbEvent.MOVE:
                assert waited >= timedelta(minutes=ladder.rungs[stand.rung].minutes), "too soon"
                assert (later.rung > stand.rung) == (event is ClimbEvent.CLIMB)
            assert later.holder.int in members[later.rung] - gone
            stand, waited, steps = later, timedelta(), steps + 1
            assert steps <= 1, "each step waits in full"
        present = {each.staff_id for rung in people() for each in rung}
        assert stand.holder.int not in gone or not present, "with somebody who is there"
        if stand.state is ClimbState.WAITING:
            assert stand.next_at is not None
            longest = timedelta(minutes=ladder.rungs[stand.rung].minutes)
            assert stand.next_at - now <= longest, "silence drops nothing"


def test_every_kind_has_a_ladder_without_any_rule_and_danger_never_rests() -> None:
    assert set(DEFAULTS) == set(EscalationKind)
    assert DEFAULTS[EscalationKind.DANGER].always and DEFAULTS[EscalationKind.DANGER].rungs[0].minutes <= 5
    for ladder in DEFAULTS.values():
        given_ = RuleGiven(
            EscalationKind.OTHER, [RungGiven(each.whom, each.minutes) for each in ladder.rungs]
        )
        assert rule_faults(given_, (), (), ()) == []
        assert ladder_of(kept(ladder.rungs), ladder.always) == ladder


def test_all_that_is_wrong_with_a_rule_is_said_at_once() -> None:
    known = UUID(int=7)
    rungs = [
        RungGiven(Whom.COLLEAGUE, 0),
        RungGiven(Whom.DISPATCHERS, 2881, known),
        RungGiven(Whom.COLLEAGUE, 5, known),
        RungGiven(Whom.COLLEAGUE, 5, known),
    ]
    wrong = RuleGiven(EscalationKind.LEVEL, rungs, "nowhere", "fire")
    assert rule_faults(wrong, {"SA"}, {"leak"}, {known}) == [
        ("station", "station_unknown"),
        ("category", "category_unknown"),
        ("rungs.0.minutes", "rung_minutes_out_of_range"),
        ("rungs.0.staff_id", "colleague_unknown"),
        ("rungs.1.minutes", "rung_minutes_out_of_range"),
        ("rungs.1.staff_id", "rung_names_nobody"),
        ("rungs.3.whom", "rung_twice"),
    ]
    assert rule_faults(RuleGiven(EscalationKind.LEVEL, []), (), (), ()) == [("rungs", "rungs_missing")]
    many = [RungGiven(Whom.COLLEAGUE, 5, UUID(int=each)) for each in range(MOST_RUNGS + 1)]
    people = [each.staff_id for each in many if each.staff_id]
    assert rule_faults(RuleGiven(EscalationKind.LEVEL, many), (), (), people) == [("rungs", "too_many_rungs")]
