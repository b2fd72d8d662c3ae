"""The clocks of a task: when an answer is due, what window is promised, and how late it is."""

import dataclasses
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from field.task.task import FINAL, TaskState

RESPONSE_S: Final[Mapping[str, int]] = MappingProxyType({"urgent": 300, "major": 900, "minor": 1800})
"""Seconds a representative has to answer an assignment, by severity."""

PROMISE_S: Final[Mapping[str, int]] = MappingProxyType(
    {"urgent": 2 * 3600, "major": 6 * 3600, "minor": 24 * 3600}
)
"""Seconds within which somebody is promised to be there, by severity, when the customer agreed no
window.
"""


def response_due(assigned_at: datetime, severity: str) -> datetime:
    """When an assignment that nobody answered expires. An unknown severity counts as minor."""
    return assigned_at + timedelta(seconds=RESPONSE_S.get(severity, RESPONSE_S["minor"]))


def promised_window(
    created_at: datetime, severity: str, clock_s: int | None = None
) -> tuple[datetime, datetime]:
    """The window promised by default: from now on, until the severity's promise ends, or the task type's own
    clock.
    """
    promise = PROMISE_S.get(severity, PROMISE_S["minor"]) if clock_s is None else clock_s
    return created_at, created_at + timedelta(seconds=promise)


@dataclasses.dataclass(frozen=True)
class Lateness:
    """Which clocks of a task have run out. `late_s`: seconds past the promised window, known or
    expected; 0 in time.
    """

    response_overdue: bool
    late_s: int

    @property
    def late(self) -> bool:
        return self.response_overdue or self.late_s > 0


def lateness(
    state: TaskState,
    now: datetime,
    *,
    response_due_at: datetime | None = None,
    window_end: datetime | None = None,
    eta: datetime | None = None,
    arrived_at: datetime | None = None,
) -> Lateness:
    """Where the clocks stand. Being there stops the window's clock; an ETA past the window's end is
    late already.
    """
    overdue = state is TaskState.ASSIGNED and response_due_at is not None and now >= response_due_at
    if window_end is None or (state in FINAL and arrived_at is None):
        return Lateness(overdue, 0)
    there = arrived_at if arrived_at is not None else max(now, eta) if eta is not None else now
    return Lateness(overdue, max(0, int((there - window_end).total_seconds())))


def put_off_s(state: TaskState, now: datetime, *, eta: datetime, travel_s: int) -> int:
    """Seconds by which a planned arrival has become impossible meanwhile; all that follows moves as far.

    Who has not set off yet needs the whole way from now; who is on the way is not there in the past.
    """
    if state in (TaskState.ASSIGNED, TaskState.ACCEPTED):
        soonest = now + timedelta(seconds=travel_s)
    elif state is TaskState.TRAVELLING:
        soonest = now
    else:
        return 0
    return max(0, math.ceil((soonest - eta).total_seconds()))
