"""What a transaction has to tell leaves in order, and open pages are told once."""

from __future__ import annotations

from uuid import UUID

from kernel.contracts import Changed, Event, RouteEased
from kernel.outbox import hinted_once


def test_hints_about_one_thing_are_one() -> None:
    told: list[Event] = [
        Changed(resource="task", id="1", topics=("tasks", "inbox")),
        RouteEased(rep_id=UUID(int=7)),
        Changed(resource="task", id="2", topics=("tasks",)),
        Changed(resource="task", id="1", topics=("rep:7", "tasks")),
        Changed(resource="route", id="1", topics=("reps",)),
    ]
    assert hinted_once(told) == [
        Changed(resource="task", id="1", topics=("tasks", "inbox", "rep:7")),
        RouteEased(rep_id=UUID(int=7)),
        Changed(resource="task", id="2", topics=("tasks",)),
        Changed(resource="route", id="1", topics=("reps",)),
    ]


def test_events_are_all_told() -> None:
    eased: list[Event] = [RouteEased(rep_id=UUID(int=7)), RouteEased(rep_id=UUID(int=7))]
    assert hinted_once(eased) == eased
