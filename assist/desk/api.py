"""A request itself: starting it, completing it, its timeline, chat, rating."""

from __future__ import annotations

from uuid import UUID

from assist.callers import DESK, READERS
from assist.desk.bodies import RequestsQuery
from assist.desk.queue import queue_view
from assist.desk.requests import request_page, timeline_of
from assist.desk.views import QueueView, RequestPageView, RequestTimelineView
from assist.queue.api import heard_of_customer
from assist.queue.commands import touch_desk, wants_desk_touch
from assist.request.answers import shown
from assist.request.tables import DeskPresence
from assist.request.views import RequestView
from kernel.actors import Role
from kernel.web import Api, Call

api = Api("assist")


@api.get("/api/queue", who=DESK, summary="Who is waiting, next customer first")
async def read_queue(call: Call) -> QueueView:
    async with call.database.reading() as session:
        seen = await session.get(DeskPresence, call.actor.id)
    if call.actor.has(Role.TECHNICIAN) and wants_desk_touch(seen, call.now):
        await call.database.run(touch_desk, call.actor)
    async with call.database.reading() as session:
        return await queue_view(session, call.actor, call.now)


@api.get("/api/requests", who=DESK, summary="List requests, newest first")
async def list_requests(call: Call, query: RequestsQuery) -> RequestPageView:
    async with call.database.reading() as session:
        return await request_page(
            session,
            call.language,
            state=query.state,
            owner=query.owner,
            text=query.q,
            before=query.before,
            limit=query.limit,
        )


@api.get("/api/requests/{request_id}", who=READERS, summary="Read a request")
async def read_request(call: Call, request_id: UUID) -> RequestView:
    view = await shown(call, request_id)
    await heard_of_customer(call, request_id)
    return view


@api.get("/api/requests/{request_id}/timeline", who=READERS, summary="What has happened, oldest first")
async def read_timeline(call: Call, request_id: UUID) -> list[RequestTimelineView]:
    async with call.database.reading() as session:
        return await timeline_of(session, call.actor, request_id, call.language)
