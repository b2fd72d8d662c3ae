"""A version waits, is taken, withdrawn or undone.

One that waits keeps its zones as they were read; when its time comes they are compared with those there are
then, so that what changed meanwhile (an owner, an import) is not lost. To undo is to take the zones from
before as a new version: what was undone can be had back the same way.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.commands import apply_zones, store_zones
from field.grid.files.records import ZoneFile
from field.grid.plans.reports import Asked, ImportReport
from field.grid.plans.snapshot import pack, unpack
from field.grid.plans.zone_plans import Read, ZonePlan
from field.grid.tables import GridVersion, VersionState
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound, Refused
from kernel.files.apart import work_aside


class VersionNotLast(Refused):
    """Only the zones' newest version can be undone."""

    code = "version_not_last"


class VersionNotWaiting(Refused):
    """This version no longer waits."""

    code = "version_not_waiting"


async def packed(read: Read) -> bytes:
    """The zones of a file, as one that waits keeps them."""
    return await work_aside(pack, read.file.rows, read.file.units)


async def publish_later(
    uow: UnitOfWork, actor: Actor, plan: ZonePlan, content: bytes, asked: Asked
) -> ImportReport:
    """Keep zones that become the ones at a later moment."""
    assert asked.valid_from is not None
    report = plan.report
    row = GridVersion(
        id=uow.new_id(),
        state=VersionState.WAITING,
        cause="file",
        name=asked.name,
        published_at=uow.now,
        valid_from=asked.valid_from,
        actor_id=actor.id,
        digest=plan.digest,
        counts={
            "added": len(report.added),
            "changed": len(report.changed),
            "removed": len(report.removed),
            "unchanged": report.unchanged,
        },
        confirmed=[doubt.code for doubt in report.doubts],
        content=content,
    )
    uow.session.add(row)
    await uow.audit(
        actor,
        "publish_zones",
        f"grid_version:{row.id}",
        digest=row.digest,
        valid_from=asked.valid_from.isoformat(),
        confirmed=row.confirmed,
        **row.counts,
    )
    uow.changed("grid_version", row.id, "zones")
    return dataclasses.replace(report, version_id=row.id, valid_from=asked.valid_from)


async def withdraw(uow: UnitOfWork, actor: Actor, version_id: UUID) -> None:
    """A version that waits is not to come.

    Raises:
        NotFound, VersionNotWaiting
    """
    row = await uow.session.get(GridVersion, version_id, with_for_update=True)
    if row is None:
        raise NotFound()
    if row.state is not VersionState.WAITING:
        raise VersionNotWaiting()
    row.state, row.content = VersionState.WITHDRAWN, None
    await uow.audit(actor, "withdraw_zones", f"grid_version:{row.id}")
    uow.changed("grid_version", row.id, "zones")


async def due(session: AsyncSession, now: datetime) -> list[UUID]:
    """The versions whose time has come, the earliest first."""
    waiting = select(GridVersion.id).where(
        GridVersion.state == VersionState.WAITING, GridVersion.valid_from <= now
    )
    return list(await session.scalars(waiting.order_by(GridVersion.valid_from, GridVersion.id)))


async def waiting_zones(session: AsyncSession, version_id: UUID) -> tuple[Read, UUID] | None:
    """The zones of a version that waits, and who published it; None where it waits no longer."""
    columns = (GridVersion.state, GridVersion.content, GridVersion.digest, GridVersion.actor_id)
    row = (await session.execute(select(*columns).where(GridVersion.id == version_id))).one_or_none()
    if row is None or row.state is not VersionState.WAITING or row.content is None:
        return None
    zones, units = await work_aside(unpack, row.content)
    return Read(ZoneFile(zones, units, (), (), axes_named=True), row.digest), row.actor_id


async def take_waiting(uow: UnitOfWork, actor: Actor, plan: ZonePlan, version_id: UUID) -> None:
    """Its time has come.

    Raises:
        PlanOutdated: something was imported since.
    """
    row = await uow.session.get(GridVersion, version_id, with_for_update=True)
    if row is None or row.state is not VersionState.WAITING:
        return
    taken = await apply_zones(uow, actor, plan)
    row.state, row.import_id, row.counts = VersionState.TAKEN, taken.id, taken.counts
    row.content, row.before = None, plan.before


async def zones_before(session: AsyncSession, version_id: UUID) -> Read:
    """The zones that a version replaced.

    Raises:
        NotFound, VersionNotLast
    """
    row = await session.get(GridVersion, version_id)
    if row is None:
        raise NotFound()
    before = await session.scalar(select(GridVersion.before).where(GridVersion.id == version_id))
    if await last_taken(session) != version_id or before is None:
        raise VersionNotLast()
    zones, units = await work_aside(unpack, before)
    return Read(ZoneFile(zones, units, (), (), axes_named=True), row.digest, exact=True)


async def last_taken(session: AsyncSession) -> UUID | None:
    """The version that is the zones' now."""
    newest = select(GridVersion.id).where(GridVersion.state == VersionState.TAKEN)
    return (await session.scalars(newest.order_by(GridVersion.import_id.desc()).limit(1))).first()


async def undo(uow: UnitOfWork, actor: Actor, plan: ZonePlan, version_id: UUID) -> ImportReport:
    """Take the zones from before a version.

    Raises:
        VersionNotLast, PlanOutdated
    """
    row = await uow.session.get(GridVersion, version_id, with_for_update=True)
    if row is None or await last_taken(uow.session) != version_id:
        raise VersionNotLast()
    report = await store_zones(uow, actor, plan, name=row.name, cause="undo")
    row.state = VersionState.UNDONE
    return report
