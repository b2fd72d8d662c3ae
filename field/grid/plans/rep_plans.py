"""Working out what a file of representatives would change, from a reading session: nobody waits for it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.files.difference import difference
from field.grid.files.importer import RepFile, RepRow, read_reps
from field.grid.plans.leaving import left_by_reps, removes_most
from field.grid.plans.plan import Plan, Values
from field.grid.plans.reports import Asked, report_of
from field.grid.store import (
    grid_version,
    stored_reps,
    text_of_point,
)
from field.grid.tables import Contractor, Rep, Zone
from field.grid.whereabouts import Bounds, box_around
from kernel.errors import Fault
from kernel.files.apart import read_apart, work_aside
from kernel.files.refusal import ImportRefused
from kernel.identity.staff import Staff
from kernel.ids import uuid7


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


async def plan_reps(session: AsyncSession, data: bytes, now: datetime, asked: Asked) -> RepPlan:
    """Read a representatives file and compare it with what there is.

    A zone belongs to the representative whose line names it; a zone that no line names keeps its own word.

    Raises:
        ImportRefused: with every fault of the file, by line.
    """
    version = await grid_version(session)
    query = select(Zone.code, Zone.id, Zone.station, Zone.owner_code, Zone.owner_id).where(Zone.active)
    zones = (await session.execute(query)).all()
    contracts = {each.code: each.terms() for each in await session.scalars(select(Contractor))}
    file = await read_apart(
        read_reps,
        data,
        stations=frozenset(zone.station for zone in zones),
        zones=frozenset(zone.code for zone in zones),
        contractors=frozenset(contracts),
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
    file = _with_contractors(file, stored)
    names = {id: name for name, id in accounts.items()}
    return await work_aside(
        _rep_plan, version, file, data, now, asked, stored, people, names, zones, contracts
    )


def _with_contractors(file: RepFile, stored: Sequence[RepRow]) -> RepFile:
    """A file that says nothing of contractors leaves everybody with the one they have."""
    if file.tells_contractors:
        return file
    known = {row.code: row.contractor for row in stored}
    rows = tuple(dataclasses.replace(row, contractor=known.get(row.code)) for row in file.rows)
    return dataclasses.replace(file, rows=rows)


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
    contracts: Mapping[str, Values],
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
            new.append(_rep_values(row, contracts) | {"id": ids[row.code], "staff_id": account, "version": 1})
            continue
        ids[row.code] = before.id
        # Of those who are there already only what differs is written: while it is, others wait to write.
        differs = differing.get(row.code, frozenset())
        if row.code in back:
            changed.append({"row_id": before.id, **_rep_values(row, contracts)})
        elif row.code in differing:
            changed.append({"row_id": before.id, **_differing_values(row, differs, contracts)})
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


def _differing_values(row: RepRow, differs: Collection[str], contracts: Mapping[str, Values]) -> Values:
    """Its code, and what differs of the rest; what it has that is no column of its own (its zones) aside."""
    moved = {"home_ewkb"} if "home_lon" in differs or "home_lat" in differs else set()
    bound = {"contract"} if "contractor" in differs else set()
    wanted = {"code", *differs, *moved, *bound}
    return {name: value for name, value in _rep_values(row, contracts).items() if name in wanted}


def _account_values(row: RepRow) -> Values:
    return {"username": row.username, "name": row.name, "name_en": row.name_en, "active": True}


def _rep_values(row: RepRow, contracts: Mapping[str, Values]) -> Values:
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "phone": row.phone,
        "station": row.station,
        "skills": dict(row.skills),
        "parts": dict(row.parts),
        "contractor": row.contractor,
        "contract": dict(contracts.get(row.contractor or "", {})),
        "shift_start": row.shift_start,
        "shift_end": row.shift_end,
        "home_ewkb": text_of_point(row.home_lon, row.home_lat),
        "home_lon": row.home_lon,
        "home_lat": row.home_lat,
        "active": True,
    }


async def _bounds(session: AsyncSession) -> Bounds | None:
    edges = select(Zone.min_lon, Zone.min_lat, Zone.max_lon, Zone.max_lat).where(Zone.active)
    return box_around((west, south, east, north) for west, south, east, north in await session.execute(edges))
