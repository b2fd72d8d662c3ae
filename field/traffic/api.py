"""Travel times by the hour of the day: what counts, and setting it."""

from __future__ import annotations

from field.callers import CONSOLE
from field.services import FieldServices
from field.traffic.bodies import TravelProfileBody
from field.traffic.commands import set_profile
from field.traffic.queries import travel_profile
from field.traffic.views import TravelProfileView
from kernel.actors import Role
from kernel.errors import StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

SETTING = role(Role.SUPERVISOR, Role.ADMIN)


@api.get("/api/travel-profile", who=CONSOLE, summary="How long ways take at which hour")
async def get_travel_profile(call: Call) -> TravelProfileView:
    async with call.database.reading() as session:
        services = call.use(FieldServices)
        return await travel_profile(session, services, services.day_of(call.now))


@api.put(
    "/api/travel-profile",
    who=SETTING,
    summary="Say how long ways take at which hour, from now on",
    errors=(StaleVersion,),
)
async def put_travel_profile(call: Call, body: TravelProfileBody) -> TravelProfileView:
    await call.database.run(set_profile, call.actor, body.number, body.factors.model_dump())
    async with call.database.reading() as session:
        services = call.use(FieldServices)
        return await travel_profile(session, services, services.day_of(call.now))
