"""The check-in timer, whatever is said late and whatever clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.safety.timer import (
    Plan,
    TimerEvent,
    TimerMoveRefused,
    TimerState,
    Waits,
    anchored,
    begun,
    moved,
    passed,
    said,
)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAITS = Waits()
S, E = TimerState, TimerEvent


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def run(plan: Plan, *moments: float) -> tuple[Plan, list[TimerEvent]]:
    """Look at the timer at these minutes; what was taken."""
    taken = []
    for minutes in moments:
        step = passed(anchored(plan, after(minutes)), WAITS, after(minutes))
        if step:
            taken.append(step[0])
            plan = step[1]
    return plan, taken


def test_nobody_answers_and_it_climbs_step_by_step() -> None:
    plan, taken = run(begun(NINE, 30, WAITS, NINE), 24.9, 25, 29, 30, 31.9, 32, 36, 37, 60, 600)
    assert taken == [E.REMIND, E.RUN_OUT, E.CLIMB, E.CLIMB_ON]
    assert plan.state is S.SUPERVISOR
    assert plan.next_at is None


def test_a_word_calms_it_from_every_step() -> None:
    for minutes in (1, 26, 31, 33, 38):
        plan, _ = run(begun(NINE, 30, WAITS, NINE), *(m / 10 for m in range(minutes * 10 + 1)))
        calm = said(plan, E.WELL, after(minutes), WAITS, after(minutes))
        assert (calm.state, calm.ends_at) == (S.RUNNING, after(minutes + 30))


def test_a_word_from_before_the_end_that_comes_late_calms_an_alert() -> None:
    climbed, _ = run(begun(NINE, 30, WAITS, NINE), 30, 33)
    assert climbed.state is S.DISPATCHER
    assert said(climbed, E.WELL, after(29), WAITS, after(40)).state is S.RUNNING


def test_a_word_whose_time_is_over_too_calms_no_alert() -> None:
    climbed, _ = run(begun(NINE, 30, WAITS, NINE), 30, 33)
    heard = said(climbed, E.WELL, after(1), WAITS, after(90))
    assert (heard.state, heard.said_at) == (S.DISPATCHER, after(1))
    assert heard.next_at == climbed.next_at


def test_a_house_that_was_down_leaves_each_step_its_wait() -> None:
    plan, taken = run(begun(NINE, 30, WAITS, NINE), 200)
    assert taken == [E.RUN_OUT], "no reminder of what is over"
    plan, taken = run(plan, 201.9, 202, 206.9, 207)
    assert taken == [E.CLIMB, E.CLIMB_ON]


def test_an_alert_that_was_answered_climbs_no_further_and_closes_once() -> None:
    climbed, _ = run(begun(NINE, 30, WAITS, NINE), 30, 33)
    answered = moved(climbed, E.ANSWER, after(34))
    assert run(answered, 39, 500)[1] == []
    with pytest.raises(TimerMoveRefused):
        moved(answered, E.ANSWER, after(35))
    closed = moved(answered, E.CLOSE, after(36))
    with pytest.raises(TimerMoveRefused):
        said(closed, E.WELL, after(37), WAITS, after(37))


def test_a_clock_that_is_set_back_makes_nobody_wait_longer() -> None:
    plan = begun(NINE, 30, WAITS, NINE)
    back = anchored(plan, after(-600))
    assert back.ends_at == after(-570)
    assert anchored(back, after(-600)) == back
    assert anchored(plan, NINE - timedelta(seconds=1)) == plan, "two machines differ by as much"


MOMENTS = st.lists(
    st.tuples(st.integers(-7200, 7200), st.sampled_from(["look", "well", "extend"])), max_size=30
)


@given(MOMENTS, st.integers(5, 240))
def test_what_is_planned_is_never_further_away_than_it_was_promised(
    what: list[tuple[int, str]], minutes: int
) -> None:
    now = NINE
    plan = begun(now, minutes, WAITS, now)
    longest = timedelta(minutes=minutes)
    for seconds, act in what:
        now += timedelta(seconds=seconds)
        plan = anchored(plan, now)
        if act == "look":
            step = passed(plan, WAITS, now)
            plan = step[1] if step else plan
        else:
            plan = said(plan, E.WELL if act == "well" else E.EXTEND, now, WAITS, now)
            longest += timedelta(minutes=15)
        assert plan.next_at is None or plan.next_at - now <= longest
        assert plan.state in (S.SUPERVISOR,) or plan.next_at is not None, "somebody will ask again"


@given(st.integers(-3600, 7200), st.integers(0, 7200), st.sampled_from([E.WELL, E.EXTEND]))
def test_no_word_makes_the_time_shorter_or_is_said_in_the_future(at: int, now: int, word: TimerEvent) -> None:
    plan = begun(NINE, 30, WAITS, NINE)
    moment = NINE + timedelta(seconds=now)
    heard = said(plan, word, NINE + timedelta(seconds=at), WAITS, moment)
    assert heard.ends_at >= plan.ends_at
    assert heard.said_at <= moment
    again = said(heard, E.WELL, heard.said_at, WAITS, moment)
    assert again.ends_at == heard.ends_at or word is E.EXTEND, "the same word again gives no more time"
