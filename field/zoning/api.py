"""Proposals of territories: asked for, compared, nudged, published; and what is agreed about zones and
people."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER, REP
from field.grid.territory.proposal import ProposalMoveRefused
from field.services import FieldServices
from field.visits.commands import NotARep, rep_of
from field.zoning.bodies import (
    AskBody,
    NudgeBody,
    PublicationBody,
    RepTermsBody,
    VersionQuery,
    WeightsBody,
    ZoneTermsBody,
)
from field.zoning.commands import (
    AnotherPublished,
    DayPast,
    ProposalOutdated,
    TerritoriesBroken,
    TooManyAsked,
    ask_proposal,
    plan_nudge,
    plan_undoing,
    publish,
    read_notice,
    set_rep_terms,
    set_weights,
    set_zone_terms,
    store_nudge,
    withdraw,
)
from field.zoning.queries import alternative_view, proposal, proposals, terms
from field.zoning.reading import weights_now
from field.zoning.views import (
    TerritoryAlternativeView,
    TerritoryProposalBriefView,
    TerritoryProposalView,
    TerritoryTermsView,
    WorkloadWeightsView,
)
from kernel.actors import Role
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

SUPERVISOR = role(Role.SUPERVISOR, Role.ADMIN)
"""Those who say how work is weighed."""
CHANGE = (StaleVersion, ProposalMoveRefused)


@api.get("/api/territory/proposals", who=CONSOLE, summary="The newest proposals of territories")
async def get_territory_proposals(call: Call) -> list[TerritoryProposalBriefView]:
    async with call.database.reading() as session:
        return await proposals(session)


@api.post(
    "/api/territory/proposals",
    who=DISPATCHER,
    summary="Ask for a proposal of territories; it is worked out meanwhile",
    status=201,
    errors=(NotFound, TooManyAsked),
)
async def post_territory_proposal(call: Call, body: AskBody) -> TerritoryProposalBriefView:
    row = await call.database.run(ask_proposal, call.actor, body.station)
    return await _brief(call, row.id)


async def _brief(call: Call, id: UUID) -> TerritoryProposalBriefView:
    async with call.database.reading() as session:
        return next(each for each in await proposals(session) if each.id == id)


@api.get(
    "/api/territory/proposals/{proposal_id}",
    who=CONSOLE,
    summary="A proposal with its alternatives and all that is needed to draw them",
    compressed=True,
)
async def get_territory_proposal(call: Call, proposal_id: UUID) -> TerritoryProposalView:
    async with call.database.reading() as session:
        return await proposal(session, proposal_id)


@api.post(
    "/api/territory/alternatives/{alternative_id}/nudges",
    who=DISPATCHER,
    summary="Give zones of an alternative to somebody else by hand; its figures follow",
    errors=CHANGE,
)
async def post_nudge(call: Call, alternative_id: UUID, body: NudgeBody) -> TerritoryAlternativeView:
    async with call.database.reading() as session:
        nudged = await plan_nudge(session, alternative_id, body.zones, body.rep_id)
    return alternative_view(await call.database.run(store_nudge, alternative_id, nudged, body.version))


@api.delete(
    "/api/territory/alternatives/{alternative_id}/nudges",
    who=DISPATCHER,
    summary="Put an alternative back as it was found",
    errors=CHANGE,
)
async def delete_nudges(call: Call, alternative_id: UUID, query: VersionQuery) -> TerritoryAlternativeView:
    async with call.database.reading() as session:
        nudged = await plan_undoing(session, alternative_id)
    return alternative_view(await call.database.run(store_nudge, alternative_id, nudged, query.version))


@api.post(
    "/api/territory/proposals/{proposal_id}/publication",
    who=DISPATCHER,
    summary="Publish an alternative: from a day on these are the territories, and all concerned are told",
    status=201,
    errors=(*CHANGE, ProposalOutdated, AnotherPublished, TerritoriesBroken, DayPast),
)
async def post_publication(
    call: Call, proposal_id: UUID, body: PublicationBody
) -> TerritoryProposalBriefView:
    await call.database.run(
        publish,
        call.use(FieldServices),
        call.actor,
        proposal_id,
        body.alternative_id,
        body.begins_on,
        version=body.version,
        confirmed=body.confirmed,
    )
    return await _brief(call, proposal_id)


@api.delete(
    "/api/territory/proposals/{proposal_id}/publication",
    who=DISPATCHER,
    summary="Withdraw a publication before its day",
    errors=CHANGE,
)
async def delete_publication(
    call: Call, proposal_id: UUID, query: VersionQuery
) -> TerritoryProposalBriefView:
    await call.database.run(withdraw, call.actor, proposal_id, query.version)
    return await _brief(call, proposal_id)


@api.get("/api/territory/weights", who=CONSOLE, summary="How a zone's work is weighed")
async def get_weights(call: Call) -> WorkloadWeightsView:
    async with call.database.reading() as session:
        now = await weights_now(session)
    return WorkloadWeightsView(**now.factors, most_zones=now.most_zones, version=now.version)


@api.put(
    "/api/territory/weights",
    who=SUPERVISOR,
    summary="Change how a zone's work is weighed, for the next proposals",
    errors=(StaleVersion,),
)
async def put_weights(call: Call, body: WeightsBody) -> WorkloadWeightsView:
    factors = body.model_dump(exclude={"most_zones", "version"})
    await call.database.run(set_weights, call.actor, factors, body.most_zones, body.version)
    return await get_weights(call)


@api.get("/api/territory/terms", who=CONSOLE, summary="What is agreed about zones and representatives")
async def get_terms(call: Call) -> TerritoryTermsView:
    async with call.database.reading() as session:
        return await terms(session)


@api.put(
    "/api/zones/{zone_id}/terms",
    who=DISPATCHER,
    summary="Lock a zone to its representative, name a deputy, say what it takes",
)
async def put_zone_terms(call: Call, zone_id: UUID, body: ZoneTermsBody) -> None:
    terms = body.model_dump(exclude={"deputy_id"})
    await call.database.run(set_zone_terms, call.actor, zone_id, body.deputy_id, terms)


@api.put(
    "/api/reps/{rep_id}/terms",
    who=DISPATCHER,
    summary="Say how much of a full one's work a representative takes on, and languages",
)
async def put_rep_terms(call: Call, rep_id: UUID, body: RepTermsBody) -> None:
    await call.database.run(set_rep_terms, call.actor, rep_id, body.capacity, body.languages)


@api.post(
    "/api/rep/owner-notices/{notice_id}/reading",
    who=REP,
    summary="The caller has read what changes",
    errors=(NotARep,),
)
async def post_notice_read(call: Call, notice_id: UUID) -> None:
    async with call.database.reading() as session:
        rep = await rep_of(session, call.actor)
    await call.database.run(read_notice, rep.id, notice_id)
