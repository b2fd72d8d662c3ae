"""Contractors: what their people may get, and who their people are.

What a contract covers stands with each of its people as well, for whoever places (``Rep.contract``): it is
written there in the transaction that changes it. Tasks that somebody has already stay where they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from field.forms.tables import TaskType
from field.grid.tables import Contractor, Rep, Zone
from kernel.actors import Actor
from kernel.contracts import RouteEased
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound


class ContractorInvalid(Invalid):
    """Some of this contract cannot be meant; nothing was changed."""

    code = "contractor_invalid"


@dataclasses.dataclass(frozen=True)
class Contracted:
    """As :class:`~field.grid.tables.Contractor` keeps it; ``zones`` by their codes."""

    code: str
    name: str
    name_en: str
    types: Sequence[str]
    stations: Sequence[str]
    zones: Sequence[str]
    cost_permille: int
    version: int | None = None


async def set_contractor(uow: UnitOfWork, actor: Actor, wanted: Contracted) -> None:
    """Write a contractor down, and what its contract covers with each of its people.

    Raises:
        ContractorInvalid: no such kind of task, station or zone, each named; a contract that covers nothing.
        StaleVersion.
    """
    zones = {
        code: id for code, id in await uow.session.execute(select(Zone.code, Zone.id).where(Zone.active))
    }
    faults = await _faults(uow, wanted, zones)
    if faults:
        raise ContractorInvalid(faults=faults)
    row = await uow.session.get(Contractor, wanted.code, with_for_update=True)
    if row is None:
        row = Contractor(code=wanted.code)
        uow.session.add(row)
    else:
        check_version(row, wanted.version)
    row.name, row.name_en, row.cost_permille = wanted.name, wanted.name_en, wanted.cost_permille
    row.types, row.stations = sorted(set(wanted.types)), sorted(set(wanted.stations))
    row.zones = [str(zones[code]) for code in sorted(set(wanted.zones))]
    row.changed_at = uow.now
    await uow.session.flush()
    people = select(Rep).where(Rep.contractor == row.code).order_by(Rep.id).with_for_update()
    for rep in await uow.session.scalars(people):
        rep.contract, rep.changed_at = row.terms(), uow.now
        uow.changed("rep", rep.id, "reps")
    await uow.audit(actor, "set_contractor", f"contractor:{row.code}")
    uow.emit(RouteEased())  # what nobody could take may be theirs now


async def _faults(uow: UnitOfWork, wanted: Contracted, zones: dict[str, UUID]) -> list[Fault]:
    types = set(await uow.session.scalars(select(TaskType.code)))
    stations = set(await uow.session.scalars(select(Zone.station).where(Zone.active).distinct()))
    faults = [
        Fault(code, f"body.{name}.{number}", params={"code": value})
        for name, code, listed, known in (
            ("types", "task_type_unknown", wanted.types, types),
            ("stations", "station_unknown", wanted.stations, stations),
            ("zones", "zone_unknown", wanted.zones, zones),
        )
        for number, value in enumerate(listed)
        if value not in known
    ]
    if not wanted.types:
        faults.append(Fault("contract_without_types", "body.types"))
    if not wanted.stations and not wanted.zones:
        faults.append(Fault("contract_without_zones", "body.zones"))
    return faults


async def set_contractor_of(uow: UnitOfWork, actor: Actor, rep_id: UUID, code: str | None) -> None:
    """Say whose people a representative is.

    Raises:
        NotFound: no such representative, or no such contractor.
    """
    rep = await uow.session.get(Rep, rep_id, with_for_update=True)
    row = await uow.session.get(Contractor, code) if code is not None else None
    if rep is None or not rep.active or (code is not None and row is None):
        raise NotFound()
    rep.contractor, rep.contract = code, row.terms() if row is not None else {}
    rep.changed_at = uow.now
    uow.changed("rep", rep.id, "reps")
    await uow.audit(actor, "set_rep_contractor", f"rep:{rep.id}", contractor=code or "")
    uow.emit(RouteEased())
