"""Figures are brought up to date: each task by itself, then the days that it counts on.

A task is counted again when its timeline has grown since (:attr:`field.task.tables.Task.counted`): a late
word of a phone, an erasure, one that is opened again. It leaves the days on which it counted and those on
which it counts now to be summed again; who sums a week makes all of it anew. So each step can be done twice.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from field.dispatch.planning import usual_hours
from field.dispatch.tables import Shift, ShiftDay
from field.figures.counting import SAID, WEEK, Facts, Line, Told, evenness, facts_of, monday
from field.figures.tables import (
    COUNTS,
    NOWHERE,
    FigureDay,
    FigureGround,
    FigurePlaceWeek,
    FigureRepDay,
    FigureStationWeek,
    FigureTask,
    FigureTypeWeek,
    FigureZoneWeek,
    TaskSums,
)
from field.grid.tables import Rep, Zone
from field.services import FieldServices
from field.shifts.roster.duty import in_time
from field.shifts.roster.settling import books_of
from field.task.tables import Task, TaskEntry
from kernel.database import Database, UnitOfWork

AT_A_TIME: Final = 200
FIGURES: Final = "figures"
"""What whoever counts holds."""
WHERE: Final = (
    *(Task.id, Task.steps, Task.state, Task.severity, Task.created_at, Task.window_start, Task.window_end),
    *(Task.departed_at, Task.arrived_at, Task.finished_at, Task.zone_id, Task.type, Task.rep_id),
)


async def count_tasks(uow: UnitOfWork, services: FieldServices) -> int:
    """Count some of the tasks that have changed; how many."""
    await uow.hold(FIGURES)
    # Whom somebody is changing at this moment is counted in a later turn.
    waiting = (
        select(*WHERE)
        .where(Task.counted != Task.steps, Task.companion.is_(False))
        .order_by(Task.id)
        .limit(AT_A_TIME)
    )
    tasks = (await uow.session.execute(waiting.with_for_update(skip_locked=True))).all()
    if not tasks:
        return 0
    ids = [task.id for task in tasks]
    lines: dict[UUID, list[Line]] = defaultdict(list)
    said = select(TaskEntry.task_id, TaskEntry.kind, TaskEntry.happened_at)
    for task_id, kind, at in await uow.session.execute(
        said.where(TaskEntry.task_id.in_(ids), TaskEntry.kind.in_(SAID))
    ):
        lines[task_id].append(Line(kind, at))
    counted_on = select(FigureTask.made_on, FigureTask.due_on, FigureTask.done_on)
    before = await uow.session.execute(counted_on.where(FigureTask.task_id.in_(ids)))
    days = {day for row in before for day in row if day is not None}
    rows = []
    for task in tasks:
        facts = facts_of(_told(task), lines[task.id], services.day_of)
        days |= facts.days
        rows.append(_row(task, facts))
    await uow.session.execute(delete(FigureTask).where(FigureTask.task_id.in_(ids)))
    await uow.session.execute(insert(FigureTask), rows)
    # Not by the mapped row: nobody who has read the task need read it again for that.
    counted = update(Task.__table__).where(Task.id == bindparam("which"))  # type: ignore[arg-type]
    connection = await uow.session.connection()
    await connection.execute(
        counted.values(counted=bindparam("upto")),
        [{"which": task.id, "upto": task.steps} for task in tasks],
    )
    await _make_stale(uow, days)
    return len(tasks)


def _told(task: Any) -> Told:
    return Told(
        state=task.state,
        severity=task.severity,
        made=task.created_at,
        window=(task.window_start, task.window_end),
        departed=task.departed_at,
        arrived=task.arrived_at,
        closed=task.finished_at,
    )


def _row(task: Any, facts: Facts) -> dict[str, Any]:
    flags = {"prompt": int(facts.prompt), "met": int(facts.met), "fixed": int(facts.fixed)}
    where = {"task_id": task.id, "zone_id": task.zone_id or NOWHERE, "type": task.type}
    return dataclasses.asdict(facts) | flags | where | {"rep_id": task.rep_id if facts.done_on else None}


async def _make_stale(uow: UnitOfWork, days: Collection[date]) -> None:
    known = set(await uow.session.scalars(select(FigureDay.day).where(FigureDay.day.in_(days))))
    await uow.session.execute(update(FigureDay).where(FigureDay.day.in_(known)).values(stale=True))
    fresh = [{"day": day, "stale": True, "changes": 0} for day in sorted(set(days) - known)]
    if fresh:
        await uow.session.execute(insert(FigureDay), fresh)


async def note_shifts(uow: UnitOfWork, today: date) -> int:
    """Days that are over and whose shifts have changed since they were counted are stale; how many."""
    await uow.hold(FIGURES)
    changed = (
        select(ShiftDay.day)
        .outerjoin(FigureDay, FigureDay.day == ShiftDay.day)
        .where(ShiftDay.day < today, func.coalesce(FigureDay.changes, -1) != ShiftDay.changes)
    )
    days = set(await uow.session.scalars(changed))
    if days:
        await _make_stale(uow, days)
    return len(days)


async def note_ground(uow: UnitOfWork) -> int:
    """Zones that belong to another station than when they were summed take their past along: every day is
    stale; how many such zones."""
    await uow.hold(FIGURES)
    found = (
        select(Zone.id, Zone.station, FigureGround.station.label("before"))
        .outerjoin(FigureGround, FigureGround.zone_id == Zone.id)
        .where(func.coalesce(FigureGround.station, "") != Zone.station)
    )
    moved = (await uow.session.execute(found)).all()
    if not moved:
        return 0
    ids = [row.id for row in moved if row.before is not None]
    for at in range(0, len(ids), AT_A_TIME):
        some = ids[at : at + AT_A_TIME]
        await uow.session.execute(delete(FigureGround).where(FigureGround.zone_id.in_(some)))
    fresh = [{"zone_id": row.id, "station": row.station} for row in moved]
    await uow.session.execute(insert(FigureGround), fresh)
    if ids:
        await uow.session.execute(update(FigureDay).values(stale=True))
    return len(ids)


async def stale_weeks(database: Database, today: date) -> list[date]:
    """The Mondays of weeks with a day that is over and has to be counted, the newest first."""
    async with database.reading() as session:
        stale = select(FigureDay.day).where(FigureDay.stale.is_(True), FigureDay.day < today)
        return sorted({monday(day) for day in await session.scalars(stale)}, reverse=True)


async def count_week(uow: UnitOfWork, services: FieldServices, week: date) -> None:
    """Make all of the week that begins on this Monday anew, as far as it is over."""
    await uow.hold(FIGURES)
    last = min(week + WEEK, services.day_of(uow.now)) - timedelta(days=1)
    groups: tuple[tuple[type[TaskSums], InstrumentedAttribute[Any]], ...] = (
        (FigureZoneWeek, FigureTask.zone_id),
        (FigurePlaceWeek, FigureGround.station),
        (FigureTypeWeek, FigureTask.type),
    )
    for table, group in groups:
        await uow.session.execute(delete(table).where(table.week == week))
        sums = await _task_sums(uow, group, week, last)
        if sums:
            rows = [{"week": week, group.key: key, **counts} for key, counts in sums.items()]
            await uow.session.execute(insert(table), rows)
    stale = select(FigureDay.day).where(FigureDay.stale.is_(True), FigureDay.day.between(week, last))
    for day in (await uow.session.scalars(stale)).all():
        await _count_people(uow, services, day)
    await _sum_people(uow, week, last)
    await uow.session.execute(
        update(FigureDay)
        .where(FigureDay.day.between(week, last))
        .values(stale=False, changes=_shift_changes())
    )


def _shift_changes() -> Any:
    found = select(ShiftDay.changes).where(ShiftDay.day == FigureDay.day).scalar_subquery()
    return func.coalesce(found, 0)


async def _task_sums(
    uow: UnitOfWork, group: InstrumentedAttribute[Any], first: date, last: date
) -> dict[Any, dict[str, int]]:
    """The sums of some days by zone or type."""
    done, trip = FigureTask.done_on.between(first, last), FigureTask.travel_s.is_not(None)
    there = FigureTask.visits > 0
    of: dict[Any, dict[str, Any]] = {
        FigureTask.made_on.between(first, last): {
            "made": func.count(),
            "prompt": func.sum(FigureTask.prompt),
            "answers": func.count(FigureTask.answer_s),
            "answer_s": func.coalesce(func.sum(FigureTask.answer_s), 0),
        },
        FigureTask.due_on.between(first, last): {"due": func.count(), "met": func.sum(FigureTask.met)},
        done: {
            "visited": func.sum(case((there, 1), else_=0)),
            "fixed": func.sum(case((there, FigureTask.fixed), else_=0)),
            "trips": func.sum(case((trip, 1), else_=0)),
            "travel_s": func.coalesce(func.sum(FigureTask.travel_s), 0),
            "work_s": func.coalesce(func.sum(FigureTask.work_s), 0),
        },
    }
    found: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for days, sums in of.items():
        columns = [sum_.label(name) for name, sum_ in sums.items()]
        counted = select(group.label("of"), *columns).select_from(FigureTask).where(days).group_by(group)
        if group.class_ is FigureGround:
            counted = counted.join(FigureGround, FigureGround.zone_id == FigureTask.zone_id)
        for row in await uow.session.execute(counted):
            found[row.of] |= {name: int(getattr(row, name)) for name in sums}
    return found


async def _count_people(uow: UnitOfWork, services: FieldServices, day: date) -> None:
    """Whoever had a shift on that day, or did something on it."""
    spent = func.coalesce(FigureTask.travel_s, 0) + func.coalesce(FigureTask.work_s, 0)
    done = (
        select(FigureTask.rep_id, func.sum(spent))
        .where(FigureTask.done_on == day, FigureTask.rep_id.is_not(None))
        .group_by(FigureTask.rep_id)
    )
    work = {rep_id: int(seconds) for rep_id, seconds in await uow.session.execute(done)}
    shifts = {row.rep_id: row for row in await uow.session.scalars(select(Shift).where(Shift.day == day))}
    there = {id for id, shift in shifts.items() if shift.start_at < shift.end_at} | set(work)
    reps = (await uow.session.scalars(select(Rep).where(Rep.id.in_(there)).order_by(Rep.id))).all()
    books = await books_of(uow.session, reps, day, day) if reps else {}
    rows = []
    for rep in reps:
        shift, until = shifts.get(rep.id), books[rep.id].overtime.get(day)
        start, end = (shift.start_at, shift.end_at) if shift else usual_hours(services, rep, day)
        pause = (shift.rest_s or 0) if shift else 0
        usual = in_time(books[rep.id].duty_on(day), day, services.timezone)
        over = (min(until, end) - usual.end).total_seconds() if until and usual.works else 0
        rows.append(
            {
                "day": day,
                "rep_id": rep.id,
                "station": rep.station,
                "shift_s": max(0, int((end - start).total_seconds()) - pause),
                "overtime_s": max(0, int(over)),
                "work_s": work.get(rep.id, 0),
            }
        )
    await uow.session.execute(delete(FigureRepDay).where(FigureRepDay.day == day))
    if rows:
        await uow.session.execute(insert(FigureRepDay), rows)


async def _sum_people(uow: UnitOfWork, week: date, last: date) -> None:
    await uow.session.execute(delete(FigureStationWeek).where(FigureStationWeek.week == week))
    days = select(FigureRepDay).where(FigureRepDay.day.between(week, last))
    rows = station_sums(week, (await uow.session.scalars(days)).all())
    if rows:
        await uow.session.execute(insert(FigureStationWeek), rows)


def station_sums(week: date, days: Sequence[FigureRepDay]) -> list[dict[str, Any]]:
    """The rows of stations' weeks out of people's days."""
    stations: dict[str, dict[date, list[FigureRepDay]]] = defaultdict(lambda: defaultdict(list))
    for each in days:
        stations[each.station][each.day].append(each)
    return [_station(week, station, by_day.values()) for station, by_day in sorted(stations.items())]


def _station(week: date, station: str, days: Iterable[Sequence[FigureRepDay]]) -> dict[str, Any]:
    everybody = [each for day in days for each in day]
    even = [evenness([each.work_s for each in day]) for day in days]
    return {
        "week": week,
        "station": station,
        "people": len(everybody),
        "shift_s": sum(each.shift_s for each in everybody),
        "overtime_s": sum(each.overtime_s for each in everybody),
        "even_s": sum(mean for mean, _ in even),
        "most_s": sum(most for _, most in even),
    }
