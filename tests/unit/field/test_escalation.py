"""Who answers for an escalated task."""

from __future__ import annotations

from uuid import UUID

import pytest

from field.task.escalation import Answerable, NobodyToEscalateTo, escalation_target


def person(
    number: int, *roles: str, on_duty: bool = True, stations: tuple[str, ...] = (), open_escalations: int = 0
) -> Answerable:
    return Answerable(UUID(int=number), roles, on_duty, stations, open_escalations)


def test_an_escalated_task_belongs_to_somebody_named() -> None:
    admin, supervisor = person(1, "admin"), person(2, "supervisor")
    busy = person(3, "dispatcher", open_escalations=4)
    free = person(5, "dispatcher", open_escalations=1)
    twin = person(4, "dispatcher", "rep", open_escalations=1)
    elsewhere = person(6, "dispatcher", stations=("S2",))
    here = person(7, "dispatcher", stations=("S1",), open_escalations=9)
    asleep = person(8, "dispatcher", on_duty=False)
    rep = person(9, "rep")

    def to(*staff: Answerable) -> int:
        return escalation_target(staff, "S1").int

    assert to(admin, supervisor, busy) == 3
    assert to(admin, supervisor, asleep) == 2
    assert to(busy, free) == 5
    assert to(free, twin) == 4
    assert to(elsewhere, here) == 7
    assert to(elsewhere, supervisor) == 6
    assert to(rep, asleep) == 8
    with pytest.raises(NobodyToEscalateTo):
        to(rep)
