"""Sources come and go, and are read again. Other servers are asked outside of any transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from field.grid.formats.apart import ReaderStopped, run_bounded
from field.sources import arcgis, wfs
from field.sources.fetching import Fetcher, require_askable
from field.sources.reading import read_pages
from field.sources.source import Brought, SourceFault, SourceKind, SourceState, next_turn
from field.sources.tables import ZoneSource
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import Fault, Invalid, NotFound, Refused
from kernel.push.addresses import NotPublic

log = structlog.get_logger(__name__)

MOST = 50
"""Sources of one utility."""


class TooManySources(Refused):
    """There are as many sources as there may be."""

    code = "too_many_sources"


def checked_address(url: str, allowed: tuple[str, ...]) -> str:
    """Raises:
    Invalid: the address is not one that may be asked.
    """
    try:
        require_askable(url, allowed)
    except NotPublic:
        problem = "HTTPS in the public internet, or a host that CURBSTOP_SOURCE_HOSTS names"
        params = {"field": "body.url", "problem": problem}
        raise Invalid(faults=[Fault("field_invalid", "body.url", problem, params)]) from None
    return url


async def add_source(
    uow: UnitOfWork,
    actor: Actor,
    *,
    kind: SourceKind,
    name: str,
    url: str,
    layer: str,
    crs: str,
    every_hours: int,
) -> UUID:
    """Keep a source, to be read soon."""
    await uow.hold("zone_sources")
    if (await uow.session.scalar(select(func.count()).select_from(ZoneSource)) or 0) >= MOST:
        raise TooManySources()
    source = ZoneSource(
        id=uow.new_id(),
        kind=kind,
        name=name,
        url=url,
        layer=layer,
        crs=crs,
        every_hours=every_hours,
        created_at=uow.now,
        actor_id=actor.id,
        state=SourceState.WAITING,
        checked_at=None,
        due_at=uow.now,
        faults=[],
        digest="",
        features=0,
        read_at=None,
        content=None,
    )
    uow.session.add(source)
    await uow.audit(actor, "zone_source_added", str(source.id), kind=kind.value, name=name)
    return source.id


async def remove_source(uow: UnitOfWork, actor: Actor, source_id: UUID) -> None:
    """Forget a source. The zones that came from it stay.

    Raises:
        NotFound
    """
    source = await uow.session.get(ZoneSource, source_id)
    if source is None:
        raise NotFound()
    await uow.session.execute(delete(ZoneSource).where(ZoneSource.id == source_id))
    await uow.audit(actor, "zone_source_removed", str(source_id), name=source.name)


async def due_sources(database: Database) -> list[UUID]:
    """Those whose turn has come, the longest overdue first."""
    query = select(ZoneSource.id).where(ZoneSource.due_at <= database.clock.now())
    async with database.reading() as session:
        return list(await session.scalars(query.order_by(ZoneSource.due_at)))


async def refresh_source(database: Database, source_id: UUID, allowed: tuple[str, ...]) -> None:
    """Read a source once more. What it brought is kept, or why it brought nothing; never both lost.

    Raises:
        NotFound
    """
    async with database.reading() as session:
        source = await session.get(ZoneSource, source_id)
    if source is None:
        raise NotFound()
    asked_at = database.clock.now()
    result = await _read(source, allowed)
    if isinstance(result, SourceFault):
        log.info("zone_source_failed", source=str(source_id), code=result.fault.code)
    await database.run(_note, source_id, asked_at, result)


async def _read(source: ZoneSource, allowed: tuple[str, ...]) -> Brought | SourceFault:
    fetch = Fetcher(allowed)
    try:
        ask = arcgis.pages if source.kind is SourceKind.ARCGIS else wfs.pages
        found = await ask(fetch, source.url, source.layer)
        return await run_bounded(read_pages, found) if found else SourceFault("no_features")
    except SourceFault as fault:
        return fault
    except ReaderStopped as stopped:
        return SourceFault(
            stopped.fault.code, away=stopped.fault.code == "reader_busy", **stopped.fault.params
        )
    finally:
        await fetch.close()


async def _note(uow: UnitOfWork, source_id: UUID, asked_at: datetime, result: Brought | SourceFault) -> None:
    query = select(ZoneSource).where(ZoneSource.id == source_id).options(undefer(ZoneSource.content))
    source = (await uow.session.scalars(query.with_for_update())).first()
    if source is None or (source.checked_at is not None and source.checked_at > asked_at):
        return  # removed, or asked again, meanwhile
    source.checked_at = uow.now
    if isinstance(result, Brought):
        source.state, source.faults = SourceState.READ, []
        source.read_at, source.features = uow.now, result.features
        if source.digest != result.digest:
            source.digest, source.content = result.digest, result.content
    else:
        source.state = SourceState.AWAY if result.away else SourceState.REFUSED
        source.faults = [{"code": result.fault.code, "params": dict(result.fault.params)}]
    source.due_at = next_turn(uow.now, source.every_hours, source.state)
