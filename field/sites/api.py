"""What is known of places: at the console, on the phones of those who go there, on their customers' pages.

What a representative writes, renews or disputes goes up with the phone's other actions
(:mod:`field.visits.devices`): offline too, once.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from field.callers import CONSOLE, DISPATCHER, REP
from field.services import FieldServices
from field.sites.bodies import SiteDecisionBody, SiteDoubtBody, SiteNoteBody
from field.sites.commands import (
    SiteNoteInvalid,
    TooManyNotes,
    decide_note,
    dispute_note,
    write_note,
)
from field.sites.door_commands import own_rep
from field.sites.note import NoteMoveRefused
from field.sites.queries import disputed, notes_of_task, own_sites, place_notes
from field.sites.tables import SiteNote
from field.sites.views import DisputedNoteView, OwnSitesView, PlaceNoteView, SiteNoteView
from field.task.tables import Task
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, Limit, customer, role

api = Api("field")

DECIDING = role(Role.SUPERVISOR, Role.ADMIN)
CUSTOMER = customer()
CONTEST = Limit("contest-note", per_minute=30, burst=30, per_person=True)


@api.get("/api/rep/sites", who=REP, summary="What is known of the places of the caller's stops")
async def get_own_sites(call: Call) -> OwnSitesView:
    async with call.database.reading() as session:
        rep = await own_rep(session, call.actor)
        return await own_sites(session, call.use(FieldServices), rep, call.now)


@api.get(
    "/api/tasks/{task_id}/site-notes", who=CONSOLE, summary="What is known of a task's place; no gate codes"
)
async def get_site_notes(call: Call, task_id: UUID) -> list[SiteNoteView]:
    async with call.database.reading() as session:
        task = await session.get(Task, task_id)
        if task is None:
            raise NotFound()
        return await notes_of_task(session, task, call.now, call.actor.id)


@api.post(
    "/api/tasks/{task_id}/site-notes",
    who=DISPATCHER,
    summary="Write down what is known of a task's place",
    status=201,
    errors=(SiteNoteInvalid, TooManyNotes),
)
async def post_site_note(call: Call, task_id: UUID, body: SiteNoteBody) -> list[SiteNoteView]:
    actor, said = call.actor, body.said()

    async def command(uow: UnitOfWork) -> list[SiteNoteView]:
        task = await uow.session.get(Task, task_id)
        if task is None:
            raise NotFound()
        await write_note(uow, actor, task, said)
        return await notes_of_task(uow.session, task, uow.now, actor.id)

    return await call.database.run(command)


@api.get("/api/site-notes/disputed", who=CONSOLE, summary="Notes of which a supervisor is to decide")
async def get_disputed_notes(call: Call) -> list[DisputedNoteView]:
    async with call.database.reading() as session:
        return await disputed(session, call.now, call.actor.id)


@api.post(
    "/api/site-notes/{note_id}/dispute",
    who=DISPATCHER,
    summary="Say that a note is not so any more",
    errors=(NotFound, NoteMoveRefused),
)
async def post_note_dispute(call: Call, note_id: UUID, body: SiteDoubtBody) -> None:
    actor = call.actor

    async def command(uow: UnitOfWork) -> None:
        row = await uow.session.get(SiteNote, note_id)
        if row is None:
            raise NotFound()
        task = await uow.session.get_one(Task, row.task_id)
        await dispute_note(uow, actor, task, note_id, body.doubt)

    await call.database.run(command)


@api.post(
    "/api/site-notes/{note_id}/decision",
    who=DECIDING,
    summary="Decide of a disputed note",
    errors=(NotFound, StaleVersion, NoteMoveRefused),
)
async def post_note_decision(call: Call, note_id: UUID, body: SiteDecisionBody) -> None:
    await call.database.run(decide_note, call.actor, note_id, keep=body.keep, version=body.version)


@api.get(
    "/api/requests/{request_id}/site-notes",
    who=CUSTOMER,
    summary="What is noted of the customer's own place, once somebody has been there",
)
async def get_place_notes(call: Call, request_id: UUID) -> list[PlaceNoteView]:
    _own(call, request_id)
    async with call.database.reading() as session:
        task = (await session.scalars(select(Task).where(Task.request_id == request_id))).first()
        return await place_notes(session, task, call.now)


@api.post(
    "/api/requests/{request_id}/site-notes/{note_id}/dispute",
    who=CUSTOMER,
    summary="The customer says that a note of their place is not so, or is not to be kept",
    errors=(NotFound, NoteMoveRefused),
    limit=CONTEST,
)
async def post_place_dispute(
    call: Call, request_id: UUID, note_id: UUID, body: SiteDoubtBody
) -> list[PlaceNoteView]:
    _own(call, request_id)
    actor = call.actor

    async def command(uow: UnitOfWork) -> list[PlaceNoteView]:
        task = (await uow.session.scalars(select(Task).where(Task.request_id == request_id))).first()
        if task is None or note_id not in {note.id for note in await place_notes(uow.session, task, uow.now)}:
            raise NotFound()
        await dispute_note(uow, actor, task, note_id, body.doubt)
        await uow.session.flush()
        return await place_notes(uow.session, task, uow.now)

    return await call.database.run(command)


def _own(call: Call, request_id: UUID) -> None:
    if call.actor.request_id != request_id:
        raise NotFound()
