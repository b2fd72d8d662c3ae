"""What one task says about how well the work is done, and on which days: pure.

Six figures, each a numerator over a denominator that can be added up over days and groups:

- *first_answer*, on the day the task was made: answered within the time its severity allows, over all that
  were made. Left out: closed before anybody had answered.
- *in_window*, on the day its window ends: somebody came inside the window, over all windows that ended. Left
  out: closed before the window ended, without anybody coming.
- *first_fix*, on the day it was done: done at the first visit, over all that were done where somebody was
  there. Left out: settled without a visit. Work that went on to somebody else was no fix at the first visit.
- *travel_share*, on the day it was done: time on the way over time on the way and at the place. Left out:
  tasks of which one of the three moments is missing, or where they do not follow each other.
- *overtime*, of a representative's day: overtime that was granted over the hours of the shift. Left out: days
  without a stored shift and without work.
- *balance*, of a station's day: what its people had on average over what the busiest had; work and travel.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from field.task.clocks import response_due
from field.task.task import FINAL, TaskEvent, TaskState

ANSWERS: Final = frozenset({TaskEvent.ACCEPT.value, TaskEvent.DECLINE.value})
SAID: Final = (*sorted(ANSWERS), TaskEvent.ARRIVE.value, TaskEvent.ESCALATE.value)
"""The lines of a timeline that figures are made of."""


class Figure(StrEnum):
    """What is shown."""

    FIRST_ANSWER = "first_answer"
    IN_WINDOW = "in_window"
    FIRST_FIX = "first_fix"
    TRAVEL_SHARE = "travel_share"
    OVERTIME = "overtime"
    BALANCE = "balance"


By = Literal["all", "station", "zone", "type"]
"""What a line stands for."""
MOST_LINES: Final = 6
WEEK: Final = timedelta(days=7)

OF_PEOPLE: Final = frozenset({Figure.OVERTIME, Figure.BALANCE})
"""Figures of people's days: a station has them, a zone or a kind of task has not."""


@dataclasses.dataclass(frozen=True)
class Told:
    """A task as its row has it. ``done`` is when it was closed, however."""

    state: TaskState
    severity: str
    made: datetime
    window: tuple[datetime, datetime]
    departed: datetime | None = None
    arrived: datetime | None = None
    closed: datetime | None = None


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of its timeline, by when it happened."""

    kind: str
    at: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """What a task counts for. A day is None where it does not count; seconds are whole."""

    made_on: date | None = None
    prompt: bool = False
    answer_s: int | None = None
    due_on: date | None = None
    met: bool = False
    done_on: date | None = None
    visits: int = 0
    fixed: bool = False
    travel_s: int | None = None
    work_s: int | None = None

    @property
    def days(self) -> frozenset[date]:
        """Every day that it counts on."""
        return frozenset(day for day in (self.made_on, self.due_on, self.done_on) if day is not None)


def facts_of(task: Told, lines: Iterable[Line], day_of: Callable[[datetime], date]) -> Facts:
    """What a task counts for; `day_of` says in which working day a moment lies."""
    said = list(lines)
    answers = [line.at for line in said if line.kind in ANSWERS]
    visits = {line.at for line in said if line.kind == TaskEvent.ARRIVE}
    if task.arrived is not None:
        visits.add(task.arrived)
    closed = task.closed if task.state in FINAL else None
    answered = min(answers, default=None)
    start, end = task.window
    done = closed if task.state is TaskState.DONE else None
    spent = _spent(task, done)
    return Facts(
        made_on=day_of(task.made) if answered is not None or closed is None else None,
        prompt=answered is not None and answered <= response_due(task.made, task.severity),
        answer_s=None if answered is None else max(0, _seconds(answered - task.made)),
        due_on=day_of(end) if visits or closed is None or closed > end else None,
        met=any(start <= moment <= end for moment in visits),
        done_on=None if done is None else day_of(done),
        visits=len(visits),
        fixed=len(visits) == 1 and all(line.kind != TaskEvent.ESCALATE for line in said),
        travel_s=spent[0],
        work_s=spent[1],
    )


def _spent(task: Told, done: datetime | None) -> tuple[int | None, int | None]:
    """Seconds on the way and at the place."""
    if done is None or task.departed is None or task.arrived is None:
        return None, None
    if not task.departed <= task.arrived <= done:
        return None, None
    return _seconds(task.arrived - task.departed), _seconds(done - task.arrived)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def monday(day: date) -> date:
    """The day with which the week of ``day`` begins."""
    return day - timedelta(days=day.weekday())


def evenness(work_s: Sequence[int]) -> tuple[int, int]:
    """What people had on average, in whole seconds, and what the busiest had; zeros of nobody."""
    return (sum(work_s) // len(work_s), max(work_s)) if work_s else (0, 0)
