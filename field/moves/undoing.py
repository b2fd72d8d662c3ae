"""A move is taken back: each task goes where it stood, if nothing has happened to it since."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from field.dispatch.commands import TAKEN_BACK, take_back
from field.dispatch.planning import days_of
from field.dispatch.tables import RouteRow, VisitRow
from field.moves.commands import TaskMovedOn, Wanted, move_tasks, seen_tasks, told_of
from field.moves.places import Gap, PlaceGone
from field.moves.tables import TaskMove
from field.reoptimise.commands import DayOver
from field.services import FieldServices
from field.task.tables import Task, TaskEntry
from field.task.task import TaskState
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound, Refused

HARMLESS: Final = frozenset({"accept", "retime", "report", "lock"})
"""Lines of a timeline after which a task can still be moved back."""
BACK: Final = frozenset({TaskState.ASSIGNED, TaskState.ACCEPTED})


class MoveUndone(Refused):
    """This move has been taken back already."""

    code = "move_undone"


class MoveFinal(Refused):
    """What was escalated cannot go back to the representative by itself; assign it to somebody."""

    code = "move_final"


async def rows_of(uow: UnitOfWork, move_id: UUID) -> Sequence[TaskMove]:
    """The tasks of a move, in order; nobody else takes it back meanwhile. Raises NotFound."""
    found = select(TaskMove).where(TaskMove.move_id == move_id).order_by(TaskMove.id).with_for_update()
    rows = (await uow.session.scalars(found, execution_options={"populate_existing": True})).all()
    if not rows:
        raise NotFound()
    return rows


def undoable(rows: Sequence[TaskMove]) -> bool:
    """Whether there is a way back by the rules of a task, whatever has happened since."""
    return all(row.from_state is not TaskState.ESCALATED and row.undone_at is None for row in rows)


async def undo_move(uow: UnitOfWork, services: FieldServices, actor: Actor, move_id: UUID) -> UUID | None:
    """Take a move back. The way back is a move of its own, whose id is returned; None where all tasks went
    back to the inbox.

    Raises:
        TaskMovedOn: with ``tasks``, those that somebody has gone on with, who, and how.
        MoveUndone, MoveFinal, NotFound: as they say.
    """
    rows = await rows_of(uow, move_id)
    if any(row.undone_at is not None for row in rows):
        raise MoveUndone()
    if not undoable(rows):
        raise MoveFinal()
    if any(row.from_day is not None and row.from_day < services.day_of(uow.now) for row in rows):
        raise DayOver()
    tasks = {task.id: task for task in await seen_tasks(uow, [(row.task_id, None) for row in rows])}
    gone_on = [row for row in rows if await _has_gone_on(uow, row, tasks[row.task_id])]
    if gone_on:
        raise TaskMovedOn(tasks=[await told_of(uow, tasks[row.task_id]) for row in gone_on])
    for rep_id in sorted({id for row in rows for id in (row.from_rep_id, row.to_rep_id) if id}, key=str):
        await uow.hold(days_of(rep_id))
    for row in rows:
        row.undone_at = uow.now
    back: UUID | None = None
    for row in sorted(rows, key=lambda row: row.from_position):
        if row.from_rep_id is None or row.from_day is None:
            unplaced = row.from_reason or TAKEN_BACK
            await take_back(uow, services, actor, tasks[row.task_id], "undone", unplaced)
            continue
        asked = Wanted(((row.task_id, None),), row.from_rep_id, row.from_day, await _gap(uow, row), True)
        try:
            back = await move_tasks(uow, services, actor, asked, move_id=back)
        except PlaceGone:  # what was behind it has begun: then wherever it fits best
            anywhere = dataclasses.replace(asked, gap=None)
            back = await move_tasks(uow, services, actor, anywhere, move_id=back)
    await uow.audit(actor, "undo_move", f"move:{move_id}", tasks=len(rows))
    return back


async def _has_gone_on(uow: UnitOfWork, row: TaskMove, task: Task) -> bool:
    if task.rep_id != row.to_rep_id or task.state not in BACK:
        return True
    since = select(TaskEntry.kind).where(TaskEntry.task_id == task.id, TaskEntry.number > row.step)
    return not set(await uow.session.scalars(since)) <= HARMLESS


async def _gap(uow: UnitOfWork, row: TaskMove) -> Gap | None:
    """The gap behind what the task stood behind, if that is there still; else wherever it fits."""
    found = await uow.session.execute(
        select(VisitRow.task_id)
        .join(RouteRow, RouteRow.id == VisitRow.route_id)
        .where(RouteRow.rep_id == row.from_rep_id, RouteRow.day == row.from_day)
        .where(VisitRow.task_id != row.task_id)
        .order_by(VisitRow.position)
    )
    line: list[UUID | None] = [None, *found.scalars(), None]
    if row.from_after not in line[:-1]:
        return None
    at = line.index(row.from_after)
    return Gap(row.from_after, line[at + 1])
