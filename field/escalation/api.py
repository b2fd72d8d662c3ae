"""Escalations that climb: those that stand, taking one, the specialist's task; a representative's own; rules.

What a representative escalates goes up with the phone's other actions (:mod:`field.visits.devices`).
"""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from field.bodies import Category
from field.callers import CONSOLE, DISPATCHER, REP
from field.chains.commands import ChainInvalid
from field.dispatch.commands import RepUnable, TaskWaits
from field.escalation.bodies import (
    AreaLeadBody,
    EscalationRuleBody,
    RuleVersionQuery,
    SeenEscalationBody,
    SpecialistBody,
)
from field.escalation.commands import pass_on, take_escalation, take_on
from field.escalation.ladder import EscalationMoved
from field.escalation.queries import escalation_of, own_escalations, rules_shown, standing_escalations
from field.escalation.rules import (
    AreaLeadInvalid,
    EscalationRuleInvalid,
    RuleGiven,
    RungGiven,
    drop_rule,
    set_lead,
    set_rule,
)
from field.escalation.specialist import RepGone, SpecialistUnplaced, call_specialist
from field.escalation.views import (
    EscalationRulesView,
    EscalationView,
    OwnEscalationsView,
    SpecialistTaskView,
)
from field.services import FieldServices
from field.task.escalation import NobodyToEscalateTo
from field.task.task import PlaceMissing
from kernel.actors import Role
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

SETTING = role(Role.SUPERVISOR, Role.ADMIN)
MOVED = (NotFound, StaleVersion, EscalationMoved)


@api.get(
    "/api/escalations", who=CONSOLE, summary="Escalated tasks, with whom each is, and until when it climbs"
)
async def get_escalations(call: Call) -> list[EscalationView]:
    async with call.database.reading() as session:
        return await standing_escalations(session)


@api.get(
    "/api/tasks/{task_id}/escalation",
    who=CONSOLE,
    summary="A task's last escalation: its ladder, and who was asked when",
    errors=(NotFound,),
)
async def get_task_escalation(call: Call, task_id: UUID) -> EscalationView:
    async with call.database.reading() as session:
        return await escalation_of(session, task_id)


@api.post(
    "/api/escalations/{escalation_id}/taking",
    who=DISPATCHER,
    summary="I take it: it is the caller's from now on, and climbs no further",
    errors=MOVED,
)
async def post_escalation_taking(call: Call, escalation_id: UUID, body: SeenEscalationBody) -> None:
    await call.database.run(take_escalation, call.actor, escalation_id, body.version)


@api.post(
    "/api/escalations/{escalation_id}/specialist",
    who=DISPATCHER,
    summary="Make a specialist's task before, after or together with it; it goes back to its representative",
    status=201,
    errors=(*MOVED, ChainInvalid, SpecialistUnplaced, RepGone, TaskWaits, PlaceMissing),
)
async def post_escalation_specialist(
    call: Call, escalation_id: UUID, body: SpecialistBody
) -> SpecialistTaskView:
    asked = (escalation_id, body.version, body.type, body.order)
    made = await call.database.run(call_specialist, call.use(FieldServices), call.actor, *asked)
    return SpecialistTaskView(task_id=made)


@api.get(
    "/api/rep/escalations",
    who=REP,
    summary="What the caller escalated lately, and what was put to the caller",
)
async def get_own_escalations(call: Call) -> OwnEscalationsView:
    async with call.database.reading() as session:
        return await own_escalations(session, call.actor.id, call.now)


@api.post(
    "/api/rep/escalations/{escalation_id}/taking",
    who=REP,
    summary="Take on what was put to the caller: it stands on their route",
    errors=(*MOVED, RepUnable, TaskWaits, PlaceMissing),
)
async def post_own_escalation_taking(call: Call, escalation_id: UUID, body: SeenEscalationBody) -> None:
    services = call.use(FieldServices)
    await call.database.run(take_on, services, call.actor, escalation_id, body.version)


@api.post(
    "/api/rep/escalations/{escalation_id}/passing",
    who=REP,
    summary="Say that it is not for the caller: it climbs at once",
    errors=(*MOVED, NobodyToEscalateTo),
)
async def post_own_escalation_passing(call: Call, escalation_id: UUID, body: SeenEscalationBody) -> None:
    services = call.use(FieldServices)
    await call.database.run(pass_on, services, call.actor, escalation_id, body.version)


@api.get("/api/escalation-rules", who=CONSOLE, summary="By which ladders escalations climb, and area leads")
async def get_escalation_rules(call: Call) -> EscalationRulesView:
    async with call.database.reading() as session:
        return await rules_shown(session)


@api.put(
    "/api/escalation-rules",
    who=SETTING,
    summary="Write the ladder for a kind, a station and a category, or for all of them",
    errors=(EscalationRuleInvalid, StaleVersion),
)
async def put_escalation_rule(call: Call, body: EscalationRuleBody) -> None:
    given = RuleGiven(
        kind=body.kind,
        rungs=[RungGiven(each.whom, each.minutes, each.staff_id) for each in body.rungs],
        station=body.station,
        category=body.category,
        always=body.always,
        version=body.version,
    )
    await call.database.run(set_rule, call.actor, given, get_args(Category))


@api.delete(
    "/api/escalation-rules/{rule_id}",
    who=SETTING,
    summary="Drop a ladder: the next more general one counts",
    errors=(NotFound, StaleVersion),
)
async def delete_escalation_rule(call: Call, rule_id: UUID, query: RuleVersionQuery) -> None:
    await call.database.run(drop_rule, call.actor, rule_id, query.version)


@api.put(
    "/api/area-leads",
    who=SETTING,
    summary="Name who leads a station or a sub-area",
    errors=(AreaLeadInvalid,),
)
async def put_area_lead(call: Call, body: AreaLeadBody) -> None:
    await call.database.run(set_lead, call.actor, body.level, body.code, body.staff_id)
