"""Figures read from what was counted: lines over weeks, and the tasks of a point.

A line of a station is summed over the zones that belong to it now, so that a zone that is given to another
station takes its past along. Tasks without a zone are in no station and no zone, only in all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.figures.counting import MOST_LINES, WEEK, By, Figure, monday
from field.figures.tables import (
    COUNTS,
    NOWHERE,
    FigureDay,
    FigurePlaceWeek,
    FigureRepDay,
    FigureStationWeek,
    FigureTask,
    FigureTypeWeek,
    FigureZoneWeek,
)
from field.forms.tables import TaskType
from field.grid.tables import Cell, Rep, Zone
from field.task.tables import Task

MOST_TASKS: Final = 200

OF_TASKS: Final[Mapping[Figure, tuple[str, str, str]]] = {
    Figure.FIRST_ANSWER: ("made", "prompt", "made"),
    Figure.IN_WINDOW: ("due", "met", "due"),
    Figure.FIRST_FIX: ("visited", "fixed", "visited"),
    Figure.TRAVEL_SHARE: ("trips", "travel_s", "spent_s"),
}
OF_STATIONS: Final[Mapping[Figure, tuple[str, str, str]]] = {
    Figure.OVERTIME: ("people", "overtime_s", "shift_s"),
    Figure.BALANCE: ("people", "even_s", "most_s"),
}
"""Of each figure: what it rests on, its numerator, its denominator."""

PEOPLE: Final = ("people", "shift_s", "overtime_s", "even_s", "most_s")
Sums = dict[str, dict[date, dict[str, int]]]
"""By a line's key and week."""


@dataclasses.dataclass(frozen=True)
class Named:
    """What a line stands for, and how many tasks were made there. Names: simplified, traditional, English."""

    key: str
    code: str = ""
    names: tuple[str, str, str] = ("", "", "")
    n: int = 0


@dataclasses.dataclass(frozen=True)
class Lines:
    """``tasks``, ``people``: sums by key and week; ``shown``: whose lines, in order."""

    weeks: Sequence[date]
    choices: Sequence[Named]
    shown: Sequence[Named]
    tasks: Sums
    people: Sums


def weeks_until(last: date, count: int) -> list[date]:
    """The Mondays of so many weeks, the last of which has this day."""
    return [monday(last) - WEEK * back for back in range(count - 1, -1, -1)]


async def is_waiting(session: AsyncSession, today: date) -> bool:
    """Whether something of the days that are over is not counted yet."""
    tasks = select(exists().where(Task.counted != Task.steps))
    days = select(exists().where(FigureDay.stale.is_(True), FigureDay.day < today))
    return bool(await session.scalar(tasks)) or bool(await session.scalar(days))


async def lines_of(session: AsyncSession, by: By, keys: Sequence[str], weeks: Sequence[date]) -> Lines:
    """The lines of these keys, or of those with most tasks."""
    names = await _names(session, by)
    people: Sums = {}
    if by == "zone":
        made = await _made_in_zones(session, weeks)
    else:
        tasks = await _sums(session, _by(by), COUNTS, weeks)
        made = {key: sum(week["made"] for week in each.values()) for key, each in tasks.items()}
    if by in ("all", "station"):
        people = await _sums(session, _people_by(by), PEOPLE, weeks)
    known = {*made, *people} | (set(names) if by == "station" else set())
    choices = [
        dataclasses.replace(names.get(key, Named(key, key)), n=made.get(key, 0))
        for key in sorted(known, key=lambda key: (-made.get(key, 0), names.get(key, Named(key, key)).code))
    ]
    there = {choice.key: choice for choice in choices}
    if by == "all":
        choices = choices or [Named("")]
    shown = [there.get(key) or names.get(key, Named(key, key)) for key in keys] or choices[:MOST_LINES]
    if by == "zone":
        tasks = await _sums(session, _by_zone([UUID(each.key) for each in shown]), COUNTS, weeks)
    return Lines(weeks, choices, shown, tasks, people)


async def _sums(
    session: AsyncSession,
    statement: tuple[Any, Select[Any], Any],
    names: Sequence[str],
    weeks: Sequence[date],
) -> Sums:
    key, found, table = statement
    sums = [func.sum(getattr(table, name)).label(name) for name in names]
    found = found.add_columns(table.week, *sums).where(table.week.between(weeks[0], weeks[-1]))
    found = found.group_by(table.week) if key is None else found.group_by(key, table.week)
    told: Sums = {}
    for row in await session.execute(found):
        counts = {name: int(getattr(row, name) or 0) for name in names}
        if "travel_s" in counts:
            counts["spent_s"] = counts["travel_s"] + counts["work_s"]
        told.setdefault("" if key is None else str(row.of), {})[row.week] = counts
    return told


def _by(by: By) -> tuple[Any, Select[Any], Any]:
    if by == "station":
        return FigurePlaceWeek.station, select(FigurePlaceWeek.station.label("of")), FigurePlaceWeek
    if by == "type":
        return FigureTypeWeek.type, select(FigureTypeWeek.type.label("of")), FigureTypeWeek
    return None, select(), FigureTypeWeek


def _by_zone(ids: Sequence[UUID]) -> tuple[Any, Select[Any], Any]:
    found = select(FigureZoneWeek.zone_id.label("of")).where(FigureZoneWeek.zone_id.in_(ids))
    return FigureZoneWeek.zone_id, found, FigureZoneWeek


def _people_by(by: By) -> tuple[Any, Select[Any], Any]:
    if by == "station":
        return FigureStationWeek.station, select(FigureStationWeek.station.label("of")), FigureStationWeek
    return None, select(), FigureStationWeek


async def _made_in_zones(session: AsyncSession, weeks: Sequence[date]) -> dict[str, int]:
    found = (
        select(FigureZoneWeek.zone_id, func.sum(FigureZoneWeek.made))
        .where(FigureZoneWeek.week.between(weeks[0], weeks[-1]), FigureZoneWeek.zone_id != NOWHERE)
        .group_by(FigureZoneWeek.zone_id)
    )
    return {str(zone_id): int(made) for zone_id, made in await session.execute(found)}


async def _names(session: AsyncSession, by: By) -> dict[str, Named]:
    if by == "station":
        station = Cell.level == "station"
        found = select(Cell.code, Cell.code, Cell.name, Cell.name_zh_hant, Cell.name_en).where(station)
        told = {code: Named(code, code) for code in await session.scalars(select(Zone.station).distinct())}
    elif by == "zone":
        found = select(Zone.id, Zone.code, Zone.name, Zone.name_zh_hant, Zone.name_en)
        told = {}
    elif by == "type":
        found = select(TaskType.code, TaskType.code, TaskType.name, TaskType.name_zh_hant, TaskType.name_en)
        told = {}
    else:
        return {}
    for key, code, *names in await session.execute(found):
        told[str(key)] = Named(str(key), code, (names[0], names[1], names[2]))
    return told


async def tasks_of(
    session: AsyncSession, figure: Figure, week: date, until: date, by: By, key: str
) -> tuple[Sequence[Any], int]:
    """The tasks of a point, and how many more there are than are told. Rows of task, zone and person, with
    ``day``, and ``num`` and ``den`` as the task counts."""
    day, num, den, counts = _counted(figure)
    last = min(week + WEEK - timedelta(days=1), until)
    where = [day.between(week, last), *counts, *_within(figure, by, key)]
    total = await session.scalar(select(func.count()).select_from(FigureTask).where(*where)) or 0
    found = (
        select(
            *(Task.id, Task.category, Task.fault, Task.severity, Task.address, Task.finished_at),
            *(Zone.code.label("zone"), Rep.name.label("rep_name"), Rep.name_en.label("rep_name_en")),
            *(day.label("day"), num.label("num"), den.label("den")),
        )
        .join_from(FigureTask, Task, Task.id == FigureTask.task_id)
        .outerjoin(Zone, Zone.id == Task.zone_id)
        .outerjoin(Rep, Rep.id == Task.rep_id)
        .where(*where)
        # What is worth a look comes first: what missed, or what took longest.
        .order_by(num.desc() if figure in SPANS else num, day, Task.id)
        .limit(MOST_TASKS)
    )
    rows = (await session.execute(found)).all()
    return rows, max(0, total - len(rows))


SPANS: Final = frozenset({Figure.TRAVEL_SHARE, Figure.OVERTIME, Figure.BALANCE})
"""Figures that add up time instead of tasks."""


def _counted(figure: Figure) -> tuple[Any, Any, Any, Sequence[Any]]:
    """(day, numerator, denominator, which count) of a task."""
    one = literal(1)
    spent = func.coalesce(FigureTask.travel_s, 0) + func.coalesce(FigureTask.work_s, 0)
    if figure is Figure.FIRST_ANSWER:
        return FigureTask.made_on, FigureTask.prompt, one, ()
    if figure is Figure.IN_WINDOW:
        return FigureTask.due_on, FigureTask.met, one, ()
    if figure is Figure.FIRST_FIX:
        return FigureTask.done_on, FigureTask.fixed, one, (FigureTask.visits > 0,)
    if figure is Figure.TRAVEL_SHARE:
        return FigureTask.done_on, FigureTask.travel_s, spent, (FigureTask.travel_s.is_not(None),)
    return FigureTask.done_on, spent, spent, (FigureTask.rep_id.is_not(None),)


def _within(figure: Figure, by: By, key: str) -> list[Any]:
    if figure in OF_STATIONS:
        there = (FigureRepDay.day == FigureTask.done_on, FigureRepDay.rep_id == FigureTask.rep_id)
        own = () if by == "all" else (FigureRepDay.station == key,)
        return [exists().where(*there, *own)]
    if by == "station":
        return [FigureTask.zone_id.in_(select(Zone.id).where(Zone.station == key))]
    if by == "zone":
        return [FigureTask.zone_id == UUID(key)]
    return [FigureTask.type == key] if by == "type" else []
