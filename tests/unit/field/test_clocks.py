"""When a task is late, and when an answer is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from field.task.clocks import lateness, promised_window, put_off_s, response_due
from field.task.task import TaskState

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_clock_of_an_answer_depends_on_the_severity() -> None:
    assert response_due(NOON, "urgent") == NOON + timedelta(minutes=5)
    assert response_due(NOON, "minor") == NOON + timedelta(minutes=30)
    assert response_due(NOON, "never heard of") == response_due(NOON, "minor")
    assert promised_window(NOON, "urgent") == (NOON, NOON + timedelta(hours=2))


def test_an_answer_is_overdue_only_while_it_is_awaited() -> None:
    due = NOON + timedelta(minutes=5)
    before, at = due - timedelta(seconds=1), due
    assert not lateness(TaskState.ASSIGNED, before, response_due_at=due).late
    assert lateness(TaskState.ASSIGNED, at, response_due_at=due).response_overdue
    assert not lateness(TaskState.ACCEPTED, at, response_due_at=due).late


def test_a_task_is_late_as_soon_as_that_is_known() -> None:
    end = NOON + timedelta(hours=2)

    def late(now: datetime, **known: datetime) -> int:
        return lateness(TaskState.ACCEPTED, now, window_end=end, **known).late_s

    assert late(NOON, eta=end) == 0
    assert late(NOON, eta=end + timedelta(minutes=3)) == 180
    assert late(end + timedelta(minutes=1)) == 60
    assert late(end + timedelta(hours=1), eta=NOON) == 3600
    assert late(end + timedelta(hours=1), arrived_at=end + timedelta(seconds=5)) == 5
    assert lateness(TaskState.CANCELLED, end + timedelta(hours=9), window_end=end).late_s == 0


def test_who_has_not_set_off_needs_the_whole_way_from_now() -> None:
    def put_off(state: TaskState, minutes: int) -> int:
        return put_off_s(state, NOON + timedelta(minutes=minutes), eta=NOON, travel_s=600)

    assert put_off(TaskState.ACCEPTED, -10) == 0
    assert put_off(TaskState.ACCEPTED, 0) == put_off(TaskState.ASSIGNED, 0) == 600
    assert put_off(TaskState.TRAVELLING, -5) == 0
    assert put_off(TaskState.TRAVELLING, 5) == 300
    assert put_off(TaskState.ON_SITE, 60) == put_off(TaskState.DONE, 60) == 0
