"""Zones and representatives come in: the whole file, or nothing of it.

A file is the whole truth of its kind: what it no longer names becomes inactive. It is never deleted, since
past tasks speak of it. Reading a file and comparing it takes seconds for a large city and touches nothing
stored: that is the plan (:mod:`field.grid.plans`), made before the transaction that stores it begins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import String, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.owners import note_owners
from field.grid.plans.plan import Plan, Values
from field.grid.plans.rep_plans import RepPlan
from field.grid.plans.reports import (
    Asked,
    Changed,
    ImportReport,
    ImportUnconfirmed,
    PlanOutdated,
    SignIn,
)
from field.grid.plans.zone_plans import ZonePlan, plan_zones, read_file
from field.grid.store import SEEN, grid_version
from field.grid.tables import Cell, ColumnMapping, GridImport, GridVersion, Rep, VersionState, Zone
from kernel.actors import Actor, Role, Surface
from kernel.contracts import GroundLearned
from kernel.database import UnitOfWork
from kernel.files.refusal import ImportRefused
from kernel.identity.links import create_links
from kernel.identity.staff import Staff, hire

__all__ = [
    "Asked",
    "Changed",
    "ImportRefused",
    "ImportReport",
    "ImportUnconfirmed",
    "PlanOutdated",
    "SignIn",
    "import_zones",
    "store_reps",
    "store_zones",
]


async def import_zones(
    uow: UnitOfWork, actor: Actor, data: bytes, *, dry_run: bool = False, confirmed: bool = False
) -> ImportReport:
    """Read a zone file and take it, all in one transaction: for a house that nobody works in yet.

    Raises:
        ImportRefused: with every fault of the file, by feature.
        ImportUnconfirmed: with every doubt.
    """
    asked = Asked(dry_run=dry_run, confirmed=confirmed)
    plan = await plan_zones(uow.session, await read_file(uow.session, data, asked), uow.now, asked)
    if dry_run:
        return plan.report
    plan.require(confirmed)
    return await store_zones(uow, actor, plan)


async def store_zones(
    uow: UnitOfWork, actor: Actor, plan: ZonePlan, *, name: str = "", cause: str = "file"
) -> ImportReport:
    """Write what was planned, as a version of its own; what it replaces is kept, to be gone back to.

    Raises:
        PlanOutdated: something was imported since.
    """
    taken = await apply_zones(uow, actor, plan)
    row = GridVersion(
        id=uow.new_id(),
        state=VersionState.TAKEN,
        cause=cause,
        name=name,
        published_at=uow.now,
        valid_from=uow.now,
        actor_id=actor.id,
        import_id=taken.id,
        digest=plan.digest,
        counts=taken.counts,
        confirmed=[doubt.code for doubt in plan.report.doubts],
        before=plan.before,
    )
    uow.session.add(row)
    await uow.session.flush()
    return dataclasses.replace(plan.report, version_id=row.id)


async def apply_zones(uow: UnitOfWork, actor: Actor, plan: ZonePlan) -> GridImport:
    """Write the rows of a plan.

    Raises:
        PlanOutdated: something was imported since.
    """
    await _hold(uow.session, plan)
    for unit in plan.units_gone:
        await uow.session.execute(delete(Cell).where(Cell.level == unit.level, Cell.code == unit.code))
    if plan.units:
        had = {(cell.level, cell.code): cell for cell in await uow.session.scalars(select(Cell))}
        for unit in plan.units:
            cell = had.get((unit.level, unit.code))
            if cell is None:
                cell = Cell(id=uow.new_id(), level=unit.level, code=unit.code)
                uow.session.add(cell)
            cell.parent, cell.name = unit.parent, unit.name
            cell.name_zh_hant, cell.name_en = unit.name_zh_hant, unit.name_en
        await uow.session.flush()
    await _insert(uow, Zone, [values | {"changed_at": uow.now} for values in plan.new])
    await _update(uow, Zone, plan.changed)
    await _update(uow, Zone, [{"row_id": id, "active": False} for id in plan.removed])
    await note_owners(uow, plan.owners)
    if plan.columns is not None:
        await _keep_columns(uow, plan.columns)
    taken = await _note_import(uow, actor, plan)
    if plan.new or plan.changed:
        uow.emit(GroundLearned())
    return taken


async def _keep_columns(uow: UnitOfWork, columns: Mapping[str, Mapping[str, str]]) -> None:
    """Which columns held what, to be proposed next time."""
    await uow.session.execute(delete(ColumnMapping))
    rows = [
        {"field": field, "column_name": how.get("column", ""), "value": how.get("value", "")}
        for field, how in columns.items()
    ]
    if rows:
        await uow.session.execute(insert(ColumnMapping), rows)


async def store_reps(uow: UnitOfWork, actor: Actor, plan: RepPlan) -> ImportReport:
    """Write what was planned; each new representative gets a staff account and a one-use sign-in.

    Who is removed gets no more work and no more sign-in; open tasks are moved on by the field's sweep.

    Raises:
        PlanOutdated: something was imported, or somebody hired under one of the names, since.
    """
    await _hold(uow.session, plan)
    if await hire(uow, plan.accounts, frozenset({Role.REP})):
        raise PlanOutdated()
    await _insert(uow, Rep, [values | {"changed_at": uow.now} for values in plan.new])
    await _update(uow, Rep, plan.changed)
    await _update(uow, Rep, [{"row_id": id, "active": False} for id, _ in plan.removed])
    await _update(uow, Staff, plan.changed_accounts)
    await _update(uow, Staff, [{"row_id": staff_id, "active": False} for _, staff_id in plan.removed])
    await _update(uow, Zone, plan.owned)
    await note_owners(
        uow,
        [
            {"zone_id": each["row_id"], "rep_code": each["owner_code"], "rep_id": each["owner_id"]}
            for each in plan.owned
        ],
    )
    added = set(plan.report.added)
    lately = [each for each in (*plan.new, *plan.changed) if each["code"] in added]
    owners = await _accounts(uow.session, plan, lately)
    tokens = await create_links(uow, Surface.REP, plan.link_lifetime, [owner["id"] for owner in owners])
    sign_ins = tuple(
        SignIn(values["code"], values["name"], owner["username"], token)
        for values, owner, token in zip(lately, owners, tokens, strict=True)
    )
    await _note_import(uow, actor, plan)
    return dataclasses.replace(plan.report, sign_ins=sign_ins)


async def _accounts(session: AsyncSession, plan: RepPlan, lately: Sequence[Values]) -> list[Values]:
    """The account of each of those who are new, or are back."""
    by_id = {values["id"]: values for values in plan.accounts}
    again = [values["row_id"] for values in lately if "row_id" in values]
    kept = {}
    if again:
        rows = await session.execute(select(Rep.id, Rep.staff_id).where(Rep.id.in_(again)))
        kept = {id: staff_id for id, staff_id in rows.all()}
    by_id |= {values["row_id"]: values | {"id": values["row_id"]} for values in plan.changed_accounts}
    return [by_id[kept[values["row_id"]] if "row_id" in values else values["staff_id"]] for values in lately]


async def _hold(session: AsyncSession, plan: Plan) -> None:
    """Refuse a plan that stands on an older grid; until this transaction ends no other import is stored."""
    if await grid_version(session, held=True) != plan.version:
        raise PlanOutdated()


async def _insert(uow: UnitOfWork, kind: Any, rows: Sequence[Values]) -> None:
    if rows:
        statement = insert(kind.__table__).values(_shapes(rows[0]))
        await (await uow.session.connection()).execute(statement, list(rows))


def _shapes(row: Values) -> dict[str, Any]:
    """The geometries of a row, read from their text by the database and by no column type before."""
    texts = {name: f"{name}_ewkb" for name in ("area", "home") if f"{name}_ewkb" in row}
    return {name: func.ST_GeomFromEWKT(bindparam(text, type_=String)) for name, text in texts.items()}


async def _update(uow: UnitOfWork, kind: Any, rows: Iterable[Values]) -> None:
    """Change rows of one kind, each by its ``row_id``, and count their version on.

    Those that have the same columns changed are changed together.
    """
    table = kind.__table__
    alike: dict[frozenset[str], list[Values]] = {}
    for row in rows:
        alike.setdefault(frozenset(row), []).append(row)
    for some in alike.values():
        values = _shapes(some[0])
        if "version" in table.c:
            values["version"] = table.c.version + 1
        if "changed_at" in table.c:
            values["changed_at"] = uow.now
        statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
        await (await uow.session.connection()).execute(statement, some)


async def _note_import(uow: UnitOfWork, actor: Actor, plan: Plan) -> GridImport:
    report = plan.report
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
        digest=plan.digest,
        counts=counts,
    )
    uow.session.add(row)
    confirmed = [doubt.code for doubt in report.doubts]
    await uow.audit(
        actor, f"import_{report.kind}", f"import:{row.id}", digest=row.digest, confirmed=confirmed, **counts
    )
    uow.changed("import", row.id, "zones", "reps")
    await uow.session.flush()
    uow.session.info.pop(SEEN, None)
    return row
