"""Rosters at the console: a week of a station, patterns, what a date makes different, holidays, overtime."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER
from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.asking import (
    OvertimeAskedAlready,
    OvertimeImpossible,
    ask_overtime,
    decide_overtime,
)
from field.shifts.bodies import (
    DepotBody,
    ExceptionBody,
    HolidaysBody,
    OvertimeBody,
    PatternBody,
    SeenBody,
    VersionQuery,
    WeekQuery,
)
from field.shifts.commands import (
    DayOver,
    ShiftInvalid,
    drop_exception,
    drop_pattern,
    set_depot,
    set_exception,
    set_holidays,
    set_pattern,
)
from field.shifts.overtime import OvertimeEvent, OvertimeMoveRefused
from field.shifts.queries import overtime_view, patterns_of, week
from field.shifts.roster.settling import settle_waiting
from field.shifts.roster.written import duty_of
from field.shifts.views import OvertimeView, PatternView, ShiftsView
from kernel.errors import Forbidden, NotFound, StaleVersion
from kernel.web import Api, Call

api = Api("field")

DECIDED = (NotFound, Forbidden, StaleVersion, OvertimeMoveRefused, OvertimeImpossible)


@api.get(
    "/api/shifts", who=CONSOLE, summary="Who works when: days of everybody or a station", compressed=True
)
async def get_shifts(call: Call, query: WeekQuery) -> ShiftsView:
    async with call.database.reading() as session:
        services = call.use(FieldServices)
        return await week(session, services, call.now, query.first, query.days, query.station)


@api.get("/api/reps/{rep_id}/shift-patterns", who=CONSOLE, summary="By which weeks a representative works")
async def get_shift_patterns(call: Call, rep_id: UUID) -> list[PatternView]:
    async with call.database.reading() as session:
        if await session.get(Rep, rep_id) is None:
            raise NotFound()
        return await patterns_of(session, call.use(FieldServices), rep_id, call.now)


@api.post(
    "/api/reps/{rep_id}/shift-patterns",
    who=DISPATCHER,
    summary="Have a representative work by a cycle of weeks from a day on",
    errors=(ShiftInvalid, DayOver, StaleVersion),
)
async def post_shift_pattern(call: Call, rep_id: UUID, body: PatternBody) -> list[PatternView]:
    rows = [day.model_dump() for day in body.duties]
    await call.database.run(
        set_pattern,
        call.use(FieldServices),
        call.actor,
        rep_id,
        body.valid_from,
        body.valid_until,
        body.weeks,
        rows,
        body.version,
    )
    return await get_shift_patterns(call, rep_id)


@api.delete(
    "/api/reps/{rep_id}/shift-patterns/{pattern_id}",
    who=DISPATCHER,
    summary="A pattern is none any more",
    errors=(NotFound, StaleVersion),
)
async def delete_shift_pattern(call: Call, rep_id: UUID, pattern_id: UUID, query: VersionQuery) -> None:
    services = call.use(FieldServices)
    await call.database.run(drop_pattern, services, call.actor, rep_id, pattern_id, query.version)


@api.post(
    "/api/reps/{rep_id}/shift-exceptions",
    who=DISPATCHER,
    summary="One day is other than the pattern says: a part day, an extra shift, a day off",
    status=201,
    errors=(ShiftInvalid, DayOver, StaleVersion),
)
async def post_shift_exception(call: Call, rep_id: UUID, body: ExceptionBody) -> None:
    services, duty = call.use(FieldServices), duty_of(body.duty.model_dump())
    await call.database.run(set_exception, services, call.actor, rep_id, body.day, duty, body.version)


@api.delete(
    "/api/reps/{rep_id}/shift-exceptions/{exception_id}",
    who=DISPATCHER,
    summary="The day is as the pattern says again",
    errors=(NotFound, DayOver, StaleVersion),
)
async def delete_shift_exception(call: Call, rep_id: UUID, exception_id: UUID, query: VersionQuery) -> None:
    services = call.use(FieldServices)
    await call.database.run(drop_exception, services, call.actor, rep_id, exception_id, query.version)


@api.put("/api/holidays", who=DISPATCHER, summary="The utility's holidays from today on", errors=(DayOver,))
async def put_holidays(call: Call, body: HolidaysBody) -> None:
    services, named = call.use(FieldServices), {each.day: each.name for each in body.holidays}
    await call.database.run(set_holidays, services, call.actor, named)
    await settle_waiting(call.database, services)


@api.put(
    "/api/depots",
    who=DISPATCHER,
    summary="Where a station is, for those whose day begins or ends there",
    errors=(NotFound,),
)
async def put_depot(call: Call, body: DepotBody) -> None:
    services = call.use(FieldServices)
    await call.database.run(set_depot, services, call.actor, body.station, body.lon, body.lat)


@api.post(
    "/api/reps/{rep_id}/overtime",
    who=DISPATCHER,
    summary="Ask that a representative's day may end later",
    status=201,
    errors=(OvertimeImpossible, OvertimeAskedAlready),
)
async def post_rep_overtime(call: Call, rep_id: UUID, body: OvertimeBody) -> OvertimeView:
    services = call.use(FieldServices)
    wish = await call.database.run(ask_overtime, services, call.actor, rep_id, body.day, body.until)
    async with call.database.reading() as session:
        return overtime_view(wish, await session.get_one(Rep, rep_id))


async def _decide(call: Call, overtime_id: UUID, event: OvertimeEvent, version: int | None) -> OvertimeView:
    services = call.use(FieldServices)
    wish = await call.database.run(decide_overtime, services, call.actor, overtime_id, event, version)
    async with call.database.reading() as session:
        return overtime_view(wish, await session.get_one(Rep, wish.rep_id))


@api.post("/api/overtime/{overtime_id}/grant", who=DISPATCHER, summary="Grant overtime", errors=DECIDED)
async def post_overtime_grant(call: Call, overtime_id: UUID, body: SeenBody) -> OvertimeView:
    return await _decide(call, overtime_id, OvertimeEvent.GRANT, body.version)


@api.post("/api/overtime/{overtime_id}/refusal", who=DISPATCHER, summary="Refuse overtime", errors=DECIDED)
async def post_overtime_refusal(call: Call, overtime_id: UUID, body: SeenBody) -> OvertimeView:
    return await _decide(call, overtime_id, OvertimeEvent.REFUSE, body.version)


@api.post(
    "/api/overtime/{overtime_id}/withdrawal",
    who=DISPATCHER,
    summary="Withdraw overtime that was asked for or granted",
    errors=DECIDED,
)
async def post_overtime_withdrawal(call: Call, overtime_id: UUID, body: SeenBody) -> OvertimeView:
    return await _decide(call, overtime_id, OvertimeEvent.WITHDRAW, body.version)
