"""Reading announcements: what everybody is told, what holds at a place, and all of it at the console."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.announcements.announcement import (
    AHEAD,
    LIVE,
    AnnouncementKind,
    AnnouncementState,
    faults_of_telling,
    overlaps,
    phase,
)
from field.announcements.area import holds, meet
from field.announcements.commands import content_of
from field.announcements.policies import notices
from field.announcements.tables import Announcement, AnnouncementStep
from field.announcements.views import (
    AnnouncedTextsView,
    AnnouncementDetailView,
    AnnouncementFaultView,
    AnnouncementStepView,
    AnnouncementView,
    OverlapView,
    StopAnnouncementsView,
    ToldView,
)
from field.grid.tables import Rep
from field.task.tables import Task
from field.task.task import IN_ROUTE
from kernel.errors import NotFound
from kernel.identity.staff import Staff

OPEN = (AnnouncementState.DRAFT, *LIVE)
MOST = 200
"""Of what is over so many are listed."""


async def current(session: AsyncSession, now: datetime) -> list[ToldView]:
    """All that is told, what holds now first, then what comes, by its beginning."""
    rows = await session.scalars(select(Announcement).where(Announcement.state.in_(LIVE)))
    return _sorted([told(row, now) for row in rows])


async def at_place(session: AsyncSession, lon: float, lat: float, now: datetime) -> list[ToldView]:
    """What is told at a place: what holds now, and what begins soon."""
    rows = await session.scalars(_around(lon, lat, lon, lat, now))
    return _sorted([told(row, now) for row in rows if holds(row.area, lon, lat)])


def _around(west: float, south: float, east: float, north: float, now: datetime) -> Any:
    return (
        select(Announcement)
        .where(Announcement.state.in_(LIVE), Announcement.starts_at <= now + AHEAD)
        .where(Announcement.min_lon <= east, Announcement.max_lon >= west)
        .where(Announcement.min_lat <= north, Announcement.max_lat >= south)
    )


def _sorted(views: Sequence[ToldView]) -> list[ToldView]:
    return sorted(views, key=lambda each: (each.phase == "coming", each.starts_at, each.id))


async def of_stops(session: AsyncSession, staff_id: UUID, now: datetime) -> list[StopAnnouncementsView]:
    """What is told where a representative's tasks are."""
    own = (
        select(Task.id, Task.lon, Task.lat)
        .join(Rep, Rep.id == Task.rep_id)
        .where(Rep.staff_id == staff_id, Rep.active, Task.state.in_(IN_ROUTE))
        .where(Task.lon.is_not(None), Task.lat.is_not(None))
    )
    tasks = (await session.execute(own.order_by(Task.id))).all()
    if not tasks:
        return []
    lons, lats = [task.lon for task in tasks], [task.lat for task in tasks]
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = list(await session.scalars(_around(min(lons), min(lats), max(lons), max(lats), now)))
    for row in rows:
        for task in tasks:
            if holds(row.area, task.lon, task.lat):
                found[row.id].append(task.id)
    views = _sorted([told(row, now) for row in rows if row.id in found])
    return [StopAnnouncementsView(announcement=view, task_ids=found[view.id]) for view in views]


def told(row: Announcement, now: datetime) -> ToldView:
    """As everybody sees it."""
    return ToldView(**_told(row, now))


def _told(row: Announcement, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind.value,
        "cause": row.cause.value,
        "state": row.state.value,
        "phase": phase(row.starts_at, row.ends_at, now),
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "moved_from": row.moved_from,
        "advice": row.advice,
        "bowser": row.bowser,
        "contact": row.contact,
        "connections": row.without_water.get("connections"),
        "texts": {language: AnnouncedTextsView(**each) for language, each in row.texts.items()},
        "published_at": row.published_at,
        "changed_at": row.changed_at,
    }


async def listed(
    session: AsyncSession, state: AnnouncementState | None, now: datetime
) -> list[AnnouncementView]:
    """At the console: what is past its end first, then drafts and the rest by their beginning."""
    wanted = OPEN if state is None else (state,)
    query = select(Announcement).where(Announcement.state.in_(wanted))
    rows = list(await session.scalars(query.order_by(Announcement.changed_at.desc()).limit(MOST)))
    rows.sort(key=lambda row: (row.passed_at is None, row.starts_at, row.id))
    near = await _near(session, rows)
    hours = await notices(session)
    return [AnnouncementView(**_whole(row, near, hours, now)) for row in rows]


async def one(session: AsyncSession, announcement_id: UUID, now: datetime) -> AnnouncementDetailView:
    """One with every step of it.

    Raises:
        NotFound
    """
    row = await session.get(Announcement, announcement_id)
    if row is None:
        raise NotFound()
    query = (
        select(AnnouncementStep, Staff.name)
        .outerjoin(Staff, Staff.id == AnnouncementStep.by_id)
        .where(AnnouncementStep.announcement_id == row.id)
        .order_by(AnnouncementStep.number)
    )
    steps = [
        AnnouncementStepView(number=step.number, kind=step.kind.value, at=step.at, by=name, told=step.told)
        for step, name in await session.execute(query)
    ]
    whole = _whole(row, await _near(session, [row]), await notices(session), now)
    return AnnouncementDetailView(**whole, steps=steps)


async def _near(session: AsyncSession, rows: Sequence[Announcement]) -> list[Announcement]:
    if not any(row.state in OPEN for row in rows):
        return []
    return list(await session.scalars(select(Announcement).where(Announcement.state.in_(OPEN))))


def _whole(row: Announcement, near: Sequence[Announcement], hours: Any, now: datetime) -> dict[str, Any]:
    content = content_of(row)
    draft = row.state is AnnouncementState.DRAFT
    faults = faults_of_telling(content, hours[AnnouncementKind(row.kind)], now) if draft else []
    return _told(row, now) | {
        "version": row.version,
        "source": row.source,
        "zones": row.zones,
        "area": row.area,
        "classes": row.without_water.get("classes", {}),
        "where": row.place,
        "extra": row.extra,
        "exempt": row.exempt,
        "task_id": row.task_id,
        "passed_at": row.passed_at,
        "ended_at": row.ended_at,
        "created_at": row.created_at,
        "faults": [
            AnnouncementFaultView(code=each.code, where=each.where, params=dict(each.params))
            for each in faults
        ],
        "overlaps": [
            OverlapView(
                id=other.id,
                kind=other.kind.value,
                state=other.state.value,
                starts_at=other.starts_at,
                ends_at=other.ends_at,
            )
            for other in near
            if other.id != row.id and row.state in OPEN and _together(row, other)
        ],
    }


def _together(a: Announcement, b: Announcement) -> bool:
    """Whether two share ground and time; boxes are looked at before shapes."""
    apart = a.max_lon < b.min_lon or b.max_lon < a.min_lon or a.max_lat < b.min_lat or b.max_lat < a.min_lat
    return not apart and overlaps(content_of(a), content_of(b)) and meet(a.area, b.area)
