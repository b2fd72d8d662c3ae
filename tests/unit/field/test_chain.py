"""What a step has to wait for, by values: ends, lags, permits; and which links make a chain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.chains.chain import (
    MOST_STEPS,
    Before,
    Bounds,
    Link,
    Linked,
    PermitKind,
    PermitState,
    Permitted,
    Wait,
    bounds_of,
    in_order,
    kept_from,
    link_faults,
    reaches,
)
from field.chains.permits import PermitGiven, permit_faults
from field.task.task import TaskState
from field.task.window import window_of

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B, C = (UUID(int=number) for number in (1, 2, 3))
STREET = PermitKind.STREET_WORKS


def before(
    state: TaskState = TaskState.ASSIGNED, ends: datetime | None = NOW + HOUR, lag_s: int = 0
) -> Before:
    return Before(A, state, lag_s, ends, NOW - HOUR if state is TaskState.DONE else None)


def permit(state: PermitState = PermitState.GRANTED, start: float = 0, end: float = 5) -> Permitted:
    return Permitted(STREET, state, NOW + start * HOUR, NOW + end * HOUR)


@pytest.mark.parametrize(
    ("steps", "bounds"),
    [
        ([], Bounds()),
        ([before()], Bounds(None, NOW + HOUR)),
        ([before(lag_s=1800)], Bounds(None, NOW + HOUR + HOUR / 2)),
        ([before(), before(ends=NOW + 2 * HOUR)], Bounds(None, NOW + 2 * HOUR)),
        ([before(TaskState.DONE)], Bounds(None, NOW - HOUR)),
        ([before(TaskState.UNPLACED, None)], Bounds(Wait.PREDECESSOR_UNPLANNED)),
        ([before(TaskState.ESCALATED, None)], Bounds(Wait.PREDECESSOR_ESCALATED)),
        ([before(), before(TaskState.CANCELLED, None)], Bounds(Wait.PREDECESSOR_CANCELLED)),
        ([before(TaskState.ON_SITE, NOW)], Bounds(None, NOW + timedelta(minutes=5))),
        (
            [before(TaskState.ON_SITE, NOW + timedelta(microseconds=1))],
            Bounds(None, NOW + timedelta(seconds=1)),
        ),
    ],
)
def test_a_step_begins_when_the_last_it_waits_for_is_over(steps: list[Before], bounds: Bounds) -> None:
    assert bounds_of(steps, (), (), 1800, NOW) == bounds


@pytest.mark.parametrize(
    ("permits", "bounds"),
    [
        ([], Bounds(Wait.PERMIT_MISSING)),
        ([permit(PermitState.ASKED)], Bounds(Wait.PERMIT_ASKED)),
        ([permit(PermitState.REFUSED)], Bounds(Wait.PERMIT_REFUSED)),
        ([permit(end=0)], Bounds(Wait.PERMIT_EXPIRED)),
        ([permit(PermitState.REFUSED), permit(PermitState.ASKED)], Bounds(Wait.PERMIT_ASKED)),
        ([permit(start=2)], Bounds(None, NOW + 2 * HOUR, NOW + 5 * HOUR)),
        ([permit(start=4, end=9), permit()], Bounds(None, NOW, NOW + 5 * HOUR)),
        ([permit(end=0.25)], Bounds(Wait.PERMIT_TOO_SHORT)),
    ],
)
def test_a_step_that_needs_a_permit_keeps_its_time(permits: list[Permitted], bounds: Bounds) -> None:
    assert bounds_of([], {STREET}, permits, 1800, NOW) == bounds


def test_the_door_asks_more_than_the_plan() -> None:
    assert kept_from([before()], (), (), NOW) == ("predecessor_open", None)
    done = Before(A, TaskState.DONE, 3600, None, NOW)
    assert kept_from([done], (), (), NOW + HOUR / 2) == ("lag_running", NOW + HOUR)
    assert kept_from([done], (), (), NOW + HOUR) is None
    assert kept_from([], {STREET}, [permit(start=2)], NOW) == ("permit_not_yet", NOW + 2 * HOUR)
    assert kept_from([], {STREET}, [permit()], NOW + 5 * HOUR) == ("permit_expired", None)
    assert kept_from([], {STREET}, [permit()], NOW) is None


def test_every_fault_of_a_link_is_said_at_once() -> None:
    stands = Linked(TaskState.ASSIGNED, "SA", A)
    tasks = {A: stands, B: Linked(TaskState.CANCELLED, "SB", C)}
    faults = link_faults([Link(B, A)], Link(A, B), tasks, MOST_STEPS + 1)
    assert {code for _, code in faults} == {
        "steps_in_circle",
        "step_finished",
        "steps_of_other_stations",
        "steps_of_other_chains",
        "too_many_steps",
    }
    assert ("successor", "step_itself") in link_faults([], Link(A, A), tasks, 1)
    assert link_faults([Link(A, C)], Link(A, C), {A: stands, C: stands}, 2) == [("successor", "steps_linked")]
    over = Linked(TaskState.DONE, "SA", None)
    assert link_faults([], Link(A, C), {A: over, C: stands}, 2) == [], "what is done may be waited for"


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=24))
def test_links_taken_one_by_one_never_make_a_circle_and_have_an_order(pairs: list[tuple[int, int]]) -> None:
    links: list[Link] = []
    free = Linked(TaskState.ASSIGNED, None, None)
    ids = [UUID(int=number) for number in range(9)]
    for one, two in pairs:
        new = Link(ids[one], ids[two])
        if not link_faults(links, new, dict.fromkeys(ids, free), 9):
            links.append(new)
        else:
            assert new.predecessor == new.successor or new in links or reaches(links, ids[two], ids[one])
    order = in_order(ids, links)
    assert sorted(order, key=str) == sorted(ids, key=str)
    assert all(order.index(link.predecessor) < order.index(link.successor) for link in links)


def test_a_permit_says_all_that_is_missing() -> None:
    assert permit_faults(PermitGiven(STREET, PermitState.ASKED, "Roads")) == []
    codes = [code for _, code in permit_faults(PermitGiven(STREET, PermitState.GRANTED))]
    assert codes == [
        "permit_authority_missing",
        "permit_number_missing",
        "permit_dates_missing",
        "permit_dates_missing",
    ]
    turned = PermitGiven(STREET, PermitState.ASKED, "Roads", "1", NOW, NOW - HOUR)
    assert permit_faults(turned) == [("valid_until", "permit_ends_first")]


class Held:
    """A task's window and bounds."""

    def __init__(self, first: datetime | None, last: datetime | None) -> None:
        self.window_start, self.window_end, self.duration_s = NOW, NOW + 2 * HOUR, 1800
        self.not_before, self.not_after = first, last
        self.meets_at: datetime | None = None


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        (None, None, (0, 2)),
        (1, None, (1, 2)),
        (-1, None, (0, 2)),
        (3, None, (3, 5)),
        (None, 2, (0, 1.5)),
        (3, 4, (3, 3.5)),
    ],
)
def test_a_window_moves_with_what_it_waits_for(
    first: float | None, last: float | None, window: tuple[float, float]
) -> None:
    held = Held(NOW + first * HOUR if first else None, NOW + last * HOUR if last else None)
    assert window_of(held) == (NOW + window[0] * HOUR, NOW + window[1] * HOUR)


def test_for_two_the_window_is_the_moment_both_keep_unless_one_has_to_wait() -> None:
    held = Held(None, None)
    held.meets_at = NOW + HOUR
    assert window_of(held) == (NOW + HOUR, NOW + HOUR)
    held.not_before = NOW + 3 * HOUR
    assert window_of(held) == (NOW + 3 * HOUR, NOW + 3 * HOUR)
