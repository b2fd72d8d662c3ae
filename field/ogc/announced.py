"""Announcements as features: their ground, and from when until when each holds.

Boxes and moments are asked of the database, of the boxes of areas; of the few that are left the shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.announcements.announcement import LIVE, AnnouncementState, phase
from field.announcements.tables import Announcement
from field.ogc.answers import Json, feature, rfc3339
from field.ogc.asked import Asked, Box


async def meeting(session: AsyncSession, asked: Asked, *, public: bool) -> dict[str, Announcement]:
    """Those that meet the boxes and the period, by id. An end that has passed and that nobody has confirmed
    is none."""
    rows = list(await session.scalars(_wanted(asked, public)))
    if asked.boxes:
        seen = shapely.union_all([shapely.box(*box) for box in asked.boxes])
        rows = [row for row in rows if shapely.intersects(shapely.geometry.shape(row.area), seen)]
    return {str(row.id): row for row in rows}


async def one(session: AsyncSession, id: str, *, public: bool) -> Announcement | None:
    """The one of this id, where it may be told."""
    try:
        key = UUID(id)
    except ValueError:
        return None
    return (await session.scalars(_wanted(Asked(), public).where(Announcement.id == key))).first()


async def edges(session: AsyncSession, *, public: bool) -> Any:
    """West, south, east, north, and the first beginning; None of each where there is nothing."""
    of = Announcement
    query = select(
        *(func.min(of.min_lon), func.min(of.min_lat), func.max(of.max_lon), func.max(of.max_lat)),
        func.min(of.starts_at),
    )
    return (await session.execute(query.where(of.state.in_(_told_to(public))))).one()


def _told_to(public: bool) -> tuple[AnnouncementState, ...]:
    return LIVE if public else (*LIVE, AnnouncementState.ENDED)


def _wanted(asked: Asked, public: bool) -> Any:
    of = Announcement
    query = select(of).where(of.state.in_(_told_to(public)))
    if asked.boxes:
        query = query.where(or_(*_near(asked.boxes)))
    begin, end = asked.period or (None, None)
    if end is not None:
        query = query.where(of.starts_at <= end)
    if begin is not None:
        over = func.coalesce(of.ended_at, of.ends_at)
        goes_on = of.state.in_(LIVE) & of.passed_at.is_not(None)
        query = query.where(or_(goes_on, over.is_(None), over >= begin))
    return query


def _near(boxes: Sequence[Box]) -> list[Any]:
    of = Announcement
    return [
        (of.min_lon <= east) & (of.max_lon >= west) & (of.min_lat <= north) & (of.max_lat >= south)
        for west, south, east, north in boxes
    ]


def shown(row: Announcement, now: datetime) -> Json:
    """As a feature; nothing of anybody."""
    told: Json = {
        "kind": row.kind.value,
        "cause": row.cause.value,
        "state": row.state.value,
        "phase": phase(row.starts_at, row.ends_at, now) if row.state in LIVE else None,
        "advice": row.advice,
        "bowser": row.bowser,
        "contact": row.contact,
        "connections": row.without_water.get("connections"),
    }
    for name in ("starts_at", "ends_at", "moved_from", "published_at", "ended_at"):
        moment = getattr(row, name)
        told[name] = rfc3339(moment) if moment is not None else None
    for language, texts in row.texts.items():
        told |= {f"{name}_{language}": texts[name] for name in ("title", "where", "when", "extra")}
    return feature(str(row.id), row.area, told)
