"""Representatives' days: their hours, their routes, and where they were last."""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, Versioned


class Shift(Base):
    """A day with other hours than a representative's usual ones; a day off has ``start_at`` = ``end_at``."""

    __tablename__ = "shift"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date]
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "day"),)


class RouteRow(Versioned, Base):
    """A representative's day. Every change of its visits is a compare-and-set on ``version``.

    A ``locked`` route takes no further task by itself.
    """

    __tablename__ = "route"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date] = mapped_column(index=True)
    locked: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "day"),)


class VisitRow(Base):
    """A task's place in a route. Positions count from 0 without gaps; a task stands in at most one route.

    A ``held`` visit keeps its place directly behind what is before it.
    """

    __tablename__ = "visit"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("route.id"), index=True)
    position: Mapped[int]
    travel_s: Mapped[int]
    eta: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held: Mapped[bool] = mapped_column(default=False)

    # Two who take the same visit away collide on the route's version, where the loser starts again.
    __mapper_args__: Any = MappingProxyType({"confirm_deleted_rows": False})


class RepPosition(Base):
    """Where a representative was last seen, while on shift. One row each: there is no track to leak."""

    __tablename__ = "rep_position"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
