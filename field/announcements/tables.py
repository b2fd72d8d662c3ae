"""Announcements, every step of theirs, and how much notice each kind needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from field.announcements.announcement import AnnouncementEvent, AnnouncementKind, AnnouncementState, Cause
from kernel.sql.base import Base
from kernel.sql.columns import BoundingBox, JsonColumn, UtcDateTime, Versioned, enum_column


class Announcement(Versioned, BoundingBox, Base):
    """What everybody in an area is told. It tells of water and works, and of nobody.

    ``area``: GeoJSON multipolygon, as it was when this was written; ``texts``: the words by language;
    ``without_water``: connections and their classes, as counts; ``moved_from``: the end that was
    told before this one; ``passed_at``: when its end went by unsaid.
    """

    __tablename__ = "announcement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[AnnouncementState] = mapped_column(enum_column(AnnouncementState), index=True)
    kind: Mapped[AnnouncementKind] = mapped_column(enum_column(AnnouncementKind))
    cause: Mapped[Cause] = mapped_column(enum_column(Cause))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16))
    zones: Mapped[list[str]] = mapped_column(JsonColumn)
    area: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    place: Mapped[str] = mapped_column(String(300))
    extra: Mapped[dict[str, str]] = mapped_column(JsonColumn)
    advice: Mapped[list[str]] = mapped_column(JsonColumn)
    bowser: Mapped[str] = mapped_column(String(300))
    contact: Mapped[str] = mapped_column(String(120))
    exempt: Mapped[str] = mapped_column(String(300))
    without_water: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    texts: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    steps: Mapped[int] = mapped_column(default=0)


class AnnouncementStep(Base):
    """A step of an announcement, numbered from 1. ``told``: what it said from then on, whole."""

    __tablename__ = "announcement_step"

    announcement_id: Mapped[UUID] = mapped_column(ForeignKey("announcement.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[AnnouncementEvent] = mapped_column(enum_column(AnnouncementEvent))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    told: Mapped[dict[str, Any]] = mapped_column(JsonColumn)


class AnnouncementPolicy(Versioned, Base):
    """How many hours of notice a kind needs before it begins, unless a reason is given."""

    __tablename__ = "announcement_policy"

    kind: Mapped[AnnouncementKind] = mapped_column(enum_column(AnnouncementKind), primary_key=True)
    notice_h: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
