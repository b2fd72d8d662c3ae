"""Working out what an import would do, from a reading session: nobody waits for it.

A plan holds rows ready to be written, and the version of the grid that it was worked out from; storing it
(:mod:`field.grid.commands`) takes the writer's lock only for the writing.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.atlas import place_at
from field.grid.files.borders.moved import drawings, moved
from field.grid.files.difference import Difference, difference
from field.grid.files.importer import RepFile, RepRow, UnitRow, ZoneFile, ZoneRow, read_reps, read_zones
from field.grid.files.records import AMOUNTS
from field.grid.formats.apart import ReaderStopped, run_bounded
from field.grid.formats.reading import ReadAs, read_zone_file
from field.grid.plans.leaving import left_by_reps, left_by_zones, removes_most
from field.grid.plans.reports import Asked, Going, ImportRefused, ImportReport, ImportUnconfirmed, report_of
from field.grid.reading import SMALL, read_apart, work_aside
from field.grid.store import (
    grid_version,
    stored_reps,
    stored_units,
    stored_zones,
    text_of_point,
    text_of_shape,
)
from field.grid.tables import Rep, Zone
from field.grid.whereabouts import Bounds, box_around, doubt_of_place
from kernel.errors import Fault
from kernel.identity.staff import Staff
from kernel.ids import uuid7

Values = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What both kinds of plan have. `version`: the grid's, on which it stands; `digest`: the file's."""

    version: UUID | None
    report: ImportReport
    digest: str

    def doubting(self, doubts: Sequence[Fault]) -> Self:
        """The same with more to be confirmed."""
        report = dataclasses.replace(self.report, doubts=(*self.report.doubts, *doubts))
        return dataclasses.replace(self, report=report)

    def require(self, confirmed: bool) -> None:
        """Raises:
        ImportUnconfirmed: with every doubt, when there are any and they are not confirmed.
        """
        if self.report.doubts and not confirmed:
            raise ImportUnconfirmed(faults=self.report.doubts)


@dataclasses.dataclass(frozen=True)
class ZonePlan(Plan):
    """Rows of zones and units to write; `removed`: ids of zones that become inactive; `owners`: of each zone
    whose owner changes, the one that it has from then on."""

    new: tuple[Values, ...]
    changed: tuple[Values, ...]
    removed: tuple[UUID, ...]
    owners: tuple[Values, ...]
    columns: Mapping[str, Mapping[str, str]] | None
    units: tuple[UnitRow, ...]
    units_gone: tuple[UnitRow, ...]


@dataclasses.dataclass(frozen=True)
class RepPlan(Plan):
    """Rows of accounts and representatives to write; `owned`: zones whose owner changes."""

    accounts: tuple[Values, ...]
    new: tuple[Values, ...]
    changed: tuple[Values, ...]
    changed_accounts: tuple[Values, ...]
    removed: tuple[tuple[UUID, UUID], ...]
    owned: tuple[Values, ...]
    link_lifetime: Any


async def plan_zones(session: AsyncSession, data: bytes, now: datetime, asked: Asked) -> ZonePlan:
    """Read a zone file and compare it with what there is.

    Zones that name nobody keep the representative they have, and one that comes back has the one it had.

    Raises:
        ImportRefused: with every fault of the file, by feature.
    """
    version = await grid_version(session)
    reps = {code: (id, station) for code, id, station in await _reps(session)}
    file = await _zone_file(data, asked, frozenset(reps) or None)
    if file.faults:
        raise ImportRefused(faults=file.faults)
    stored = await stored_zones(session)
    units = await stored_units(session)
    amounts = (getattr(Zone, name) for name in AMOUNTS)
    query = select(Zone.code, Zone.id, Zone.active, Zone.owner_code, Zone.owner_id, Zone.record, *amounts)
    known = {row.code: row for row in (await session.execute(query)).all()}
    return await work_aside(_zone_plan, version, file, data, now, asked, stored, units, known, reps)


async def _zone_file(data: bytes, asked: Asked, reps: Collection[str] | None) -> ZoneFile:
    read_as = ReadAs(asked.encoding, asked.crs, asked.layer, asked.columns, asked.mends)
    if len(data) <= SMALL and read_as.is_plain(data):
        read = partial(read_zones, encoding=asked.encoding, crs=asked.crs, mends=asked.mends)
        return await asyncio.to_thread(read, data, reps=reps)
    try:
        return await run_bounded(read_zone_file, data, read_as=read_as, reps=reps)
    except ReaderStopped as stopped:
        raise ImportRefused(faults=(stopped.fault,)) from None


def _zone_plan(
    version: UUID | None,
    file: ZoneFile,
    data: bytes,
    now: datetime,
    asked: Asked,
    stored: Sequence[ZoneRow],
    units: Sequence[UnitRow],
    known: Mapping[str, Any],
    reps: Mapping[str, tuple[UUID, str]],
) -> ZonePlan:
    incoming = [_completed(row, known.get(row.code)) for row in file.rows]
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
        hashlib.sha256(data).hexdigest(),
        tuple(new),
        tuple(changed),
        tuple(known[row.code].id for row in delta.removed),
        tuple(owners),
        asked.columns,
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


async def plan_reps(session: AsyncSession, data: bytes, now: datetime, asked: Asked) -> RepPlan:
    """Read a representatives file and compare it with what there is.

    A zone belongs to the representative whose line names it; a zone that no line names keeps its own word.

    Raises:
        ImportRefused: with every fault of the file, by line.
    """
    version = await grid_version(session)
    query = select(Zone.code, Zone.id, Zone.station, Zone.owner_code, Zone.owner_id).where(Zone.active)
    zones = (await session.execute(query)).all()
    file = await read_apart(
        read_reps,
        data,
        stations=frozenset(zone.station for zone in zones),
        zones=frozenset(zone.code for zone in zones),
        encoding=asked.encoding,
        bounds=await _bounds(session),
    )
    accounts = {
        row.username: row.id for row in (await session.execute(select(Staff.username, Staff.id))).all()
    }
    people = {
        row.code: row
        for row in (await session.execute(select(Rep.code, Rep.id, Rep.staff_id, Rep.active))).all()
    }
    faults = (*file.faults, *_taken_usernames(file.rows, accounts, people))
    if faults:
        raise ImportRefused(faults=faults)
    stored = await stored_reps(session)
    names = {id: name for name, id in accounts.items()}
    return await work_aside(_rep_plan, version, file, data, now, asked, stored, people, names, zones)


def _taken_usernames(
    rows: Iterable[RepRow], accounts: Mapping[str, UUID], people: Mapping[str, Any]
) -> Iterable[Fault]:
    """An account that is somebody else's is not taken over by writing its name into a file."""
    for row in rows:
        account, rep = accounts.get(row.username), people.get(row.code)
        if account is not None and (rep is None or rep.staff_id != account):
            yield Fault("username_taken", f"line {row.line}, username", params={"username": row.username})


def _rep_plan(
    version: UUID | None,
    file: RepFile,
    data: bytes,
    now: datetime,
    asked: Asked,
    stored: Sequence[RepRow],
    people: Mapping[str, Any],
    names: Mapping[UUID, str],
    zones: Sequence[Any],
) -> RepPlan:
    delta = difference(stored, [dataclasses.replace(row, username="") for row in file.rows])
    named = {code: row.code for row in file.rows for code in row.zones}
    warnings = left_by_reps(delta, ((zone.code, zone.owner_code) for zone in zones), named)
    report = report_of(
        "reps",
        asked,
        delta,
        (*file.warnings, *warnings),
        removes_most(delta),
        (file.encoding, file.sample),
    )
    back = {row.code for row in delta.added}
    differing = {change.after.code: frozenset(change.fields) for change in delta.changed}
    accounts, new, changed, renamed = [], [], [], []
    ids: dict[str, UUID] = {}
    for row in file.rows:
        before = people.get(row.code)
        if before is None:
            account, ids[row.code] = uuid7(now), uuid7(now)
            accounts.append(_account_values(row) | {"id": account})
            new.append(_rep_values(row) | {"id": ids[row.code], "staff_id": account, "version": 1})
            continue
        ids[row.code] = before.id
        # Of those who are there already only what differs is written: while it is, others wait to write.
        differs = differing.get(row.code, frozenset())
        if row.code in back:
            changed.append({"row_id": before.id, **_rep_values(row)})
        elif row.code in differing:
            changed.append({"row_id": before.id, **_differing_values(row, differs)})
        called = row.code in back or not differs.isdisjoint(("name", "name_en"))
        if called or names.get(before.staff_id) != row.username:
            renamed.append({"row_id": before.staff_id, **_account_values(row)})
    owned = []
    for zone in zones:
        owner = named.get(zone.code, zone.owner_code)
        owner_id = ids.get(owner) if owner else None
        if (zone.owner_code, zone.owner_id) != (owner, owner_id):
            owned.append({"row_id": zone.id, "owner_code": owner, "owner_id": owner_id})
    return RepPlan(
        version,
        report,
        hashlib.sha256(data).hexdigest(),
        tuple(accounts),
        tuple(new),
        tuple(changed),
        tuple(renamed),
        tuple((people[row.code].id, people[row.code].staff_id) for row in delta.removed),
        tuple(owned),
        asked.link_lifetime,
    )


def _differing_values(row: RepRow, differs: Collection[str]) -> Values:
    """Its code, and what differs of the rest; what it has that is no column of its own (its zones) aside."""
    moved = {"home_ewkb"} if "home_lon" in differs or "home_lat" in differs else set()
    wanted = {"code", *differs, *moved}
    return {name: value for name, value in _rep_values(row).items() if name in wanted}


def _account_values(row: RepRow) -> Values:
    return {"username": row.username, "name": row.name, "name_en": row.name_en, "active": True}


def _rep_values(row: RepRow) -> Values:
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "phone": row.phone,
        "station": row.station,
        "skills": dict(row.skills),
        "parts": dict(row.parts),
        "shift_start": row.shift_start,
        "shift_end": row.shift_end,
        "home_ewkb": text_of_point(row.home_lon, row.home_lat),
        "home_lon": row.home_lon,
        "home_lat": row.home_lat,
        "active": True,
    }


async def _reps(session: AsyncSession) -> Sequence[Any]:
    return (await session.execute(select(Rep.code, Rep.id, Rep.station).where(Rep.active))).all()


async def _bounds(session: AsyncSession) -> Bounds | None:
    edges = select(Zone.min_lon, Zone.min_lat, Zone.max_lon, Zone.max_lat).where(Zone.active)
    return box_around((west, south, east, north) for west, south, east, north in await session.execute(edges))
