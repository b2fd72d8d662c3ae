"""A day told again from the lines of timelines."""

from __future__ import annotations

from uuid import UUID

from field.replay.story import Line, story

LEAK, METER, ANN, BOB = (UUID(int=number) for number in range(1, 5))


def told(
    *lines: tuple[UUID, int, str, UUID | None], start: int = 100
) -> list[tuple[int, int, str, UUID | None]]:
    """The steps with small numbers for the tasks."""
    given = [Line(task, at, state, {"rep": str(rep)} if rep else {}) for task, at, state, rep in lines]
    return [(step.task_id.int, step.at, step.state, step.rep_id) for step in story(given, start)]


def test_of_what_was_before_the_day_only_the_last_is_told() -> None:
    assert told(
        (LEAK, 10, "unplaced", None),
        (LEAK, 20, "assigned", ANN),
        (LEAK, 30, "accepted", None),
        (LEAK, 150, "travelling", None),
    ) == [(1, 100, "accepted", ANN), (1, 150, "travelling", ANN)]


def test_a_task_that_changes_hands_or_goes_to_the_inbox_has_another_holder_or_none() -> None:
    assert told(
        (LEAK, 110, "assigned", ANN),
        (LEAK, 120, "assigned", BOB),
        (LEAK, 130, "declined", None),
        (LEAK, 130, "unplaced", None),
        (LEAK, 140, "assigned", ANN),
    ) == [
        (1, 110, "assigned", ANN),
        (1, 120, "assigned", BOB),
        (1, 130, "declined", None),
        (1, 130, "unplaced", None),
        (1, 140, "assigned", ANN),
    ]


def test_what_a_phone_tells_late_does_not_happen_before_what_it_follows() -> None:
    assert told((LEAK, 150, "assigned", ANN), (LEAK, 140, "accepted", None)) == [
        (1, 150, "assigned", ANN),
        (1, 150, "accepted", ANN),
    ]


def test_lines_that_change_nothing_are_left_out_and_all_tasks_stand_in_one_order() -> None:
    assert told(
        (LEAK, 110, "assigned", ANN),
        (LEAK, 120, "assigned", None),
        (METER, 105, "assigned", BOB),
        (METER, 130, "accepted", None),
    ) == [(2, 105, "assigned", BOB), (1, 110, "assigned", ANN), (2, 130, "accepted", BOB)]
