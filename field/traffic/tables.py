"""What was driven, day by day, as counts that name nobody."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime


class DrivenDay(Base):
    """A day's ways. ``hours``: by hour of the wall clock and bin of the ratio how many
    (:func:`field.traffic.learning.tally`); ``still_s``: what was taken off each way.
    """

    __tablename__ = "driven_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    hours: Mapped[dict[str, dict[str, int]]] = mapped_column(JsonColumn)
    still_s: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
