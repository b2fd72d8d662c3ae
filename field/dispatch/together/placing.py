"""Whoever was to come along does not, or a task stands alone that needs two: somebody else is looked for.

First at the moment that was agreed: then nothing changes for the customer and for whoever leads. Where nobody
is free then, both are looked for anew as long as the lead has not set out; where no two are found, the task
lies in the inbox as any other that nobody can take. A lead who is under way stays with the task, and the
inbox shows that somebody is missing.
"""

from __future__ import annotations

from uuid import UUID

from field.dispatch.companion import leave_route, partner_of, stop_beside
from field.dispatch.engine.proposals import Companion
from field.dispatch.placement import (
    NOBODY_ABLE,
    come_along,
    put,
    put_found,
    search_and_hold,
    take_out,
    tell_unplaced,
)
from field.dispatch.planning import load_day
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.answering import keeper_of
from field.task.tables import Task
from field.task.task import By, Given, TaskEvent, TaskState
from field.task.timeline import departed, hint, remember, step
from kernel.actors import SYSTEM
from kernel.database import UnitOfWork

NO_SECOND = "no_second"
TO_COME = (TaskState.ASSIGNED, TaskState.ACCEPTED)


async def find_second(uow: UnitOfWork, services: FieldServices, task: Task) -> bool:
    """Somebody comes along to a task that stands in a route, at the moment it has there, or nobody does."""
    visit = await uow.session.get(VisitRow, task.id)
    lead = await uow.session.get(Rep, task.rep_id) if task.rep_id is not None else None
    if not task.needs_two or task.partner_id is not None or visit is None or lead is None:
        return False
    row = await uow.session.get_one(RouteRow, visit.route_id)
    beside = stop_beside(uow, task, visit.starts_at)
    await uow.session.flush()
    searched, day = await search_and_hold(uow, services, beside, task.zone_id)
    if day is None:
        task.partner_id = task.meets_at = None
        await _forget(uow, beside)
        return False
    best = searched.found.best[0]
    along = Companion(best.rep_id, best.position, best.extra_travel_s)
    await come_along(uow, day, beside, task, lead, along)
    # The stop of whoever leads keeps that moment from now on: the route is another for who searches.
    stood = await load_day(uow.session, services, uow.now, row.day, [lead])
    await stood.store(uow, lead.id, stood.routes[lead.id])
    hint(uow, task)
    return True


async def _forget(uow: UnitOfWork, beside: Task) -> None:
    """A stop that nobody ever had."""
    step(uow, beside, TaskEvent.CANCEL, By.SYSTEM, SYSTEM, Given(reason=NO_SECOND), reason=NO_SECOND)
    beside.finished_at, beside.meets_at = uow.now, None


async def replace_companion(
    uow: UnitOfWork, services: FieldServices, beside: Task, why: str, *, refused: UUID | None = None
) -> None:
    """Take the stop from whoever was to come along, and give it to somebody else, at the same moment if that
    can be. ``refused``: who declined, and is not asked again.
    """
    task = await partner_of(uow.session, beside)
    before = beside.rep_id
    await leave_route(uow, services, beside)
    if before is not None:
        departed(uow, beside, before, why)
    if refused is not None:
        beside.refused_by = [*beside.refused_by, str(refused)]
        if task is not None:
            task.second_refused_by = [*task.second_refused_by, str(refused)]
    beside.rep_id = None
    if task is None:
        await _forget(uow, beside)
        return
    beside.answerable_id = task.answerable_id
    searched, day = await search_and_hold(uow, services, beside, task.zone_id)
    if day is not None:
        waits = beside.state in (TaskState.UNPLACED, TaskState.DECLINED)
        event = TaskEvent.PLACE if waits else TaskEvent.REASSIGN
        await put_found(uow, services, beside, searched, day, SYSTEM, event=event)
        hint(uow, task)
        return
    task.partner_id = task.meets_at = None
    await _forget(uow, beside)
    await look_anew(uow, services, task)


async def look_anew(uow: UnitOfWork, services: FieldServices, task: Task) -> None:
    """Nobody comes along at the moment agreed: two others, at another moment, or the inbox."""
    if task.state not in TO_COME or task.rep_id is None:
        remember(uow, task, "alone", SYSTEM, task.state)
        uow.changed("task", task.id, "inbox")
        return
    before = await uow.session.get_one(Rep, task.rep_id)
    await take_out(uow, services, task)
    searched, day = await search_and_hold(uow, services, task, task.zone_id)
    if task.answerable_id == before.staff_id:
        task.answerable_id = await keeper_of(uow.session, task)
    if day is not None:
        best = searched.found.best[0]
        if best.rep_id != before.id:
            departed(uow, task, before.id, "reassigned")
        told = searched.told()
        await put(uow, services, day, task, best, SYSTEM, told, event=TaskEvent.REASSIGN)
        return
    departed(uow, task, before.id, "taken_back")
    given = Given(reason=NO_SECOND)
    step(uow, task, TaskEvent.TAKE_BACK, By.SYSTEM, SYSTEM, given, reason=NO_SECOND)
    task.rep_id, task.response_due_at, task.unplaced_reason = None, None, NOBODY_ABLE
    task.accepted_at = None
    task.placement = searched.told()
    tell_unplaced(uow, task, NOBODY_ABLE)
