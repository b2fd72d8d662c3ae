"""Zones come in through a file, or go back to what they were, and say first which open work they would leave
behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid import commands as grid
from field.grid.commands import Asked, ImportReport, PlanOutdated
from field.grid.plans.leaving import listed
from field.grid.plans.zone_plans import Read, ZonePlan, plan_zones, read_file
from field.grid.tables import Zone
from field.grid.versions import commands as versions
from field.task.tables import Task
from field.task.task import FINAL
from kernel.actors import SYSTEM, Actor
from kernel.database import ATTEMPTS, Database
from kernel.errors import Fault, StaleVersion

log = structlog.get_logger(__name__)

Reading = Callable[[AsyncSession], Awaitable[Read]]
Storing = Callable[[ZonePlan, Read], Awaitable[ImportReport]]


async def take_zones(database: Database, actor: Actor, data: bytes, asked: Asked) -> ImportReport:
    """Read a zone file, compare it, and unless it is a dry run take it, or keep it for its time. The writer
    waits for nothing of that but the writing.

    Raises:
        ImportRefused: with every fault of the file, by feature.
        ImportUnconfirmed: with every doubt: what would be left behind, and where the zones would lie.
    """

    async def store(plan: ZonePlan, read: Read) -> ImportReport:
        if asked.valid_from is not None and asked.valid_from > database.clock.now():
            content = await versions.packed(read)
            return await database.run(versions.publish_later, actor, plan, content, asked)
        return await database.run(grid.store_zones, actor, plan, name=asked.name)

    async with database.reading() as session:
        read = await read_file(session, data, asked)
    return await _take(database, asked, lambda _: _as_it_is(read), store)


async def undo_version(database: Database, actor: Actor, version_id: UUID, asked: Asked) -> ImportReport:
    """Go back to the zones from before a version, with their owners; or tell what that would change.

    Raises:
        NotFound, VersionNotLast
        ImportUnconfirmed: with every doubt.
    """

    async def store(plan: ZonePlan, _: Read) -> ImportReport:
        return await database.run(versions.undo, actor, plan, version_id)

    return await _take(database, asked, lambda session: versions.zones_before(session, version_id), store)


async def take_due(database: Database) -> int:
    """Take the versions whose time has come; how many."""
    async with database.reading() as session:
        ids = await versions.due(session, database.clock.now())
    for version_id in ids:
        await _take_waiting(database, version_id)
    return len(ids)


async def _take_waiting(database: Database, version_id: UUID) -> None:
    for _ in range(ATTEMPTS):
        async with database.reading() as session:
            waiting = await versions.waiting_zones(session, version_id)
            if waiting is None:
                return
            plan = await plan_zones(session, waiting[0], database.clock.now(), Asked(confirmed=True))
        try:
            await database.run(versions.take_waiting, SYSTEM, plan, version_id)
        except PlanOutdated:
            continue
        log.info("zones_published", version=str(version_id))
        return


async def _as_it_is(read: Read) -> Read:
    return read


async def _take(database: Database, asked: Asked, reading: Reading, store: Storing) -> ImportReport:
    for _ in range(ATTEMPTS):
        async with database.reading() as session:
            read = await reading(session)
            plan = await plan_zones(session, read, database.clock.now(), asked)
            plan = await _with_tasks(session, plan)
        if asked.dry_run:
            return plan.report
        plan.require(asked.confirmed)
        try:
            return await store(plan, read)
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
    params: dict[str, Any] = {"tasks": sum(left.values()), "zones": listed(left)}
    hanging = tuple(
        dataclasses.replace(each, open_tasks=left.get(each.code, 0)) for each in plan.report.going
    )
    told = dataclasses.replace(plan, report=dataclasses.replace(plan.report, going=hanging))
    return told.doubting([Fault("leaves_tasks", "file", params=params)])
