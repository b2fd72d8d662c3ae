"""What a transaction has to tell open pages is told once."""

from __future__ import annotations

from kernel.contracts import Changed
from kernel.outbox import hinted_once


def test_hints_about_one_thing_are_one() -> None:
    told = [
        Changed(resource="task", id="1", topics=("tasks", "inbox")),
        Changed(resource="task", id="2", topics=("tasks",)),
        Changed(resource="task", id="1", topics=("rep:7", "tasks")),
        Changed(resource="route", id="1", topics=("reps",)),
    ]
    assert hinted_once(told) == [
        Changed(resource="task", id="1", topics=("tasks", "inbox", "rep:7")),
        Changed(resource="task", id="2", topics=("tasks",)),
        Changed(resource="route", id="1", topics=("reps",)),
    ]
