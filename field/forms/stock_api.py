"""What is in vans, what is to be put into them, and how much they are to carry."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from field.callers import CONSOLE, REP
from field.forms.api import WRITER
from field.forms.bodies import LevelBody, RestockBody
from field.forms.queries import restock_lines
from field.forms.restocking import drop_level, fill_van, set_level
from field.forms.tables import VanLevel
from field.forms.views import RestockLineView, VanLevelView, VanView
from field.grid.tables import Rep
from kernel.errors import NotFound
from kernel.web import Api, Call

api = Api("field")


@api.get("/api/restock-lines", who=CONSOLE, summary="Parts that vans have too little of, by station")
async def get_restock_lines(call: Call) -> list[RestockLineView]:
    async with call.database.reading() as session:
        return await restock_lines(session)


@api.get("/api/rep/van", who=REP, summary="What is in the caller's own van, and what is to be put into it")
async def get_own_van(call: Call) -> VanView:
    async with call.database.reading() as session:
        query = select(Rep).where(Rep.staff_id == call.actor.id, Rep.active)
        rep = (await session.scalars(query)).first()
        if rep is None:
            raise NotFound()
        return VanView(rep_id=rep.id, parts=rep.parts, lines=await restock_lines(session, rep))


@api.post(
    "/api/reps/{rep_id}/restocks",
    who=CONSOLE,
    summary="Say what was put into a representative's van",
    errors=(NotFound,),
)
async def post_restock(call: Call, rep_id: UUID, body: RestockBody) -> VanView:
    await call.database.run(fill_van, call.actor, rep_id, body.parts)
    async with call.database.reading() as session:
        rep = await session.get_one(Rep, rep_id)
        return VanView(rep_id=rep.id, parts=rep.parts, lines=await restock_lines(session, rep))


@api.get("/api/van-levels", who=CONSOLE, summary="How much of each part a van is to carry")
async def get_van_levels(call: Call) -> list[VanLevelView]:
    async with call.database.reading() as session:
        rows = await session.scalars(select(VanLevel).order_by(VanLevel.part))
        return [VanLevelView.model_validate(row, from_attributes=True) for row in rows]


@api.put(
    "/api/van-levels/{part}",
    who=WRITER,
    summary="Say how much of a part a van is to carry",
    errors=(NotFound,),
)
async def put_van_level(call: Call, part: str, body: LevelBody) -> VanLevelView:
    await call.database.run(set_level, call.actor, part, body.low, body.full)
    async with call.database.reading() as session:
        row = await session.get_one(VanLevel, part)
        return VanLevelView.model_validate(row, from_attributes=True)


@api.delete("/api/van-levels/{part}", who=WRITER, summary="Vans need no particular number of a part")
async def delete_van_level(call: Call, part: str) -> None:
    await call.database.run(drop_level, call.actor, part)
