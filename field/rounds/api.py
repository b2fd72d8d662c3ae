"""Rounds, as dispatchers set them up."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER
from field.rounds.bodies import PauseBody, RoundBody
from field.rounds.commands import NewRound, RoundInvalid, add_round, pause_round
from field.rounds.queries import rounds_shown
from field.rounds.views import RoundView
from field.services import FieldServices
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call

api = Api("field")


async def _shown(call: Call, round_id: UUID) -> RoundView:
    async with call.database.reading() as session:
        found = await rounds_shown(session, call.use(FieldServices).day_of(call.now), round_id)
    if not found:
        raise NotFound()
    return found[0]


@api.get("/api/rounds", who=CONSOLE, summary="Work that comes again, by name")
async def get_rounds(call: Call) -> list[RoundView]:
    async with call.database.reading() as session:
        return await rounds_shown(session, call.use(FieldServices).day_of(call.now))


@api.post(
    "/api/rounds", who=DISPATCHER, summary="Set up work that comes again", status=201, errors=(RoundInvalid,)
)
async def post_round(call: Call, body: RoundBody) -> RoundView:
    new = NewRound(**body.model_dump())
    row = await call.database.run(add_round, call.use(FieldServices), call.actor, new)
    return await _shown(call, row.id)


@api.patch(
    "/api/rounds/{round_id}",
    who=DISPATCHER,
    summary="Pause a round, or take it up again",
    errors=(StaleVersion,),
)
async def patch_round(call: Call, round_id: UUID, body: PauseBody) -> RoundView:
    await call.database.run(pause_round, call.actor, round_id, body.version, body.paused)
    return await _shown(call, round_id)
