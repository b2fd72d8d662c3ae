"""A representative's own weeks, on the phone and in their calendar."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from field.callers import CONSOLE, REP
from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.asking import (
    OvertimeAskedAlready,
    OvertimeImpossible,
    ask_overtime,
    decide_overtime,
    own_wish,
)
from field.shifts.bodies import OvertimeBody, SeenBody, SpanQuery
from field.shifts.files.feed import calendar_behind, calendar_for, drop_link, renew_link
from field.shifts.overtime import OvertimeEvent, OvertimeMoveRefused
from field.shifts.queries import overtime_view, own_shifts
from field.shifts.tables import Overtime
from field.shifts.views import CalendarLinkView, OvertimeView, OwnShiftsView
from field.visits.commands import NotARep, rep_of
from kernel.database import UnitOfWork
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, Limit, anyone

api = Api("field")

FETCHED = Limit("calendar", per_minute=30, burst=30)
ICALENDAR = "text/calendar"


@api.get("/api/rep/shifts", who=REP, summary="The caller's own shifts", errors=(NotARep,))
async def get_own_shifts(call: Call, query: SpanQuery) -> OwnShiftsView:
    services = call.use(FieldServices)
    async with call.database.reading() as session:
        rep = await rep_of(session, call.actor)
        return await own_shifts(session, services, rep, call.now, query.first, query.days)


@api.post(
    "/api/rep/overtime",
    who=REP,
    summary="Ask for overtime",
    status=201,
    errors=(NotARep, OvertimeImpossible, OvertimeAskedAlready),
)
async def post_own_overtime(call: Call, body: OvertimeBody) -> OvertimeView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> tuple[Overtime, Rep]:
        rep = await rep_of(uow.session, actor)
        return await ask_overtime(uow, services, actor, rep.id, body.day, body.until), rep

    return overtime_view(*await call.database.run(command))


@api.post(
    "/api/rep/overtime/{overtime_id}/withdrawal",
    who=REP,
    summary="Withdraw what one has asked for and nobody has answered yet",
    errors=(NotARep, NotFound, StaleVersion, OvertimeMoveRefused),
)
async def post_own_overtime_withdrawal(call: Call, overtime_id: UUID, body: SeenBody) -> OvertimeView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> tuple[Overtime, Rep]:
        rep = await rep_of(uow.session, actor)
        await own_wish(uow, rep.id, overtime_id)
        event = OvertimeEvent.WITHDRAW
        return await decide_overtime(uow, services, actor, overtime_id, event, body.version), rep

    return overtime_view(*await call.database.run(command))


@api.post(
    "/api/rep/calendar-link",
    who=REP,
    summary="A fresh secret address of one's calendar; the one before opens nothing any more",
    status=201,
    errors=(NotARep,),
)
async def post_calendar_link(call: Call) -> CalendarLinkView:
    actor = call.actor

    async def command(uow: UnitOfWork) -> str:
        return await renew_link(uow, actor, await rep_of(uow.session, actor))

    token = await call.database.run(command)
    return CalendarLinkView(url=f"{call.settings.base_url}/api/calendars/{token}")


@api.delete(
    "/api/rep/calendar-link",
    who=REP,
    summary="One's calendar is nowhere to be fetched any more",
    errors=(NotARep, NotFound),
)
async def delete_calendar_link(call: Call) -> None:
    actor = call.actor

    async def command(uow: UnitOfWork) -> None:
        await drop_link(uow, actor, await rep_of(uow.session, actor))

    await call.database.run(command)


@api.get(
    "/api/calendars/{token}",
    who=anyone(),
    summary="The calendar that a secret address opens (RFC 5545)",
    media_type=ICALENDAR,
    limit=FETCHED,
    errors=(NotFound,),
)
async def get_calendar(call: Call, token: str) -> Response:
    async with call.database.reading() as session:
        body = await calendar_behind(session, call.use(FieldServices), token, call.now)
    return _calendar(body)


@api.get(
    "/api/reps/{rep_id}/calendar",
    who=CONSOLE,
    summary="A representative's shifts as a calendar file (RFC 5545)",
    media_type=ICALENDAR,
)
async def get_rep_calendar(call: Call, rep_id: UUID) -> Response:
    async with call.database.reading() as session:
        rep = await session.get(Rep, rep_id)
        if rep is None:
            raise NotFound()
        body = await calendar_for(session, call.use(FieldServices), rep, call.now, call.language)
    return _calendar(body)


def _calendar(body: bytes) -> Response:
    return Response(
        body,
        media_type=ICALENDAR,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'inline; filename="shifts.ics"',
        },
    )
