"""A phone's positions: sent in batches, and shown to the person whom they tell of."""

from __future__ import annotations

from field.callers import REP
from field.positions.bodies import KeptQuery, PositionsBody
from field.positions.commands import Batch, take_positions
from field.positions.queries import kept_of
from field.positions.thinning import REFUSED, Fix, Verdict
from field.positions.views import FixView, KeptPositionsView, PositionsView, RefusedFixView
from field.services import FieldServices
from field.visits.commands import NotARep, rep_of
from kernel import i18n
from kernel.web import Api, Call

api = Api("field")


@api.post(
    "/api/rep/positions",
    who=REP,
    summary="Where the caller's phone was; kept during the shift only, each once, thinned where it was still",
    errors=(NotARep,),
)
async def post_positions(call: Call, body: PositionsBody) -> PositionsView:
    fixes = [Fix(fix.sequence, fix.at, fix.lon, fix.lat, fix.accuracy_m) for fix in body.fixes]
    batch = Batch(body.device, fixes, body.sent_at)
    services, hours = call.use(FieldServices), call.settings.position_hours
    taken = await call.database.run(take_positions, services, call.actor, batch, hours)
    return PositionsView(
        acknowledged=taken.acknowledged,
        kept=len(taken.judged.those(Verdict.KEPT)),
        thinned=len(taken.judged.those(Verdict.THINNED)),
        repeated=len(taken.judged.those(Verdict.REPEATED)),
        refused=[
            RefusedFixView(
                sequence=fix.sequence,
                code=verdict.value,
                message=i18n.text(call.language, "errors", verdict.value),
            )
            for fix, verdict in taken.judged.fixes
            if verdict in REFUSED
        ],
        skew_s=round(taken.skew.total_seconds(), 1),
    )


@api.get(
    "/api/rep/positions",
    who=REP,
    summary="Exactly what is kept of where the caller was, and for how long",
    errors=(NotARep,),
)
async def get_positions(call: Call, query: KeptQuery) -> KeptPositionsView:
    async with call.database.reading() as session:
        rep = await rep_of(session, call.actor)
        kept = await kept_of(session, rep.id, query.before)
    last = kept.last
    return KeptPositionsView(
        hours=call.settings.position_hours,
        last=FixView(at=last.at, lon=last.lon, lat=last.lat, accuracy_m=last.accuracy_m) if last else None,
        fixes=[FixView(at=fix.at, lon=fix.lon, lat=fix.lat, accuracy_m=fix.accuracy_m) for fix in kept.fixes],
        more=kept.more,
    )
