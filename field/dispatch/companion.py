"""The stop of whoever comes along: how it comes to be, keeps its partner's time, and ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.route import Second, without
from field.dispatch.planning import days_of, load_day
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.store import point_of
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, By, Given, TaskEvent, TaskState
from field.task.timeline import departed, remember, step
from kernel.actors import SYSTEM
from kernel.contracts import RouteEased
from kernel.database import UnitOfWork
from kernel.errors import Refused

ON_THE_WAY = (TaskState.ACCEPTED, TaskState.TRAVELLING, TaskState.ON_SITE)


class NotTheLead(Refused):
    """This is the stop of whoever comes along; whoever leads the task does that, on the task itself."""

    code = "not_the_lead"


def require_lead(task: Task) -> None:
    """Raises NotTheLead where this is the companion's stop."""
    if task.companion:
        raise NotTheLead()


def second_of(task: Task) -> Second | None:
    """Whom the task needs besides who leads it, as the search asks for them."""
    if not task.needs_two:
        return None
    refused = frozenset(UUID(rep_id) for rep_id in task.second_refused_by or ())
    return Second(task.second_skill or None, task.second_level, refused)


async def partner_of(session: AsyncSession, task: Task) -> Task | None:
    """The companion's stop of a task, or the task of such a stop."""
    return await session.get(Task, task.partner_id) if task.partner_id is not None else None


def stop_beside(uow: UnitOfWork, task: Task, meets_at: datetime) -> Task:
    """A new stop for whoever comes along. Of the customer it knows the address, and no name or number."""
    assert task.lon is not None and task.lat is not None
    beside = Task(
        id=uow.new_id(),
        state=TaskState.UNPLACED,
        created_at=uow.now,
        changed_at=uow.now,
        category=task.category,
        type=task.type,
        fault=task.fault,
        severity=task.severity,
        ownership=task.ownership,
        skill=task.second_skill,
        level=task.second_level,
        parts={},
        priority=task.priority,
        duration_s=task.duration_s,
        note=task.note,
        verdict=dict(task.verdict),
        evidence=list(task.evidence),
        customer={},
        address=task.address,
        point=point_of(task.lon, task.lat),
        lon=task.lon,
        lat=task.lat,
        zone_id=task.zone_id,
        window_start=task.window_start,
        window_end=task.window_end,
        windows=[],
        wishes={},
        answerable_id=task.answerable_id,
        placement={},
        refused_by=list(task.second_refused_by or ()),
        steps=0,
        companion=True,
        partner_id=task.id,
        meets_at=meets_at,
    )
    uow.session.add(beside)
    remember(uow, beside, "create", SYSTEM)
    task.partner_id, task.meets_at = beside.id, meets_at
    return beside


async def leave_route(uow: UnitOfWork, services: FieldServices, task: Task) -> None:
    """Take the task out of the route it stands in, if any; the rest of that day moves up."""
    visit = await uow.session.get(VisitRow, task.id)
    if visit is None:
        return
    row = await uow.session.get_one(RouteRow, visit.route_id)
    rep = await uow.session.get_one(Rep, row.rep_id)
    await uow.hold(days_of(rep.id))
    day = await load_day(uow.session, services, uow.now, row.day, [rep])
    await day.store(uow, rep.id, without(day.routes[rep.id], task.id))
    uow.emit(RouteEased(rep_id=rep.id))


async def part(uow: UnitOfWork, services: FieldServices, task: Task, why: str = "cancelled") -> None:
    """Nobody needs to come along any more, or not like this: the companion's stop ends. ``why``: for the
    companion's phone, as :class:`field.task.tables.Departure` has it.
    """
    beside = await partner_of(uow.session, task)
    task.partner_id = task.meets_at = None
    if beside is None or beside.state in FINAL:
        return
    rep_id = beside.rep_id
    step(uow, beside, TaskEvent.CANCEL, By.SYSTEM, SYSTEM, Given(reason=why), reason=why)
    beside.finished_at, beside.response_due_at, beside.unplaced_reason = uow.now, None, None
    beside.meets_at = None
    await leave_route(uow, services, beside)
    if rep_id is not None:
        departed(uow, beside, rep_id, why)


async def finish_with(
    uow: UnitOfWork, services: FieldServices, task: Task, finished_at: datetime
) -> Task | None:
    """The task is done, and so is whoever came along; who never said that they would is let go.

    The companion's stop, where it is done now.
    """
    beside = await partner_of(uow.session, task)
    if beside is None or beside.companion is False or beside.state in FINAL:
        return None
    if beside.state not in ON_THE_WAY:
        await part(uow, services, task)
        return None
    step(uow, beside, TaskEvent.FOLLOW, By.SYSTEM, SYSTEM, happened_at=finished_at)
    beside.finished_at, beside.late_since = finished_at, None
    return beside
