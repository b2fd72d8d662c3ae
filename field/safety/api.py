"""Check-ins of people who work alone: one's own timer, the alerts at the console, how stations want them.

What a person says goes up with the phone's other actions (:mod:`field.visits.devices`): offline too, once.
"""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER, REP
from field.safety.bodies import SafetyPolicyBody, SeenBody
from field.safety.commands import answer_alert, close_alert
from field.safety.policies import Policy, PolicyInvalid, policies, set_policy
from field.safety.queries import alerts, own_safety, policy_view
from field.safety.timer import TimerMoveRefused
from field.safety.views import LoneAlertView, OwnSafetyView, SafetyPolicyView
from kernel.actors import Role
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

SETTING = role(Role.SUPERVISOR, Role.ADMIN)
MOVED = (NotFound, StaleVersion, TimerMoveRefused)


@api.get("/api/rep/safety", who=REP, summary="The caller's check-in timer, and how the station wants it")
async def get_own_safety(call: Call) -> OwnSafetyView:
    async with call.database.reading() as session:
        return await own_safety(session, call.actor.id, call.now)


@api.get(
    "/api/safety/alerts", who=CONSOLE, summary="Who was to say that they are well and did not, and where"
)
async def get_safety_alerts(call: Call) -> list[LoneAlertView]:
    async with call.database.reading() as session:
        return await alerts(session, call.now)


@api.post(
    "/api/safety/alerts/{timer_id}/answer",
    who=DISPATCHER,
    summary="Look after somebody who did not answer; nothing climbs further",
    errors=MOVED,
)
async def post_safety_answer(call: Call, timer_id: UUID, body: SeenBody) -> None:
    await call.database.run(answer_alert, call.actor, timer_id, body.version)


@api.post(
    "/api/safety/alerts/{timer_id}/closing",
    who=DISPATCHER,
    summary="They were found to be well, or are helped: the alert is over",
    errors=MOVED,
)
async def post_safety_closing(call: Call, timer_id: UUID, body: SeenBody) -> None:
    await call.database.run(close_alert, call.actor, timer_id, body.version)


@api.get("/api/safety/policies", who=CONSOLE, summary="How stations want check-ins")
async def get_safety_policies(call: Call) -> list[SafetyPolicyView]:
    async with call.database.reading() as session:
        return [policy_view(each) for each in await policies(session)]


@api.put(
    "/api/safety/policies",
    who=SETTING,
    summary="Say how a station, or all of them, want check-ins",
    errors=(PolicyInvalid, StaleVersion),
)
async def put_safety_policy(call: Call, body: SafetyPolicyBody) -> None:
    await call.database.run(set_policy, call.actor, Policy(**body.model_dump()))
