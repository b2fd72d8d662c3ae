"""What is counted, as rows: each task and each representative's day for itself, and their sums by week.

Sums are of days that are over. They can be made again out of what they count, and that out of tasks, shifts
and timelines: nothing here is known nowhere else. Nothing tells of a customer.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base

NOWHERE = UUID(int=0)
"""The zone of tasks that have none."""


class FigureTask(Base):
    """What one task counts for (:class:`field.figures.counting.Facts`). ``rep_id``: who did it."""

    __tablename__ = "figure_task"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    zone_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(32))
    rep_id: Mapped[UUID | None]
    made_on: Mapped[date | None] = mapped_column(index=True)
    prompt: Mapped[int]
    answer_s: Mapped[int | None]
    due_on: Mapped[date | None] = mapped_column(index=True)
    met: Mapped[int]
    done_on: Mapped[date | None] = mapped_column(index=True)
    visits: Mapped[int]
    fixed: Mapped[int]
    travel_s: Mapped[int | None]
    work_s: Mapped[int | None]


class FigureRepDay(Base):
    """A representative's day that is over, and the station at which it was counted. Seconds."""

    __tablename__ = "figure_rep_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    station: Mapped[str] = mapped_column(String(32))
    shift_s: Mapped[int]
    overtime_s: Mapped[int]
    work_s: Mapped[int]


class FigureDay(Base):
    """A day on which something counts. ``stale``: it has to be counted again; ``changes``: how often its
    shifts had changed when it was counted."""

    __tablename__ = "figure_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    stale: Mapped[bool]
    changes: Mapped[int]

    __table_args__ = (Index("ix_figure_day_stale", "stale", "day"),)


class TaskSums:
    """Sums of what tasks count for. ``answers``: how many have an answer, ``trips``: a way."""

    week: Mapped[date] = mapped_column(primary_key=True, sort_order=-1)
    made: Mapped[int]
    prompt: Mapped[int]
    answers: Mapped[int]
    answer_s: Mapped[int] = mapped_column(BigInteger)
    due: Mapped[int]
    met: Mapped[int]
    visited: Mapped[int]
    fixed: Mapped[int]
    trips: Mapped[int]
    travel_s: Mapped[int] = mapped_column(BigInteger)
    work_s: Mapped[int] = mapped_column(BigInteger)


COUNTS: Final = (
    *("made", "prompt", "answers", "answer_s", "due", "met", "visited", "fixed", "trips", "travel_s"),
    "work_s",
)
"""The columns of `TaskSums` that are added up."""


class FigureZoneWeek(TaskSums, Base):
    """A zone's week, named by its Monday."""

    __tablename__ = "figure_zone_week"

    zone_id: Mapped[UUID] = mapped_column(primary_key=True)


class FigureGround(Base):
    """The station to which a zone belonged when its weeks were summed."""

    __tablename__ = "figure_ground"

    zone_id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(32))


class FigurePlaceWeek(TaskSums, Base):
    """A week of the zones that belong to a station, named by its Monday."""

    __tablename__ = "figure_place_week"

    station: Mapped[str] = mapped_column(String(32), primary_key=True)


class FigureTypeWeek(TaskSums, Base):
    """A week of one kind of tasks, named by its Monday."""

    __tablename__ = "figure_type_week"

    type: Mapped[str] = mapped_column(String(32), primary_key=True)


class FigureStationWeek(Base):
    """A week of a station's people. ``people``: their days; ``even_s``: what each had on average, summed over
    days; ``most_s``: what the busiest had."""

    __tablename__ = "figure_station_week"

    week: Mapped[date] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(32), primary_key=True)
    people: Mapped[int]
    shift_s: Mapped[int] = mapped_column(BigInteger)
    overtime_s: Mapped[int] = mapped_column(BigInteger)
    even_s: Mapped[int] = mapped_column(BigInteger)
    most_s: Mapped[int] = mapped_column(BigInteger)
