"""Zones come in through a file, and say first which open work they would leave behind."""

from __future__ import annotations

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid import commands as grid
from field.grid.commands import Asked, ImportReport, PlanOutdated
from field.grid.plans.leaving import listed
from field.grid.plans.plans import ZonePlan, plan_zones
from field.grid.tables import Zone
from field.task.tables import Task
from field.task.task import FINAL
from kernel.actors import Actor
from kernel.database import ATTEMPTS, Database
from kernel.errors import Fault, StaleVersion


async def take_zones(database: Database, actor: Actor, data: bytes, asked: Asked) -> ImportReport:
    """Read a zone file, compare it, and unless it is a dry run take it. The writer waits for nothing of that
    but the writing.

    Raises:
        ImportRefused: with every fault of the file, by feature.
        ImportUnconfirmed: with every doubt: what would be left behind, and where the zones would lie.
    """
    for _ in range(ATTEMPTS):
        async with database.reading() as session:
            plan = await plan_zones(session, data, database.clock.now(), asked)
            plan = await _with_tasks(session, plan)
        if asked.dry_run:
            return plan.report
        plan.require(asked.confirmed)
        try:
            return await database.run(grid.store_zones, actor, plan)
        except PlanOutdated:
            continue
    raise StaleVersion()


async def _with_tasks(session: AsyncSession, plan: ZonePlan) -> ZonePlan:
    if not plan.removed:
        return plan
    going = frozenset(plan.removed)
    open_tasks = (
        select(Zone.id, Zone.code, func.count())
        .join(Task, Task.zone_id == Zone.id)
        .where(Zone.active, Task.state.not_in(FINAL))
        .group_by(Zone.id, Zone.code)
    )
    left = {code: count for id, code, count in (await session.execute(open_tasks)).all() if id in going}
    if not left:
        return plan
    params: dict[str, object] = {"tasks": sum(left.values()), "zones": listed(left)}
    hanging = tuple(
        dataclasses.replace(each, open_tasks=left.get(each.code, 0)) for each in plan.report.going
    )
    told = dataclasses.replace(plan, report=dataclasses.replace(plan.report, going=hanging))
    return told.doubting([Fault("leaves_tasks", "file", params=params)])
