"""Representatives' days: their hours, their routes, and where they were last."""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned


class Shift(Base):
    """A day that is other than a representative's usual ones; a day off has ``start_at`` = ``end_at``.

    A break begins between ``rest_from`` and ``rest_until`` and lasts ``rest_s`` seconds. Where the day begins
    and ends is empty where that is at home; with ``open_end`` it is over at the last stop. Who writes one
    says so (:func:`field.dispatch.hours.note_changed`): copies of a day are kept until then.
    """

    __tablename__ = "shift"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date]
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rest_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rest_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rest_s: Mapped[int | None]
    start_lon: Mapped[float | None]
    start_lat: Mapped[float | None]
    end_lon: Mapped[float | None]
    end_lat: Mapped[float | None]
    open_end: Mapped[bool] = mapped_column(default=False, server_default=false())
    on_call_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    on_call_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "day"), Index("ix_shift_day", "day"))


class ShiftDay(Base):
    """How often the shifts of a day have changed, by which copies of the day are kept; and until when the
    last of them lasts."""

    __tablename__ = "shift_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    changes: Mapped[int]
    lasts_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Holiday(Base):
    """A day on which the utility's people do not work by their patterns, and the roads are a Sunday's."""

    __tablename__ = "holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class TravelProfile(Base):
    """How long ways take at which hour: ``factors`` in permille of the empty road's time, by kind of day, one
    for each hour (:mod:`field.road.profile`). Rows are added, never changed; the highest ``number`` counts.
    """

    __tablename__ = "travel_profile"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    factors: Mapped[dict[str, list[int]]] = mapped_column(JsonColumn)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class RouteRow(Versioned, Base):
    """A representative's day. Every change of its visits is a compare-and-set on ``version``.

    A ``locked`` route takes no further task by itself. ``rest_at``: how many visits come before the break,
    where the day has one; empty until that was decided.
    """

    __tablename__ = "route"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date] = mapped_column(index=True)
    locked: Mapped[bool] = mapped_column(default=False)
    rest_at: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "day"),)


class VisitRow(Base):
    """A task's place in a route. Positions count from 0 without gaps; a task stands in at most one route.

    A ``held`` visit keeps its place directly behind what is before it. ``lock``: what a dispatcher said
    has to stay whatever is planned again: ``rep``, who comes, or ``place``, the order as well. ``travel_s``:
    of the way at its hour; ``base_s``: on empty roads, empty where both are the same.
    """

    __tablename__ = "visit"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("route.id"), index=True)
    position: Mapped[int]
    travel_s: Mapped[int]
    base_s: Mapped[int | None]
    eta: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held: Mapped[bool] = mapped_column(default=False)
    lock: Mapped[str | None] = mapped_column(String(8))

    # Two who take the same visit away collide on the route's version, where the loser starts again.
    __mapper_args__: Any = MappingProxyType({"confirm_deleted_rows": False})


class WindowHold(Base):
    """A window that is kept for a task while its customer decides: for everybody else a visit that stands on
    this representative's day. One a task; after ``expires_at`` it counts for nothing.
    """

    __tablename__ = "window_hold"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date]
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
    window_end: Mapped[datetime] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class StandingWish(Base):
    """Who is to come, or not to come, to an address: a ``kind`` and the ``code`` of its reason, no word more.

    ``door``: the address as it is compared (:func:`kernel.sql.addresses.place_key`). After ``until`` it
    counts for nothing, and is erased.
    """

    __tablename__ = "standing_wish"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    door: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(16))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (UniqueConstraint("door", "rep_id"),)


class WishPolicy(Versioned, Base):
    """What wishes weigh: ``preferred_s`` seconds of detour that a preferred person is worth; standing wishes
    are kept for ``keep_days``. One row.
    """

    __tablename__ = "wish_policy"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    preferred_s: Mapped[int]
    keep_days: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RepPosition(Base):
    """Where a representative was last seen, while on shift. One row each: there is no track to leak."""

    __tablename__ = "rep_position"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
