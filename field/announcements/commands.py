"""What is done with announcements: written, published, told again, ended, withdrawn; and what time brings."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from field.announcements.announcement import (
    LIVE,
    Advice,
    AnnouncementEvent,
    AnnouncementInvalid,
    AnnouncementState,
    Content,
    faults_of_telling,
    faults_of_updating,
    faults_of_writing,
    move,
)
from field.announcements.area import Area
from field.announcements.ground import zone_names
from field.announcements.policies import notices
from field.announcements.tables import Announcement, AnnouncementStep
from field.announcements.words import texts_of
from field.task.tables import Task
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork, check_version
from kernel.errors import Fault, NotFound
from kernel.jobs import one_by_one

TOPIC = "announcements:all"
"""Everybody with a session may hear it: customers, representatives, desks, consoles. A hint carries an id."""
RESOURCE = "announcement"


def content_of(row: Announcement) -> Content:
    """What a stored announcement says."""
    return Content(
        row.kind,
        row.cause,
        row.starts_at,
        row.ends_at,
        row.place,
        row.extra,
        tuple(Advice(each) for each in row.advice),
        row.bowser,
        row.contact,
        row.exempt,
    )


async def write_announcement(
    uow: UnitOfWork,
    actor: Actor,
    timezone: ZoneInfo,
    content: Content,
    area: Area | None,
    faults: list[Fault],
    task_id: UUID | None,
) -> UUID:
    """Make a draft. ``faults``: of the area that was asked for.

    Raises:
        AnnouncementInvalid: with every fault.
    """
    faults = [*faults, *faults_of_writing(content)]
    if area is None and not faults:
        faults.append(Fault("area_needed", "body.area"))
    if task_id is not None and await uow.session.get(Task, task_id) is None:
        faults.append(Fault("not_found", "body.task_id"))
    if faults or area is None:
        raise AnnouncementInvalid(faults=faults)
    row = Announcement(
        id=uow.new_id(), state=AnnouncementState.DRAFT, task_id=task_id, created_at=uow.now, steps=0
    )
    await _keep(uow, row, timezone, content, area)
    uow.session.add(row)
    await uow.session.flush()
    _note(uow, row, AnnouncementEvent.WRITE, actor)
    _hint(uow, row)
    await uow.audit(actor, "write_announcement", f"announcement:{row.id}", announced=content.kind.value)
    return row.id


async def change_announcement(
    uow: UnitOfWork,
    actor: Actor,
    timezone: ZoneInfo,
    announcement_id: UUID,
    content: Content,
    area: Area | None,
    faults: list[Fault],
    version: int | None,
) -> None:
    """Write a draft anew, or tell everybody what is different now. ``area`` None: as it was.

    Raises:
        NotFound, StaleVersion, AnnouncementMoveRefused.
        AnnouncementInvalid: with every fault; nothing was changed.
    """
    row = await _seen(uow, announcement_id, version)
    told = row.state in LIVE
    event = AnnouncementEvent.UPDATE if told else AnnouncementEvent.WRITE
    state = move(row.state, event)
    faults = [*faults, *faults_of_writing(content)]
    if told:
        notice_h = (await notices(uow.session))[content.kind]
        faults += faults_of_updating(content_of(row), content, notice_h, uow.now)
    if faults:
        raise AnnouncementInvalid(faults=faults)
    if told and row.ends_at != content.ends_at:
        row.moved_from = row.ends_at
        row.passed_at = None
    row.state = state
    await _keep(uow, row, timezone, content, area)
    _note(uow, row, event, actor)
    _hint(uow, row)
    await uow.audit(actor, f"{event.value}_announcement", f"announcement:{row.id}", number=row.steps)


async def publish_announcement(
    uow: UnitOfWork, actor: Actor, announcement_id: UUID, version: int | None
) -> None:
    """Tell everybody in the area.

    Raises:
        NotFound, StaleVersion, AnnouncementMoveRefused.
        AnnouncementInvalid: too little notice, in the past, and so on: all of it.
    """
    row = await _seen(uow, announcement_id, version)
    state = move(row.state, AnnouncementEvent.PUBLISH)
    content = content_of(row)
    notice_h = (await notices(uow.session))[content.kind]
    if faults := faults_of_telling(content, notice_h, uow.now):
        raise AnnouncementInvalid(faults=faults)
    row.state, row.published_at, row.changed_at = state, uow.now, uow.now
    _note(uow, row, AnnouncementEvent.PUBLISH, actor)
    _hint(uow, row)
    await uow.audit(actor, "publish_announcement", f"announcement:{row.id}", announced=row.kind.value)


async def end_announcement(uow: UnitOfWork, actor: Actor, announcement_id: UUID, version: int | None) -> None:
    """The water is back, the works are over. Raises NotFound, StaleVersion, AnnouncementMoveRefused."""
    await _finish(uow, actor, announcement_id, version, AnnouncementEvent.END)


async def withdraw_announcement(
    uow: UnitOfWork, actor: Actor, announcement_id: UUID, version: int | None
) -> None:
    """It was not meant so. Raises NotFound, StaleVersion, AnnouncementMoveRefused."""
    await _finish(uow, actor, announcement_id, version, AnnouncementEvent.WITHDRAW)


async def _finish(
    uow: UnitOfWork, actor: Actor, announcement_id: UUID, version: int | None, event: AnnouncementEvent
) -> None:
    row = await _seen(uow, announcement_id, version)
    row.state = move(row.state, event)
    row.ended_at = row.changed_at = uow.now
    _note(uow, row, event, actor)
    _hint(uow, row)
    await uow.audit(actor, f"{event.value}_announcement", f"announcement:{row.id}")


async def _seen(uow: UnitOfWork, announcement_id: UUID, version: int | None) -> Announcement:
    row = await uow.session.get(Announcement, announcement_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    return row


async def _keep(
    uow: UnitOfWork, row: Announcement, timezone: ZoneInfo, content: Content, area: Area | None
) -> None:
    names = await zone_names(uow.session, area.zones if area is not None else row.zones)
    row.kind, row.cause = content.kind, content.cause
    row.starts_at, row.ends_at = content.starts_at, content.ends_at
    row.place, row.extra = content.where, {each: said for each, said in content.extra.items() if said}
    row.advice = list(dict.fromkeys(each.value for each in content.advice))
    row.bowser, row.contact, row.exempt = content.bowser, content.contact, content.exempt
    if area is not None:
        row.source, row.zones, row.area = area.source, list(area.zones), dict(area.geometry)
        row.min_lon, row.min_lat, row.max_lon, row.max_lat = area.bounds
        row.without_water = {"connections": area.connections, "classes": dict(area.classes)}
    row.texts = texts_of(content, names, timezone)
    row.changed_at = uow.now


def _note(uow: UnitOfWork, row: Announcement, event: AnnouncementEvent, actor: Actor | None) -> None:
    row.steps += 1
    told: dict[str, Any] = {
        "state": row.state.value,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "zones": row.zones,
        "area": row.area,
        "advice": row.advice,
        "bowser": row.bowser,
        "contact": row.contact,
        "without_water": row.without_water,
        "texts": row.texts,
    }
    uow.session.add(
        AnnouncementStep(
            announcement_id=row.id,
            number=row.steps,
            kind=event,
            at=uow.now,
            by_id=actor.id if actor else None,
            told=told if event in TELLING else {},
        )
    )


TELLING = (AnnouncementEvent.WRITE, AnnouncementEvent.PUBLISH, AnnouncementEvent.UPDATE)
"""Steps from which on it says something else."""


def _hint(uow: UnitOfWork, row: Announcement) -> None:
    uow.changed(RESOURCE, row.id, TOPIC)


async def look_at_ends(database: Database) -> int:
    """Note each announcement whose end has gone by and that nobody has ended; how many that were."""
    now = database.clock.now()
    async with database.reading() as session:
        query = (
            select(Announcement.id)
            .where(Announcement.state.in_(LIVE), Announcement.passed_at.is_(None))
            .where(Announcement.ends_at <= now)
        )
        ids = list(await session.scalars(query.order_by(Announcement.ends_at)))
    return await one_by_one(database, pass_end, ids)


async def pass_end(uow: UnitOfWork, announcement_id: UUID) -> bool:
    """The end that was told has gone by: the console asks somebody how it stands."""
    row = await uow.session.get_one(Announcement, announcement_id, with_for_update=True)
    if row.state not in LIVE or row.passed_at or row.ends_at is None or row.ends_at > uow.now:
        return False
    row.state = move(row.state, AnnouncementEvent.PASS)
    row.passed_at = uow.now
    _note(uow, row, AnnouncementEvent.PASS, None)
    _hint(uow, row)
    return True
