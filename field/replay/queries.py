"""What happened to the tasks of a day, read from their timelines."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Zone
from field.replay.story import Line, Step, story
from field.services import FieldServices
from field.task.tables import Task, TaskEntry

MOST: Final = 5000
"""Tasks of one day that are told."""
DAY_MINUTES: Final = 1440


@dataclasses.dataclass(frozen=True)
class Replay:
    """``begins``, ``ends``: of the working day, or the present moment; ``tasks``: rows of `_COLUMNS`."""

    begins: datetime
    ends: datetime
    tasks: Sequence[Any]
    steps: Sequence[Step]


_COLUMNS = (
    *(Task.id, Task.category, Task.fault, Task.severity, Task.address),
    *(Zone.code.label("zone"), Task.window_start, Task.window_end),
)


async def replay_of(session: AsyncSession, services: FieldServices, day: date, now: datetime) -> Replay:
    """The day from midnight to midnight, as far as it has come."""
    begins, ends = services.moment(day, 0), min(services.moment(day, DAY_MINUTES), now)
    if begins > now:
        return Replay(begins, begins, (), ())
    there = (Task.created_at <= ends) & or_(Task.finished_at.is_(None), Task.finished_at >= begins)
    listed = select(*_COLUMNS).outerjoin(Zone, Zone.id == Task.zone_id).where(there)
    tasks = (await session.execute(listed.order_by(Task.id.desc()).limit(MOST))).all()
    lines = (
        select(TaskEntry.task_id, TaskEntry.happened_at, TaskEntry.to_state, TaskEntry.detail)
        .join(Task, Task.id == TaskEntry.task_id)
        .where(there, TaskEntry.at <= ends)
        .order_by(TaskEntry.task_id, TaskEntry.number)
    )
    told = [
        Line(task_id, int(at.timestamp()), state, detail)
        for task_id, at, state, detail in await session.execute(lines)
    ]
    known = {task.id for task in tasks}
    steps = [step for step in story(told, int(begins.timestamp())) if step.task_id in known]
    return Replay(begins, max(begins, ends), tasks, steps)
