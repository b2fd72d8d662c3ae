"""Reading what is known of places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.hours import stored_hours
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.tables import Rep
from field.services import FieldServices
from field.sites.commands import door_of, notes_at
from field.sites.note import (
    ASK_AGAIN,
    NoteKind,
    NoteState,
    is_shown,
    same_place,
    shows_code,
)
from field.sites.tables import SiteNote, SiteNoteRead
from field.sites.views import DisputedNoteView, OwnSitesView, PlaceNoteView, SiteNoteView, StopSiteView
from field.task.tables import Task
from field.task.task import IN_ROUTE
from kernel.identity.staff import Staff
from kernel.sql.addresses import place_key

AHEAD = timedelta(days=7)
MOST_STOPS = 120


async def day_stops(
    session: AsyncSession, services: FieldServices, rep: Rep, now: datetime
) -> tuple[date, list[tuple[Task, date]]]:
    """The representative's working day, and the stops of it and of the week after, in order.

    A night that has begun yesterday is yesterday's until its shift is over.
    """
    today = services.day_of(now)
    yesterday = today - timedelta(days=1)
    night = (await stored_hours(session, yesterday, [rep.id])).get(rep.id)
    begins = yesterday if night is not None and now < night.lasts_until else today
    query = (
        select(Task, RouteRow.day)
        .join(VisitRow, VisitRow.task_id == Task.id)
        .join(RouteRow, RouteRow.id == VisitRow.route_id)
        .where(RouteRow.rep_id == rep.id, Task.rep_id == rep.id)
        .where(RouteRow.day >= begins, RouteRow.day <= today + AHEAD)
        .order_by(RouteRow.day, VisitRow.position)
        .limit(MOST_STOPS)
    )
    return begins, [(task, day) for task, day in (await session.execute(query))]


async def stands_at(session: AsyncSession, rep: Rep, task: Task) -> bool:
    """Whether the representative has an open task at that task's place: then its photos help there."""
    key = place_key(task.address)
    own = select(Task).where(Task.rep_id == rep.id, Task.state.in_(IN_ROUTE))
    return bool(key) and any(
        place_key(each.address) == key and same_place(door_of(each), door_of(task))
        for each in await session.scalars(own)
    )


async def own_sites(session: AsyncSession, services: FieldServices, rep: Rep, now: datetime) -> OwnSitesView:
    """What is known of the places of a representative's stops; gate codes of the day's open ones alone."""
    day, stops = await day_stops(session, services, rep, now)
    today = services.day_of(now)
    read = await session.execute(
        select(SiteNoteRead.task_id, SiteNoteRead.note_id).where(
            SiteNoteRead.rep_id == rep.id, SiteNoteRead.task_id.in_([task.id for task, _ in stops])
        )
    )
    known = set(read)
    shown = []
    for task, on in stops:
        codes = on in (day, today) and task.state in IN_ROUTE
        rows = [row for row in await notes_at(session, task) if is_shown(row.state, row.expires_at, now)]
        until = services.moment(today, 1440) if on == today else now + timedelta(hours=12)
        shown.append(
            StopSiteView(
                task_id=task.id,
                notes=await note_views(session, rows, now, rep.staff_id, codes=codes),
                codes_until=until if codes and any(row.gate_code for row in rows) else None,
                unread=[
                    row.id for row in rows if row.kind is NoteKind.DANGER and (task.id, row.id) not in known
                ],
            )
        )
    return OwnSitesView(day=day, now=now, stops=shown)


async def note_views(
    session: AsyncSession, rows: Sequence[SiteNote], now: datetime, reader: UUID, *, codes: bool = False
) -> list[SiteNoteView]:
    """Notes as staff see them. ``codes``: the reader has the stop today."""
    people = await session.execute(
        select(Staff.id, Staff.name, Staff.name_en).where(Staff.id.in_({row.author_id for row in rows}))
    )
    names = {id: (name, name_en) for id, name, name_en in people}
    return [
        SiteNoteView(
            id=row.id,
            version=row.version,
            kind=row.kind.value,
            state=row.state.value,
            text=row.text,
            has_code=bool(row.gate_code),
            gate_code=row.gate_code or None if codes and shows_code(row.state) else None,
            spot_lon=row.spot_lon,
            spot_lat=row.spot_lat,
            photo_url=f"/api/proofs/{row.photo_id}/image" if row.photo_id else None,
            arrow=row.arrow,
            author=names[row.author_id][0],
            author_en=names[row.author_id][1] or "",
            own=row.author_id == reader,
            written_at=row.written_at,
            renewed_at=row.renewed_at,
            expires_at=row.expires_at,
            ask_again=row.expires_at - now < ASK_AGAIN,
            doubt=row.doubt.value if row.doubt else None,
            doubted_by=row.doubted_by,
        )
        for row in rows
    ]


async def notes_of_task(session: AsyncSession, task: Task, now: datetime, reader: UUID) -> list[SiteNoteView]:
    """What is known of a task's place, for the console: no codes."""
    rows = [row for row in await notes_at(session, task) if is_shown(row.state, row.expires_at, now)]
    return await note_views(session, rows, now, reader)


async def place_notes(session: AsyncSession, task: Task | None, now: datetime) -> list[PlaceNoteView]:
    """What its customer may read: nothing before one of ours has stood at the door, for an address alone
    proves nobody to live there."""
    if task is None or task.arrived_at is None or task.erased_at is not None:
        return []
    return [
        PlaceNoteView(
            id=row.id,
            kind=row.kind.value,
            state=row.state.value,
            text=row.text,
            has_code=bool(row.gate_code),
            written_at=row.written_at,
            expires_at=row.expires_at,
        )
        for row in await notes_at(session, task)
        if is_shown(row.state, row.expires_at, now)
    ]


async def disputed(session: AsyncSession, now: datetime, reader: UUID) -> list[DisputedNoteView]:
    """Notes of which somebody is to decide, the longest waiting first."""
    query = (
        select(SiteNote, Task.address)
        .join(Task, Task.id == SiteNote.task_id)
        .where(SiteNote.state == NoteState.DISPUTED)
        .order_by(SiteNote.doubted_at, SiteNote.id)
        .limit(100)
    )
    found = (await session.execute(query)).all()
    views = await note_views(session, [row for row, _ in found], now, reader)
    return [
        DisputedNoteView(note=view, task_id=row.task_id, address=address, doubted_at=row.doubted_at or now)
        for view, (row, address) in zip(views, found, strict=True)
    ]
