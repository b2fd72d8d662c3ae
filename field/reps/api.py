"""Representatives and their days, as dispatchers see them; and how they come in."""

from __future__ import annotations

from uuid import UUID

from field.board.map_views import RepView, RouteView, SignInView
from field.board.rep_queries import reps_now, route_now
from field.board.shown import rep_view, route_view
from field.bodies import ImportQuery, asked_of
from field.callers import CONSOLE, DISPATCHER, IMPORTER
from field.grid.commands import ImportRefused, ImportUnconfirmed
from field.grid.tables import Rep
from field.grid.views import ImportReportView, report_view
from field.reps.bodies import RouteQuery
from field.reps.imports import renew_sign_in, take_reps
from field.services import FieldServices
from kernel.errors import NotFound
from kernel.identity.staff import Staff
from kernel.web import Api, Call, Upload

api = Api("field")

IMPORT_BYTES = 32 << 20


@api.get("/api/reps", who=CONSOLE, summary="All representatives today, by code")
async def get_reps(call: Call) -> list[RepView]:
    async with call.database.reading() as session:
        seen = await reps_now(session, call.use(FieldServices), call.now)
    return [rep_view(each, call.now) for each in seen]


@api.get("/api/reps/{rep_id}", who=CONSOLE, summary="A representative today")
async def get_rep(call: Call, rep_id: UUID) -> RepView:
    async with call.database.reading() as session:
        seen = await reps_now(session, call.use(FieldServices), call.now, Rep.id == rep_id)
    if not seen:
        raise NotFound()
    return rep_view(seen[0], call.now)


@api.get("/api/reps/{rep_id}/route", who=CONSOLE, summary="A representative's day")
async def get_rep_route(call: Call, rep_id: UUID, query: RouteQuery) -> RouteView:
    services = call.use(FieldServices)
    async with call.database.reading() as session:
        rep = await session.get(Rep, rep_id)
        if rep is None:
            raise NotFound()
        seen = await route_now(session, services, rep, call.now, query.day, paths=query.paths)
        return await route_view(session, seen, services.travel.source, call.now, call.actor)


@api.post(
    "/api/reps/{rep_id}/sign-in-link",
    who=DISPATCHER,
    summary="A fresh one-use sign-in link: for a new phone, or after a lost one",
    status=201,
)
async def post_sign_in_link(call: Call, rep_id: UUID) -> SignInView:
    rep, token = await call.database.run(renew_sign_in, call.use(FieldServices), call.actor, rep_id)
    async with call.database.reading() as session:
        staff = await session.get_one(Staff, rep.staff_id)
    link = f"{call.settings.base_url}/rep#k={token}"
    return SignInView(code=rep.code, name=rep.name, username=staff.username, link=link)


@api.post(
    "/api/imports/reps",
    who=IMPORTER,
    summary="Take a representatives file (reps.csv): all of it, or nothing and every fault",
    errors=(ImportRefused, ImportUnconfirmed),
    max_bytes=IMPORT_BYTES,
)
async def post_reps_file(call: Call, query: ImportQuery, form: Upload) -> ImportReportView:
    asked = asked_of(query, call.use(FieldServices).link_lifetime)
    report = await take_reps(call.database, call.actor, form.file, asked)
    return report_view(report, call.settings.base_url)
