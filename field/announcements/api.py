"""Announcements: what anybody may read, what representatives have at their stops, and the console's."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from field.announcements.announcement import AnnouncementInvalid, AnnouncementMoveRefused, Content
from field.announcements.area import Area
from field.announcements.bodies import (
    AnnouncementBody,
    AnnouncementPolicyBody,
    AnnouncementsQuery,
    SeenAnnouncementBody,
)
from field.announcements.commands import (
    change_announcement,
    end_announcement,
    publish_announcement,
    withdraw_announcement,
    write_announcement,
)
from field.announcements.ground import area_for
from field.announcements.policies import policies, set_policy
from field.announcements.queries import at_place, current, listed, of_stops, one
from field.announcements.views import (
    AnnouncementDetailView,
    AnnouncementPolicyView,
    AnnouncementView,
    CurrentAnnouncementsView,
    StopAnnouncementsView,
    ToldView,
)
from field.bodies import PointQuery
from field.callers import CONSOLE, DISPATCHER, REP
from field.network.commands import NoSuchValve
from field.network.queries import NoPipeHere, NoSuchPipe
from field.network.services import NetworkServices
from field.network.store import NoNetwork
from field.services import FieldServices
from kernel.actors import Role
from kernel.errors import Fault, NotFound, StaleVersion
from kernel.web import Api, Call, Limit, anyone, role

api = Api("field")

SETTING = role(Role.SUPERVISOR, Role.ADMIN)
MOVED = (NotFound, StaleVersion, AnnouncementMoveRefused)
TRACED = (NoNetwork, NoPipeHere, NoSuchPipe, NoSuchValve)
PUBLIC = Limit("announcements", per_minute=600, burst=200)
KEPT_S = 20
"""Anybody between us and a reader may keep the public list for so long."""


@api.get(
    "/api/announcements/current",
    who=anyone(),
    summary="What the utility announces now and soon; for anybody",
    limit=PUBLIC,
    shape=CurrentAnnouncementsView,
    compressed=True,
)
async def get_current_announcements(call: Call) -> Response:
    async with call.database.reading() as session:
        found = await current(session, call.now)
    timezone = call.use(FieldServices).timezone.key
    view = CurrentAnnouncementsView(now=call.now, timezone=timezone, announcements=found)
    headers = {"Cache-Control": f"public, max-age={KEPT_S}", "Access-Control-Allow-Origin": "*"}
    return Response(view.model_dump_json(), media_type="application/json", headers=headers)


@api.get(
    "/api/announcements/at",
    who=anyone(),
    summary="What is announced at a place, now and within two days",
    limit=PUBLIC,
)
async def get_announcements_at(call: Call, query: PointQuery) -> list[ToldView]:
    async with call.database.reading() as session:
        return await at_place(session, query.lon, query.lat, call.now)


@api.get("/api/rep/announcements", who=REP, summary="What is announced where the caller's tasks are")
async def get_own_announcements(call: Call) -> list[StopAnnouncementsView]:
    async with call.database.reading() as session:
        return await of_stops(session, call.actor.id, call.now)


@api.get("/api/announcements", who=CONSOLE, summary="Announcements that are not over, or of one state")
async def get_announcements(call: Call, query: AnnouncementsQuery) -> list[AnnouncementView]:
    async with call.database.reading() as session:
        return await listed(session, query.state, call.now)


@api.post(
    "/api/announcements",
    who=DISPATCHER,
    summary="Write an announcement; nobody is told before it is published",
    status=201,
    errors=(AnnouncementInvalid, *TRACED),
)
async def post_announcement(call: Call, body: AnnouncementBody) -> AnnouncementDetailView:
    area, faults = await _area(call, body)
    timezone = call.use(FieldServices).timezone
    made = await call.database.run(
        write_announcement, call.actor, timezone, _content(body), area, faults, body.task_id
    )
    return await _shown(call, made)


@api.get(
    "/api/announcements/{announcement_id}",
    who=CONSOLE,
    summary="An announcement with each version that was told",
    errors=(NotFound,),
)
async def get_announcement(call: Call, announcement_id: UUID) -> AnnouncementDetailView:
    return await _shown(call, announcement_id)


@api.put(
    "/api/announcements/{announcement_id}",
    who=DISPATCHER,
    summary="Write a draft anew, or tell everybody what is different now",
    errors=(AnnouncementInvalid, *MOVED, *TRACED),
)
async def put_announcement(
    call: Call, announcement_id: UUID, body: AnnouncementBody
) -> AnnouncementDetailView:
    area, faults = await _area(call, body)
    await call.database.run(
        change_announcement,
        call.actor,
        call.use(FieldServices).timezone,
        announcement_id,
        _content(body),
        area,
        faults,
        body.version,
    )
    return await _shown(call, announcement_id)


@api.post(
    "/api/announcements/{announcement_id}/publication",
    who=DISPATCHER,
    summary="Tell everybody in the area",
    errors=(AnnouncementInvalid, *MOVED),
)
async def post_announcement_publication(
    call: Call, announcement_id: UUID, body: SeenAnnouncementBody
) -> AnnouncementDetailView:
    await call.database.run(publish_announcement, call.actor, announcement_id, body.version)
    return await _shown(call, announcement_id)


@api.post(
    "/api/announcements/{announcement_id}/end",
    who=DISPATCHER,
    summary="The water is back, the works are over",
    errors=MOVED,
)
async def post_announcement_end(
    call: Call, announcement_id: UUID, body: SeenAnnouncementBody
) -> AnnouncementDetailView:
    await call.database.run(end_announcement, call.actor, announcement_id, body.version)
    return await _shown(call, announcement_id)


@api.post(
    "/api/announcements/{announcement_id}/withdrawal",
    who=DISPATCHER,
    summary="Take an announcement back, or a draft away",
    errors=MOVED,
)
async def post_announcement_withdrawal(
    call: Call, announcement_id: UUID, body: SeenAnnouncementBody
) -> AnnouncementDetailView:
    await call.database.run(withdraw_announcement, call.actor, announcement_id, body.version)
    return await _shown(call, announcement_id)


@api.get("/api/announcement-policies", who=CONSOLE, summary="How much notice each kind needs")
async def get_announcement_policies(call: Call) -> list[AnnouncementPolicyView]:
    async with call.database.reading() as session:
        return await policies(session)


@api.put(
    "/api/announcement-policies",
    who=SETTING,
    summary="Say how much notice a kind needs",
    errors=(StaleVersion,),
)
async def put_announcement_policy(call: Call, body: AnnouncementPolicyBody) -> None:
    await call.database.run(set_policy, call.actor, body.kind, body.notice_h, body.version)


async def _shown(call: Call, announcement_id: UUID) -> AnnouncementDetailView:
    async with call.database.reading() as session:
        return await one(session, announcement_id, call.now)


def _content(body: AnnouncementBody) -> Content:
    return Content(
        body.kind,
        body.cause,
        body.starts_at,
        body.ends_at,
        body.where,
        {str(language): said for language, said in body.extra.items()},
        body.advice,
        body.bowser,
        body.contact,
        body.exempt,
    )


async def _area(call: Call, body: AnnouncementBody) -> tuple[Area | None, list[Fault]]:
    """Before the transaction: pipes are traced and outlines joined in nobody's way."""
    if body.area is None:
        return None, []
    async with call.database.reading() as session:
        grid = await call.use(FieldServices).grid.current(session)
        return await area_for(session, grid, call.use(NetworkServices), body.area)
