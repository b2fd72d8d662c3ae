"""Days looked back at, as rows. All of it can be counted again out of tasks, shifts and timelines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from field.hindsight.decision import DecisionKind
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column

ASKED = -1
"""Of a day that somebody wants to have counted again."""


class HindsightDay(Base):
    """A station's day that is over. Seconds, as driven and as somebody would have driven it who knew all.

    ``told``: the lines of the timelines of what was done that day, in all, as they were when it was counted;
    more by now, or `ASKED`: it has to be counted again. ``refused``: why it could not be counted; then the
    seconds are none.
    """

    __tablename__ = "hindsight_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(32), primary_key=True)
    told: Mapped[int]
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How often counting it was begun without an end."""
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused: Mapped[str | None] = mapped_column(String(64))
    people: Mapped[int]
    stops: Mapped[int]
    driven_s: Mapped[int] = mapped_column(BigInteger)
    driven_travel_s: Mapped[int] = mapped_column(BigInteger)
    driven_late_s: Mapped[int] = mapped_column(BigInteger)
    driven_over_s: Mapped[int] = mapped_column(BigInteger)
    known_s: Mapped[int] = mapped_column(BigInteger)
    known_travel_s: Mapped[int] = mapped_column(BigInteger)
    known_late_s: Mapped[int] = mapped_column(BigInteger)
    known_over_s: Mapped[int] = mapped_column(BigInteger)


_ASKED = HindsightDay.told == ASKED
Index("ix_hindsight_day_asked", HindsightDay.day, postgresql_where=_ASKED, sqlite_where=_ASKED)


class HindsightDecision(Base):
    """One of a day's costliest decisions, by rank from 1: what it was, and what would have been cheaper.

    ``cost_s``: as the search weighs, with what of it is travel, lateness and overtime; a part may be less
    than nothing. ``near_m``: how near ``better_id`` came that day, to fifty metres, and ``near_at`` when;
    where they came from home, no moment. Both are empty once the task is erased.
    """

    __tablename__ = "hindsight_decision"

    day: Mapped[date] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(32), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(enum_column(DecisionKind))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    better_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    better_at: Mapped[datetime] = mapped_column(UtcDateTime)
    near_m: Mapped[int | None]
    near_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cost_s: Mapped[int] = mapped_column(BigInteger)
    travel_s: Mapped[int] = mapped_column(BigInteger)
    late_s: Mapped[int] = mapped_column(BigInteger)
    over_s: Mapped[int] = mapped_column(BigInteger)
