"""The consulting window: what a representative knows at a door, and looks up on the way."""

from __future__ import annotations

from uuid import UUID

from field.callers import REP
from field.consulting.bodies import LookUpBody
from field.consulting.looking_up import look_up, note_look_up, open_place
from field.consulting.queries import histories, history
from field.consulting.views import LookedUpPlacesView, PlaceHistoryView
from field.services import FieldServices
from field.sites.door_commands import own_rep
from kernel.database import UnitOfWork
from kernel.web import Api, Call, Limit

api = Api("field")

LOOK_UP = Limit("place-look-up", per_minute=6, burst=12, per_person=True)


@api.get(
    "/api/rep/places", who=REP, summary="What the places of the caller's open stops of the day have seen"
)
async def get_own_places(call: Call) -> list[PlaceHistoryView]:
    async with call.database.reading() as session:
        rep = await own_rep(session, call.actor)
        return await histories(session, call.use(FieldServices), rep, call.now)


@api.post(
    "/api/rep/place-look-ups",
    who=REP,
    summary="Find a place of the caller's station by address, meter or name; each look is written down",
    limit=LOOK_UP,
)
async def post_look_up(call: Call, body: LookUpBody) -> LookedUpPlacesView:
    async with call.database.reading() as session:
        rep = await own_rep(session, call.actor)
        found = await look_up(session, rep, body.by, body.words, call.now)
    await call.database.run(note_look_up, call.actor, rep.id, body.by, found)
    return found


@api.post(
    "/api/rep/place-look-ups/{task_id}",
    who=REP,
    summary="What a place that was found has seen; each look is written down",
    limit=LOOK_UP,
)
async def post_found_place(call: Call, task_id: UUID) -> PlaceHistoryView:
    async def command(uow: UnitOfWork) -> PlaceHistoryView:
        return await history(uow.session, await open_place(uow, call.actor, task_id))

    return await call.database.run(command)
