"""Clocks of tasks that nobody's action stops: looked at now and then, by any worker, any number of times.

Each clock is a job of its own, so that one which fails, or has much to do, keeps no other waiting. Each task
is looked at in a transaction of its own, and under its version: two sweeps at once do the work once, and one
task that cannot be handled does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from field.dispatch.engine.route import insert
from field.dispatch.hours import stored_hours
from field.dispatch.placement import take_out
from field.dispatch.planning import load_day
from field.dispatch.retries import due_again, retry
from field.dispatch.tables import RouteRow, VisitRow
from field.dispatch.together.placing import find_second, look_anew
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.clocks import lateness
from field.task.tables import Task
from field.task.task import IN_ROUTE, By, TaskEvent, TaskState
from field.task.timeline import hint, step
from field.visits.commands import hand_on
from kernel.actors import SYSTEM
from kernel.database import Database, UnitOfWork
from kernel.jobs import one_by_one

Command = Callable[[UnitOfWork, FieldServices, UUID], Awaitable[bool]]

Find = Callable[[Database, FieldServices], Awaitable[list[UUID]]]

LATE_STATES = (TaskState.UNPLACED, TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.TRAVELLING)


async def _unanswered(database: Database, services: FieldServices) -> list[UUID]:
    async with database.reading() as session:
        waiting = (
            select(Task.id)
            .join(Rep, Rep.id == Task.rep_id)
            .where(Task.state == TaskState.ASSIGNED)
            .where((Task.response_due_at <= database.clock.now()) | Rep.active.is_(False))
        )
        return list(await session.scalars(waiting))


async def expire(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> bool:
    """Nobody answered in time, or the representative no longer works here: somebody else gets the task."""
    task = await uow.session.get_one(Task, task_id, with_for_update=True)
    if task.state is not TaskState.ASSIGNED or task.rep_id is None:
        return False
    rep = await uow.session.get_one(Rep, task.rep_id)
    overdue = task.response_due_at is not None and task.response_due_at <= uow.now
    if not overdue and rep.active:
        return False
    step(uow, task, TaskEvent.EXPIRE, By.SYSTEM, SYSTEM, rep=str(rep.id), rep_name=rep.name)
    await hand_on(uow, services, task, rep, SYSTEM, "unanswered")
    return True


async def _left_over(database: Database, services: FieldServices) -> list[UUID]:
    async with database.reading() as session:
        today = services.day_of(database.clock.now())
        left = (
            select(Task.id)
            .join(VisitRow, VisitRow.task_id == Task.id)
            .join(RouteRow, RouteRow.id == VisitRow.route_id)
            .where(RouteRow.day < today, Task.state.in_(IN_ROUTE))
        )
        return list(await session.scalars(left))


async def carry_over(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> bool:
    """A task left over from an earlier day: the representative's today begins with it."""
    visit = await uow.session.get(VisitRow, task_id)
    task = await uow.session.get_one(Task, task_id, with_for_update=True)
    if visit is None or task.state not in IN_ROUTE or task.rep_id is None or task.companion:
        return False  # who comes along to a task is asked anew with it
    row = await uow.session.get_one(RouteRow, visit.route_id)
    today = services.day_of(uow.now)
    if row.day >= today:
        return False
    rep = await uow.session.get_one(Rep, task.rep_id)
    worked = (await stored_hours(uow.session, row.day, [rep.id])).get(rep.id)
    if worked is not None and uow.now < worked.lasts_until:
        return False  # a night belongs to the day on which it began
    await take_out(uow, services, task)
    day = await load_day(uow.session, services, uow.now, today, [rep], [task])
    frozen = day.schedule(rep.id).frozen
    await day.store(uow, rep.id, insert(day.routes[rep.id], day.visit_of(task), frozen))
    if task.needs_two and not await find_second(uow, services, task):
        await look_anew(uow, services, task)
    hint(uow, task)
    return True


async def _late(database: Database, services: FieldServices) -> list[UUID]:
    now = database.clock.now()
    async with database.reading() as session:
        past = select(Task.id).where(
            Task.state.in_(LATE_STATES), Task.window_end < now, Task.late_since.is_(None)
        )
        expected = (
            select(Task.id)
            .join(VisitRow, VisitRow.task_id == Task.id)
            .where(Task.state.in_(LATE_STATES), VisitRow.eta > Task.window_end, Task.late_since.is_(None))
        )
        return sorted({*await session.scalars(past), *await session.scalars(expected)})


async def flag_late(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> bool:
    """Mark a task that is past its window, or by its ETA will be."""
    task = await uow.session.get_one(Task, task_id, with_for_update=True)
    visit = await uow.session.get(VisitRow, task_id)
    clocks = lateness(
        task.state,
        uow.now,
        window_end=task.window_end,
        eta=visit.eta if visit else None,
        arrived_at=task.arrived_at,
    )
    if not clocks.late or task.late_since is not None:
        return False
    task.late_since = uow.now
    hint(uow, task, inbox=task.state is TaskState.UNPLACED)
    return True


@dataclass(frozen=True)
class Clock:
    """A kind of clock: which tasks it has run out for, and what is then done about each of them."""

    name: str
    find: Find
    command: Command
    every_s: float

    async def sweep(self, database: Database, services: FieldServices) -> int:
        """Look once at every clock of this kind; the number of tasks that something was done about."""
        return await one_by_one(database, self.command, await self.find(database, services), services)


CLOCKS = (
    Clock("unanswered", _unanswered, expire, every_s=3.0),
    Clock("left_over", _left_over, carry_over, every_s=15.0),
    Clock("late", _late, flag_late, every_s=3.0),
    Clock("waiting", due_again, retry, every_s=5.0),
)
