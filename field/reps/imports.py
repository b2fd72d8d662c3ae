"""Representatives come in through a file, and back in after a lost phone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid import commands as grid
from field.grid.commands import Asked, ImportRefused, ImportReport, PlanOutdated
from field.grid.plans.leaving import listed
from field.grid.plans.rep_plans import RepPlan, plan_reps
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, TaskState
from kernel.actors import Actor, Surface
from kernel.contracts import RouteEased
from kernel.database import ATTEMPTS, Database, UnitOfWork
from kernel.errors import Fault, NotFound, StaleVersion
from kernel.identity.links import create_link

BUSY = (TaskState.ACCEPTED, TaskState.TRAVELLING, TaskState.ON_SITE)


async def take_reps(database: Database, actor: Actor, data: bytes, asked: Asked) -> ImportReport:
    """Read a representatives file, compare it, and unless it is a dry run take it. The writer waits for
    nothing of that but the writing.

    Raises:
        ImportRefused: with every fault of the file, by line; leaving out someone who still answers for tasks
            is one: they are given to somebody else first.
        ImportUnconfirmed: with every doubt: the open work of those who would go.
    """
    for _ in range(ATTEMPTS):
        async with database.reading() as session:
            plan = await plan_reps(session, data, database.clock.now(), asked)
            plan = await _with_tasks(session, plan)
        if asked.dry_run:
            return plan.report
        plan.require(asked.confirmed)
        try:
            return await database.run(_store, actor, plan)
        except PlanOutdated:
            continue
    raise StaleVersion()


async def import_reps(
    uow: UnitOfWork,
    actor: Actor,
    data: bytes,
    *,
    dry_run: bool = False,
    confirmed: bool = False,
    link_lifetime: timedelta = timedelta(hours=12),
) -> ImportReport:
    """The same in one transaction: for a house that nobody works in yet."""
    asked = Asked(dry_run=dry_run, confirmed=confirmed, link_lifetime=link_lifetime)
    plan = await _with_tasks(uow.session, await plan_reps(uow.session, data, uow.now, asked))
    if dry_run:
        return plan.report
    plan.require(confirmed)
    return await _store(uow, actor, plan)


async def _store(uow: UnitOfWork, actor: Actor, plan: RepPlan) -> ImportReport:
    if any(count for _, _, count in await _tasks_of_those_who_go(uow.session, plan, BUSY)):
        raise PlanOutdated()  # somebody has accepted one since
    report = await grid.store_reps(uow, actor, plan)
    if report.added or report.changed:
        uow.emit(RouteEased())
    return report


async def _with_tasks(session: AsyncSession, plan: RepPlan) -> RepPlan:
    open_states = tuple(state for state in TaskState if state not in FINAL)
    tasks = await _tasks_of_those_who_go(session, plan, open_states)
    held = sorted({code for code, state, _ in tasks if state in BUSY})
    if held:
        raise ImportRefused(
            faults=[Fault("rep_has_tasks", f"rep {code}", params={"code": code}) for code in held]
        )
    if not tasks:
        return plan
    count = sum(each for _, _, each in tasks)
    params: dict[str, object] = {"tasks": count, "people": listed({code for code, _, _ in tasks})}
    return plan.doubting([Fault("leaves_assigned", "file", params=params)])


async def _tasks_of_those_who_go(
    session: AsyncSession, plan: RepPlan, states: tuple[TaskState, ...]
) -> list[tuple[str, TaskState, int]]:
    """The code of each who goes, with how many tasks in each of the states."""
    if not plan.removed:
        return []
    going = frozenset(id for id, _ in plan.removed)
    query = (
        select(Rep.id, Rep.code, Task.state, func.count())
        .join(Task, Task.rep_id == Rep.id)
        .where(Rep.active, Task.state.in_(states))
        .group_by(Rep.id, Rep.code, Task.state)
    )
    found = (await session.execute(query)).all()
    return [(code, state, count) for id, code, state, count in found if id in going]


async def renew_sign_in(
    uow: UnitOfWork, services: FieldServices, actor: Actor, rep_id: UUID
) -> tuple[Rep, str]:
    """A fresh one-use sign-in for a representative: a new phone, or a lost one."""
    rep = await uow.session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    token = await create_link(uow, Surface.REP, services.link_lifetime, staff_id=rep.staff_id)
    await uow.audit(actor, "renew_sign_in", f"rep:{rep.id}")
    return rep, token
