"""How a request begins over HTTP, and what its customer adds to it."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import VersionBody
from assist.callers import CHANGE, CUSTOMER, MOVE, PARTIES, START
from assist.intake.bodies import DetailsBody, StartBody
from assist.intake.commands import (
    BuildingNeeded,
    Details,
    NewRequest,
    Place,
    change_details,
    customer_actor,
    start_request,
    withdraw,
)
from assist.request.answers import OpenedView, opened, shown
from assist.request.moving import NobodyOnDuty
from assist.request.phones import PhoneInvalid
from assist.request.request import WrongState
from assist.request.views import RequestView
from assist.services import AssistServices
from kernel.errors import StaleVersion
from kernel.web import Api, Call, anyone

api = Api("assist")


@api.post(
    "/api/requests",
    who=anyone(),
    summary="Start a request as a customer",
    status=201,
    errors=(BuildingNeeded, NobodyOnDuty),
    limit=START,
)
async def start_a_request(call: Call, body: StartBody) -> OpenedView:
    new = NewRequest(
        category=body.category,
        asker=body.asker,
        language=body.language,
        channel="api" if body.bearer else "public",
        building=body.building,
        equipment=body.equipment,
        key=body.key,
    )
    row, session = await call.database.run(start_request, call.use(AssistServices), new)
    view = await shown(call, row.id, customer_actor(row))
    return opened(view, call.sign_in(session, bearer=body.bearer))


@api.patch(
    "/api/requests/{request_id}",
    who=PARTIES,
    summary="Complete or correct a request's details",
    errors=(StaleVersion, WrongState, PhoneInvalid),
    limit=CHANGE,
)
async def change_request(call: Call, request_id: UUID, body: DetailsBody) -> RequestView:
    place = Place(**body.place.model_dump()) if body.place else None
    changes = Details(
        place=place,
        name=body.contact.name if body.contact else None,
        phone=body.contact.phone if body.contact else None,
        description=body.description,
        language=body.language,
        category=body.category,
        asker=body.asker,
        building=body.building,
        equipment=body.equipment,
    )
    services = call.use(AssistServices)
    await call.database.run(
        change_details, call.actor, request_id, services, changes, body.version, body.client_id
    )
    return await shown(call, request_id)


@api.post(
    "/api/requests/{request_id}/withdrawal",
    who=CUSTOMER,
    summary="Call the request off",
    errors=(WrongState, StaleVersion),
    limit=MOVE,
)
async def withdraw_request(call: Call, request_id: UUID, body: VersionBody) -> RequestView:
    await call.database.run(withdraw, call.actor, request_id, body.version)
    return await shown(call, request_id)
