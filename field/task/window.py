"""When a task may be begun: its promised window, moved by what it has to wait for.

A task that follows others is begun when the last of them is over, and no sooner (``not_before``). Where that
is after its window, the window has moved as a whole: the promise is broken and stays so
(:mod:`field.task.clocks`), and the work is owed all the more. What has to be over by a moment (``not_after``,
the end of a permit) is begun early enough for that, whatever else would be possible.

Where two people are to be there, both begin at one moment (``meets_at``), which for either of them is the
whole window.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from field.task.task import TaskState


class Bounded(Protocol):
    """A task, or a row with these columns of one."""

    @property
    def window_start(self) -> datetime: ...
    @property
    def window_end(self) -> datetime: ...
    @property
    def not_before(self) -> datetime | None: ...
    @property
    def not_after(self) -> datetime | None: ...
    @property
    def duration_s(self) -> int: ...
    @property
    def meets_at(self) -> datetime | None: ...


class Begun(Protocol):
    """A task, or a row with these columns of one."""

    @property
    def state(self) -> TaskState: ...
    @property
    def arrived_at(self) -> datetime | None: ...
    @property
    def meets_at(self) -> datetime | None: ...


def window_of(task: Bounded) -> tuple[datetime, datetime]:
    """The first and the last moment at which the work may begin; the last may lie before the first."""
    start, end = task.window_start, task.window_end
    if task.meets_at is not None:
        start = end = task.meets_at
    if task.not_before is not None and task.not_before > start:
        end = end if end >= task.not_before else task.not_before + (end - start)
        start = task.not_before
    last = last_start(task)
    return start, end if last is None else min(end, last)


def begun_at(task: Begun) -> datetime | None:
    """When the work began: at the arrival, for two not before both can."""
    if task.arrived_at is None or task.meets_at is None or task.state is TaskState.DONE:
        return task.arrived_at
    return max(task.arrived_at, task.meets_at)


def last_start(task: Bounded) -> datetime | None:
    """The last moment at which it may begin whatever was promised; None: there is none."""
    return None if task.not_after is None else task.not_after - timedelta(seconds=task.duration_s)
