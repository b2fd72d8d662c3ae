"""Tasks in the inbox that nobody could take, tried again.

What was impossible when a task came in may be possible later: somebody finishes early or gives a task back,
a file brings a new colleague, a skill or a part, or the next shift comes into sight. Most of it is an event
(`TaskDone`, `RouteEased`); for what no event tells of, a sweep looks now and then.

A retry takes the same road as the first attempt (:func:`field.dispatch.placement.place_again`), one task in
one transaction, and decides nothing else: what a dispatcher took back or has escalated stays theirs, and a
retry that finds nobody leaves no trace, so that the version a dispatcher is looking at holds. Where both act
at once, versions let one of them win.

A task whose place was not known, or lay outside every zone, waits for another kind of news: a file of
addresses or zones (`GroundLearned`). Its address is looked up again; once it has a zone it goes the road of a
new task, and where nobody is able it says so instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.addressing import locate_by_address
from field.dispatch.placement import NO_PLACE, NOBODY_ABLE, OUTSIDE_ZONES, place, place_again, whereabouts
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import SYSTEM
from kernel.contracts import GroundLearned, RouteEased
from kernel.database import Database, UnitOfWork

RETRY_EVERY = timedelta(minutes=5)
"""How long the sweep leaves a task alone after an attempt."""
AT_ONCE = 5
"""Tasks that one sweep, or one event, searches for at most; the most pressing first."""
TOLD_AT_ONCE = 200
"""Tasks that one transaction tells of new ground."""


def _waits() -> ColumnElement[bool]:
    return (Task.state == TaskState.UNPLACED) & (Task.unplaced_reason == NOBODY_ABLE)


async def retry(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> bool:
    """Try once more to place the task, if it still waits for somebody able."""
    task = await uow.session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None or task.state is not TaskState.UNPLACED or task.unplaced_reason != NOBODY_ABLE:
        return False
    return await place_again(uow, services, task)


async def retry_for(uow: UnitOfWork, services: FieldServices, rep_id: UUID | None) -> None:
    """A day has eased (``rep_id`` None: perhaps any): one task finds its place, then the next is tried."""
    for task_id in await _promising(uow.session, rep_id):
        if await retry(uow, services, task_id):
            uow.emit(RouteEased(rep_id=rep_id))
            return


async def _promising(session: AsyncSession, rep_id: UUID | None) -> Sequence[UUID]:
    """The most pressing tasks that the representative could take, were there time."""
    waiting = (await session.scalars(select(Task).where(_waits()).order_by(*_PRESSING))).all()
    if not waiting or rep_id is None:
        return [task.id for task in waiting[:AT_ONCE]]
    rep = await session.get(Rep, rep_id)
    if rep is None or not rep.active:
        return []
    able = [
        task.id
        for task in waiting
        if (rep.skills.get(task.skill, 0) >= task.level and str(rep.id) not in task.refused_by)
        or task.needs_two
    ]
    return able[:AT_ONCE]


async def find_places(uow: UnitOfWork, services: FieldServices, news: GroundLearned) -> None:
    """Look again for a task's place that was not known; of an import's news, for each of them, one by one."""
    if news.task_id is not None:
        await find_place(uow, services, news.task_id)
        return
    waiting = select(Task.id, Task.priority).where(
        Task.state == TaskState.UNPLACED, Task.unplaced_reason.in_((NO_PLACE, OUTSIDE_ZONES))
    )
    if news.after_priority is not None:
        as_pressing = (Task.priority == news.after_priority) & (Task.id > news.after_id)
        waiting = waiting.where((Task.priority < news.after_priority) | as_pressing)
    pressing = waiting.order_by(Task.priority.desc(), Task.id).limit(TOLD_AT_ONCE)
    some = (await uow.session.execute(pressing)).all()
    for task_id, _priority in some:
        uow.emit(GroundLearned(task_id=task_id))
    if len(some) == TOLD_AT_ONCE:
        last_id, priority = some[-1]
        uow.emit(GroundLearned(after_priority=priority, after_id=last_id))


async def find_place(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> bool:
    """Place a task whose whereabouts are known now; nothing changes where they are not."""
    task = await uow.session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None or task.state is not TaskState.UNPLACED:
        return False
    before = task.unplaced_reason
    if before not in (NO_PLACE, OUTSIDE_ZONES):
        return False
    await locate_by_address(uow, services, task)
    _zone, reason = await whereabouts(uow.session, services, task)
    return reason != before and await place(uow, services, task, SYSTEM)


_PRESSING = (Task.priority.desc(), Task.window_end, Task.id)


async def due_again(database: Database, services: FieldServices) -> list[UUID]:
    """The tasks whose turn it is by the clock. ``services`` remembers when each was looked at last."""
    now = database.clock.now()
    async with database.reading() as session:
        found = await session.execute(select(Task.id, Task.changed_at).where(_waits()).order_by(*_PRESSING))
        waiting = {task_id: changed_at for task_id, changed_at in found}
    for forgotten in services.retried.keys() - waiting.keys():
        del services.retried[forgotten]
    due = [
        task_id
        for task_id, changed_at in waiting.items()
        if now - services.retried.get(task_id, changed_at) >= RETRY_EVERY
    ][:AT_ONCE]
    services.retried.update(dict.fromkeys(due, now))
    return due
