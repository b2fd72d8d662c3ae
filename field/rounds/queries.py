"""Reading rounds."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.rounds.spreading import due_on
from field.rounds.tables import Round, RoundStop
from field.rounds.views import RoundView
from field.task.tables import Task
from field.task.task import FINAL


async def rounds_shown(session: AsyncSession, today: date, only: UUID | None = None) -> list[RoundView]:
    """All rounds by name, or one."""
    found = select(Round).order_by(Round.name, Round.id)
    rows = (await session.scalars(found if only is None else found.where(Round.id == only))).all()
    planned = await session.execute(
        select(RoundStop.round_id, func.count())
        .where(RoundStop.made_task_id.is_(None))
        .group_by(RoundStop.round_id)
    )
    waiting = {round_id: count for round_id, count in planned}
    made = await session.execute(
        select(RoundStop.round_id, func.count())
        .join(Task, Task.id == RoundStop.made_task_id)
        .where(Task.state.not_in(FINAL))
        .group_by(RoundStop.round_id)
    )
    open_tasks = {round_id: count for round_id, count in made}
    return [
        RoundView(
            id=row.id,
            version=row.version,
            name=row.name,
            kind=row.kind,
            zones=row.zones,
            places=len(row.points) + len(row.zones),
            every_days=row.every_days,
            window_days=row.window_days,
            minutes=row.minutes,
            skill=row.skill,
            level=row.level,
            starts_on=row.starts_on,
            paused=row.paused,
            planned=waiting.get(row.id, 0),
            open_tasks=open_tasks.get(row.id, 0),
            next_due=None if row.paused else _next(row, today),
        )
        for row in rows
    ]


def _next(row: Round, today: date) -> date:
    horizon = max(today, row.starts_on) + timedelta(days=row.every_days)
    return due_on(row.starts_on, row.every_days, today, horizon)[0]
