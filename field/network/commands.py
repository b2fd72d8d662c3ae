"""The network comes in, is taken back, and its valves are found to be as they are.

A city's network takes longer to write than anybody else's transaction may wait. So an import is many small
transactions: rows are written under a version that nobody reads, and one last transaction makes it the
current one. What a run that died has left, and what is older than the versions that are kept, the next import
sweeps away.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import String, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.commands import ImportRefused, ImportUnconfirmed
from field.grid.tables import Zone
from field.network.files.reading import (
    Bounds,
    LayerChange,
    NetworkAsked,
    NetworkReading,
    told_network,
)
from field.network.store import NoNetwork, current_version, kept_layers
from field.network.tables import (
    NetworkFitting,
    NetworkLayer,
    NetworkLink,
    NetworkNode,
    NetworkValve,
    NetworkVersion,
    ValveFinding,
    ValveState,
    VersionState,
)
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import Fault, NotFound, Refused, StaleVersion
from kernel.files.apart import Row, store_as_told, told_apart
from kernel.sql.base import Base
from kernel.sql.rows import insert_as_they_are

KEPT: Final = 3
"""Versions that are kept: the current one, and two that could come back."""
AT_A_TIME: Final = 1_000
"""Rows a transaction writes or deletes at most."""
HOLD: Final = "network"
TABLES: Final[tuple[Any, ...]] = (NetworkNode, NetworkLink, NetworkValve, NetworkFitting)
TOPICS: Final = ("network:all", "tasks")


class NothingBefore(Refused):
    """There is no earlier version of the network to go back to."""

    code = "network_no_earlier"


class NoSuchValve(NotFound):
    """The network has no such valve."""

    code = "no_such_valve"


@dataclasses.dataclass(frozen=True)
class NetworkReport:
    """What an import did, or with ``dry_run`` would do. ``counts``: of what the whole network then has."""

    dry_run: bool
    version: int | None
    changes: tuple[LayerChange, ...]
    counts: dict[str, int]
    warnings: tuple[Fault, ...]
    doubts: tuple[Fault, ...]
    encoding: str
    crs: str


async def import_network(database: Database, actor: Actor, data: bytes, asked: NetworkAsked) -> NetworkReport:
    """Read a file, put its layers in the place of those before, and unless it is a dry run take it.

    Raises:
        ImportRefused: with every fault of the file, or of what it makes of the network.
        ImportUnconfirmed: with every doubt.
        StaleVersion: another one was taken, or begun, meanwhile; that one counts.
    """
    async with database.reading() as session:
        current = await current_version(session)
        base = current.number if current else None
        kept = await kept_layers(session, current) if current else {}
        zones = await _bounds(session)
    async with told_apart(told_network, data, asked, kept, zones) as hear:
        reading: NetworkReading = await hear(None)
        if reading.faults:
            raise ImportRefused(faults=reading.faults)
        report = NetworkReport(
            dry_run=asked.dry_run,
            version=None,
            changes=reading.changes,
            counts=reading.counts,
            warnings=reading.warnings,
            doubts=reading.doubts,
            encoding=reading.encoding,
            crs=reading.crs,
        )
        if asked.dry_run:
            return report
        if reading.doubts and not asked.confirmed:
            raise ImportUnconfirmed(faults=reading.doubts)
        version = await database.run(_begin, actor, asked, reading, base)
        await store_as_told(database, _insert, hear, version, at_most=AT_A_TIME)
        await database.run(_finish, actor, version)
    await _sweep(database)
    return dataclasses.replace(report, version=version)


async def _bounds(session: AsyncSession) -> Bounds | None:
    edges = (func.min(Zone.min_lon), func.min(Zone.min_lat), func.max(Zone.max_lon), func.max(Zone.max_lat))
    west, south, east, north = (await session.execute(select(*edges).where(Zone.active))).one()
    return None if west is None else (west, south, east, north)


async def _begin(
    uow: UnitOfWork,
    actor: Actor,
    asked: NetworkAsked,
    reading: NetworkReading,
    base: int | None,
) -> int:
    """Claim a number, and keep the layers that it is made of."""
    await uow.hold(HOLD)
    before = await current_version(uow.session)
    if (before.number if before else None) != base:
        raise StaleVersion()
    layers = dict(before.layers) if before else {}
    for name, content in reading.layers.items():
        layer = NetworkLayer(
            id=uow.new_id(),
            name=name,
            at=uow.now,
            actor_id=actor.id,
            crs=reading.crs,
            rows=reading.rows[name],
            content=content,
        )
        uow.session.add(layer)
        layers[name] = str(layer.id)
    newest = await uow.session.scalar(select(func.max(NetworkVersion.number)))
    version = NetworkVersion(
        number=(newest or 0) + 1,
        state=VersionState.LOADING,
        at=uow.now,
        actor_id=actor.id,
        digest=reading.digest,
        snap_m=asked.snap_m,
        layers=layers,
        counts=reading.counts,
        valid_from=None,
    )
    uow.session.add(version)
    await uow.session.flush()
    return version.number


async def _insert(uow: UnitOfWork, name: str, rows: list[Row]) -> None:
    table = Base.metadata.tables[name]
    if "shape" not in table.c:
        await insert_as_they_are(uow.session, table, rows)
        return
    drawn = func.ST_GeomFromEWKT(bindparam("shape_ewkb", type_=String))
    names = [column.name if column.name != "shape" else "shape_ewkb" for column in table.c]
    statement = insert(table).values({"shape": drawn})
    values = [dict(zip(names, row, strict=True)) for row in rows]
    await (await uow.session.connection()).execute(statement, values)


async def _finish(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """From here on this version is the one that counts."""
    await uow.hold(HOLD)
    version = await uow.session.get_one(NetworkVersion, number)
    newest = await uow.session.scalar(select(func.max(NetworkVersion.number)))
    if version.state is not VersionState.LOADING or newest != number:
        raise StaleVersion()
    current = NetworkVersion.state == VersionState.CURRENT
    await uow.session.execute(update(NetworkVersion).where(current).values(state=VersionState.PAST))
    version.state, version.valid_from = VersionState.CURRENT, uow.now
    await uow.audit(
        actor, "import_network", f"network:{number}", digest=version.digest, counts=version.counts
    )
    uow.changed("network", str(number), *TOPICS)


async def withdraw_version(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """Take the current version back: the one before it counts again.

    Raises:
        StaleVersion: that is not the current one (any more).
        NothingBefore: none is kept from before it.
    """
    await uow.hold(HOLD)
    version = await current_version(uow.session)
    if version is None:
        raise NoNetwork()
    if version.number != number:
        raise StaleVersion(current=version.number)
    past = select(NetworkVersion).where(NetworkVersion.state == VersionState.PAST)
    before = (await uow.session.scalars(past.order_by(NetworkVersion.number.desc()).limit(1))).first()
    if before is None:
        raise NothingBefore()
    version.state = VersionState.WITHDRAWN
    before.state, before.valid_from = VersionState.CURRENT, uow.now
    await uow.audit(actor, "withdraw_network", f"network:{number}", back_to=before.number)
    uow.changed("network", str(before.number), *TOPICS)


async def note_valve(
    uow: UnitOfWork,
    actor: Actor,
    code: str,
    state: ValveState,
    *,
    task_id: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """Somebody has found a valve to be as it is, or has made it so. What was found later stays.

    Raises:
        NoSuchValve: the current version has none of that code.
    """
    version = await current_version(uow.session)
    known = select(NetworkValve.number).where(
        NetworkValve.version == (version.number if version else 0), NetworkValve.code == code
    )
    if (await uow.session.scalars(known.limit(1))).first() is None:
        raise NoSuchValve()
    found_at = min(at or uow.now, uow.now)
    finding = await uow.session.get(ValveFinding, code, with_for_update=True)
    if finding is not None and finding.at > found_at:
        return
    before = finding.state.value if finding else None
    if finding is None:
        finding = ValveFinding(code=code)
        uow.session.add(finding)
    finding.state, finding.at, finding.task_id = state, found_at, task_id
    finding.actor_id, finding.actor_name = actor.id, actor.name[:80]
    await uow.session.flush()
    await uow.audit(actor, "note_valve", f"valve:{code}", state=state.value, before=before)
    uow.changed("network", f"valve:{code}", *TOPICS)


# sweeping -------------------------------------------------------------------------------------------


async def _sweep(database: Database) -> None:
    """Delete the rows of versions that are not kept, a little at a time, and layers that none is made of."""
    for number in await database.run(_not_kept):
        for table in TABLES:
            while await database.run(_delete_some, table, number):
                pass
        await database.run(_forget, number)


async def _not_kept(uow: UnitOfWork) -> list[int]:
    """What is no longer kept, or was begun and has died: older than the current one, and not among those
    that could come back.
    """
    rows = (await uow.session.scalars(select(NetworkVersion).order_by(NetworkVersion.number.desc()))).all()
    current = next((row.number for row in rows if row.state is VersionState.CURRENT), 0)
    good = [row.number for row in rows if row.state in (VersionState.CURRENT, VersionState.PAST)][:KEPT]
    return [row.number for row in rows if row.number < current and row.number not in good]


async def _delete_some(uow: UnitOfWork, table: Any, number: int) -> bool:
    first = await uow.session.scalar(select(func.min(table.number)).where(table.version == number))
    if first is None:
        return False
    some = table.number.between(first, first + AT_A_TIME - 1)
    await uow.session.execute(delete(table).where(table.version == number, some))
    return True


async def _forget(uow: UnitOfWork, number: int) -> None:
    await uow.session.execute(delete(NetworkVersion).where(NetworkVersion.number == number))
    used = {
        id for layers in await uow.session.scalars(select(NetworkVersion.layers)) for id in layers.values()
    }
    unused = [id for id in await uow.session.scalars(select(NetworkLayer.id)) if str(id) not in used]
    await uow.session.execute(delete(NetworkLayer).where(NetworkLayer.id.in_(unused)))
