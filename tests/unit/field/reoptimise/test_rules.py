"""The checker finds each fault that is planted in a plan, and nothing in one without."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from uuid import UUID

import pytest

from field.reoptimise.check.rules import Follow, Line, Person, Place, violations

HOUR = 3600
NOW = 9 * HOUR
ANN, BOB = UUID(int=1), UUID(int=2)
HOME: Place = (0.0, 0.0)

Days = dict[UUID, list[Line]]


def leg(a: Place, b: Place) -> int:
    """A hundred seconds a unit, on one street."""
    return round(abs(a[0] - b[0]) * 100)


def task(number: int, at: float, **changed: object) -> Line:
    line = Line(
        task_id=UUID(int=100 + number),
        place=(at, 0.0),
        service_s=1800,
        window_start=8 * HOUR,
        window_end=17 * HOUR,
        skill="valve",
        level=1,
        parts={},
        declined_by=frozenset(),
        state="assigned",
        held=False,
        free_at=0,
        travel_s=0,
        starts_at=0,
        ends_at=0,
    )
    return dataclasses.replace(line, **changed)  # type: ignore[arg-type]


def written(lines: list[Line]) -> list[Line]:
    """The lines with the times that a day of these stops has."""
    here, free, done = HOME, NOW, []
    for line in lines:
        way = 0 if line.is_rest else leg(here, line.place)
        if line.is_rest:
            start = max(free, line.window_start)
            free = start + line.service_s
            done.append(dataclasses.replace(line, starts_at=start, ends_at=free))
            continue
        if line.state in ("done", "on_site", "travelling"):
            done.append(dataclasses.replace(line, travel_s=way))
            free = line.free_at
        else:
            start = max(free + way, line.window_start)
            free = start + line.service_s
            done.append(dataclasses.replace(line, travel_s=way, starts_at=start, ends_at=free))
        here = line.place
    return done


PEOPLE = {
    rep_id: Person(rep_id, HOME, HOME, 8 * HOUR, 17 * HOUR, {"valve": 2}, {"gasket": 2})
    for rep_id in (ANN, BOB)
}


def codes(before: Days, after: Days, people: dict[UUID, Person] | None = None, **asked: object) -> set[str]:
    found = violations(
        people or PEOPLE,
        {rep_id: written(lines) for rep_id, lines in before.items()},
        {rep_id: written(lines) for rep_id, lines in after.items()},
        leg,
        NOW,
        **asked,  # type: ignore[arg-type]
    )
    return {violation.code for violation in found}


A, B, C = task(1, 1), task(2, 2), task(3, 3)
BEFORE: Days = {ANN: [A, B], BOB: [C]}


def changed(line: Line, **to: object) -> Line:
    return dataclasses.replace(line, **to)  # type: ignore[arg-type]


PAUSE = changed(task(9, 0), is_rest=True, window_start=11 * HOUR, window_end=12 * HOUR, skill="", parts={})


def test_a_break_is_kept_wherever_it_is_taken() -> None:
    assert codes({ANN: [A, PAUSE, B], BOB: [C]}, {ANN: [PAUSE, B], BOB: [A, C]}) == set()
    assert codes({ANN: [A, PAUSE, B], BOB: [C]}, {ANN: [A, B, PAUSE], BOB: [C]}) == set()
    assert "task_lost" in codes({ANN: [A, PAUSE, B], BOB: [C]}, {ANN: [A, B], BOB: [C]})
    # Behind four hours of work it would begin too late.
    long = changed(A, service_s=4 * HOUR)
    assert "window_missed" in codes({ANN: [PAUSE, long], BOB: [C]}, {ANN: [long, PAUSE], BOB: [C]})
    # Whoever plans as if nobody rested says times that nobody keeps.
    after = {ANN: written([A, B]), BOB: written([C])}
    with_break = {ANN: written([A, changed(PAUSE, window_start=0), B]), BOB: written([C])}
    with_break[ANN][2] = after[ANN][1]
    assert "times_wrong" in {each.code for each in violations(PEOPLE, with_break, with_break, leg, NOW)}


def test_a_plan_that_keeps_every_rule_is_left_alone() -> None:
    assert codes(BEFORE, {ANN: [B], BOB: [A, C]}) == set()
    assert codes(BEFORE, {ANN: [B, A], BOB: [C, task(4, 5)]}, new=frozenset({UUID(int=104)})) == set()


FAULTS: dict[str, Callable[[], set[str]]] = {
    "task_lost": lambda: codes(BEFORE, {ANN: [A], BOB: [C]}),
    "task_twice": lambda: codes(BEFORE, {ANN: [A, B], BOB: [C, A]}),
    "task_unknown": lambda: codes(BEFORE, {ANN: [A, B], BOB: [C, task(4, 5)]}),
    "frozen_moved": lambda: moved_although(state="travelling", free_at=NOW + 1900, starts_at=NOW + 100),
    "lock_broken": lambda: moved_although(keeps_rep=True),
    "skill_missing": lambda: moved_although(level=3),
    "declined_before": lambda: moved_although(declined_by=frozenset({BOB})),
    "parts_missing": lambda: moved_although(parts={"gasket": 3}),
    "window_missed": lambda: moved_although(window_end=NOW + 100),
    "off_shift": lambda: codes(BEFORE, {ANN: [B], BOB: [A, C]}, bob(shift_end=NOW)),
    "shift_exceeded": lambda: codes(BEFORE, {ANN: [B], BOB: [A, C]}, bob(shift_end=NOW + 3000)),
    "route_locked": lambda: codes(BEFORE, {ANN: [B], BOB: [A, C]}, bob(locked=True)),
    "rep_gone": lambda: codes(BEFORE, {ANN: [B], BOB: [A, C]}, bob(gone=True)),
    "order_broken": lambda: codes(
        {ANN: [changed(A, keeps_place=True), changed(B, keeps_place=True)], BOB: []},
        {ANN: [changed(B, keeps_place=True), changed(A, keeps_place=True)], BOB: []},
    ),
    "hold_broken": lambda: codes(
        {ANN: [A, changed(B, held=True), C], BOB: []}, {ANN: [A, C, changed(B, held=True)], BOB: []}
    ),
    "break_moved": lambda: codes({ANN: [A, PAUSE, B], BOB: [C]}, {ANN: [A, B], BOB: [C, PAUSE]}),
    "no_way": lambda: codes(
        {ANN: [changed(A, place=(9000.0, 0.0), window_end=10**9)], BOB: []},
        {ANN: [], BOB: [changed(A, place=(9000.0, 0.0), window_end=10**9)]},
    ),
}


def moved_although(**a: object) -> set[str]:
    """Ann's first stop goes to Bob, behind what he has."""
    first = changed(A, **a)
    return codes({ANN: [first, B], BOB: [C]}, {ANN: [B], BOB: [C, first]})


def bob(**changed_to: object) -> dict[UUID, Person]:
    return PEOPLE | {BOB: dataclasses.replace(PEOPLE[BOB], **changed_to)}  # type: ignore[arg-type]


@pytest.mark.parametrize("code", FAULTS)
def test_each_planted_fault_is_found(code: str) -> None:
    assert code in FAULTS[code]()


@pytest.mark.parametrize(
    ("column", "code"),
    [("travel_s", "travel_wrong"), ("starts_at", "times_wrong"), ("ends_at", "times_wrong")],
)
def test_times_that_nobody_could_keep_are_found(column: str, code: str) -> None:
    before = {ANN: written([A, B]), BOB: written([C])}
    after = {ANN: written([B]), BOB: written([A, C])}
    after[BOB][1] = dataclasses.replace(after[BOB][1], **{column: getattr(after[BOB][1], column) - 60})
    assert code in {violation.code for violation in violations(PEOPLE, before, after, leg, NOW)}


def test_what_was_late_already_may_be_as_late_but_no_later() -> None:
    late = changed(A, window_end=NOW - 600)
    # Ann would be there at 9:01:40; Bob, who has nothing else, as well.
    assert codes({ANN: [late, B], BOB: []}, {ANN: [B], BOB: [late]}) == set()
    assert codes({ANN: [late, B], BOB: [C]}, {ANN: [B], BOB: [C, late]}) == {"window_missed"}


def test_whoever_is_gone_keeps_what_nobody_else_could_take() -> None:
    people = PEOPLE | {ANN: dataclasses.replace(PEOPLE[ANN], gone=True, shift_end=NOW)}
    assert codes(BEFORE, {ANN: [A], BOB: [B, C]}, people) == set()


def test_who_begins_before_the_task_it_follows_is_over_is_found_but_not_what_was_wrong_before() -> None:
    first, second = task(1, 1.0), task(2, 2.0)
    follows = dataclasses.replace(second, follows=(Follow(first.task_id, 600, None),), over_by=NOW + 3 * HOUR)
    good = {ANN: written([first]), BOB: written([dataclasses.replace(follows, window_start=NOW + HOUR)])}
    assert violations(PEOPLE, good, good, leg, NOW) == []
    early = {ANN: good[ANN], BOB: written([follows])}
    assert {each.code for each in violations(PEOPLE, good, early, leg, NOW)} == {"predecessor_open"}
    assert violations(PEOPLE, early, early, leg, NOW) == [], "no worse than it was"
    late = {ANN: good[ANN], BOB: written([dataclasses.replace(follows, window_start=NOW + 2.75 * HOUR)])}  # type: ignore[arg-type]
    assert {each.code for each in violations(PEOPLE, good, late, leg, NOW)} == {"permit_missed"}
    alone = {ANN: [], BOB: good[BOB]}
    assert "predecessor_open" in {each.code for each in violations(PEOPLE, good, alone, leg, NOW)}
