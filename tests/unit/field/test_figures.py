"""What one task counts for: the rules one by one, and laws that hold of any."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from field.figures.counting import Line, Told, evenness, facts_of, monday
from field.task.task import TaskState

MADE = datetime(2026, 3, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = (MADE + HOUR, MADE + 3 * HOUR)


def day_of(moment: datetime) -> date:
    return moment.date()


def task(state: TaskState = TaskState.ASSIGNED, **more: datetime) -> Told:
    return Told(state, "major", MADE, WINDOW, **more)


def test_an_answer_counts_from_when_the_task_was_made_and_a_no_is_one() -> None:
    for kind in ("accept", "decline"):
        facts = facts_of(task(), [Line(kind, MADE + timedelta(seconds=900))], day_of)
        assert (facts.made_on, facts.prompt, facts.answer_s) == (date(2026, 3, 4), True, 900)
    late = facts_of(task(), [Line("accept", MADE + timedelta(seconds=901))], day_of)
    assert (late.prompt, late.answer_s) == (False, 901)
    none = facts_of(task(), [], day_of)
    assert (none.made_on, none.prompt, none.answer_s) == (date(2026, 3, 4), False, None)
    called_off = facts_of(task(TaskState.CANCELLED, closed=MADE + HOUR / 2), [], day_of)
    assert called_off.made_on is None and called_off.due_on is None


def test_a_window_is_met_inside_both_ends_also_where_nobody_was_at_home() -> None:
    for offset, met in ((1, True), (3, True), (0.99, False), (3.01, False)):
        facts = facts_of(task(), [Line("arrive", MADE + offset * HOUR)], day_of)
        assert (facts.due_on, facts.met) == (date(2026, 3, 4), met)
    assert facts_of(task(), [], day_of).met is False
    settled_late = facts_of(task(TaskState.DONE, closed=MADE + 4 * HOUR), [], day_of)
    assert (settled_late.due_on, settled_late.visits) == (date(2026, 3, 4), 0)


def test_a_fix_at_the_first_visit_is_one_arrival_and_passed_on_to_nobody() -> None:
    there, done = MADE + 2 * HOUR, MADE + 26 * HOUR
    closed = task(TaskState.DONE, departed=MADE + HOUR, arrived=there, closed=done)
    once = facts_of(closed, [Line("arrive", there)], day_of)
    assert (once.done_on, once.visits, once.fixed) == (date(2026, 3, 5), 1, True)
    assert (once.travel_s, once.work_s) == (3600, 24 * 3600)
    twice = facts_of(closed, [Line("arrive", MADE + HOUR), Line("arrive", there)], day_of)
    assert (twice.visits, twice.fixed) == (2, False)
    assert not facts_of(closed, [Line("arrive", there), Line("escalate", there + HOUR)], day_of).fixed
    walked = facts_of(task(TaskState.DONE, arrived=there, closed=done), [Line("arrive", there)], day_of)
    assert (walked.travel_s, walked.work_s, walked.fixed) == (None, None, True)


moments = st.integers(-100_000, 400_000).map(lambda seconds: MADE + timedelta(seconds=seconds))


@given(
    st.sampled_from(list(TaskState)),
    st.lists(st.tuples(st.sampled_from(["accept", "decline", "arrive", "escalate", "travel"]), moments)),
    st.none() | moments,
    st.none() | moments,
    st.none() | moments,
    st.randoms(use_true_random=False),
)
def test_facts_do_not_depend_on_the_order_of_lines_and_agree_with_themselves(
    state: TaskState,
    lines: list[tuple[str, datetime]],
    departed: datetime | None,
    arrived: datetime | None,
    closed: datetime | None,
    dice: random.Random,
) -> None:
    told = Told(state, "minor", MADE, WINDOW, departed, arrived, closed)
    said = [Line(*line) for line in lines]
    facts = facts_of(told, said, day_of)
    dice.shuffle(said)
    assert facts_of(told, said, day_of) == facts
    assert not facts.met or (facts.due_on and facts.visits)
    assert not facts.prompt or (facts.made_on and facts.answer_s is not None)
    assert (facts.travel_s is None) == (facts.work_s is None)
    assert facts.travel_s is None or min(facts.travel_s, facts.work_s or 0) >= 0
    assert facts.done_on is None or state is TaskState.DONE


@given(st.lists(st.integers(0, 50_000)))
def test_nobody_has_more_than_the_busiest(work: list[int]) -> None:
    mean, most = evenness(work)
    assert 0 <= mean <= most
    assert (mean == most) or len(set(work)) > 1


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_a_week_begins_on_its_monday(day: date) -> None:
    first = monday(day)
    assert first.weekday() == 0 and 0 <= (day - first).days < 7
