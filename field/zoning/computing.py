"""A proposal is worked out: outside any transaction, the slow parts in a process of their own.

Whoever asked waits for nothing. A worker that dies over it leaves the proposal asked for, and the next turn
of the job begins anew; the result is stored under the version that was read."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any, Final
from uuid import UUID

import numpy as np
import shapely
import structlog
from sqlalchemy import select

from field.grid.store import grid_version
from field.grid.territory.basis import Candidate, basis_of, divide, read_ground, ties
from field.grid.territory.engine.neighbours import Ground
from field.grid.territory.proposal import ProposalEvent, ProposalState, move
from field.grid.territory.tables import TerritoryAlternative, TerritoryProposal
from field.grid.zones import METRES_PER_DEGREE
from field.services import FieldServices
from field.zoning.reading import Field, read_field
from kernel.database import Database, UnitOfWork
from kernel.files.apart import read_apart, work_aside

log = structlog.get_logger(__name__)

NO_ZONES: Final = "no_zones"
NO_PEOPLE: Final = "no_people"
FAILED: Final = "failed"
LEGS_AT_ONCE: Final = 200
TOPIC: Final = "zones"


@dataclasses.dataclass(frozen=True)
class Computed:
    """What is stored of a proposal that was worked out, or why it was not."""

    basis: dict[str, Any]
    grid_version: UUID | None
    alternatives: list[tuple[str, list[int], dict[str, Any]]]
    reason: str = ""


async def compute_asked(database: Database, services: FieldServices) -> int:
    """Work out every proposal that was asked for, oldest first; how many."""
    async with database.reading() as session:
        asked = select(TerritoryProposal.id, TerritoryProposal.station)
        asked = asked.where(TerritoryProposal.state == ProposalState.ASKED).order_by(TerritoryProposal.id)
        waiting = (await session.execute(asked)).all()
    for id, station in waiting:
        try:
            computed = await compute(database, services, station, seed=id.int % 1_000_000)
        except Exception:
            log.exception("proposal_failed", proposal=str(id))
            computed = Computed({}, None, [], FAILED)
        await database.run(store_computed, id, computed)
    return len(waiting)


async def compute(database: Database, services: FieldServices, station: str | None, seed: int) -> Computed:
    """Alternatives for all stations, or one."""
    async with database.reading() as session:
        version = await grid_version(session)
        grid = await services.grid.current(session)
        shapes = {zone.code: zone.geometry for zone in grid.index.zones}
        field = await read_field(session, database.clock.now(), shapes, station)
    if not field.wards or not field.people:
        return Computed({}, version, [], NO_ZONES if not field.wards else NO_PEOPLE)
    collection = await asyncio.to_thread(shapely.GeometryCollection, field.shapes)
    ground = await read_apart(read_ground, await asyncio.to_thread(shapely.to_wkb, collection))
    basis = await _basis(services, field, ground)
    data = await asyncio.to_thread(lambda: json.dumps(basis).encode())
    found = await read_apart(divide, data, seed=seed)
    return Computed(basis, version, found)


async def _basis(services: FieldServices, field: Field, ground: Ground) -> dict[str, Any]:
    seconds: list[int] = []
    for start in range(0, len(ground.borders), LEGS_AT_ONCE):
        some = ground.borders[start : start + LEGS_AT_ONCE]
        starts, ends = (
            [ground.points[each.one] for each in some],
            [ground.points[each.other] for each in some],
        )
        seconds += await asyncio.to_thread(services.travel.legs, starts, ends)
    tied, homes = ties(ground, field.wards, seconds), homes_on(field, field.people)
    return await work_aside(
        basis_of, ground, field.wards, field.people, tied, homes, field.used, field.most_zones
    )


def homes_on(field: Field, people: list[Candidate]) -> list[tuple[float, float]]:
    """Where people live, in metres as the ground's places are."""
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(np.array(field.shapes, object)))
    lon, lat = (west + east) / 2, (south + north) / 2
    squeeze = float(np.cos(np.radians(lat)))
    return [
        ((each.home[0] - lon) * METRES_PER_DEGREE * squeeze, (each.home[1] - lat) * METRES_PER_DEGREE)
        for each in people
    ]


async def store_computed(uow: UnitOfWork, id: UUID, computed: Computed) -> bool:
    """Keep what was worked out, unless somebody else was quicker."""
    proposal = await uow.session.get_one(TerritoryProposal, id, with_for_update=True)
    if proposal.state is not ProposalState.ASKED:
        return False
    event = ProposalEvent.FAIL if computed.reason else ProposalEvent.COMPUTE
    proposal.state = move(proposal.state, event)
    proposal.reason, proposal.basis = computed.reason, computed.basis
    proposal.grid_version, proposal.ready_at = computed.grid_version, uow.now
    for rank, (kind, owner, figures) in enumerate(computed.alternatives):
        uow.session.add(
            TerritoryAlternative(
                id=uow.new_id(),
                proposal_id=id,
                rank=rank,
                kind=kind,
                computed=owner,
                owner=owner,
                figures=figures,
                nudged=0,
                changed_at=uow.now,
            )
        )
    uow.changed("territory", id, TOPIC)
    return True
