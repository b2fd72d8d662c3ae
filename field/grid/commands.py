"""Zones and representatives come in: the whole file, or nothing of it.

A file is the whole truth of its kind: what it no longer names becomes inactive. It is never deleted, since
past tasks speak of it. Reading a file takes seconds for a large city and touches nothing stored, so it is
done in a thread, and by callers that can, before the transaction begins.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.files.difference import Difference, difference
from field.grid.files.importer import RepFile, RepRow, UnitRow, ZoneFile, ZoneRow, read_reps, read_zones
from field.grid.store import area_of, point_of, stored_reps, stored_units, stored_zones
from field.grid.tables import Cell, GridImport, Rep, Zone
from kernel.actors import Actor, Role, Surface
from kernel.database import UnitOfWork
from kernel.errors import Fault, Invalid
from kernel.identity.links import create_link
from kernel.identity.staff import Staff, add_staff


class ImportRefused(Invalid):
    """The file has faults; nothing of it was taken."""

    code = "import_refused"


@dataclasses.dataclass(frozen=True)
class Changed:
    """A row that both have, and the fields in which they differ."""

    code: str
    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class SignIn:
    """A one-use sign-in for a new representative: seen once, in the report, by whoever imports."""

    code: str
    name: str
    username: str
    token: str


@dataclasses.dataclass(frozen=True)
class ImportReport:
    """What an import did, or with ``dry_run`` would do. Codes are sorted."""

    kind: str
    dry_run: bool
    added: tuple[str, ...]
    changed: tuple[Changed, ...]
    removed: tuple[str, ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()
    sign_ins: tuple[SignIn, ...] = ()


async def import_zones(uow: UnitOfWork, actor: Actor, data: bytes, *, dry_run: bool = False) -> ImportReport:
    """Read a zone file and take it.

    Raises:
        ImportRefused: with every fault of the file, by feature.
    """
    file = await asyncio.to_thread(read_zones, data, reps=await known_reps(uow.session))
    return await take_zones(uow, actor, file, data, dry_run=dry_run)


async def import_reps(
    uow: UnitOfWork,
    actor: Actor,
    data: bytes,
    *,
    dry_run: bool = False,
    link_lifetime: timedelta = timedelta(hours=12),
) -> ImportReport:
    """Read a representatives file and take it; each new one gets a staff account and a one-use sign-in.

    Raises:
        ImportRefused: with every fault of the file, by line.
    """
    stations, zones = await known_codes(uow.session)
    file = await asyncio.to_thread(read_reps, data, stations=stations, zones=zones)
    return await take_reps(uow, actor, file, data, dry_run=dry_run, link_lifetime=link_lifetime)


async def known_codes(session: AsyncSession) -> tuple[frozenset[str], frozenset[str]]:
    """The codes of the stations and of the zones that a representatives file may name."""
    rows = (await session.execute(select(Zone.station, Zone.code).where(Zone.active))).all()
    return frozenset(row.station for row in rows), frozenset(row.code for row in rows)


async def known_reps(session: AsyncSession) -> frozenset[str] | None:
    """The codes of the representatives that a zone file may name; None before there are any."""
    return frozenset(await session.scalars(select(Rep.code).where(Rep.active))) or None


async def take_zones(
    uow: UnitOfWork, actor: Actor, file: ZoneFile, data: bytes, *, dry_run: bool = False
) -> ImportReport:
    """Store a zone file that has been read. Zones that name nobody keep the representative they have."""
    if file.faults:
        raise ImportRefused(faults=file.faults)
    stored = await stored_zones(uow.session)
    owners = {row.code: row.rep for row in stored}
    incoming = [row if row.rep else dataclasses.replace(row, rep=owners.get(row.code)) for row in file.rows]
    delta = difference(stored, incoming)
    report = _report("zones", dry_run, delta, file.warnings)
    if not dry_run:
        await _store_units(uow, file.units)
        await _store_zones(uow, incoming, delta.removed)
        await _note_import(uow, actor, report, data)
    return report


async def _store_units(uow: UnitOfWork, units: Sequence[UnitRow]) -> None:
    kept = {(row.level, row.code): row for row in await stored_units(uow.session)}
    cells = {(cell.level, cell.code): cell for cell in await uow.session.scalars(select(Cell))}
    for unit in units:
        if kept.pop((unit.level, unit.code), None) == unit:
            continue
        cell = cells.get((unit.level, unit.code))
        if cell is None:
            cell = Cell(id=uow.new_id(), level=unit.level, code=unit.code)
            uow.session.add(cell)
        cell.parent, cell.name = unit.parent, unit.name
        cell.name_zh_hant, cell.name_en = unit.name_zh_hant, unit.name_en
    for key in kept:
        await uow.session.delete(cells[key])


async def _store_zones(uow: UnitOfWork, incoming: Iterable[ZoneRow], removed: Iterable[ZoneRow]) -> None:
    known = {zone.code: zone for zone in await uow.session.scalars(select(Zone))}
    reps = await _rep_ids(uow)
    for row in incoming:
        zone = known.get(row.code)
        if zone is None:
            zone = Zone(id=uow.new_id(), code=row.code)
            uow.session.add(zone)
        zone.name, zone.name_zh_hant, zone.name_en = row.name, row.name_zh_hant, row.name_en
        zone.company, zone.office = row.company, row.office
        zone.station, zone.sub_area = row.station, row.sub_area
        zone.area = area_of(row.geometry)
        zone.min_lon, zone.min_lat, zone.max_lon, zone.max_lat = row.geometry.bounds
        zone.owner_code = row.rep
        zone.owner_id = reps.get(row.rep) if row.rep else None
        zone.active, zone.changed_at = True, uow.now
    for row in removed:
        known[row.code].active, known[row.code].changed_at = False, uow.now
    await uow.session.flush()


async def _rep_ids(uow: UnitOfWork) -> dict[str, UUID]:
    rows = await uow.session.execute(select(Rep.code, Rep.id).where(Rep.active))
    return {code: id for code, id in rows.all()}


async def take_reps(
    uow: UnitOfWork,
    actor: Actor,
    file: RepFile,
    data: bytes,
    *,
    dry_run: bool = False,
    link_lifetime: timedelta = timedelta(hours=12),
) -> ImportReport:
    """Store a representatives file that has been read.

    A zone belongs to the representative whose line names it; a zone that no line names keeps its own word.
    """
    staff = {row.username: row for row in await uow.session.scalars(select(Staff))}
    known = {rep.code: rep for rep in await uow.session.scalars(select(Rep))}
    faults = (*file.faults, *_taken_usernames(file.rows, staff, known))
    if faults:
        raise ImportRefused(faults=faults)
    delta = difference(
        await stored_reps(uow.session), [dataclasses.replace(r, username="") for r in file.rows]
    )
    report = _report("reps", dry_run, delta, file.warnings)
    if dry_run:
        return report
    added = set(report.added)
    sign_ins = []
    for row in file.rows:
        rep = await _store_rep(uow, row, known.get(row.code))
        if row.code in added:
            token = await create_link(uow, Surface.REP, link_lifetime, staff_id=rep.staff_id)
            sign_ins.append(SignIn(row.code, row.name, row.username, token))
    for gone in delta.removed:
        await _retire(uow, known[gone.code])
    await uow.session.flush()
    await _settle_ownership(uow, file.rows)
    await _note_import(uow, actor, report, data)
    return dataclasses.replace(report, sign_ins=tuple(sign_ins))


def _taken_usernames(
    rows: Iterable[RepRow], staff: dict[str, Staff], known: dict[str, Rep]
) -> Iterable[Fault]:
    """An account that is somebody else's is not taken over by writing its name into a file."""
    for row in rows:
        account, rep = staff.get(row.username), known.get(row.code)
        if account is not None and (rep is None or rep.staff_id != account.id):
            yield Fault("username_taken", f"line {row.line}, username", params={"username": row.username})


async def _store_rep(uow: UnitOfWork, row: RepRow, rep: Rep | None) -> Rep:
    if rep is None:
        account = await add_staff(
            uow, username=row.username, name=row.name, name_en=row.name_en, roles=frozenset({Role.REP})
        )
        rep = Rep(id=uow.new_id(), staff_id=account.id, code=row.code)
        uow.session.add(rep)
    else:
        found = await uow.session.get(Staff, rep.staff_id)
        assert found is not None
        found.username, found.name, found.name_en, found.active = row.username, row.name, row.name_en, True
    rep.name, rep.name_en, rep.phone, rep.station = row.name, row.name_en, row.phone, row.station
    rep.skills, rep.parts = dict(row.skills), dict(row.parts)
    rep.shift_start, rep.shift_end = row.shift_start, row.shift_end
    rep.home_lon, rep.home_lat = row.home_lon, row.home_lat
    rep.home = point_of(row.home_lon, row.home_lat)
    rep.active, rep.changed_at = True, uow.now
    return rep


async def _retire(uow: UnitOfWork, rep: Rep) -> None:
    """No more work and no more sign-in. Open tasks are moved on by the field's sweep."""
    rep.active, rep.changed_at = False, uow.now
    account = await uow.session.get(Staff, rep.staff_id)
    assert account is not None
    account.active = False


async def _settle_ownership(uow: UnitOfWork, rows: Iterable[RepRow]) -> None:
    named = {code: row.code for row in rows for code in row.zones}
    reps = await _rep_ids(uow)
    for zone in await uow.session.scalars(select(Zone).where(Zone.active)):
        owner_code = named.get(zone.code, zone.owner_code)
        owner_id = reps.get(owner_code) if owner_code else None
        if (zone.owner_code, zone.owner_id) != (owner_code, owner_id):
            zone.owner_code, zone.owner_id, zone.changed_at = owner_code, owner_id, uow.now
    await uow.session.flush()


def _report(
    kind: str,
    dry_run: bool,
    delta: Difference[ZoneRow] | Difference[RepRow],
    warnings: Sequence[Fault],
) -> ImportReport:
    return ImportReport(
        kind=kind,
        dry_run=dry_run,
        added=tuple(row.code for row in delta.added),
        changed=tuple(Changed(change.after.code, change.fields) for change in delta.changed),
        removed=tuple(row.code for row in delta.removed),
        unchanged=delta.unchanged,
        warnings=tuple(warnings),
    )


async def _note_import(uow: UnitOfWork, actor: Actor, report: ImportReport, data: bytes) -> None:
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
    }
    row = GridImport(
        id=uow.new_id(),
        kind=report.kind,
        at=uow.now,
        actor_id=actor.id,
        digest=hashlib.sha256(data).hexdigest(),
        counts=counts,
    )
    uow.session.add(row)
    await uow.audit(actor, f"import_{report.kind}", f"import:{row.id}", digest=row.digest, **counts)
    uow.changed("import", row.id, "zones", "reps")
    await uow.session.flush()
