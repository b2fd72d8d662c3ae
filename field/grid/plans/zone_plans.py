"""Working out what zones would change, from a reading session: nobody waits for it."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.atlas import place_at
from field.grid.files.borders.moved import drawings, moved
from field.grid.files.difference import Difference, difference
from field.grid.files.importer import UnitRow, ZoneFile, ZoneRow
from field.grid.files.records import AMOUNTS
from field.grid.formats.apart import ReaderStopped, run_bounded
from field.grid.formats.reading import NO_FOLDER, ReadAs, is_light, read_zone_file
from field.grid.plans.leaving import left_by_zones
from field.grid.plans.plan import Plan, Values
from field.grid.plans.reports import Asked, Going, report_of
from field.grid.plans.snapshot import pack
from field.grid.store import grid_version, stored_units, stored_zones, text_of_shape
from field.grid.tables import Rep, Zone
from field.grid.whereabouts import box_around, doubt_of_place
from kernel.files.apart import work_aside
from kernel.files.refusal import ImportRefused
from kernel.ids import uuid7


@dataclasses.dataclass(frozen=True)
class ZonePlan(Plan):
    """Rows of zones and units to write; `removed`: ids of zones that become inactive; `owners`: of each zone
    whose owner changes, the one that it has from then on; `before`: the zones as they were, packed."""

    new: tuple[Values, ...]
    changed: tuple[Values, ...]
    removed: tuple[UUID, ...]
    owners: tuple[Values, ...]
    columns: Mapping[str, Mapping[str, str]] | None
    before: bytes
    units: tuple[UnitRow, ...]
    units_gone: tuple[UnitRow, ...]


@dataclasses.dataclass(frozen=True)
class Read:
    """Zones as they are to be, and where they come from: `digest`, of the file; `exact`: also what they do
    not say (an owner, part of a record) is to be so."""

    file: ZoneFile
    digest: str
    exact: bool = False


async def read_file(session: AsyncSession, data: bytes, asked: Asked) -> Read:
    """Read a zone file.

    Raises:
        ImportRefused: with every fault of the file, by feature.
    """
    reps = frozenset(code for code, _, _ in await _reps(session))
    file = await _zone_file(data, asked, reps or None)
    if file.faults:
        raise ImportRefused(faults=file.faults)
    return Read(file, hashlib.sha256(data).hexdigest())


async def plan_zones(session: AsyncSession, read: Read, now: datetime, asked: Asked) -> ZonePlan:
    """Compare zones with those there are.

    Zones that name nobody keep the representative they have, and one that comes back has the one it had.
    """
    version = await grid_version(session)
    reps = {code: (id, station) for code, id, station in await _reps(session)}
    stored = await stored_zones(session)
    units = await stored_units(session)
    amounts = (getattr(Zone, name) for name in AMOUNTS)
    query = select(Zone.code, Zone.id, Zone.active, Zone.owner_code, Zone.owner_id, Zone.record, *amounts)
    known = {row.code: row for row in (await session.execute(query)).all()}
    return await work_aside(_zone_plan, version, read, now, asked, stored, units, known, reps)


async def _zone_file(data: bytes, asked: Asked, reps: Collection[str] | None) -> ZoneFile:
    read_as = ReadAs(asked.encoding, asked.crs, asked.layer, asked.columns, asked.mends)
    if is_light(data, asked.crs):
        return await asyncio.to_thread(read_zone_file, data, folder=NO_FOLDER, read_as=read_as, reps=reps)
    try:
        return await run_bounded(read_zone_file, data, read_as=read_as, reps=reps)
    except ReaderStopped as stopped:
        raise ImportRefused(faults=(stopped.fault,)) from None


def _zone_plan(
    version: UUID | None,
    read: Read,
    now: datetime,
    asked: Asked,
    stored: Sequence[ZoneRow],
    units: Sequence[UnitRow],
    known: Mapping[str, Any],
    reps: Mapping[str, tuple[UUID, str]],
) -> ZonePlan:
    file = read.file
    incoming = [row if read.exact else _completed(row, known.get(row.code)) for row in file.rows]
    delta = difference(stored, incoming)
    doubts = left_by_zones(delta, incoming, ((code, station) for code, (_, station) in reps.items()))
    bounds = box_around(row.geometry.bounds for row in incoming)
    before_bounds = box_around(row.geometry.bounds for row in stored)
    where = doubt_of_place(bounds, before_bounds, file.axes_named, place_at) if bounds else None
    report = report_of(
        "zones",
        asked,
        delta,
        file.warnings,
        [where, *doubts] if where else doubts,
        (file.encoding, file.sample),
    )
    report = dataclasses.replace(report, moved=moved(delta), going=_going(delta))
    if asked.dry_run:
        report = dataclasses.replace(report, drawings=drawings(delta))
    differing = {row.code for row in delta.added} | {change.after.code for change in delta.changed}
    new, changed, owners = [], [], []
    for row in incoming:
        owner_id = reps[row.rep][0] if row.rep is not None and row.rep in reps else None
        before = known.get(row.code)
        if before is None:
            id = uuid7(now)
            new.append({"id": id, "version": 1, **_zone_values(row, owner_id)})
            owners.append(_owner(id, row.rep, owner_id))
        elif row.code in differing or before.owner_id != owner_id:
            changed.append({"row_id": before.id, **_zone_values(row, owner_id)})
            if not before.active or (before.owner_code, before.owner_id) != (row.rep, owner_id):
                owners.append(_owner(before.id, row.rep, owner_id))
    owners += [_owner(known[row.code].id, None, None) for row in delta.removed]
    had = {(unit.level, unit.code): unit for unit in units}
    return ZonePlan(
        version,
        report,
        read.digest,
        tuple(new),
        tuple(changed),
        tuple(known[row.code].id for row in delta.removed),
        tuple(owners),
        asked.columns,
        b"" if asked.dry_run else pack(stored, units),
        tuple(unit for unit in file.units if had.pop((unit.level, unit.code), None) != unit),
        tuple(had.values()),
    )


def _going(delta: Difference[ZoneRow]) -> tuple[Going, ...]:
    return tuple(
        Going(
            row.code,
            row.name,
            row.rep,
            (*row.record.get("inlet_meters", ()), *row.record.get("outlet_meters", ())),
        )
        for row in delta.removed
    )


def _owner(zone_id: UUID, code: str | None, rep_id: UUID | None) -> Values:
    return {"zone_id": zone_id, "rep_code": code, "rep_id": rep_id}


def _completed(row: ZoneRow, known: Any) -> ZoneRow:
    """With what the file says nothing of as it was: whose the zone is, how much work, parts of the record."""
    if known is None:
        return row
    had = {name: getattr(known, name) for name in AMOUNTS if getattr(row, name) is None}
    record = {**known.record, **row.record}
    return dataclasses.replace(row, rep=row.rep or known.owner_code, record=record, **had)


def _zone_values(row: ZoneRow, owner_id: UUID | None) -> Values:
    west, south, east, north = row.geometry.bounds
    return {
        "code": row.code,
        "name": row.name,
        "name_zh_hant": row.name_zh_hant,
        "name_en": row.name_en,
        "company": row.company,
        "office": row.office,
        "station": row.station,
        "sub_area": row.sub_area,
        "area_ewkb": text_of_shape(row.geometry),
        "min_lon": west,
        "min_lat": south,
        "max_lon": east,
        "max_lat": north,
        "owner_code": row.rep,
        "record": dict(row.record),
        "owner_id": owner_id,
        **{name: getattr(row, name) for name in AMOUNTS},
        "active": True,
    }


async def _reps(session: AsyncSession) -> Sequence[Any]:
    return (await session.execute(select(Rep.code, Rep.id, Rep.station).where(Rep.active))).all()
