"""A better plan for a station's rest of the day: asked for, looked at, put in force or dropped."""

from __future__ import annotations

import dataclasses
from uuid import UUID

from field.callers import CONSOLE, DISPATCHER
from field.reoptimise.applying import PlanBreaksRules, PlanSupposed, put_in_force
from field.reoptimise.bodies import (
    PlanVersionBody,
    PolicyBody,
    ReoptimisationBody,
    ReoptimisationQuery,
)
from field.reoptimise.commands import (
    BY_HAND,
    AlreadyAsked,
    DayOver,
    RepElsewhere,
    StationUnknown,
    ZoneUnknown,
    ask,
    drop,
    set_policy,
)
from field.reoptimise.policy import DEFAULTS, Terms, Trigger
from field.reoptimise.proposal import DayMovedOn, ProposalMoveRefused
from field.reoptimise.queries import newest, policies, policy_view, reoptimisation_by_id, shown
from field.reoptimise.supposed.what_if import NOTHING, Extra, Supposed, scattered
from field.reoptimise.views import PolicyView, ReoptimisationView
from field.services import FieldServices
from kernel.actors import Role
from kernel.errors import Fault, NotFound, StaleVersion
from kernel.ids import uuid7
from kernel.web import Api, Call, role

api = Api("field")

SUPERVISOR = role(Role.SUPERVISOR, Role.ADMIN)


async def _shown(call: Call, id: UUID) -> ReoptimisationView:
    async with call.database.reading() as session:
        return (await shown(session, [await reoptimisation_by_id(session, id)]))[0]


async def _supposed(call: Call, services: FieldServices, body: ReoptimisationBody) -> Supposed:
    """What is supposed, with a place for every task. Raises ZoneUnknown with each zone that is none."""
    if not (body.leaves or body.extra):
        return NOTHING
    async with call.database.reading() as session:
        grid = await services.grid.current(session)
    known = {zone.code for zone in grid.index.zones}
    if strange := [at for at, each in enumerate(body.extra) if each.zone not in known]:
        raise ZoneUnknown(faults=[Fault("no_such_zone", f"extra.{at}.zone") for at in strange])
    extra = [
        Extra(uuid7(call.now), each.zone, lon, lat, each.category, each.severity, each.skill, each.duration_s)
        for number, each in enumerate(body.extra)
        for lon, lat in scattered(grid, each.zone, each.count, number)
    ]
    return Supposed({rep_id: int(at.timestamp()) for rep_id, at in body.leaves.items()}, extra)


@api.post(
    "/api/reoptimisations",
    who=DISPATCHER,
    summary="Ask for a better plan of a station's rest of the day; it is searched for beside",
    status=201,
    errors=(StationUnknown, DayOver, RepElsewhere, AlreadyAsked, ZoneUnknown),
)
async def post_reoptimisation(call: Call, body: ReoptimisationBody) -> ReoptimisationView:
    services = call.use(FieldServices)
    supposed = await _supposed(call, services, body)
    row = await call.database.run(
        ask,
        services,
        call.actor,
        body.station,
        body.day,
        gone=body.gone,
        locks=body.locks,
        terms=dataclasses.replace(BY_HAND, budget_s=body.budget_s),
        supposed=supposed,
    )
    return await _shown(call, row.id)


@api.get("/api/reoptimisations", who=CONSOLE, summary="Re-optimisations, the newest first")
async def get_reoptimisations(call: Call, query: ReoptimisationQuery) -> list[ReoptimisationView]:
    async with call.database.reading() as session:
        return await shown(session, await newest(session, query.station, query.day, query.limit))


@api.get(
    "/api/reoptimisations/{reoptimisation_id}", who=CONSOLE, summary="A re-optimisation, before and after"
)
async def get_reoptimisation(call: Call, reoptimisation_id: UUID) -> ReoptimisationView:
    return await _shown(call, reoptimisation_id)


@api.post(
    "/api/reoptimisations/{reoptimisation_id}/application",
    who=DISPATCHER,
    summary="Put the plan in force, as a whole or not at all",
    errors=(StaleVersion, ProposalMoveRefused, DayMovedOn, PlanBreaksRules, PlanSupposed),
)
async def post_application(call: Call, reoptimisation_id: UUID, body: PlanVersionBody) -> ReoptimisationView:
    services = call.use(FieldServices)
    await put_in_force(call.database, services, call.actor, reoptimisation_id, body.version)
    return await _shown(call, reoptimisation_id)


@api.post(
    "/api/reoptimisations/{reoptimisation_id}/dropping",
    who=DISPATCHER,
    summary="Drop it; a search that runs is ended",
    errors=(StaleVersion, ProposalMoveRefused),
)
async def post_dropping(call: Call, reoptimisation_id: UUID, body: PlanVersionBody) -> ReoptimisationView:
    await call.database.run(drop, reoptimisation_id, body.version)
    return await _shown(call, reoptimisation_id)


@api.get(
    "/api/reoptimisation-policies",
    who=CONSOLE,
    summary="When re-optimisations are asked for by themselves",
)
async def get_policies(call: Call) -> list[PolicyView]:
    async with call.database.reading() as session:
        return await policies(session)


@api.put(
    "/api/reoptimisation-policies/{cause}",
    who=SUPERVISOR,
    summary="Edit one of them",
    errors=(StaleVersion,),
)
async def put_policy(call: Call, cause: str, body: PolicyBody) -> PolicyView:
    if cause not in DEFAULTS:
        raise NotFound()
    terms = Terms(**body.model_dump(exclude={"version"}))
    row = await call.database.run(set_policy, call.actor, Trigger(cause), terms, body.version)
    return policy_view(row.cause, row)
