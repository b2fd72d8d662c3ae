"""Somebody is ill this morning: look at what it would mean, do it, and undo it."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER
from field.dispatch.planning import moment
from field.services import FieldServices
from field.zoning.absences import (
    AlreadyAbsent,
    Preview,
    arrange,
    begin_absence,
    end_absence,
    left_by,
    move_tasks,
    preview,
)
from field.zoning.queries import absences
from field.zoning.views import AbsencePreviewView, AbsenceView, CoverView, MovedTaskView
from kernel.errors import NotFound
from kernel.web import Api, Call

api = Api("field")


@api.get("/api/absences", who=CONSOLE, summary="Who is absent today at short notice, and who covers")
async def get_absences(call: Call) -> list[AbsenceView]:
    today = call.use(FieldServices).day_of(call.now)
    async with call.database.reading() as session:
        return await absences(session, today, await left_by(session, today))


@api.get(
    "/api/reps/{rep_id}/absence/preview",
    who=CONSOLE,
    summary="What it would mean if a representative were absent today; nothing is changed",
)
async def get_absence_preview(call: Call, rep_id: UUID) -> AbsencePreviewView:
    async with call.database.reading() as session:
        return _preview_view(await preview(session, call.use(FieldServices), rep_id, call.now))


def _preview_view(seen: Preview) -> AbsencePreviewView:
    return AbsencePreviewView(
        rep_id=seen.rep.id,
        day=seen.day,
        zones=[CoverView(zone_id=zone.zone_id, code=zone.code, rep_id=zone.rep_id) for zone in seen.zones],
        tasks=[
            MovedTaskView(
                task_id=would.task.id,
                category=would.task.category,
                severity=would.task.severity,
                address=would.task.address,
                rep_id=would.rep_id,
                rep_name=would.rep_name,
                starts_at=moment(would.starts_at) if would.starts_at is not None else None,
                in_window=would.in_window,
            )
            for would in seen.tasks
        ],
    )


@api.post(
    "/api/reps/{rep_id}/absence",
    who=DISPATCHER,
    summary="A representative is absent today: zones are covered by neighbours, tasks go to others",
    status=201,
    errors=(AlreadyAbsent,),
)
async def post_absence(call: Call, rep_id: UUID) -> AbsenceView:
    services = call.use(FieldServices)
    arranged = await arrange(call.database, services, rep_id)
    await call.database.run(begin_absence, services, call.actor, rep_id, arranged)
    await move_tasks(call.database, services, rep_id)
    return await _absence(call, rep_id)


async def _absence(call: Call, rep_id: UUID) -> AbsenceView:
    found = [each for each in await get_absences(call) if each.rep_id == rep_id]
    if not found:
        raise NotFound()  # somebody ended it meanwhile
    return found[0]


@api.delete(
    "/api/reps/{rep_id}/absence",
    who=DISPATCHER,
    summary="A representative is back already today; tasks that went to others stay there",
    errors=(NotFound,),
)
async def delete_absence(call: Call, rep_id: UUID) -> None:
    await call.database.run(end_absence, call.use(FieldServices), call.actor, rep_id)
