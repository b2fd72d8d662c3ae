"""What figures show of themselves as JSON."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from field.board.views import NamesView, View


class FigureGroupView(View):
    """A line: for each week how many it rests on, the numerator and the denominator. `key`: empty of all;
    `mean_s`: of first answers, the seconds that they took on average, null where there was none.
    """

    key: str
    names: NamesView | None
    n: list[int]
    num: list[int]
    den: list[int]
    mean_s: list[int | None]


class FigureLinesView(View):
    """A figure and its lines."""

    figure: str
    groups: list[FigureGroupView]


class FigureChoiceView(View):
    """What can be chosen as a line; `n`: how many tasks were made there in these weeks."""

    key: str
    names: NamesView | None
    n: int


class WeeklyFiguresView(View):
    """Lines over weeks, named by their Mondays. `until`: the last day that is counted; `waiting`: something
    before it has changed and is not counted yet.
    """

    by: str
    weeks: list[date]
    until: date
    waiting: bool
    choices: list[FigureChoiceView]
    figures: list[FigureLinesView]


class FigureTaskView(View):
    """A task of a point. `hit`: whether it counts in the numerator; null of figures that add up time, whose
    `num_s` and `den_s` are its share of it.
    """

    id: UUID
    category: str
    fault: str
    severity: str
    address: str
    zone: str | None
    rep_name: str
    rep_name_en: str
    day: date
    finished_at: datetime | None
    hit: bool | None
    num_s: int | None
    den_s: int | None


class FigureTasksView(View):
    """The tasks of a point, those first that missed; `more`: how many are not shown."""

    tasks: list[FigureTaskView]
    more: int
