"""Door codes: on the representative's phone, on the customer's page, and at the console."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER, REP
from field.services import FieldServices
from field.sites.bodies import DoorCodeBody
from field.sites.door_commands import check_code, close_alert, day_codes, door_alerts, reveal_code
from field.sites.views import DoorAlertView, DoorCheckView, DoorCodeView, DoorRevealView
from kernel.errors import NotFound
from kernel.web import Api, Call, Limit, customer

api = Api("field")

CUSTOMER = customer()
TRY = Limit("door-code", per_minute=6, burst=10, per_person=True)


@api.post("/api/rep/door-codes", who=REP, summary="The codes that the caller shows at today's doors")
async def post_door_codes(call: Call) -> list[DoorCodeView]:
    return await call.database.run(day_codes, call.use(FieldServices), call.actor)


@api.post(
    "/api/requests/{request_id}/door-check",
    who=CUSTOMER,
    summary="Check the code that somebody shows at the door",
    limit=TRY,
)
async def post_door_check(call: Call, request_id: UUID, body: DoorCodeBody) -> DoorCheckView:
    _own(call, request_id)
    company = call.settings.utility_name
    return await call.database.run(check_code, call.actor, request_id, body.code, company)


@api.post(
    "/api/requests/{request_id}/door-reveal",
    who=CUSTOMER,
    summary="Show the code, to compare it with what somebody shows at the door",
    limit=TRY,
)
async def post_door_reveal(call: Call, request_id: UUID) -> DoorRevealView:
    _own(call, request_id)
    return await call.database.run(reveal_code, call.actor, request_id, call.settings.utility_name)


@api.get("/api/door-alerts", who=CONSOLE, summary="Doors at which a code was wrong")
async def get_door_alerts(call: Call) -> list[DoorAlertView]:
    async with call.database.reading() as session:
        return await door_alerts(session, call.now)


@api.post(
    "/api/door-alerts/{task_id}/closing",
    who=DISPATCHER,
    summary="Somebody has looked: another code, and tries again",
    errors=(NotFound,),
)
async def post_door_alert_closing(call: Call, task_id: UUID) -> None:
    await call.database.run(close_alert, call.actor, task_id)


def _own(call: Call, request_id: UUID) -> None:
    if call.actor.request_id != request_id:
        raise NotFound()
