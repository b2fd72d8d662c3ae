"""Days that are over, against somebody who knew all of them."""

from __future__ import annotations

from datetime import timedelta

from field.callers import CONSOLE
from field.hindsight.bodies import HindsightCountBody, HindsightQuery
from field.hindsight.commands import DayNotOver, ask_again
from field.hindsight.queries import hindsight_of
from field.hindsight.views import HindsightView
from field.reoptimise.commands import StationUnknown
from field.services import FieldServices
from kernel.actors import Role
from kernel.web import Api, Call, role

api = Api("field")

SUPERVISOR = role(Role.SUPERVISOR, Role.ADMIN)
DAY = timedelta(days=1)


@api.get(
    "/api/hindsight",
    who=CONSOLE,
    summary="A day's five costliest decisions, and what it cost over what it would have, all known",
    errors=(DayNotOver,),
    compressed=True,
)
async def get_hindsight(call: Call, query: HindsightQuery) -> HindsightView:
    today = call.use(FieldServices).day_of(call.now)
    day = query.day or today - DAY
    if day >= today:
        raise DayNotOver()
    async with call.database.reading() as session:
        return await hindsight_of(session, day, query.station, today)


@api.post(
    "/api/hindsight/counts",
    who=SUPERVISOR,
    summary="Have a day looked back at, again or at last; it is counted beside",
    errors=(DayNotOver, StationUnknown),
)
async def post_hindsight_count(call: Call, body: HindsightCountBody) -> HindsightView:
    services = call.use(FieldServices)
    await call.database.run(ask_again, services, body.day, body.station)
    async with call.database.reading() as session:
        return await hindsight_of(session, body.day, body.station, services.day_of(call.now))
